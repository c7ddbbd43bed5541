"""Reports and work lists through the real command, of a small invented world."""

import csv
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from ingest.paths import WarehousePaths
from publication.reports.kinds import kind_of
from publication.reports.make import edition_of, month_of
from synthetic import invent
from tests.support.command import close, line_of_sight, refresh

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    """Two authorities and months; of the last, the second sent no visits to looked after children."""
    base = tmp_path_factory.mktemp("world")
    invent(2, ["2025-02", "2025-03"], 120, 4, base)
    (base / "raw" / "2025-03" / "002" / "cla_visits.csv").unlink()
    (base / "reference" / "commentary.csv").write_text(
        "la_code,indicator_id,period_end,commentary,is_public\n"
        "001,cp_open,2025-03-31,Ten of them are one family.,\n001,cla_open,2025-03-31,Fewer came.,true\n",
        encoding="utf-8",
    )
    (base / "reference" / "actions.csv").write_text(
        "la_code,indicator_id,agreed_on,action,owner,due_date,done_date,is_public\n"
        "001,cp_open,2025-02-10,Audit long plans,Head of service,2025-03-14,,\n"
        "001,cla_open,2025-02-12,Recruit carers,Fostering manager,2025-05-30,,true\n"
        "001,cin_open,2025-01-12,Write a plan,,,2025-02-20,true\n",
        encoding="utf-8",
    )
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    assert refresh(places).returncode == 0
    # the second authority's March waits for the visits, and is closed without them
    incomplete = ("--incomplete", "--reason", "visits to children in care are still being entered")
    ended = close(places, "2025-02..2025-03", *incomplete)
    assert ended.returncode == 0, ended.stderr
    return places


def test_a_report_is_written_in_every_format_for_its_owner_alone(world: WarehousePaths) -> None:
    ended = line_of_sight("report", "--authority", "001", "--braille-ready", "--release", str(world.release))

    assert ended.returncode == 0, ended.stderr
    files = [Path(line) for line in ended.stdout.split()]
    assert [file.suffix for file in files] == [".html", ".pdf", ".xlsx", ".txt"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert world.restricted in files[0].parents
    assert "Ten of them are one family." in files[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--authority", "999"], "nothing for authority 999 in 2025-03; it has 001, 002"),
        (["--authority", "001", "--month", "2019-01"], "no report of 2019-01; it reports 2025-02 to 2025-03"),
        (["--region", "Nowhere"], "no authority in a region called Nowhere"),
        ([], "say whose report"),
    ],
)
def test_what_cannot_be_made_is_wrong_usage_with_the_reason(
    world: WarehousePaths, asked: list[str], said: str
) -> None:
    ended = line_of_sight("report", *asked, "--release", str(world.release))

    assert ended.returncode == 2
    assert said in " ".join(ended.stderr.split())


def test_the_public_edition_is_made_of_the_public_pack_of_the_release(
    world: WarehousePaths, tmp_path: Path
) -> None:
    asked = ("--authority", "001", "--edition", "public", "--format", "html", "--out", str(tmp_path))
    ended = line_of_sight("report", *asked, "--release", str(world.release))

    assert ended.returncode == 0, ended.stderr
    # what people write is for the exact edition alone, but for what they mark
    said = Path(ended.stdout.strip()).read_text(encoding="utf-8")
    assert "Ten of them are one family." not in said and "Audit long plans" not in said
    assert "Fewer came." in said and "Recruit carers" in said


def test_an_action_stands_in_each_month_until_the_one_it_was_done_in(
    world: WarehousePaths, tmp_path: Path
) -> None:
    source = edition_of(world.release, "restricted")
    kind = kind_of("committee", tmp_path)

    february, march = (source.report("001", month, kind).actions for month in source.months())

    assert [(one.action, one.action_state) for one in february] == [
        ("Audit long plans", "open"),
        ("Recruit carers", "open"),
        ("Write a plan", "done"),
    ]
    assert [(one.action, one.action_state) for one in march] == [
        ("Audit long plans", "overdue"),
        ("Recruit carers", "open"),
    ]


