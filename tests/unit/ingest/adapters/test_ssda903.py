"""SSDA903: runs of episodes, each rule of spec/mapping.csv, and sets that arrive in pieces."""

from datetime import date

import pytest

from ingest.adapters import ConvertedReturns, open_ssda903
from ingest.discovery.file_reader import RejectedFileError
from ingest.discovery.formats import HEAD_BYTES, recognise

MARCH = date(2025, 3, 31)
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,URN\n"
REVIEWS = "CHILD,DOB,REVIEW,REVIEW_CODE\n"
PLACED = "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED\n"
AD1 = "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n"

TWO_PERIODS = EPISODES + (
    "1,01/04/2023,S,V2,N1,U6,PR1,01/06/2023,X1,\n"
    "1,01/06/2023,L,C1,N1,U6,PR1,01/09/2023,X1,\n"
    "1,01/09/2023,P,C1,N1,K2,PR4,01/12/2023,E4A,SC1\n"
    "1,01/02/2024,S,C1,N1,U4,PR1,,,\n"
)


def opened(as_at: date | None = MARCH, **tables: str) -> ConvertedReturns:
    return open_ssda903({f"{name}.csv": text.encode() for name, text in tables.items()}, as_at)


def column(opened: ConvertedReturns, name: str, *fields: str) -> list[tuple[object, ...]]:
    return [tuple(row[field] for field in fields) for row in opened.returns[name].to_pylist()]


def kinds(opened: ConvertedReturns) -> list[str]:
    return [f["finding"] for f in opened.findings.to_pylist()]


def test_a_period_of_care_runs_from_one_start_to_the_next():
    result = opened(a=TWO_PERIODS)

    assert column(result, "cla_episodes", "clae_cla_episode_id", "clae_cla_id") == [
        ("1|2023-04-01", "1|2023-04-01"),
        ("1|2023-06-01", "1|2023-04-01"),
        ("1|2023-09-01", "1|2023-04-01"),
        ("1|2024-02-01", "1|2024-02-01"),
    ]
    assert kinds(result) == []


def test_a_legal_status_lasts_while_it_is_the_same_within_one_period_of_care():
    fields = ("lega_legal_status", "lega_legal_status_start_date", "lega_legal_status_end_date")

    assert column(opened(a=TWO_PERIODS), "legal_statuses", *fields) == [
        ("V2", "01/04/2023", "01/06/2023"),
        ("C1", "01/06/2023", "01/12/2023"),
        ("C1", "01/02/2024", ""),
    ]


def test_a_placement_goes_on_through_a_change_of_legal_status():
    fields = (
        "clap_cla_placement_id",
        "clap_cla_placement_end_date",
        "clap_cla_placement_type",
        "clap_cla_id",
    )

    assert column(opened(a=TWO_PERIODS), "cla_placements", *fields) == [
        ("1|2023-04-01", "01/09/2023", "U6", "1|2023-04-01"),
        ("1|2023-09-01", "01/12/2023", "K2", "1|2023-04-01"),
        ("1|2024-02-01", "", "U4", "1|2024-02-01"),
    ]


def test_runs_do_not_depend_on_the_order_of_rows():
    header, *rows = TWO_PERIODS.splitlines(keepends=True)
    shuffled = opened(a=header + "".join(reversed(rows)))

    assert sorted(column(shuffled, "cla_episodes", "clae_cla_episode_id", "clae_cla_id")) == sorted(
        column(opened(a=TWO_PERIODS), "cla_episodes", "clae_cla_episode_id", "clae_cla_id")
    )
    assert [row for (row,) in column(shuffled, "cla_episodes", "row_number")] == [2, 3, 4, 5]


def test_care_that_began_before_the_file_is_named_by_its_first_episode_and_said_so():
    result = opened(a=EPISODES + "1,01/04/2023,L,C2,N1,U6,PR1,,,\n2,01/04/2023,S,C2,N1,U6,PR1,,,\n")

    assert column(result, "cla_episodes", "clae_cla_id") == [("1|2023-04-01",), ("2|2023-04-01",)]
    (finding,) = result.findings.to_pylist()
    assert finding["finding"] == "period_of_care_cut"
    assert finding["reason"].startswith("1 of 2 periods of care")


def test_a_setting_that_changes_while_the_placement_goes_on_is_a_finding():
    changed = TWO_PERIODS.replace("L,C1,N1,U6", "L,C1,N1,K2")
    result = opened(a=changed)

    assert column(result, "cla_placements", "clap_cla_placement_type")[0] == ("U6",)
    (finding,) = result.findings.to_pylist()
    assert (finding["finding"], finding["row_number"], finding["column_name"], finding["value"]) == (
        "placement_changed_unsaid",
        3,
        "PLACE",
        "K2",
    )


