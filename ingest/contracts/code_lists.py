"""The DfE code sets. Their home is one dbt seed, so that reading, labelling and checking agree."""

from functools import cache

import pyarrow as pa
import pyarrow.csv as pa_csv

from ingest.paths import DBT_PROJECT

HOME = DBT_PROJECT / "seeds" / "code_lists.csv"


@cache
def load_code_lists() -> pa.Table:
    """Grain: one code of one list: list, code, label, aliases (joined with |), since, until."""
    names = pa_csv.open_csv(HOME).schema.names
    as_text = pa_csv.ConvertOptions(column_types={name: pa.string() for name in names})
    return pa_csv.read_csv(HOME, convert_options=as_text)


@cache
def spellings() -> pa.Table:
    """Grain: one accepted spelling of a code, in upper case: list, spelling, code."""
    found: dict[tuple[str, str], str] = {}
    for row in load_code_lists().to_pylist():
        for spelling in (row["code"], row["label"], *filter(None, row["aliases"].split("|"))):
            found.setdefault((row["list"], spelling.upper()), row["code"])
    return pa.table(
        {
            "list": [name for name, _ in found],
            "spelling": [spelling for _, spelling in found],
            "code": list(found.values()),
        }
    )
