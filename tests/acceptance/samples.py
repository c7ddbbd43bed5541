"""Returns that others wrote (needs ../shared), each through a refresh of its own.

Prints of each what was read and found; of the Annex A workbook every finding with the cell it is about, and
never the cell's value, which stays in the restricted findings. Then the figures of its month that are given
beside those that it can support by its format and coverage (tests/support/supported.py).

Floor: every figure that a sample can support is given, or held on a ground that is said; none that it cannot
support is given; no return that its format declares is lost.
"""

import shutil
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.adapters.convert import finding_files
from ingest.contracts.dates import last_day_of
from ingest.contracts.findings import SCHEMA
from ingest.paths import WarehousePaths
from tests.support.acceptance_worlds import GIVEN, ask, refreshed, shared, show_held, workshop
from tests.support.command import PUBLISHED
from tests.support.supported import Came, figures_of

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
    samples = shared("samples")
    short = [name for name, (month, la_code) in SENT.items() if not _holds(samples / name, month, la_code)]
    print(f"\nsamples that fall short: {', '.join(short) or 'none'}")
    return 1 if short else 0


def _holds(source: Path, month: str, la_code: str) -> bool:
    """Whether a sample, alone in a world, comes to all that it can support; prints how."""
    with workshop() as base:
        folder = base / "raw" / month / la_code
        folder.mkdir(parents=True)
        (base / "reference").mkdir()
        for file in sorted(source.glob("*")) if source.is_dir() else [source]:
            shutil.copyfile(file, folder / file.name)
        places, ended = refreshed(base, base / "raw", base / "reference")
        print(f"\n{source.name}: exit {ended.returncode}", flush=True)
        if ended.returncode not in PUBLISHED:
            print(f"  {ended.stderr.splitlines()[-3:]}")
            return False
        _tell(places, with_each=source.suffix == ".xlsx")
        show_held(places)
        # each is told, whatever became of the one before
        holds = [_judge(places, path, month) for path in _opened(places, month, la_code)]
        return all(holds)


def _opened(places: WarehousePaths, month: str, la_code: str) -> list[Path]:
    [*folders] = (path.parent for path in places.opened.glob(f"{month}/{la_code}/[!.]*/_about.json"))
    if not folders:
        raise AssertionError("nothing was opened")
    return folders


def _judge(places: WarehousePaths, opened: Path, month: str) -> bool:
    came = Came.of(opened, month)
    figures = figures_of(came)
    can = {figure for figure, lacking in figures.items() if lacking is None}
    answers = ask(
        places,
        f"""
        select indicator_id, period_basis, value_status in {GIVEN}, value_status = 'withheld', ground
        from fct_indicator_values
        where breakdown_type = 'all' and period_end = date '{last_day_of(month)}'
        """,
    )
    given = {(name, basis) for name, basis, is_given, _, _ in answers if is_given}
    held = {(name, basis) for name, basis, _, is_held, ground in answers if is_held and ground}
    short, beyond = can - given - held, given - can
    print(
        f"  figures it can support {len(can)}: given {len(can & given)}, held on a ground {len(can & held)}"
    )
    print(f"  not to be had of it: {len(figures) - len(can)} of {len(figures)}")
    for why, count in Counter(filter(None, figures.values())).most_common():
        print(f"    {count:3}  {why}")
    _list("supported and not given", short)
    _list("given and not supported", beyond)
    _list("returns that its format declares, lost", {(name, "") for name in came.lost})
    return not (short or beyond or came.lost)


def _list(what: str, figures: set[tuple[str, str]]) -> None:
    if figures:
        print(f"  {what} ({len(figures)}): {', '.join(' '.join(one).strip() for one in sorted(figures))}")


def _tell(places: WarehousePaths, with_each: bool) -> None:
    for name, version, source_format, status, rows, kept in ask(
        places,
        """
        select return_name, version, source_format, submission_status, row_count, kept_count
        from fct_submissions
        where submission_status <> 'not_submitted' order by return_name, version
        """,
    ):
        print(f"  {name} {version} of {source_format}: {status}, {kept} of {rows} rows kept")
    for file, reason in ask(places, "select file, reason from rpt_files_left_out order by file"):
        print(f"  not taken  {file}: {reason}")
    files = [*finding_files(places.opened), *sorted(places.landing.glob("*/*/*.findings.parquet"))]
    findings = pa.concat_tables([SCHEMA.empty_table(), *map(pq.read_table, files)])
    kinds = Counter(findings["finding"].to_pylist())
    print("  findings: " + (", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "none"))
    if with_each:
        _tell_each(findings)


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
