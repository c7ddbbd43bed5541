"""make prove-samples: returns that others wrote (needs ../shared), through opening and landing.

Prints of each file the rows read and the findings by kind; of the Annex A workbook every finding with the
cell it is about, and never the cell's value: that stays in the restricted findings.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.discovery.returns import sort_files
from ingest.findings import SCHEMA
from ingest.land import land_returns
from ingest.ledger import Ledger
from ingest.opened_files import finding_files, open_files, returns_of
from ingest.places import Places
from ingest.pseudonyms import key_file, read_key
from ingest.raw_folder import look
from ingest.return_format import submitted_formats

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
# The month and the authority that each stands for: a census says its own, Annex A in its name.
SENT = {
    "annex_a/Annex_A_2024_Jan.xlsx": ("2024-01", "301"),
    "cin_census/BAR_cin_2022.xml": ("2022-03", "201"),
    "cin_census/CIN_Census_2021.xml": ("2023-03", "201"),  # by its header, whatever its name
    "cin_census/CIN_Census_2026.xml": ("2023-03", "201"),
    "ssda903": ("2018-03", "201"),
    "workforce_census/social_work_workforce_2022.xml": ("2022-09", "301"),
}


def main() -> int:
    if not SAMPLES.is_dir():
        print("needs ../shared/samples, the returns that others wrote")
        return 1
    for sample, (month, la_code) in SENT.items():
        with tempfile.TemporaryDirectory() as folder:
            _tell(sample, month, la_code, Path(folder))
    return 0


def _tell(sample: str, month: str, la_code: str, base: Path) -> None:
    places = Places.of(base / "raw", base / "reference", base / "release")
    target = places.raw / month / la_code
    target.mkdir(parents=True)
    places.prepare()
    source = SAMPLES / sample
    for file in sorted(source.glob("*")) if source.is_dir() else [source]:
        (target / file.name).write_bytes(file.read_bytes())
    ledger, pseudonyms = Ledger(places.ledger), read_key(key_file())
    opened = open_files(sort_files(look(places.raw), {}), month, places.opened, ledger, pseudonyms)
    files = {name: {month: returns_of(places.opened, name, month)} for name in submitted_formats()}
    land_returns(files, places.landing, ledger, pseudonyms)
    receipts = ledger.table("receipts").to_pylist()
    ledger.close()
    findings = _findings(places)
    rows = sum(r["row_count"] for r in receipts)
    kept = sum(r["kept_count"] for r in receipts)
    print(f"\n{sample}: {opened.files} files, {opened.rejected} rejected, {rows} rows read, {kept} kept")
    print("  returns: " + ", ".join(f"{r['return_name']} {r['kept_count']}" for r in receipts))
    kinds = Counter(findings["finding"].to_pylist())
    print("  findings: " + (", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "none"))
    if sample.startswith("annex_a"):
        _tell_each(findings)


def _findings(places: Places) -> pa.Table:
    files = [*finding_files(places.opened), *sorted(places.landing.glob("*/*/*.findings.parquet"))]
    return pa.concat_tables([SCHEMA.empty_table(), *map(pq.read_table, files)])


def _tell_each(findings: pa.Table) -> None:
    """One line for the findings that are alike but for their rows."""
    alike = ["column_name", "finding", "reason", "next_move"]
    findings = findings.append_column("row", pc.cast(findings["row_number"], pa.string()))
    grouped = findings.group_by(alike, use_threads=False).aggregate([("row", "list")]).sort_by("column_name")
    for line in grouped.to_pylist():
        rows = ", ".join(row for row in line["row_list"] if row is not None)
        print(
            f"    {line['column_name']}, row {rows}: {line['finding']}: {line['reason']}. {line['next_move']}"
        )


if __name__ == "__main__":
    sys.exit(main())