def test_an_episode_without_a_readable_start_stays_for_conform_to_report():
    result = opened(a=TWO_PERIODS + "1,31/02/2024,L,C2,N1,U4,PR1,,,\n,01/02/2024,S,C2,N1,U4,PR1,,,\n")

    assert column(result, "cla_episodes", "clae_cla_episode_id", "clae_cla_id")[4:] == [(None, None)] * 2
    assert result.returns["legal_statuses"].num_rows == 3


def test_guardianship_codes_of_2018_read_as_those_that_followed():
    result = opened(a=TWO_PERIODS.replace("E4A", "E43"))

    assert column(result, "cla_episodes", "clae_cla_episode_ceased_reason")[2] == ("E45",)


def test_a_review_joins_the_period_of_care_open_on_its_day():
    reviews = (
        REVIEWS + "1,,05/05/2023,PN1\n1,,01/12/2023,PN1\n1,,01/03/2024,PN2\n9,,01/03/2024,PN2\n1,,soon,PN2\n"
    )
    result = opened(a=TWO_PERIODS, b=reviews)

    assert column(result, "cla_reviews", "clar_cla_review_id", "clar_cla_id", "clar_cla_review_date") == [
        ("1|2023-05-05", "1|2023-04-01", "05/05/2023"),
        ("1|2024-03-01", "1|2024-02-01", "01/03/2024"),
        (None, None, "soon"),
    ]
    outside = [f["row_number"] for f in result.findings.to_pylist() if f["finding"] == "review_outside_care"]
    assert outside == [3, 5]  # on the day that care ended, and of a child who was never in care


def test_dates_of_a_table_have_one_order_before_any_id_is_made_of_them():
    rows = "1,01.04.2023,S,V2,N1,U6,PR1,,,\n2,13.04.2023,S,V2,N1,U6,PR1,,,\n"
    result = opened(a=EPISODES + rows)
    assert column(result, "cla_episodes", "clae_cla_id", "clae_cla_episode_start_date") == [
        ("1|2023-04-01", "2023-04-01"),
        ("2|2023-04-13", "2023-04-13"),
    ]
    assert "date_form_noted" in kinds(result)

    american = opened(a=EPISODES + rows.replace("01.04.2023", "4/1/2023").replace("13.04.2023", "4/13/2023"))
    assert column(american, "cla_episodes", "clae_cla_id", "clae_cla_episode_start_date") == [
        (None, "=??"),
        ("2|2023-04-13", "2023-04-13"),
    ]


def test_an_adoption_is_put_together_from_its_placement_match_and_order():
    episodes = EPISODES + (
        "1,01/04/2023,S,E1,N1,A3,PR1,01/03/2025,E12,\n2,01/05/2023,S,E1,N1,A3,PR1,,,\n3,01/04/2024,S,E1,N1,A3,PR1,01/02/2025,E11,\n"
    )
    placed = PLACED + "1,,01/01/2024,01/03/2024,RD4\n1,,01/06/2024,,\n2,,01/07/2024,,\n"
    result = opened(a=episodes, b=placed, c=AD1 + "1,,01/05/2024,02/05/2024,1,2,MF,L11\n")

    fields = ("perm_table_id", "perm_cla_id", "perm_matched_date", "perm_permanence_order_date")
    assert sorted(column(result, "permanence", *fields)) == [
        ("1|2024-01-01", "1|2023-04-01", None, None),
        ("1|2024-06-01", "1|2023-04-01", "02/05/2024", "01/03/2025"),
        ("2|2024-07-01", "2|2023-05-01", None, None),
        ("3|2025-02-01", "3|2024-04-01", None, "01/02/2025"),
    ]
    types = dict(column(result, "permanence", *fields[:1], "perm_permanence_order_type"))
    assert types["1|2024-06-01"] == "ADOPTION" and types["1|2024-01-01"] is None


def test_sex_is_read_as_either_rule_set_codes_it():
    header = (
        "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,1,,WBRI,,,\n2,2,,WBRI,,,\n3,U,,WBRI,,,\n4,7,,WBRI,,,\n"
    )

    assert [sex for (sex,) in column(opened(a=header), "persons", "pers_sex")] == ["M", "F", "U", "7"]


def test_care_leavers_are_taken_into_a_march_snapshot_only():
    oc3 = "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n1,,YES,F1,U1\n2,,DIED,0,0\n3,,NO,G5,01\n"
    fields = (
        "clea_care_leaver_activity",
        "clea_care_leaver_accommodation",
        "clea_care_leaver_accom_suitable",
    )

    assert column(opened(a=oc3), "care_leavers", *fields) == [
        ("F1", "U", "1"),
        (None, None, None),
        ("G5", "01", None),  # no letter: whole, for conform to report
    ]
    for as_at in (date(2025, 6, 30), None):
        other = opened(as_at, a=oc3)
        assert "care_leavers" not in other.returns and "March" in other.not_supplied["care_leavers"]


