"""Every edition of one report: text is text wherever it stands; the public one knows the pack alone."""

import json
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import duckdb
import pytest
from lxml import html
from pypdf import PdfReader

from publication.reports.figures import ReportError
from publication.reports.make import FORMATS, edition_of, month_of, write, written
from publication.reports.text import text
from tests.support.report_lines import beside, kind, line, months, report

HOSTILE = '=HYPERLINK("http://example.org","x")<script>alert(1)</script>\n#import "x" & \x07 *bold*'


@pytest.fixture
def hostile() -> object:
    figures = line(commentary=HOSTILE, title="<b>Conferences</b>", points=months(50.0, 60.0))
    return report(figures, la_name="=Any & where")


def test_a_comment_is_text_in_the_page(hostile) -> None:
    page = html.fromstring(written(hostile, "html", False).decode())

    assert not list(page.iter("script"))
    assert [p.text_content() for p in page.find_class("comment")[0].iter("p")][0] == HOSTILE.split("\n")[0]


def test_the_page_loads_nothing_and_allows_no_script(hostile) -> None:
    page = html.fromstring(written(hostile, "html", False).decode())

    policy = [m.get("content") for m in page.iter("meta") if m.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert not [n for n in page.iter() if n.get("src")]
    assert [n.get("href") for n in page.iter("a") if not n.get("href").startswith("#")] == []


def test_a_comment_is_no_formula_in_the_workbook(hostile) -> None:
    with zipfile.ZipFile(BytesIO(written(hostile, "xlsx", False))) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]

    assert len(sheets) == 4
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_a_comment_is_no_markup_in_the_pdf(hostile) -> None:
    said = " ".join(page.extract_text() for page in PdfReader(BytesIO(written(hostile, "pdf", False))).pages)

    assert "<script>alert(1)</script>" in said
    assert '#import "x"' in said


def test_a_letter_that_no_typeface_has_does_not_stop_the_pdf() -> None:
    assert written(report(line(commentary="\U0001f600")), "pdf", False).startswith(b"%PDF")


def test_plain_text_has_no_control_characters(hostile) -> None:
    said = text(hostile)

    assert "\x07" not in said
    assert HOSTILE.split("\n")[0] in said


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_report_gives_the_same_bytes(kind: str) -> None:
    one = report(line(points=months(50.0, 60.0, 70.0)))

    assert written(one, kind, False) == written(one, kind, False)


def test_a_workbook_is_of_its_month_and_not_of_the_hour_it_was_made() -> None:
    with zipfile.ZipFile(BytesIO(written(report(line()), "xlsx", False))) as book:
        said = book.read("docProps/core.xml").decode()

    assert said.count("2025-03-31T00:00:00Z") == 2


def test_each_edition_says_the_state_of_the_month_on_its_pages() -> None:
    figures = report(line(), month_state="provisional", state_words="Provisional: not yet closed.")

    pages = [p.extract_text() for p in PdfReader(BytesIO(written(figures, "pdf", False))).pages]
    assert "Provisional: not yet closed." in pages[0]
    assert all("provisional" in page for page in pages)
    with zipfile.ZipFile(BytesIO(written(figures, "xlsx", False))) as book:
        assert b"Provisional: not yet closed." in book.read("xl/sharedStrings.xml")
    assert "Provisional: not yet closed." in text(figures)
    said = html.fromstring(written(figures, "html", False).decode()).text_content()
    assert "Provisional: not yet closed." in said and ", provisional, restricted edition" in said


def test_a_report_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = write(tmp_path / "2025-03" / "301" / "report.html", b"exact")

    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release of which only the manifest is there."""
    current = tmp_path / "release" / "current"
    current.mkdir(parents=True)
    (current / "manifest.json").write_text(json.dumps({"release": 7, "commit": "0123456789abcdef"}))
    return tmp_path / "release"


def test_without_a_release_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="there is no release in .*; run `line-of-sight refresh`"):
        edition_of(tmp_path, "restricted")


def test_without_a_public_pack_there_is_no_public_edition(release: Path) -> None:
    with pytest.raises(ReportError, match="no public pack"):
        edition_of(release, "public")


def test_the_public_edition_says_only_what_the_pack_says(release: Path) -> None:
    (release / "current" / "public").mkdir()
    with duckdb.connect(str(release / "current" / "public" / "public.duckdb")) as pack:
        pack.execute(
            """
            create table figures as
            select
                * exclude (area) replace (value::double as value), area as area_code,
                case area when '301' then 'Local authority' else 'National' end as geographic_level,
                'all' as breakdown, null::integer as rounded_to
            from (values
                ('301', 'cp_open', 'point_in_time', date '2025-02-28', 12.0, 'shown'),
                ('301', 'cp_open', 'point_in_time', date '2025-03-31', null, 'c'),
                ('301', 'cla_open', 'point_in_time', date '2025-02-28', 40.0, 'shown'),
                ('301', 'cla_open', 'point_in_time', date '2025-03-31', 41.0, 'shown'),
                ('E92000001', 'cla_open', 'point_in_time', date '2025-03-31', 80000.0, 'shown')
            ) as told (area, indicator_id, period_basis, period_end, value, status)
            """
        )
        pack.execute(
            """
            create table dim_area as select 'Local authority' as geographic_level, '301' as area_code,
                'Northmere (invented)' as area_name, null as region_code, null as region_name
            """
        )

    source = edition_of(release, "public")
    asked = kind(line(indicator_id="cp_open"), line(indicator_id="cla_open"), line(indicator_id="cin_open"))
    made = source.report("301", month_of(source, None), asked)

    assert month_of(source, date(2025, 2, 1)) == date(2025, 2, 28)
    said = html.fromstring(written(made, "html", False).decode()).text_content()
    rows = text(made).splitlines()
    assert [(one.indicator_id, one.cell(one.value, one.value_status).text) for one in made.lines] == [
        ("cp_open", "c"),
        ("cla_open", "41"),
    ]
    assert made.la_name == "Northmere (invented)"
    assert "England: 80,000" in rows
    assert (
        "Hidden (c), as they could tell of a child: Children subject to a plan. "
        "Not in the public pack: Children in need."
    ) in rows
    assert "Hidden, so that nobody can be told from it." in said  # each symbol is explained,
    assert "usual range" not in said  # and nothing is that is not there
    assert "Restricted" not in said
    assert "1 of the 2 figures of this report can be shown." in said


def test_a_month_that_is_not_there_is_answered_with_those_that_are(release: Path) -> None:
    class Source:
        def months(self) -> list[date]:
            return [date(2025, 2, 28), date(2025, 3, 31)]

    with pytest.raises(ReportError, match="no report of 2024-01; it reports 2025-02 to 2025-03"):
        month_of(Source(), date(2024, 1, 1))  # type: ignore[arg-type]


def test_a_target_is_drawn_and_named() -> None:
    goal = beside("target", "at least", value=85.0, judgement="amber")

    page = written(report(line(points=months(80.0, 82.0), beside={"target": goal})), "html", False).decode()

    assert "target 85.0%" in page
