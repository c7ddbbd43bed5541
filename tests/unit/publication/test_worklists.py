"""A work list as the file that a spreadsheet opens."""

from datetime import date

import pyarrow as pa
import pytest

from publication.worklists import KINDS, WorkList


def _listed(team: str) -> WorkList:
    rows = pa.table(
        {"team": [team], "child": ["7"], "on_date": pa.array([date(2025, 3, 1)]), "days": pa.array([-3])}
    )
    return WorkList(KINDS[0], rows, is_told=True)


@pytest.mark.parametrize("team", ["=1+1", "+44", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_team_that_begins_as_a_formula_is_written_as_text(team: str) -> None:
    assert _listed(team).csv().decode() == f'"team","child","on_date","days"\n"\'{team}","7",2025-03-01,-3\n'


def test_any_other_name_and_a_number_below_zero_stand_as_they_are() -> None:
    assert _listed("North = South").csv().decode().splitlines()[1] == '"North = South","7",2025-03-01,-3'


def test_the_page_has_the_name_as_it_is() -> None:
    assert _listed("=1+1").table().rows[0][0].text == "=1+1"
