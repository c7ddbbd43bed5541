"""The children's social work workforce census (XML, 30 September) as figures that the authority has printed.

The law gives this census no route to posts or assignments: it lists workers without their posts, and counts
vacancies and agency staff for the authority as a whole. Those two totals are taken as reported figures.
"""

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from ingest.adapters.base import ConvertedReturns, Route, make, named_by_sender, unfilled, workbench
from ingest.adapters.cin_census import HEADER, read_header
from ingest.adapters.xml_reader import Branch, Tree, read_records

WORKFORCE_CENSUS = Tree(
    "the workforce census",
    {
        **HEADER,
        "LALevelVacancies": Branch("Message", ("NumberOfVacancies", "NoAgencyFTE"), ("NoAgencyHeadcount",)),
    },
    skipped=frozenset({"CSWWWorker"}),
)

ROUTES = {
    "indicator_returns": [
        Route(
            'totals cross join (select "ReferenceDate" from "CollectionDetails" limit 1)',
            {"period_end": "ReferenceDate", "value": element},
            {
                "indicator_id": f"'{indicator}'",
                "period_basis": "'point_in_time'",
                "breakdown": "'all'",
                "source_note": f"'Workforce census: {element}'",
            },
            where=f'clean("{element}") is not null',
        )
        for indicator, element in (
            ("wf_vacancies_fte", "NumberOfVacancies"),
            ("wf_agency_fte", "NoAgencyFTE"),
        )
    ]
}
LIMITS = {
    "professionals": "the workforce census knows workers by registration number, not by the id that cases "
    "carry; taken as ids these would leave every case without a known worker",
    "workforce_posts": "the workforce census counts vacancies for the authority and lists no posts",
    "workforce_assignments": "the workforce census lists workers without their posts",
    "wf_vacancy_rate": "the workforce census does not count established posts",
    "wf_agency_rate": "the workforce census counts agency staff of every role together",
}


def open_workforce_census(source: Path | bytes | BinaryIO) -> ConvertedReturns:
    """Read one workforce census file.

    Raises RejectedFileError where it is hostile, broken or another collection.
    """
    records = read_records(source, WORKFORCE_CENSUS)
    authority, year, reference_date = read_header(records, "CSWW")
    returns: dict[str, pa.Table] = {}
    with workbench(records.tables) as db:
        db.execute(
            """
            create temp view totals as
            select line as row_number, 'LALevelVacancies' as origin, * exclude (line) from "LALevelVacancies"
            """
        )
        figures = make(db, ROUTES["indicator_returns"])
    limits = dict(LIMITS)
    if reference_date and figures.num_rows:
        returns["indicator_returns"] = figures
    else:
        limits["indicator_returns"] = "the file has no reference date or no totals"
    return ConvertedReturns(
        source_format="workforce_census",
        returns=returns,
        findings=records.notes.table(),
        history_from=dict.fromkeys(returns),
        not_supplied=unfilled(returns, limits, "the workforce census"),
        source_fields=named_by_sender(ROUTES, returns),
        said_authority=authority,
        said_year=year,
        said_date=reference_date,
    )
