"""A return begun by the command has a contract that loads and a staging model that says its fields."""

import pytest

from ingest.contracts.return_schema import load_format
from orchestration.scaffold.lacking import lacking
from orchestration.scaffold.project import Project, ScaffoldError
from orchestration.scaffold.returns import new_return

ADVOCACY = ("advocacy_referrals", "A child referred to an advocate.")
FIELDS = (
    "advocacy_id:id of advocacy:Referral",
    "person_id:id of child:Child",
    "advocacy_date:date:Day of the referral: as recorded",
    "note:text:What was said",
)


def test_a_new_return_has_a_contract_and_plain_names_and_hears_what_is_left(project: Project) -> None:
    contract, staging, described = new_return(*ADVOCACY, FIELDS, ["advocacy_id"], "advocacy_date", project)

    declared = load_format(contract)
    assert (declared.history, declared.event_date, declared.key) == (
        "event",
        "advocacy_date",
        ("advocacy_id",),
    )
    fields = {field.name: field for field in declared.fields}
    assert fields["person_id"].identifies == "child"
    assert fields["note"].dropped  # words may name a child
    assert fields["advocacy_date"].about == "Day of the referral: as recorded"
    assert "    person_id,\n" in staging.read_text()
    assert "from {{ source('returns', 'advocacy_referrals') }}" in staging.read_text()
    assert "  - name: stg_returns__advocacy_referrals\n" in described.read_text()
    assert [(one.file.rsplit("/")[-1], one.what) for one in lacking(project)] == [
        ("", "an indicator or a rule that reads it"),
        ("_returns__sources.yml", "dbt's source: make lineage"),
    ]


def test_a_contract_without_its_staging_is_told(project: Project) -> None:
    _, staging, _ = new_return(*ADVOCACY, FIELDS, ["advocacy_id"], None, project)
    staging.unlink()

    found = [one.file.rsplit("/")[-1] for one in lacking(project)]
    assert found == ["stg_returns__advocacy_referrals.sql", "_returns__sources.yml"]


@pytest.mark.parametrize(
    ("fields", "key", "why"),
    [
        (("advocacy_id",), ["advocacy_id"], "is not name:type:what it is"),
        (("advocacy_id:uuid:Referral",), ["advocacy_id"], "with a type of"),
        (FIELDS, ["other"], "has a key that is not among its fields"),
    ],
)
def test_a_return_that_makes_no_sense_says_why_and_writes_nothing(
    project: Project, fields: tuple[str, ...], key: list[str], why: str
) -> None:
    before = {path.name for path in project.contracts.iterdir()}

    with pytest.raises(ScaffoldError, match=why):
        new_return(*ADVOCACY, fields, key, None, project)

    assert {path.name for path in project.contracts.iterdir()} == before
