"""An indicator begun by the command is shaped as another, and what it lacks is told file by file."""

import pytest

from orchestration.scaffold.indicators import new_indicator
from orchestration.scaffold.lacking import lacking
from orchestration.scaffold.project import Project, ScaffoldError

ENDED = ("s47_ended", "Section 47 enquiries ended", "s47_started")
MODEL = "int_conferences__evidence.sql"


def test_a_new_indicator_is_a_block_and_a_line_and_hears_what_is_left(project: Project) -> None:
    before = project.catalogue.read_text()

    model, catalogue = new_indicator(*ENDED, project)

    assert model.name == MODEL
    assert "-- s47_ended  Section 47 enquiries ended\ns47_ended as (" in model.read_text()
    assert "s47_start_date as counted_on" in model.read_text()  # as staging calls s47e_s47_start_date
    assert model.read_text().endswith("union all by name\nselect * from s47_ended\n")
    [line] = set(catalogue.read_text().splitlines()) - set(before.splitlines())
    assert line.startswith("29,s47_ended,Section 47 enquiries ended,Section 47 and conferences,count,1,")
    assert line.endswith(",withheld,not settled yet,")
    files = [file for name, file, _ in lacking(project) if name == "s47_ended"]
    assert files == [
        "dbt_project/models/intermediate/<area>/_*__unit_tests.yml", "dbt_project/seeds/indicator_fields.csv",
        "dbt_project/seeds/benchmark_absences.csv", "dbt_project/seeds/indicator_catalogue.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "like", "why"),
    [
        ("s47_started", "s47_started", "is in indicator_catalogue.csv already"),
        ("S47 ended", "s47_started", "is no slug"),
        ("s47_ended", "s47_began", "is not in indicator_catalogue.csv"),
        ("s47_ended", "partner_cp_activity_change", "has no evidence block to follow"),
    ],
)
def test_what_cannot_be_begun_says_why_and_writes_nothing(
    project: Project, slug: str, like: str, why: str
) -> None:
    before = {path: path.read_bytes() for path in project.dbt.rglob("*.*")}

    with pytest.raises(ScaffoldError, match=why):
        new_indicator(slug, "A title", like, project)

    assert {path: path.read_bytes() for path in project.dbt.rglob("*.*")} == before


def test_an_evidence_block_that_the_catalogue_does_not_know_is_told(project: Project) -> None:
    new_indicator(*ENDED, project)
    lines = project.catalogue.read_text().splitlines(keepends=True)
    project.catalogue.write_text("".join(line for line in lines if ",s47_ended," not in line))

    told = [(file, what) for name, file, what in lacking(project) if name == "s47_ended"]

    assert told == [("dbt_project/seeds/indicator_catalogue.csv", "a line: title, unit, bases, rule")]