def test_the_editions_lie_apart_under_names_of_their_own_and_say_the_same_numbers(
    world: WarehousePaths, tmp_path: Path
) -> None:
    files = {}
    for edition in ("restricted", "public"):
        asked = ("--authority", "001", "--edition", edition, "--format", "html", "--format", "pdf")
        ended = line_of_sight("report", *asked, "--out", str(tmp_path), "--release", str(world.release))
        assert ended.returncode == 0, ended.stderr
        files[edition] = [Path(line) for line in ended.stdout.split()]
        assert all(file.is_relative_to(tmp_path / edition) for file in files[edition])
        assert all(edition in file.name for file in files[edition])
        pages = len(PdfReader(files[edition][1]).pages)
        assert pages <= 3

    everything = kind_of("management", tmp_path)
    sources = [edition_of(world.release, edition) for edition in ("restricted", "public")]
    exact, public = (source.report("001", month_of(source, None), everything) for source in sources)
    own = {line.figure: line.cell(line.value).text for line in exact.lines}
    shown = {line.figure: line.cell(line.value).text for line in public.lines if line.value is not None}
    assert shown and shown == {figure: own[figure] for figure in shown}


def test_what_was_not_submitted_stands_once_and_has_no_row(world: WarehousePaths, tmp_path: Path) -> None:
    asked = ("--authority", "002", "--format", "html", "--out", str(tmp_path))
    ended = line_of_sight("report", *asked, "--release", str(world.release))

    assert ended.returncode == 0, ended.stderr
    said = Path(ended.stdout.strip()).read_text(encoding="utf-8")
    assert said.count("Looked after children visited in time") == 1
    assert "Not submitted: Looked after children visited in time." in said


def test_a_report_of_ones_own_is_written_and_one_that_cannot_be_followed_is_not(
    world: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "line-of-sight.yml").write_text("authority: '001'\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = ("report", "--kind", "panel", "--format", "html", "--out", str(tmp_path))

    for indicator, code in (("cp_opn", 2), ("cp_open", 0)):
        sections = f"[{{title: Plans, indicators: [{indicator}]}}]"
        (tmp_path / "reports.yml").write_text(f"panel: {{title: Ours, sections: {sections}}}\n")
        ended = line_of_sight(*asked, "--release", str(world.release))
        assert ended.returncode == code, ended.stderr
        assert code == 0 or "cp_opn is no indicator; did you mean cp_open?" in " ".join(ended.stderr.split())
    [file] = tmp_path.glob("restricted/2025-03/001/panel-restricted-2025-03-001.html")
    assert "<h1>Ours: " in file.read_text(encoding="utf-8")


def test_the_region_page_sets_every_authority_beside_the_others(world: WarehousePaths) -> None:
    ended = line_of_sight("report", "--region", "all", "--format", "html", "--release", str(world.release))

    assert ended.returncode == 0, ended.stderr
    said = Path(ended.stdout.strip()).read_text(encoding="utf-8")
    with duckdb.connect(str(world.current / "marts.duckdb"), read_only=True) as db:
        names = db.sql("select distinct la_name from rpt_region where region = 'all'").fetchall()
    assert len(names) > 1 and all(name in said for (name,) in names)


def test_a_work_list_holds_as_many_children_as_the_figure_counts(world: WarehousePaths) -> None:
    ended = line_of_sight("worklist", "--authority", "001", "--release", str(world.release))
    assert ended.returncode == 0, ended.stderr
    rows = {}
    for file in world.work_lists.glob("001/*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            rows[file.stem] = list(csv.DictReader(opened))
        assert file.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(world.current / "marts.duckdb"), read_only=True) as db:
        figures = dict(
            db.sql(
                """
                select indicator_id, case when unit = 'count' then numerator else denominator - numerator end
                from fct_indicator_values inner join dim_indicator using (indicator_id)
                where la_code = '001' and period_end = '2025-03-31' and period_basis = 'point_in_time'
                    and breakdown_value = 'all'
                """
            ).fetchall()
        )

    def overdue(name: str, state: str) -> int:
        return sum(row["state"] == state for row in rows[name])

    assert overdue("assessments", "overdue") == figures["assessments_open_overdue"] > 0
    # plan_visits is not the figure's own count: a child's own interval goes first where one is on file
    assert overdue("care_visits", "overdue") == figures["cla_visit_intime_pct"]
    assert overdue("long_plans", "2 years or more") == figures["cp_2y_open_count"]
    assert overdue("unallocated", "no worker") == figures["cases_unallocated"]
    near = [row for row in rows["assessments"] if row["state"] == "due soon"]
    assert all(int(row["days"]) <= 45 for row in near)


def test_a_work_list_of_a_return_that_did_not_come_says_so_and_lists_nobody(world: WarehousePaths) -> None:
    ended = line_of_sight("worklist", "--authority", "002", "--release", str(world.release))

    assert ended.returncode == 0, ended.stderr
    folder = world.work_lists / "002"
    assert len((folder / "care_visits.csv").read_text(encoding="utf-8").splitlines()) == 1
    assert "Not submitted" in (folder / "work_lists.html").read_text(encoding="utf-8")
