"""The CIN census: each rule of spec/mapping.csv, the changes of its years, and hostile files."""

import time
from datetime import date
from pathlib import Path

import pytest

from ingest.adapters import ConvertedReturns, open_cin_census
from ingest.discovery.file_reader import RejectedFileError

EPISODE = """
  <CINreferralDate>2023-05-01</CINreferralDate><ReferralSource>5D</ReferralSource>
  <PrimaryNeedCode>N1</PrimaryNeedCode><CINclosureDate>2023-12-01</CINclosureDate>
  <ReasonForClosure>RC9</ReasonForClosure><DateOfInitialCPC>2023-06-01</DateOfInitialCPC>
  <Assessments><AssessmentActualStartDate>2023-05-02</AssessmentActualStartDate>
    <AssessmentInternalReviewDate>2023-05-09</AssessmentInternalReviewDate>
    <AssessmentAuthorisationDate>2023-05-20</AssessmentAuthorisationDate>
    <FactorsIdentifiedAtAssessment><AssessmentFactors>1A</AssessmentFactors></FactorsIdentifiedAtAssessment>
  </Assessments>
  <CINPlanDates><CINPlanStartDate>2023-05-21</CINPlanStartDate></CINPlanDates>
  <Section47><S47ActualStartDate>2023-05-10</S47ActualStartDate><InitialCPCtarget>2023-06-02</InitialCPCtarget>
    <DateOfInitialCPC>2023-05-31</DateOfInitialCPC><ICPCnotRequired>false</ICPCnotRequired></Section47>
  <ReferralNFA>0</ReferralNFA>
  <ChildProtectionPlans><CPPstartDate>2023-05-31</CPPstartDate>
    <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse>
    <NumberOfPreviousCPP>1</NumberOfPreviousCPP>
    <Reviews><CPPreviewDate>2023-08-01</CPPreviewDate><CPPreviewDate>2023-11-01</CPPreviewDate></Reviews>
  </ChildProtectionPlans>
"""


def census(
    *episodes: str, sex: str = "<GenderCurrent>2</GenderCurrent>", year: str = "2024", top: str = ""
) -> bytes:
    details = "".join(f"<CINdetails>{episode}</CINdetails>" for episode in episodes)
    return f"""{top}<Message>
<Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>
<ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source><LEA>201</LEA></Source></Header>
<Children><Child>
<ChildIdentifiers><LAchildID> 77 </LAchildID><UPN>A123</UPN><PersonBirthDate>2015-01-02</PersonBirthDate>{sex}
</ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity>
<Disabilities><Disability>NONE</Disability></Disabilities></ChildCharacteristics>{details}
</Child></Children></Message>""".encode()


def only(opened: ConvertedReturns, name: str) -> dict[str, object]:
    (row,) = opened.returns[name].to_pylist()
    return row


def findings(opened: ConvertedReturns) -> list[tuple[str, str, str]]:
    return [(f["finding"], f["origin"], f["value"]) for f in opened.findings.to_pylist()]


def test_an_episode_of_need_brings_everything_beneath_it_under_surrogate_ids():
    opened = open_cin_census(census(EPISODE))

    assert findings(opened) == []
    episode = only(opened, "cin_episodes")
    assert episode["cine_referral_id"] == "77|2023-05-01"
    assert (episode["cine_referral_source_code"], episode["cine_close_reason"]) == ("5D", "RC9")
    assessment = only(opened, "cin_assessments")
    assert assessment["cina_assessment_id"] == "77|2023-05-01|2023-05-02"
    assert assessment["cina_referral_id"] == "77|2023-05-01"
    assert only(opened, "cin_plans")["cinp_cin_plan_id"] == "77|2023-05-01|2023-05-21"
    enquiry = only(opened, "s47_enquiries")
    assert (enquiry["s47e_s47_enquiry_id"], enquiry["s47e_s47_nfa"]) == ("77|2023-05-01|2023-05-10", "false")
    plan = only(opened, "cp_plans")
    assert (plan["cppl_cp_plan_id"], plan["number_of_previous_plans"]) == ("77|2023-05-01|2023-05-31", "1")
    reviews = opened.returns["cp_reviews"].to_pylist()
    assert [r["cppr_cp_review_date"] for r in reviews] == ["2023-08-01", "2023-11-01"]
    assert {r["cppr_cp_plan_id"] for r in reviews} == {plan["cppl_cp_plan_id"]}


