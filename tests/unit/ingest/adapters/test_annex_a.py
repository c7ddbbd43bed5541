"""Annex A: each rule of spec/mapping.csv, and what real workbooks do to it."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from ingest.adapters import ConvertedReturns, open_annex_a
from ingest.adapters.annex_a.lists import load_lists, read_code
from ingest.discovery.file_reader import RejectedFileError
from tests.unit.ingest.adapters.workbooks import ERROR, Cell, workbook

A = date(2025, 3, 31)
CHILD = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth"]
ANN: list[Cell] = [101, "b) Female", "a) WBRI", date(2012, 5, 4)]


def a_list(name: str, *rows: Mapping[str, Cell]) -> list[list[Cell]]:
    """One of the lists with all its columns, a row for each dictionary; of child 101 unless it says so."""
    headings = list(load_lists()[name].headings)
    child = dict(zip(CHILD, ANN, strict=True)) if headings[0] == CHILD[0] else {}
    return [list(headings), *([{**child, **row}.get(heading) for heading in headings] for row in rows)]


def opened(
    sheets: Mapping[str, Sequence[Sequence[Cell]]], counts_from_1904: bool = False
) -> ConvertedReturns:
    return open_annex_a(workbook(sheets, counts_from_1904), A)


def only(opened: ConvertedReturns, name: str) -> dict[str, object]:
    (row,) = opened.returns[name].to_pylist()
    return row


def found(opened: ConvertedReturns, finding: str) -> list[tuple[str, int, str, str]]:
    return [
        (f["origin"], f["row_number"], f["column_name"], f["value"])
        for f in opened.findings.to_pylist()
        if f["finding"] == finding
    ]


def test_a_list_is_told_by_its_headings_whatever_the_sheet_is_called():
    contacts = only(opened({"Sheet9": a_list("List 1", {"Date of Contact": date(2025, 1, 6)})}), "contacts")

    assert contacts == {
        "row_number": 2,
        "origin": "List 1 (sheet 1)",
        "cont_person_id": "101",
        "cont_contact_date": "2025-01-06",
        "cont_contact_source_code": None,
        "cont_contact_id": "101|2025-01-06|1",
    }


def test_headings_may_differ_in_case_spaces_quotes_and_lines_and_stand_below_a_title():
    rows: list[list[Cell]] = [
        ["Children assessed, confidential"],
        [],
        ["CHILD  UNIQUE\nID", "Continuous Assessment\u00a0start date", None],
        [7, date(2025, 2, 3), None],
    ]
    rows[2][2] = "Was the child assessed as requiring LA children\u2019s social care support?"
    rows[3][2] = "a) Yes"

    assessment = only(opened({"x": rows}), "cin_assessments")

    assert assessment["row_number"] == 4
    assert assessment["cina_assessment_id"] == "7|2025-02-03"
    assert (
        assessment["cina_assessment_outcome_nfa"] == "N"
    )  # support needed: the reverse of no further action


def test_equal_contacts_are_told_apart_by_a_running_number():
    day = {"Date of Contact": date(2025, 1, 6)}
    contacts = opened({"x": a_list("List 1", day, day)}).returns["contacts"]

    assert contacts.column("cont_contact_id").to_pylist() == ["101|2025-01-06|1", "101|2025-01-06|2"]


def test_an_early_help_assessment_completed_is_not_the_end_of_the_episode():
    row = {"Assessment start date": "06/01/2025", "Assessment completion date": "07/02/2025"}
    episode = only(opened({"x": a_list("List 2", row)}), "early_help_episodes")

    assert episode["earl_episode_id"] == "101|2025-01-06"
    assert episode["assessment_completed_date"] == "07/02/2025"
    assert "earl_episode_end_date" not in episode


def test_list_6_joins_list_3_by_child_and_day_and_adds_what_list_3_lacks():
    sheets = {
        "3": a_list("List 3", {"Date of referral": date(2025, 1, 6), "Referral NFA?": "b) No"}),
        "6": a_list(
            "List 6",
            {"CIN Start Date": "06/01/2025", "Primary Need Code": "N1 - Abuse or Neglect"},
            {"CIN Start Date": date(2020, 5, 5), "Date Child Was Last Seen": date(2025, 3, 1)},
        ),
    }
    result = opened(sheets)

    by_id = {row["cine_referral_id"]: row for row in result.returns["cin_episodes"].to_pylist()}
    assert by_id.keys() == {"101|2025-01-06", "101|2020-05-05"}
    assert by_id["101|2025-01-06"]["cine_cin_primary_need_code"] == "N1"
    assert by_id["101|2025-01-06"]["origin"] == "List 3 (sheet 1) and List 6 (sheet 2) row 2"
    assert by_id["101|2020-05-05"]["origin"] == "List 6 (sheet 2)"
    assert only(result, "cin_visits")["cinv_cin_visit_seen"] == "Y"


def test_referrals_are_not_submitted_when_one_of_their_two_lists_is_missing():
    result = opened({"3": a_list("List 3", {"Date of referral": date(2025, 1, 6)})})

    assert "cin_episodes" not in result.returns
    assert result.not_supplied["cin_episodes"] == "the workbook has no List 6"


def test_an_assessment_belongs_to_the_latest_referral_on_or_before_its_start():
    sheets = {
        "3": a_list(
            "List 3",
            {"Date of referral": date(2024, 6, 1)},
            {"Date of referral": date(2025, 1, 6)},
            {"Date of referral": date(2025, 1, 8)},
        ),
        "4": a_list(
            "List 4",
            {"Continuous Assessment Start Date": date(2025, 1, 6)},
            {"Continuous Assessment Start Date": date(2023, 1, 6)},
        ),
        "6": a_list("List 6"),
    }

    referrals = opened(sheets).returns["cin_assessments"].column("cina_referral_id").to_pylist()

    assert sorted(referrals, key=str) == ["101|2025-01-06", None]


def test_an_enquiry_with_a_conference_date_makes_one_conference_linked_to_it():
    start = "Strategy discussion initiating Section 47 Enquiry Start Date"
    result = "Did the Initial Child Protection Conference Result in a Child Protection Plan"
    conference = "Date of Initial Child Protection Conference"
    sheets = {
        "5": a_list(
            "List 5",
            {start: date(2025, 1, 6), conference: date(2025, 1, 20), result: "Yes"},
            {start: date(2025, 2, 6), result: "a) Yes"},
            {start: date(2025, 3, 6), result: "b) No"},
        )
    }
    opened_list = opened(sheets)

    conferences = only(opened_list, "initial_cp_conferences")
    assert conferences["icpc_icpc_id"] == "101|2025-01-20"
    assert conferences["icpc_s47_enquiry_id"] == "101|2025-01-06"
    assert conferences["icpc_icpc_outcome_cp_flag"] == "Y"
    assert opened_list.returns["s47_enquiries"].num_rows == 3
    assert found(opened_list, "result_without_conference") == [("List 5 (sheet 1)", 3, result, "Y")]


def test_a_plan_brings_its_last_visit_and_last_review():
    row = {
        "Child Protection Plan Start Date": date(2025, 1, 20),
        "Initial Category of Abuse": "d) Emotional abuse",
        "Latest Category of Abuse": "MUL",
        "Date of the Last Statutory Visit": date(2025, 3, 20),
        "Was the Child Seen Alone?": "c) Unknown",
        "Date of latest review conference": date(2025, 3, 10),
        "Number of Previous Child Protection Plans": 1,
    }
    result = opened({"7": a_list("List 7", row)})

    plan = only(result, "cp_plans")
    assert (plan["cppl_cp_plan_initial_category"], plan["cppl_cp_plan_latest_category"]) == ("EMO", "MUL")
    assert plan["number_of_previous_plans"] == "1"
    visit = only(result, "cp_visits")
    assert (visit["cppv_cp_plan_id"], visit["cppv_cp_visit_seen"]) == ("101|2025-01-20", "Y")
    assert visit["cppv_cp_visit_seen_alone"] is None  # Annex A has a code for not known
    assert only(result, "cp_reviews")["cppr_cp_review_id"] == "101|2025-01-20|2025-03-10"
    assert result.history_from["cp_visits"] == A
    assert "cp_reviews" in result.not_supplied


def test_a_looked_after_child_becomes_an_episode_a_placement_a_status_and_what_was_last_done():
    row = {
        "Date Started to be Looked After": date(2024, 1, 2),
        "Child's Category of Need": "N1 - Abuse or Neglect",
        "Start date of current legal status": date(2024, 2, 2),
        "Child's Legal Status": "C2: FCO",
        "Start Date of Most Recent Placement": date(2024, 3, 2),
        "Placement Type": "f) U6: Foster placement - not FFA",
        "Placement Provider": "e) PR4 - Private provision",
        "Placement Location": "b) Out",
        "Date of Latest Statutory Review": date(2025, 1, 2),
        "Date of Last Social Work Visit": date(2025, 2, 2),
        "Date of Last Health Assessment": date(2024, 12, 2),
        "Date of Last Dental Check": date(2024, 11, 2),
        "Date Ceased to be Looked After": date(2025, 3, 2),
        "Reason Ceased to be Looked After": "k) E47: Special Guardianship Orders - relative/friend",
    }
    result = opened({"8": a_list("List 8", row)})

    episode = only(result, "cla_episodes")
    assert episode["clae_cla_episode_id"] == episode["clae_cla_id"] == "101|2024-01-02"
    assert episode["clae_entered_care_date"] == "2024-01-02"
    assert (episode["clae_cla_episode_start_reason"], episode["clae_cla_episode_ceased_reason"]) == (
        "S",
        "E47",
    )
    assert only(result, "legal_statuses")["lega_legal_status_id"] == "101|2024-02-02"
    placement = only(result, "cla_placements")
    assert (placement["clap_cla_placement_type"], placement["clap_cla_placement_provider"]) == ("U6", "PR4")
    assert placement["placement_out_of_area"] == "Y"
    assert placement["clap_cla_id"] == only(result, "cla_reviews")["clar_cla_id"] == "101|2024-01-02"
    assert only(result, "cla_visits")["clav_cla_visit_id"] == "101|2025-02-02"
    checks = {c["clah_health_check_type"]: c for c in result.returns["cla_health"].to_pylist()}
    assert checks["HA"]["clah_health_check_date"] == "2024-12-02"
    assert checks["DENTAL"]["clah_health_check_id"] == "101|DENTAL|2024-11-02"


def test_a_care_leaver_is_read_by_prefix_code_and_label():
    row = {
        "Eligibility Category": "b) Former relevant child",
        "LA in Touch": "a) Yes",
        "Type of Accommodation": "Y: Other accommodation",
        "Suitability of Accommodation": "a) Suitable",
        "Activity Status": "F1: Full time in higher education",
    }
    leaver = only(opened({"9": a_list("List 9", row)}), "care_leavers")

    assert leaver["clea_table_id"] == "101"
    assert leaver["clea_care_leaver_eligibility"] == "FORMER_RELEVANT"
    assert leaver["clea_care_leaver_in_touch"] == "YES"
    assert leaver["clea_care_leaver_accommodation"] == "Y"
    assert leaver["clea_care_leaver_accom_suitable"] == "1"
    assert leaver["clea_care_leaver_activity"] == "F1"


def test_an_adoption_names_the_period_of_care_that_list_8_has():
    decision = "Date of Decision that Child Should be Placed for Adoption"
    row = {"Date the Child Entered Care": date(2024, 1, 2), decision: date(2024, 6, 1)}
    adopted = row | {"Date of Adoption Order": date(2025, 2, 1), "Child Unique ID": 102}
    sheets = {
        "8": a_list("List 8", {"Date Started to be Looked After": date(2024, 1, 2)}),
        "10": a_list("List 10", row, adopted),
    }
    result = opened(sheets)

    first, second = result.returns["permanence"].to_pylist()
    assert first["perm_table_id"] == "101|2024-06-01"
    assert first["perm_cla_id"] == only(result, "cla_episodes")["clae_cla_id"]
    assert first["perm_permanence_order_type"] is None
    assert second["perm_permanence_order_type"] == "ADOPTION"
    assert found(result, "not_on_list_8") == [
        ("List 10 (sheet 2)", 3, "Date the Child Entered Care", "2024-01-02")
    ]


def test_adopters_are_families_with_the_earliest_approval_and_match_and_the_latest_leaving():
    name, family = "Individual adopter identifier", "Family identifier"
    approved, left = "Date application approved", "Date of leaving adoption process"
    sheets = {
        "11": a_list(
            "List 11",
            {name: 1, family: 9, approved: date(2024, 5, 1), left: date(2025, 1, 1)},
            {name: 2, family: 9, approved: date(2024, 4, 1), left: date(2025, 2, 1)},
            {name: 3, approved: "soon"},
        )
    }
    result = opened(sheets)

    families = {f["family_id"]: f for f in result.returns["adopters"].to_pylist()}
    assert (families["9"]["approved_date"], families["9"]["left_date"]) == ("2024-04-01", "2025-02-01")
    assert families["3"]["kind_code"] == "IN_HOUSE"
    assert found(result, "unreadable_cell") == [("List 11 (sheet 1)", 4, approved, "soon")]


def test_the_dates_of_a_list_have_one_order_and_one_that_can_be_read_two_ways_is_not_read():
    def contacts(*days):
        rows = a_list("List 1", *({"Date of Contact": day, "Date of Birth": day} for day in days))
        return opened({"1": rows})

    american = contacts("3/14/2025", "3/4/2025")
    said = american.returns["contacts"]
    assert said.column("cont_contact_date").to_pylist() == ["2025-03-14", "=??"]
    assert said.column("cont_contact_id").to_pylist()[1] is None
    assert found(american, "order_of_dates_unsure") == [("List 1 (sheet 1)", 3, "Date of Birth", "=??")]

    british = contacts("14.3.2025", "3.4.2024")
    said = british.returns["contacts"]
    assert said.column("cont_contact_date").to_pylist() == ["2025-03-14", "2024-04-03"]
    assert [f["column_name"] for f in british.findings.to_pylist() if f["finding"] == "date_form_noted"] == [
        "Date of Birth",
        "Date of Contact",
    ]


def test_a_child_is_merged_over_lists_and_disagreement_is_a_finding():
    contact = {"Date of Contact": date(2025, 1, 6)}
    sheets = {
        "1": a_list("List 1", contact | {"Ethnicity": None, "Gender": "unclear"}),
        "2": a_list("List 2", {"Assessment start date": date(2025, 1, 7), "Date of Birth": date(2012, 5, 5)}),
        "9": a_list("List 9", {"Ethnicity": "WBRI - White British", "Date of Birth": "04/05/2012"}),
    }
    result = opened(sheets)

    person = only(result, "persons")
    assert person["pers_person_id"] == "101"
    assert (person["pers_sex"], person["pers_ethnicity"], person["pers_dob"]) == ("F", "WBRI", "2012-05-04")
    assert found(result, "lists_disagree") == [("List 2 (sheet 2)", 2, "Date of Birth", "2012-05-05")]
    assert found(result, "unreadable_cell") == [("List 1 (sheet 1)", 2, "Gender", "unclear")]


def test_a_birth_date_still_to_come_is_a_due_date():
    row = {"Date of Contact": date(2025, 1, 6), "Date of Birth": date(2025, 6, 1), "Gender": "d) Neither"}
    person = only(opened({"1": a_list("List 1", row)}), "persons")

    assert (person["pers_dob"], person["pers_expected_dob"]) == (None, "2025-06-01")
    assert person["pers_sex"] == "U"


@pytest.mark.parametrize(
    ("cell", "read", "code"),
    [
        ("a) Male", "sex", "M"),
        ("B", "sex", "F"),
        ("a. WBRI - White British", "ethnicity", "WBRI"),
        ("White British", "ethnicity", "WBRI"),
        ("b) 1B: Individual", "referral_source", "1B"),
        ("1A: Individual - family member", "referral_source", "1A"),
        ("q) 6: Police", "referral_source", "6"),
        ("10 Unknown", "referral_source", "10"),
        ("Physical", "abuse_category", "PHY"),
        ("a) Yes", "yes_no", "Y"),
        ("n", "yes_no", "N"),
        ("Unknown", "yes_no", None),
        ("Unknown", "yes_no_unknown", ""),
        ("No longer in contact", "in_touch", None),
        ("No - whereabouts not known", "in_touch", None),
        ("b) With parents or relatives", "accommodation", "B"),
        ("PSRMEM - Support with memory", "primary_need", None),
        ("CS Assessment Updated", "yes_no", None),
    ],
)
def test_codes_are_read_with_their_prefixes_and_never_guessed(cell, read, code):
    assert read_code(cell, read) == code


def test_what_cannot_be_read_stays_as_it_came_for_conform_to_report():
    row = {"Date of referral": "31/02/2025", "Referral Source": "a friend", "Referral NFA?": "perhaps"}
    referral = only(opened({"3": a_list("List 3", row), "6": a_list("List 6")}), "cin_episodes")

    assert referral["cine_referral_date"] == "31/02/2025"
    assert referral["cine_referral_source_code"] == "a friend"
    assert referral["cine_referral_nfa"] == "perhaps"
    assert referral["cine_referral_id"] is None


def test_dates_are_read_as_the_workbook_counts_them():
    sheets = {"1": a_list("List 1", {"Date of Contact": date(2025, 1, 6)})}

    assert only(opened(sheets, counts_from_1904=True), "contacts")["cont_contact_date"] == "2025-01-06"


def test_day_numbers_are_counted_as_the_workbook_counts_them():
    row = {"Date of Contact": 44199}  # 4 January 2025 on an old Macintosh
    of_1904 = opened({"1": a_list("List 1", row)}, counts_from_1904=True)
    of_1900 = opened({"1": a_list("List 1", {"Date of Contact": 45661})})

    assert only(of_1904, "contacts")["cont_contact_date"] == "2025-01-04"
    assert only(of_1900, "contacts")["cont_contact_date"] == "2025-01-04"


def test_a_number_among_dates_is_not_taken_for_one_and_a_column_of_them_is():
    def days(*cells):
        rows = a_list("List 1", *({"Date of Contact": cell} for cell in cells))
        contacts = opened({"1": rows}).returns["contacts"]
        return [contacts.column(f"cont_contact_{name}").to_pylist() for name in ("date", "id")]

    said, ids = days(date(2025, 1, 7), 45663)
    assert said == ["2025-01-07", "45663"]
    assert ids[1] is None

    said, ids = days(45664, 45663)
    assert said == ["2025-01-07", "2025-01-06"]
    assert None not in ids


def test_a_time_of_day_is_not_taken_for_a_date():
    for others in ([], [{"Date of Contact": "soon"}]):
        rows = a_list("List 1", {"Date of Contact": date(1899, 12, 30)}, *others)
        contacts = opened({"1": rows}).returns["contacts"].column("cont_contact_date").to_pylist()

        assert contacts[0] == "00:00:00"


def test_ids_keep_their_zeros_and_whole_numbers_have_no_point():
    day = {"Date of Contact": date(2025, 1, 6)}
    rows = a_list("List 1", day | {"Child Unique ID": "000123"}, day | {"Child Unique ID": 1234567.0})

    ids = opened({"1": rows}).returns["contacts"].column("cont_person_id").to_pylist()

    assert ids == ["000123", "1234567"]


def test_a_number_of_any_size_is_read_as_text():
    day = {"Date of Contact": date(2025, 1, 6)}
    rows = a_list("List 1", *(day | {"Child Unique ID": n} for n in (1e30, float(2**60), -5.0, 0.5)))

    ids = opened({"1": rows}).returns["contacts"].column("cont_person_id").to_pylist()

    assert ids == ["1e+30", "1.152921504606847e+18", "-5", "0.5"]


def test_an_error_of_excel_is_a_finding():
    result = opened({"1": a_list("List 1", {"Date of Contact": date(2025, 1, 6), "Contact Source": ERROR})})

    assert found(result, "excel_error") == [("List 1 (sheet 1)", 2, "Contact Source", None)]


@pytest.mark.parametrize("before", [0, 20_000])
def test_an_error_of_excel_is_found_wherever_in_a_sheet_it_stands(before: int):
    day = {"Date of Contact": date(2025, 1, 6)}
    rows = a_list("List 1", *([day] * before), day | {"Contact Source": ERROR})

    assert found(opened({"1": rows}), "excel_error") == [
        ("List 1 (sheet 1)", before + 2, "Contact Source", None)
    ]


def test_rows_of_totals_and_blank_rows_are_not_records():
    day = {"Date of Contact": date(2025, 1, 6)}
    rows = a_list("List 1", day, {"Child Unique ID": "Total", "Gender": None, "Ethnicity": "12"})
    rows.insert(2, [])
    result = opened({"1": rows})

    assert result.returns["contacts"].num_rows == 1
    assert found(result, "not_a_record") == [("List 1 (sheet 1)", 4, "Child Unique ID", "Total")]


def test_a_list_with_headings_and_no_rows_is_a_true_zero():
    assert opened({"1": a_list("List 1")}).returns["contacts"].num_rows == 0


def test_a_list_sent_twice_or_a_column_sent_twice_is_not_taken():
    rows = a_list("List 1", {"Date of Contact": date(2025, 1, 6)})
    leavers = a_list("List 9", {"LA in Touch": "a) Yes"})
    twice = opened({"1": rows, "copy": rows, "9": leavers})
    doubled = opened({"1": [[*row, row[4]] for row in rows], "9": leavers})

    assert "contacts" not in twice.returns
    assert [f[0] for f in found(twice, "repeated_list")] == ["List 1 (sheet 2)"]
    assert "contacts" not in doubled.returns
    assert [f[2] for f in found(doubled, "repeated_column")] == ["Date of Contact"]


def test_a_strange_column_or_sheet_is_reported_and_its_name_kept_out_of_the_reason():
    rows = a_list("List 1", {"Date of Contact": date(2025, 1, 6)})
    result = opened({"1": [[*rows[0], "Mother's maiden name"], rows[1]], "Ann Smith": [["notes"], ["x"]]})

    assert found(result, "unknown_column") == [("List 1 (sheet 1)", 1, "column 7", "Mother's maiden name")]
    assert found(result, "unknown_sheet") == [("sheet 2", None, None, "Ann Smith")]
    said = " ".join(f["reason"] + f["next_move"] for f in result.findings.to_pylist())
    assert "maiden" not in said and "Smith" not in said


def test_a_missing_column_leaves_out_only_what_is_made_from_it():
    rows = a_list("List 8", {"Date Started to be Looked After": date(2024, 1, 2)})
    at = rows[0].index("Date of Last Social Work Visit")
    result = opened({"8": [[cell for i, cell in enumerate(row) if i != at] for row in rows]})

    assert "cla_episodes" in result.returns
    assert "cla_visits" not in result.returns
    assert [f[2] for f in found(result, "missing_column")] == ["Date of Last Social Work Visit"]


def test_the_history_of_each_list_is_that_of_the_law():
    sheets = {
        name: a_list(name) for name in ("List 1", "List 3", "List 4", "List 6", "List 7", "List 8", "List 9")
    }
    history = opened(sheets).history_from

    assert history["contacts"] == date(2024, 10, 1)
    assert history["cin_episodes"] == history["cin_assessments"] == date(2024, 4, 1)
    assert history["cp_plans"] == history["cla_episodes"] == date(2024, 10, 1)
    assert history["cla_visits"] == A
    assert history["persons"] is None and history["care_leavers"] is None


def test_a_workbook_without_a_list_is_rejected():
    with pytest.raises(RejectedFileError, match="no sheet of it has the headings"):
        opened({"1": [["notes"], ["x"]]})
