"""A return as a history: each row says when it was known, so any month's snapshot can be read off it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from synthetic.chance import Flags, Ints, Rows
from synthetic.days import FAR, Days


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order: how a long list of codes is written here."""
    return tuple(text.split())


@dataclass(frozen=True)
class Was:
    """What some rows of a column said before a given day: a correction, or a fact not yet settled."""

    rows: Rows
    values: Ints
    until: Days


@dataclass(frozen=True)
class Column:
    """One field of a return.

    values are day numbers (kind day), positions in labels (kind code), or whole numbers after a prefix (kind
    id). A negative code or id, or a day at FAR, is empty. Before `since` (day by row) the cell is empty too.
    """

    name: str
    kind: str
    values: Ints
    labels: tuple[str, ...] = ()
    since: Days | None = None
    was: Was | None = None

    @property
    def empty(self) -> int:
        """The value that is printed as nothing."""
        return int(FAR) if self.kind == "day" else -1


def ids(name: str, prefix: str, values: Ints, since: Days | None = None) -> Column:
    """An id column: the prefix and a number."""
    return Column(name, "id", values, (prefix,), since)


def dates(name: str, values: Days, since: Days | None = None, was: Was | None = None) -> Column:
    """A date column."""
    return Column(name, "day", values, (), since, was)


def codes(
    name: str, values: Ints, labels: Sequence[str], since: Days | None = None, was: Was | None = None
) -> Column:
    """A column that holds one of a few texts."""
    return Column(name, "code", values, tuple(labels), since, was)


def flags(name: str, values: npt.ArrayLike, since: Days | None = None) -> Column:
    """A boolean column, written Y or N; a negative number is empty."""
    return Column(name, "code", np.asarray(values).astype(np.int8), ("N", "Y"), since)


@dataclass(frozen=True)
class Table:
    """One return of one authority over all snapshots.

    A row is in a snapshot when known <= as-at date < gone. `child` (a place among the authority's
    children) lets persons be written for those, and only those, of whom something is recorded.
    """

    name: str
    known: Days
    columns: Sequence[Column]
    child: Ints | None = None
    gone: Days | None = None

    def where(self, keep: Flags) -> "Table":
        """The same return with only the kept rows."""
        moved = np.cumsum(keep) - 1
        kept = []
        for column in self.columns:
            was = column.was
            if was is not None:
                held = keep[was.rows]
                was = Was(moved[was.rows[held]], was.values[held], was.until[held])
            since = None if column.since is None else column.since[keep]
            kept.append(Column(column.name, column.kind, column.values[keep], column.labels, since, was))
        child = None if self.child is None else self.child[keep]
        gone = None if self.gone is None else self.gone[keep]
        return Table(self.name, self.known[keep], kept, child, gone)


@dataclass(frozen=True)
class Versions:
    """Every distinct state of every row: the state of `row` from snapshot `first` to before `until`."""

    row: Rows
    first: Ints
    until: Ints

    def at(self, snapshot: int) -> Flags:
        """Which versions stand in a snapshot."""
        return np.asarray((self.first <= snapshot) & (self.until > snapshot), dtype=np.bool_)


@dataclass
class _Changes:
    rows: list[Rows] = field(default_factory=list)
    at: list[Ints] = field(default_factory=list)

    def add(self, rows: Rows, snapshots: Ints, count: int) -> None:
        inner = (snapshots > 0) & (snapshots < count)
        self.rows.append(rows[inner])
        self.at.append(snapshots[inner])


def versions(table: Table, as_at: Days) -> Versions:
    """The distinct states of each row over the snapshots taken at the as-at dates, in row order."""
    count = len(as_at)
    size = len(table.known)
    every = np.arange(size)
    shown = np.searchsorted(as_at, table.known)
    gone = (
        np.full(size, count) if table.gone is None else np.minimum(np.searchsorted(as_at, table.gone), count)
    )
    changes = _Changes([every], [shown])
    for column in table.columns:
        if column.since is not None:
            changes.add(every, np.searchsorted(as_at, column.since), count)
        if column.was is not None:
            changes.add(column.was.rows, np.searchsorted(as_at, column.was.until), count)
    rows = np.concatenate(changes.rows)
    first = np.concatenate(changes.at)
    inside = (first >= shown[rows]) & (first < gone[rows])
    keys = np.unique(rows[inside].astype(np.int64) * (count + 1) + first[inside])
    rows, first = keys // (count + 1), keys % (count + 1)
    until = gone[rows]
    again = rows[1:] == rows[:-1]
    until[:-1][again] = first[1:][again]
    return Versions(rows.astype(np.intp), first, until)


def values_at(column: Column, states: Versions, as_at: Days) -> Ints:
    """A column's value in each version."""
    values = column.values[states.row]
    seen = as_at[states.first]
    if column.was is not None and len(column.was.rows):
        # Rows change their mind at most once, so a row's position in `was` is enough to find its old value.
        position = np.full(len(column.values), -1)
        position[column.was.rows] = np.arange(len(column.was.rows))
        old = position[states.row]
        before = (old >= 0) & (column.was.until[old] > seen)
        values = np.where(before, column.was.values[old], values)
    if column.since is not None:
        values = np.where(column.since[states.row] > seen, column.empty, values)
    return np.asarray(values)