def test_a_conference_of_an_enquiry_is_linked_and_one_of_the_episode_is_not():
    conferences = open_cin_census(census(EPISODE)).returns["initial_cp_conferences"].to_pylist()

    assert [(c["icpc_icpc_id"], c["icpc_s47_enquiry_id"]) for c in conferences] == [
        ("77|2023-05-01|2023-05-31", "77|2023-05-01|2023-05-10"),
        ("77|2023-05-01|2023-06-01", None),
    ]


def test_a_conference_recorded_on_both_the_episode_and_its_enquiry_is_one():
    same = EPISODE.replace("2023-06-01", "2023-05-31")

    conference = only(open_cin_census(census(same)), "initial_cp_conferences")

    assert conference["icpc_s47_enquiry_id"] == "77|2023-05-01|2023-05-10"


def test_records_find_their_child_and_referral_in_whatever_order_elements_come():
    backwards = "<Assessments><AssessmentActualStartDate>2023-05-02</AssessmentActualStartDate></Assessments>"
    opened = open_cin_census(census(backwards + "<CINreferralDate>2023-05-01</CINreferralDate>"))

    assert only(opened, "cin_assessments")["cina_assessment_id"] == "77|2023-05-01|2023-05-02"


@pytest.mark.parametrize(
    ("sex", "read"),
    [
        ("<GenderCurrent>1</GenderCurrent>", "M"),
        ("<GenderCurrent>2</GenderCurrent>", "F"),
        ("<GenderCurrent>0</GenderCurrent>", "U"),
        ("<GenderCurrent>9</GenderCurrent>", "U"),
        ("<Sex>F</Sex>", "F"),
        ("<Sex>1</Sex>", "1"),  # no code of Sex: left for conform to report
        ("", None),
    ],
)
def test_sex_is_read_as_each_year_codes_it(sex, read):
    assert only(open_cin_census(census(sex=sex)), "persons")["pers_sex"] == read


YEARS = range(2017, 2027)


def told(opened: ConvertedReturns) -> set[tuple[str, str]]:
    return {(f["finding"], f["column_name"]) for f in opened.findings.to_pylist()}


@pytest.mark.parametrize("year", YEARS)
def test_each_year_has_its_own_element_for_sex(year: int):
    gender = open_cin_census(census(year=str(year)))
    sex = open_cin_census(census(year=str(year), sex="<Sex>F</Sex>"))

    of_another_year = "element_of_another_year"
    assert told(gender) == ({(of_another_year, "GenderCurrent")} if year >= 2025 else set())
    assert told(sex) == ({(of_another_year, "Sex")} if year < 2025 else set())
    assert {only(opened, "persons")["pers_sex"] for opened in (gender, sex)} == {"F"}  # read all the same


@pytest.mark.parametrize("year", YEARS)
def test_each_year_has_its_own_codes_and_a_code_of_later_years_is_told(year: int):
    since_2023 = {
        ("code_of_another_time", "ReferralSource"),  # 5D
        ("code_of_another_time", "ReasonForClosure"),  # RC9
    }
    since_2022 = {("element_of_another_year", "CINPlanStartDate")}
    sex = "<Sex>F</Sex>" if year >= 2025 else "<GenderCurrent>2</GenderCurrent>"
    opened = open_cin_census(census(EPISODE, year=str(year), sex=sex))

    assert told(opened) == (since_2023 if year < 2023 else set()) | (since_2022 if year < 2022 else set())
    episode = only(opened, "cin_episodes")
    assert (episode["cine_referral_source_code"], episode["cine_close_reason"]) == ("5D", "RC9")


@pytest.mark.parametrize("year", YEARS)
def test_factors_and_disabilities_of_every_year_are_passed_over(year: int):
    factors = "".join(f"<AssessmentFactors>{f}</AssessmentFactors>" for f in ("18A", "18B", "19C", "24A"))
    episode = EPISODE.replace("<AssessmentFactors>1A</AssessmentFactors>", factors)
    opened = open_cin_census(census(episode, year=str(year)))

    assert only(opened, "cin_assessments")["cina_assessment_start_date"] == "2023-05-02"
    assert not {kind for kind, _ in told(opened)} & {"unknown_element", "misplaced_element"}


def test_plans_were_not_collected_before_2022_and_that_is_not_none():
    before, since = (open_cin_census(census(year=year)) for year in ("2021", "2022"))

    assert "cin_plans" not in before.returns and "since 2022" in before.not_supplied["cin_plans"]
    assert since.returns["cin_plans"].num_rows == 0


