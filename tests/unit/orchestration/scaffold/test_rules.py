"""A quality rule begun by the command warns by a column of its own, and hears what it lacks."""

import pytest

from orchestration.scaffold.lacking import lacking
from orchestration.scaffold.project import Project, ScaffoldError, read_seed
from orchestration.scaffold.rules import new_rule

TOO_LONG = (
    "enquiries.s47_end_date - enquiries.s47_start_date > 365",
    "No enquiry lasts longer than a year.",
    "end the enquiry in the case system",
)


def test_nothing_is_missing_in_the_project_as_it_is(project: Project) -> None:
    assert lacking(project) == []


def test_a_new_rule_is_a_line_that_warns_and_a_column(project: Project) -> None:
    seed, model = new_rule("enquiry_too_long", "enquiry_before_referral", *TOO_LONG, project)

    [line] = [row for row in read_seed(seed) if row["rule_id"] == "enquiry_too_long"]
    assert (line["return_name"], line["effect"], line["ground"]) == ("s47_enquiries", "warn", "")
    assert line["sentence"] == TOO_LONG[1]
    column = f",\n    {TOO_LONG[0]} as enquiry_too_long\nfrom enquiries\n"
    assert column in model.read_text()
    assert [one[1:] for one in lacking(project) if one.name == "enquiry_too_long"] == [
        ("tests/acceptance/rules.py", "a fault of its kind, planted")
    ]


def test_a_rule_without_its_column_or_fields_is_told(project: Project) -> None:
    new_rule("enquiry_too_long", "enquiry_before_referral", *TOO_LONG, project)
    model = project.judged("s47_enquiries")
    model.write_text(model.read_text().replace(" as enquiry_too_long", " as other"))
    rules = project.rules.read_text()
    line = next(row for row in rules.splitlines() if row.startswith("enquiry_too_long,"))
    project.rules.write_text(rules.replace(line, line.replace(",warn,", ",hold,")))

    found = [one.file.rsplit("/")[-1] for one in lacking(project) if one.name == "enquiry_too_long"]
    assert found == ["int_quality__s47_enquiries.sql", "quality_rule_fields.csv", "rules.py"]


@pytest.mark.parametrize(
    ("rule_id", "like", "why"),
    [
        ("enquiry_before_referral", "enquiry_before_referral", "already"),
        ("enquiry_too_long", "enquiry_too_short", "is not in quality_rules.csv"),
        ("child_id_odd", "child_id_malformed", "is not judged by a column"),
    ],
)
def test_a_rule_that_cannot_be_begun_says_why_and_writes_nothing(
    project: Project, rule_id: str, like: str, why: str
) -> None:
    before = project.rules.read_bytes()

    with pytest.raises(ScaffoldError, match=why):
        new_rule(rule_id, like, *TOO_LONG, project)

    assert project.rules.read_bytes() == before
