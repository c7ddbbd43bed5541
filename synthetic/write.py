"""Each version of a row is printed once; a snapshot's file is the lines that stand in it, end to end.

Whole extracts go out every month and differ little from the month before, so printing every cell of every
snapshot would spend nearly all the time on lines already printed.
"""

from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthetic.chance import Ints
from synthetic.days import LAST, Days, iso_dates
from synthetic.tables import Column, Table, Versions, values_at, versions


@cache
def _printed_dates() -> pa.Array:
    return pa.array([*iso_dates(), ""])


def _printed(column: Column, values: Ints) -> pa.Array:
    """A column as text cells. Labels must already be fit for a comma-separated file."""
    if column.kind == "day":
        return _printed_dates().take(pa.array(np.where(values > LAST, LAST + 1, values).astype(np.int32)))
    if column.kind == "code":
        labels = pa.array([*column.labels, ""])
        return labels.take(pa.array(np.where(values < 0, len(column.labels), values).astype(np.int32)))
    numbers = pa.array(values, mask=values < 0).cast(pa.string())
    (prefix,) = column.labels
    named = pc.binary_join_element_wise(prefix, numbers, "") if prefix else numbers
    return pc.fill_null(named, "")


@dataclass(frozen=True)
class Printed:
    """All lines of one return of one authority, and which snapshots each stands in."""

    name: str
    header: bytes
    lines: pa.Array
    states: Versions

    def write(self, file: BinaryIO, snapshot: int) -> int:
        """Write the lines that stand in a snapshot, and return how many."""
        standing = self.lines.filter(pa.array(self.states.at(snapshot)))
        if not len(standing):
            return 0
        _, offsets, body = standing.buffers()
        ends = np.frombuffer(offsets, dtype=np.int32)[standing.offset : standing.offset + len(standing) + 1]
        file.write(memoryview(body)[ends[0] : ends[-1]])
        return len(standing)


def printed(table: Table, as_at: Days) -> Printed:
    """Print every version of a return's rows."""
    states = versions(table, as_at)
    cells = [_printed(column, values_at(column, states, as_at)) for column in table.columns]
    rows = cells[0] if len(cells) == 1 else pc.binary_join_element_wise(*cells, ",")
    lines = pc.binary_join_element_wise(rows, "", "\n")
    header = ",".join(column.name for column in table.columns) + "\n"
    return Printed(table.name, header.encode(), lines, states)
