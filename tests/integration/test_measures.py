"""What puts figures in doubt, on returns made by hand: what is held, on what ground, and what stands.

Contacts come one each weekday from March 2024. February 2025 is sound for all, and closed; what March brings
differs.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from ingest.ledger import Override
from ingest.paths import WarehousePaths
from tests.conftest import csv_of
from tests.support.quality_warehouse import build, rows

pytestmark = pytest.mark.pipeline

OF_CONTACTS = {"contacts_received", "contacts_to_referral_pct"}  # the two that need no other return
BASES = {"month", "year_to_date", "rolling_12_months"}
Row = dict[str, object]


def weekdays(last: date) -> list[date]:
    every = (date(2024, 3, 1) + timedelta(n) for n in range((last - date(2024, 3, 1)).days + 1))
    return [day for day in every if day.weekday() < 5]


def contacts(last: date) -> list[Row]:
    return [
        {"cont_contact_id": f"c{n}", "cont_person_id": f"p{n}", "cont_contact_date": day.isoformat()}
        for n, day in enumerate(weekdays(last))
    ]


def plans(*spells: tuple[str, str, str]) -> list[Row]:
    return [
        {"cppl_cp_plan_id": f"{child}{start}", "cppl_person_id": child,
         "cppl_cp_plan_start_date": start, "cppl_cp_plan_end_date": end}
        for child, start, end in spells
    ]  # fmt: skip


def unreadable(sent: list[Row], count: int, column: str) -> list[Row]:
    """The same rows, with a column of a few of them, from the middle of March back, as nobody can read it."""
    spoilt = range(len(sent) - 10 - count, len(sent) - 10) if count < len(sent) else range(len(sent))
    return [row | {column: "the 3rd"} if n in spoilt else row for n, row in enumerate(sent)]


FEBRUARY, MARCH = date(2025, 2, 28), date(2025, 3, 31)
ONE_CHILD = plans(("x", "2024-05-01", ""))
OVERLAPPING = plans(("x", "2024-05-01", "2025-03-03"), ("x", "2024-06-03", ""), ("y", "2024-07-01", ""))
IN_CARE = [
    {"clae_cla_episode_id": "e1", "clae_person_id": "x", "clae_cla_id": "1",
     "clae_cla_episode_start_date": "2024-06-03", "clae_cla_episode_start_reason": "S"}
]  # fmt: skip
LEAVERS = [
    {"clea_table_id": f"l{n}", "clea_person_id": f"l{n}", "clea_care_leaver_eligibility": "FORMER_RELEVANT",
     "clea_care_leaver_in_touch": "YES", "clea_care_leaver_accommodation": "B",
     "clea_care_leaver_accom_suitable": "1", "clea_care_leaver_activity": "F2"}
    for n in range(4)
]  # fmt: skip
BIRTHS = [{"pers_person_id": f"l{n}", "pers_dob": "2005-06-01"} for n in range(4)]
EARLIER: dict[
    str, dict[str, list[Row] | str]
] = {  # what came in February beside the contacts and plans of all
    "312": {"care_leavers": LEAVERS, "persons": BIRTHS},
    "313": {"care_leavers": LEAVERS, "persons": BIRTHS},
}
SENT: dict[str, dict[str, list[Row] | str]] = {
    "301": {"contacts": contacts(MARCH), "cp_plans": OVERLAPPING},  # sound, but for a child on two plans
    "302": {"contacts": contacts(date(2025, 3, 14)), "cp_plans": ONE_CHILD},  # 11 working days of silence
    "303": {"contacts": contacts(date(2025, 3, 28)), "cp_plans": ONE_CHILD},  # one
    "304": {"contacts": list(reversed(contacts(FEBRUARY))), "cp_plans": OVERLAPPING},  # February's again
    "305": {"contacts": contacts(FEBRUARY), "cp_plans": ONE_CHILD},  # everything is February's again
    "306": {"contacts": contacts(MARCH)[:0], "cp_plans": ONE_CHILD},  # a heading, and nothing below it
    "307": {
        "contacts": unreadable(contacts(MARCH), 20, "cont_contact_date"),
        "cp_plans": ONE_CHILD,
    },  # of 282
    "308": {"contacts": unreadable(contacts(MARCH), 2, "cont_contact_date"), "cp_plans": ONE_CHILD},
    "309": {"contacts": unreadable(contacts(MARCH), 282, "cont_contact_date"), "cp_plans": ONE_CHILD},
    "310": {"cla_episodes": IN_CARE, "legal_statuses": "no heading that anybody knows\n1\n"},
    "311": {
        "contacts": contacts(date(2025, 3, 14)),
        "cp_plans": ONE_CHILD,
    },  # as 302; somebody answers for it
    "312": {  # two activities of four that are no code
        "contacts": contacts(MARCH),
        "cp_plans": ONE_CHILD,
        "persons": BIRTHS,
        "care_leavers": [
            row | {"clea_care_leaver_activity": "college"} if n < 2 else row for n, row in enumerate(LEAVERS)
        ],
    },
    "313": {  # care leavers that cannot be read
        "contacts": contacts(MARCH),
        "cp_plans": ONE_CHILD,
        "persons": BIRTHS,
        "care_leavers": "no heading that anybody knows\n1\n",
    },
}
ANSWERED = Override("stopped", "311", "contacts", "the front door was closed", "A. Name", "2025-03")
OF_ANOTHER_GROUND = Override("history_lost", "302", "contacts", "old rows are archived", "A. Name", "2025-03")
OF_ANOTHER_RETURN = Override("stopped", "302", "cp_plans", "no plan was made", "A. Name", "2025-03")
ENDED = Override("stopped", "302", "contacts", "the front door was closed", "A. Name", "2025-02")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    base = tmp_path_factory.mktemp("measures")
    made = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    for folder in (made.raw, made.reference):
        folder.mkdir()
    for la_code, sent in SENT.items():
        before = {"contacts": contacts(FEBRUARY), "cp_plans": ONE_CHILD} | EARLIER.get(la_code, {})
        _send(made.raw / "2025-02" / la_code, before)
        _send(made.raw / "2025-03" / la_code, sent)
    build(made, overrides=[ANSWERED, OF_ANOTHER_GROUND, OF_ANOTHER_RETURN, ENDED], closed="2025-02")
    return made


def _send(folder: Path, sent: dict[str, list[Row] | str]) -> None:
    folder.mkdir(parents=True)
    for name, told in sent.items():
        empty = ",".join(contacts(MARCH)[0]) + "\n"
        text = told if isinstance(told, str) else csv_of(told) if told else empty
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def held(places: WarehousePaths, la_code: str, month_end: str = "2025-03-31") -> dict[str, set[str]]:
    """The grounds on which figures of one month are held, and the indicators that each holds."""
    found: dict[str, set[str]] = {}
    for ground, indicator in rows(
        places,
        f"""
        select distinct ground, indicator_id from marts.fct_held_figures
        where la_code = '{la_code}' and period_end = '{month_end}'
        """,
    ):
        found.setdefault(ground, set()).add(indicator)
    return found


def figure(places: WarehousePaths, la_code: str, indicator: str, basis: str, month_end: str) -> tuple:
    [one] = rows(
        places,
        f"""
        select numerator, value, value_status, view_month, ground from marts.fct_indicator_values
        where la_code = '{la_code}' and indicator_id = '{indicator}' and period_basis = '{basis}'
            and period_end = '{month_end}' and breakdown_type = 'all'
        """,
    )
    return one


def test_a_sound_return_holds_nothing(places: WarehousePaths) -> None:
    assert set(held(places, "301")) == {"contradiction"}  # of its plans; nothing of its contacts
    assert figure(places, "301", "contacts_received", "month", "2025-03-31") == (
        21,
        21,
        "calculated",
        "2025-03",
        None,
    )
    assert held(places, "303") == {}


def test_a_silence_holds_what_reads_the_return_and_nothing_else(places: WarehousePaths) -> None:
    assert held(places, "302") == {"stopped": OF_CONTACTS}
    assert figure(places, "302", "contacts_received", "month", "2025-03-31") == (
        None, None, "withheld", "2025-03", "stopped",
    )  # fmt: skip
    assert figure(places, "302", "cp_open", "point_in_time", "2025-03-31")[:3] == (1, 1, "calculated")


def test_a_silence_does_not_reach_back(places: WarehousePaths) -> None:
    assert held(places, "302", "2025-02-28") == {}
    assert figure(places, "302", "contacts_received", "month", "2025-02-28")[:3] == (20, 20, "calculated")


def test_the_rows_of_an_earlier_month_in_any_order_are_no_news(places: WarehousePaths) -> None:
    assert {"sent_before", "stopped"} <= set(held(places, "304"))
    assert held(places, "304")["sent_before"] == OF_CONTACTS


def test_where_every_return_is_an_earlier_months_all_of_the_month_is_held(places: WarehousePaths) -> None:
    given = rows(
        places,
        """
        select indicator_id from marts.fct_indicator_values
        where la_code = '305' and period_end = '2025-03-31'
            and value_status in ('calculated', 'no_cases', 'no_population', 'reported')
        """,
    )

    assert given == []
    assert "cp_open" in held(places, "305")["sent_before"]
    assert figure(places, "305", "cp_open", "point_in_time", "2025-02-28")[:3] == (1, 1, "calculated")


def test_a_heading_alone_where_there_were_hundreds_is_not_nothing(places: WarehousePaths) -> None:
    assert held(places, "306") == {"history_lost": OF_CONTACTS}
    # February's return covers February: its figure stands, and says of when it is
    assert figure(places, "306", "contacts_received", "month", "2025-02-28") == (
        20, 20, "calculated", "2025-02", "history_lost",
    )  # fmt: skip


def test_rows_that_cannot_be_read_hold_above_a_twentieth(places: WarehousePaths) -> None:
    assert held(places, "307")["rows_unread"] == OF_CONTACTS
    assert rows(
        places,
        """
        select counted, out_of, bound from marts.fct_held_figures
        where la_code = '307' and ground = 'rows_unread' and look_back = 'all' and period_basis = 'month'
            and indicator_id = 'contacts_received' and period_end = '2025-03-31'
        """,
    ) == [(20, 282, 0.05)]


def test_few_that_are_many_of_the_month_hold_the_month_alone(places: WarehousePaths) -> None:
    """2 of 282 rows: under a twentieth of all, but 2 new ones beside the 19 of March."""
    bases = rows(
        places,
        """
        select distinct period_basis, look_back from marts.fct_held_figures
        where la_code = '308' order by all
        """,
    )

    assert bases == [("month", "month")]
    [(said,)] = rows(
        places,
        "select ground_sentence from marts.rpt_held_by_ground "
        "where la_code = '308' and ground = 'rows_unread'",
    )
    assert "rows of contacts that are of March 2025 or of no day that could be read were left out" in said


def test_a_return_of_which_no_row_can_be_read_was_not_sent(places: WarehousePaths) -> None:
    [(status, reason)] = rows(
        places,
        """
        select submission_status, reason from marts.fct_submissions
        where la_code = '309' and return_name = 'contacts' and reporting_month = '2025-03'
        """,
    )

    assert (status, reason[:45]) == ("rejected", "none of its 282 rows has a key and required c")
    assert figure(places, "309", "contacts_received", "month", "2025-03-31")[:3] == (
        None,
        None,
        "not_submitted",
    )


def test_a_refused_return_is_not_the_stated_default(places: WarehousePaths) -> None:
    """Short breaks are in legal_statuses: unread, a child in a short break would count as looked after."""
    assert "cla_open" in held(places, "310")["return_refused"]
    assert figure(places, "310", "cla_open", "point_in_time", "2025-03-31")[2] == "withheld"
    # what does not ask about short breaks is given
    assert "cla_open" not in held(places, "302").get("return_refused", set())


def test_a_stock_that_its_flows_do_not_explain_is_held_alone(places: WarehousePaths) -> None:
    """Two plans of one child that overlap: on 3 March one ends, and the child stays on the other."""
    assert held(places, "301") == {"contradiction": {"cp_open"}}
    assert figure(places, "301", "cp_ended", "month", "2025-03-31")[:3] == (1, 1, "calculated")
    [(sentence,)] = rows(
        places,
        "select ground_sentence from marts.rpt_held_by_ground where la_code = '301'",
    )
    assert "2 are open, and those a month before with the starts and without the ends make 1" in sentence


def test_an_override_frees_what_it_names_and_nothing_else(places: WarehousePaths) -> None:
    assert held(places, "311") == {}
    assert figure(places, "311", "contacts_received", "month", "2025-03-31")[:3] == (10, 10, "calculated")
    assert held(places, "302") == {"stopped": OF_CONTACTS}
    assert rows(
        places,
        "select consequence from marts.fct_measures where la_code = '311' and ground = 'stopped'",
    ) == [("overridden",)]


def test_an_override_of_another_ground_or_return_or_month_frees_nothing(places: WarehousePaths) -> None:
    assert held(places, "302") == {"stopped": OF_CONTACTS}


def test_a_field_that_cannot_be_read_holds_what_reads_the_field_alone(places: WarehousePaths) -> None:
    assert held(places, "312") == {"values_unread": {"cl_eet_pct"}}
    assert figure(places, "312", "cl_suitable_accom_pct", "point_in_time", "2025-03-31")[:3] == (
        4, 100, "calculated",
    )  # fmt: skip


def test_a_refused_return_of_one_month_leaves_earlier_months_as_they_were(places: WarehousePaths) -> None:
    assert figure(places, "313", "cl_eet_pct", "point_in_time", "2025-03-31")[:3] == (
        None, None, "not_submitted",
    )  # fmt: skip
    assert held(places, "313", "2025-02-28") == {}
    assert figure(places, "313", "cl_eet_pct", "point_in_time", "2025-02-28")[:3] == (4, 100, "calculated")


def test_the_status_of_each_authority_counts_what_is_held(places: WarehousePaths) -> None:
    asked = "select la_code, publication_status, held_count, grounds from marts.fct_publication_status"
    told = {la_code: (status, count, grounds) for la_code, status, count, grounds in rows(places, asked)}

    assert told["302"] == ("published_in_part", 8, "stopped")
    assert told["303"] == ("published", 0, None)
    assert told["305"][0] == "withheld"
    assert told["311"] == ("published_by_override", 0, None)


def test_what_holds_most_is_named_first_with_what_frees_it(places: WarehousePaths) -> None:
    told = rows(
        places,
        """
        select ground, return_name, figure_count, ground_sentence, suggested_action
        from marts.rpt_held_by_ground where la_code = '302'
        """,
    )

    [(ground, name, count, sentence, action)] = told
    assert (ground, name, count) == ("stopped", "contacts", 8)
    assert sentence.startswith("nothing in contacts since its newest event, where ")
    assert action == "check that the query behind contacts still finds new records; run it again and send it"
