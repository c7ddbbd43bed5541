"""Rows as CSV for whoever opens it in a spreadsheet: no text can be taken for a formula."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from publication.error_reports import FORMULA


def csv_of(rows: pa.Table) -> bytes:
    """The rows as CSV; what begins as a formula does gets an apostrophe before it."""
    safe = [
        pc.replace_substring_regex(column, f"({FORMULA})", r"'\1")
        if pa.types.is_string(column.type)
        else column
        for column in rows.itercolumns()
    ]
    held = pa.BufferOutputStream()
    pa_csv.write_csv(pa.table(safe, rows.column_names), held)
    return held.getvalue().to_pybytes()