def test_the_header_says_whose_and_of_when_the_file_is():
    opened = open_cin_census(census())

    assert (opened.said_authority, opened.said_year) == ("201", 2024)
    assert opened.history_from["cin_episodes"] == date(2023, 4, 1)
    assert opened.history_from["persons"] is None


def test_what_the_census_does_not_know_is_reported_without_being_quoted():
    odd = "<CINreferralDate>2023-05-01</CINreferralDate>stray<Wrong>x</Wrong><Deep><CINclosureDate/></Deep>"
    opened = open_cin_census(census(odd + "<ReferralNFA>0</ReferralNFA><ReferralNFA>1</ReferralNFA>"))

    assert only(opened, "cin_episodes")["cine_close_date"] is None
    assert only(opened, "cin_episodes")["cine_referral_nfa"] == "0"
    assert {(kind, value) for kind, _, value in findings(opened)} == {
        ("text_between_elements", "stray"),
        ("unknown_element", "Wrong"),
        ("unknown_element", "an element that holds elements"),
        ("repeated_element", "ReferralNFA"),
    }
    assert not any("stray" in f["reason"] + f["next_move"] for f in opened.findings.to_pylist())


def test_an_element_in_the_wrong_place_is_not_given_to_another_record():
    enquiry = "<Section47><S47ActualStartDate>2023-05-10</S47ActualStartDate></Section47>"
    data = census(EPISODE).replace(b"</Child></Children>", enquiry.encode() + b"</Child></Children>")
    opened = open_cin_census(data)

    assert opened.returns["s47_enquiries"].num_rows == 1
    assert findings(opened) == [("misplaced_element", "Child", "Section47")]


def test_a_file_is_read_from_a_path_and_not_through_a_link(tmp_path: Path):
    file = tmp_path / "cin.xml"
    file.write_bytes(census(EPISODE))
    link = tmp_path / "link.xml"
    link.symlink_to(file)

    assert open_cin_census(file).returns["persons"].num_rows == 1
    with pytest.raises(RejectedFileError, match="could not be opened"):
        open_cin_census(link)


def test_every_encoding_that_a_file_declares_is_read_as_it_says():
    said = {"utf-8": "", "utf-16": "", "iso-8859-1": "<?xml version='1.0' encoding='iso-8859-1'?>"}
    for encoding, top in said.items():
        text = census(top=top).decode().replace(" 77 ", "Zo\u00eb")

        assert only(open_cin_census(text.encode(encoding)), "persons")["pers_person_id"] == "Zo\u00eb"


LAUGHS = "<!DOCTYPE Message [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(9)
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (census(top=LAUGHS + "]>"), "DOCTYPE"),
        (census(top='<!DOCTYPE Message SYSTEM "file:///canary">'), "DOCTYPE"),
        (census(top='<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///canary">]>'), "DOCTYPE"),
        (
            census('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///canary"/>'),
            "XInclude",
        ),
        (census("<Deep>" + "<canary>" * 60 + "</canary>" * 60 + "</Deep>"), "nested"),
        (census(EPISODE)[:-40], "not well-formed"),
        (census("<canary>&canary;</canary>"), "not well-formed"),
        (b"", "not well-formed"),
        (b"<canary/>", "outermost element"),
        (census().replace(b">CIN<", b">canary<"), "not the CIN collection"),
        (census("<ReferralNFA>" + "canary" * 400_000 + "</ReferralNFA>"), "1,048,576 characters"),
        (census(top="<!-- -->" * 20_000 + LAUGHS + "]>"), "DOCTYPE"),  # beyond where it is recognised
        (census(top=LAUGHS + "]>").decode().encode("utf-16"), "DOCTYPE"),
        (census(top="<?xml version='1.0' encoding='utf-16'?>"), "not well-formed"),
        (census(top="<?xml version='1.0' encoding='canary'?>"), "encoding"),
        (census(top="<?xml version='1.0' encoding='shift_jis'?>"), "encoding"),
        (census(top="<?xml version='1.0' encoding='zlib_codec'?>"), "encoding"),
        (census("<canary>\xe9</canary>").decode().encode("latin-1"), "not well-formed"),
        (census("<canary a='1' a='2'/>"), "not well-formed"),
        (census("<canary>") + b"\x00", "not well-formed"),
        (b"\x1f\x8b\x08canary", "not well-formed"),
        (census("<CINdetails>" * 100_000), "nested|not well-formed"),
    ],
)
def test_hostile_or_broken_files_are_refused_at_once_and_never_quoted(data, why):
    began = time.process_time()
    with pytest.raises(RejectedFileError, match=why) as refused:
        open_cin_census(data)

    assert time.process_time() - began < 1
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None
