"""The workforce census gives two figures as the authority printed them, and nothing that it does not know."""

import pytest

from ingest.adapters import open_workforce_census
from ingest.discovery.file_reader import RejectedFileError

CENSUS = b"""<Message><Header><CollectionDetails><Collection>CSWW</Collection><Year>2024</Year>
<ReferenceDate>2024-09-30</ReferenceDate></CollectionDetails><Source><LEA>301</LEA></Source></Header>
<LALevelVacancies><NumberOfVacancies>79.68</NumberOfVacancies><NoAgencyFTE>59.82</NoAgencyFTE>
<NoAgencyHeadcount>71</NoAgencyHeadcount></LALevelVacancies>
<CSWWWorker><AgencyWorker>1</AgencyWorker><SWENo>SW1234567890</SWENo></CSWWWorker></Message>"""


def test_vacancies_and_agency_staff_are_reported_figures_of_the_reference_date():
    opened = open_workforce_census(CENSUS)

    figures = opened.returns["indicator_returns"].to_pylist()
    assert [(f["indicator_id"], f["period_end"], f["value"]) for f in figures] == [
        ("wf_vacancies_fte", "2024-09-30", "79.68"),
        ("wf_agency_fte", "2024-09-30", "59.82"),
    ]
    assert {(f["period_basis"], f["breakdown"]) for f in figures} == {("point_in_time", "all")}
    assert (opened.said_authority, opened.said_year) == ("301", 2024)
    assert opened.findings.num_rows == 0


def test_posts_workers_and_assignments_are_not_made_up():
    opened = open_workforce_census(CENSUS)

    assert set(opened.returns) == {"indicator_returns"}
    assert {"professionals", "workforce_posts", "workforce_assignments"} <= opened.not_supplied.keys()


def test_without_a_reference_date_there_are_no_figures():
    opened = open_workforce_census(CENSUS.replace(b"<ReferenceDate>2024-09-30</ReferenceDate>", b""))

    assert "indicator_returns" not in opened.returns


def test_another_collection_is_rejected():
    with pytest.raises(RejectedFileError, match="not the CSWW collection"):
        open_workforce_census(CENSUS.replace(b"CSWW</", b"CIN</"))