def test_missing_spells_and_social_workers_have_surrogate_ids():
    result = opened(
        a="CHILD,DOB,MISSING,MIS_START,MIS_END\n1,,M,01/02/2025,03/02/2025\n",
        b="CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\n1,,SW12,01/02/2025,,MANAGE\n",
    )

    assert column(result, "missing", "miss_table_id", "miss_missing_episode_type") == [("1|2025-02-01", "M")]
    fields = ("invo_involvements_id", "invo_professional_role_id", "invo_worker_change_reason")
    assert column(result, "involvements", *fields) == [("1|SW12|2025-02-01", "SW", "MANAGE")]


def test_a_table_is_told_by_its_headings_and_what_it_feeds_needs_all_its_tables():
    result = opened(reviews=TWO_PERIODS)

    assert set(result.returns) == {"cla_episodes", "legal_statuses", "cla_placements"}
    assert result.not_supplied["cla_reviews"] == "the set has no table reviews"


def test_what_is_sent_twice_or_cannot_be_read_is_left_out_and_said_so():
    result = open_ssda903(
        {
            "a": REVIEWS.encode(),
            "b": REVIEWS.encode(),
            "c": TWO_PERIODS.encode(),
            "d": b"\xff\xfe,",
            "e": b"x,y\n",
        },
        MARCH,
    )

    assert "cla_reviews" not in result.returns
    assert sorted(kinds(result)) == ["rejected_file", "repeated_table", "unknown_file"]


FORMS = {
    "semicolons": (TWO_PERIODS.replace(",", ";").encode(), ["separator_noted"]),
    "tabs, in UTF-16": (
        TWO_PERIODS.replace(",", "\t").encode("utf-16"),
        ["encoding_noted", "separator_noted"],
    ),
    "titles above": (
        f"Episodes of care\nRun 01/04/2025\n\n{TWO_PERIODS}".encode(),
        ["lines_above_header_noted"],
    ),
    "a total below": (f"{TWO_PERIODS}Total,4,,,,,,,,\n".encode(), ["lines_passed_over_noted"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_is_read_in_any_declared_form_and_says_so(form: str):
    data, said = FORMS[form]
    fields = ("clae_cla_episode_id", "clae_cla_id", "clae_cla_episode_ceased_reason")
    plain = column(opened(a=TWO_PERIODS), "cla_episodes", *fields)

    result = open_ssda903({"a": data}, MARCH)

    assert recognise("a.csv", data[:HEAD_BYTES]) == "ssda903"
    assert column(result, "cla_episodes", *fields) == plain
    assert sorted(kinds(result)) == said


def test_a_table_in_which_a_comma_would_be_guessed_at_is_none_of_them():
    assert recognise("a.csv", b"CHILD and DECOM and RNE\n1,2,3\n") is None


def test_the_table_of_orders_that_deprive_of_liberty_is_known_and_of_no_use():
    orders = "CHILD,DOB,DOLO_START,DOLO_END\n1,01/04/2010,01/05/2026,\n"

    assert recognise("dolo.csv", orders.encode()) == "ssda903"
    assert kinds(opened(a=TWO_PERIODS, b=orders)) == []


def test_strange_and_missing_columns_are_findings():
    result = opened(a="CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC,URN,NOTES\n1,01/04/2023,S,C2,N1,U6,,,,secret\n")

    told = {(f["finding"], f["column_name"]) for f in result.findings.to_pylist()}
    assert told == {("unknown_column", "column 10"), ("missing_column", "PLACE_PROVIDER")}


def test_tables_without_rows_are_a_true_zero():
    result = opened(a=EPISODES, b=REVIEWS, c=PLACED, d=AD1)

    assert {name: table.num_rows for name, table in result.returns.items()} == {
        "cla_episodes": 0,
        "legal_statuses": 0,
        "cla_placements": 0,
        "cla_reviews": 0,
        "permanence": 0,
    }


def test_the_set_is_good_for_the_year_to_march():
    history = opened(date(2025, 6, 30), a=TWO_PERIODS).history_from

    assert history["cla_episodes"] == date(2024, 4, 1)


def test_files_of_which_none_is_a_table_are_rejected():
    with pytest.raises(RejectedFileError, match="no file of the set"):
        opened(a="x,y\n1,2\n")


def test_parts_of_a_torn_row_are_no_child_of_a_set():
    result = opened(a=TWO_PERIODS + "2,01/04/2023,S,V2,N1\nwest,U6,PR1,,,\n")

    assert {row["clae_person_id"] for row in result.returns["cla_episodes"].to_pylist()} == {"1"}
    assert kinds(result) == ["rows_torn"]


def test_a_row_of_a_set_with_more_cells_than_headings_is_left_out_and_told():
    header = TWO_PERIODS.partition("\n")[0]
    more = "," * (header.count(",") - 5)
    result = opened(a=TWO_PERIODS + f"2,01/04/2023,S,V2,N1,V2{more},x\n")

    assert {row["clae_person_id"] for row in result.returns["cla_episodes"].to_pylist()} == {"1"}
    assert kinds(result) == ["cells_out_of_place"]
