"""Every quality rule fires on a record planted for it, and is silent on clean returns.

An invented council goes through the real loader and models; then one record for each rule is put into its raw
files, and they go through again. Prints rules, planted, caught and false alarms. Then one rule is made to
crash: it must be reported crashed, hide no other, and hold the figures that rest on its field, and no others.
"""

import csv
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import WarehousePaths
from orchestration.runtime import dbt_build
from synthetic import invent
from tests.support.quality_warehouse import FIGURES, build, ended, judge

BEFORE, NOW = "2025-03", "2025-04"
CODE = "001"
RAISES = "previous_plans_too_few"
HELD_BY_IT = ("cp_subsequent_ever_pct", RAISES)
NAME = "Zebedee Canary"  # what the rule that is made to crash raises: it must not be heard of again
# What the inventor writes on purpose, to see that it is read as it should be; the rules are right about it.
ODD_ON_PURPOSE = {
    "referral_nfa_missing": "empty flags, which count as N",
    "cp_plan_ends_same_day": "plans that are started and ended and never open",
    "placement_distance_missing": "distances not known",
    "cla_review_participation_missing": "reviews without a code",
    "care_leaver_incomplete": "care leavers in touch of whom not all is known",
    "enquiry_without_outcome": "conferences that were withdrawn, or are older than what is sent",
    "cin_plans_overlap": "plans recorded twice",
}

Row = dict[str, str]
# A record that breaks no rule: {c} is its child, {k} an id of its own.
SOUND: dict[str, Row] = {
    "persons": {
        "pers_person_id": "{c}", "pers_sex": "F", "pers_ethnicity": "WBRI", "pers_dob": "2015-06-01",
    },
    "contacts": {"cont_contact_id": "{k}", "cont_person_id": "{c}", "cont_contact_date": "2025-04-02"},
    "contact_decisions": {"contact_id": "{k}", "decision_date": "2025-04-02"},
    "referral_decisions": {"referral_id": "{k}", "decision_date": "2025-02-03"},
    "early_help_episodes": {
        "earl_episode_id": "{k}", "earl_person_id": "{c}", "earl_episode_start_date": "2025-04-02",
    },
    "cin_episodes": {
        "cine_referral_id": "{k}", "cine_person_id": "{c}", "cine_referral_date": "2025-02-03",
        "cine_referral_source_code": "6", "cine_cin_primary_need_code": "N1", "cine_referral_nfa": "N",
    },
    "cin_assessments": {
        "cina_assessment_id": "{k}", "cina_person_id": "{c}", "cina_referral_id": "{k}",
        "cina_assessment_start_date": "2025-02-04", "cina_assessment_auth_date": "2025-03-03",
    },
    "s47_enquiries": {
        "s47e_s47_enquiry_id": "{k}", "s47e_person_id": "{c}", "s47e_referral_id": "{k}",
        "s47e_s47_start_date": "2025-02-10", "s47e_s47_end_date": "2025-02-14", "s47e_s47_nfa": "Y",
    },
    "initial_cp_conferences": {
        "icpc_icpc_id": "{k}", "icpc_person_id": "{c}", "icpc_icpc_date": "2025-02-17",
        "icpc_referral_id": "{k}", "icpc_s47_enquiry_id": "{k}",
    },
    "cp_plans": {
        "cppl_cp_plan_id": "{k}", "cppl_person_id": "{c}", "cppl_cp_plan_start_date": "2025-02-17",
        "cppl_referral_id": "{k}", "cppl_cp_plan_initial_category": "NEG",
        "cppl_cp_plan_latest_category": "NEG", "number_of_previous_plans": "0",
    },
    "cp_reviews": {
        "cppr_cp_review_id": "{k}", "cppr_person_id": "{c}", "cppr_cp_plan_id": "{k}",
        "cppr_cp_review_due": "2025-05-19", "cppr_cp_review_date": "2025-04-14",
    },
    "cp_visits": {
        "cppv_cp_visit_id": "{k}", "cppv_person_id": "{c}", "cppv_cp_plan_id": "{k}",
        "cppv_cp_visit_date": "2025-04-14",
    },
    "cin_plans": {
        "cinp_cin_plan_id": "{k}", "cinp_person_id": "{c}", "cinp_referral_id": "{k}",
        "cinp_cin_plan_start_date": "2025-03-05",
    },
    "cin_visits": {"cinv_cin_visit_id": "{k}", "cinv_person_id": "{c}", "cinv_cin_visit_date": "2025-04-14"},
    "cla_episodes": {
        "clae_cla_episode_id": "{k}", "clae_person_id": "{c}", "clae_cla_id": "{k}",
        "clae_cla_episode_start_date": "2025-02-03", "clae_cla_episode_start_reason": "S",
        "clae_cla_primary_need_code": "N1", "clae_entered_care_date": "2025-02-03",
    },
    "cla_placements": {
        "clap_cla_placement_id": "{k}", "clap_person_id": "{c}", "clap_cla_id": "{k}",
        "clap_cla_placement_start_date": "2025-02-03", "clap_cla_placement_type": "U6",
        "clap_cla_placement_provider": "PR1", "clap_cla_placement_distance": "4",
    },
    "legal_statuses": {
        "lega_legal_status_id": "{k}", "lega_person_id": "{c}", "lega_legal_status": "V2",
        "lega_legal_status_start_date": "2025-02-03",
    },
    "cla_reviews": {
        "clar_cla_review_id": "{k}", "clar_cla_id": "{k}", "clar_cla_review_due_date": "2025-03-03",
        "clar_cla_review_date": "2025-03-03", "clar_cla_review_participation": "PN1",
    },
    "cla_visits": {
        "clav_cla_visit_id": "{k}", "clav_person_id": "{c}", "clav_cla_id": "{k}",
        "clav_cla_visit_date": "2025-03-03",
    },
    "cla_health": {
        "clah_health_check_id": "{k}", "clah_person_id": "{c}", "clah_health_check_type": "HA",
        "clah_health_check_date": "2025-03-03",
    },
    "missing": {
        "miss_table_id": "{k}", "miss_person_id": "{c}", "miss_missing_episode_start_date": "2025-03-03",
        "miss_missing_episode_end_date": "2025-03-04",
    },
    "care_leavers": {
        "clea_table_id": "{k}", "clea_person_id": "{c}", "clea_care_leaver_eligibility": "FORMER_RELEVANT",
        "clea_care_leaver_in_touch": "YES", "clea_care_leaver_activity": "F2",
        "clea_care_leaver_accommodation": "U", "clea_care_leaver_accom_suitable": "1",
    },
    "permanence": {"perm_table_id": "{k}", "perm_person_id": "{c}", "perm_cla_id": "{k}"},
    "involvements": {
        "invo_involvements_id": "{k}", "invo_professional_id": "W1", "invo_person_id": "{c}",
        "invo_professional_role_id": "SW", "invo_professional_team": "T1",
        "invo_involvement_start_date": "2025-02-03",
    },
    "indicator_returns": {
        "indicator_id": "re_referrals_12m_pct", "period_basis": "month", "period_end": "2025-04-30",
        "breakdown": "all",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """Records put in for one rule, in order; the last of the rule's own return must be caught."""

    rule: str
    rows: tuple[tuple[str, Mapping[str, str]], ...]
    before: tuple[tuple[str, Mapping[str, str]], ...] = field(
        default=()
    )  # the month before, where it matters


def plant(rule: str, *rows: tuple[str, Mapping[str, str]], before: tuple = ()) -> Plant:
    return Plant(rule, rows, before)


def of(return_name: str, **said: str) -> tuple[str, Mapping[str, str]]:
    """A sound record of a return, but for what is said."""
    return return_name, said


person, referral = (lambda **said: of("persons", **said)), (lambda **said: of("cin_episodes", **said))
SHUT = {"cine_close_date": "2025-04-10", "cine_close_reason": "RC7"}
YOUNG, ADULT = {"pers_dob": "2022-06-01"}, {"pers_dob": "2005-06-01"}
TWICE = {"k": "{k}b"}  # a second record under another id
PLANTS = [
    # identity
    plant("child_id_malformed", person(pers_person_id="{c} of_more_than_20_characters")),
    plant("person_row_incomplete", person(pers_person_id="")),
    plant("person_repeated", person(pers_sex="M"), person()),
    plant("upn_reason_not_for_age", person(pers_upn_unknown="UN1")),
    plant("upn_reason_out_of_date", referral(), person(pers_upn_unknown="UN4")),
    plant("birth_or_expected_date", person(pers_expected_dob="2015-06-01")),
    plant("birth_after_period_end", person(pers_dob="2025-05-01")),
    plant("expected_birth_far", person(pers_dob="", pers_sex="U", pers_expected_dob="2026-03-01")),
    plant("death_out_of_order", person(pers_death_date="2015-05-01")),
    plant("sex_missing", person(pers_sex="")),
    plant("unborn_sex_known", person(pers_dob="", pers_expected_dob="2025-06-01")),
    plant("ethnicity_missing", person(pers_ethnicity="")),
    plant("birth_date_changed", person(), before=(person(pers_dob="2015-06-02"),)),
    plant("sex_changed", person(), before=(person(pers_sex="M"),)),
    plant("ethnicity_changed", person(), before=(person(pers_ethnicity="CHNE"),)),
    plant("child_id_reused", person(), before=(person(pers_sex="M", pers_dob="2009-01-01"),)),
    plant("legacy_id_shared",
          person(pers_person_id="{c}b", pers_legacy_id="{k}"), person(pers_legacy_id="{k}")),
    # referrals
    plant("referral_row_incomplete", referral(cine_referral_date="")),
    plant("referral_after_period_end", referral(cine_referral_date="2025-05-01")),
    plant("referral_long_before_birth",
          person(pers_dob="2025-04-20"), referral(cine_referral_date="2024-07-01")),
    plant("referral_after_death", person(pers_death_date="2025-01-01"), referral()),
    plant("referral_source_missing", referral(cine_referral_source_code="")),
    plant("referral_nfa_missing", referral(cine_referral_nfa="")),
    plant("primary_need_missing", referral(cine_cin_primary_need_code="")),
    plant("closure_before_referral", referral(cine_close_date="2025-02-02")),
    plant("closure_incomplete", referral(cine_close_date="2025-04-10")),
    plant("open_episodes_several", referral(cine_referral_date="2025-03-03", **TWICE), referral()),
    plant("episodes_overlap", referral(**SHUT), referral(cine_referral_date="2025-03-03", **TWICE)),
    plant(
        "nfa_with_activity", of("cin_assessments"),
        referral(cine_referral_nfa="Y", cine_close_date="2025-04-10", cine_close_reason="RC7"),
    ),
    plant("closure_reason_contradicted", referral(cine_close_date="2025-04-10", cine_close_reason="RC8")),
    plant("open_over_25", person(pers_dob="1998-01-01"), referral()),
    plant(
        "referral_code_out_of_date",
        referral(cine_referral_date="2021-02-03", cine_referral_source_code="5D"),
    ),
    plant("referral_decided_before_received",
          referral(), of("referral_decisions", decision_date="2025-02-02")),
    # assessments
    plant("assessment_before_referral",
          referral(), of("cin_assessments", cina_assessment_start_date="2025-02-02")),
    plant("assessment_ends_before_start", of("cin_assessments", cina_assessment_auth_date="2025-02-03")),
    plant("assessments_overlap", referral(), of("cin_assessments"),
          of("cin_assessments", cina_assessment_id="{k}b", cina_assessment_start_date="2025-02-20")),
    plant("assessment_unfinished_at_closure",
          referral(**SHUT), of("cin_assessments", cina_assessment_auth_date="")),
    plant("assessment_after_closure",
          referral(**SHUT), of("cin_assessments", cina_assessment_auth_date="2025-04-11")),
    # enquiries and conferences
    plant("enquiry_row_incomplete", of("s47_enquiries", s47e_s47_start_date="")),
    plant("enquiry_before_referral", referral(), of("s47_enquiries", s47e_s47_start_date="2025-02-02")),
    plant("enquiry_after_conference", referral(), of("initial_cp_conferences", icpc_icpc_date="2025-02-07"),
          of("s47_enquiries")),
    plant("enquiries_overlap", referral(), of("s47_enquiries"),
          of("s47_enquiries", s47e_s47_enquiry_id="{k}b", s47e_s47_start_date="2025-02-12")),
    plant("enquiry_without_outcome", referral(**SHUT), of("s47_enquiries", s47e_s47_nfa="N")),
    plant("enquiry_without_assessment", referral(), of("s47_enquiries")),
    plant("enquiry_after_closure", referral(**SHUT), of("s47_enquiries", s47e_s47_end_date="2025-04-11")),
    plant("conference_before_referral",
          referral(), of("initial_cp_conferences", icpc_icpc_date="2025-01-31")),
    plant("conference_not_on_working_day",
          of("initial_cp_conferences", icpc_icpc_date="2025-04-18")),  # Good Friday
    plant("conference_target_not_working_day",
          of("initial_cp_conferences", icpc_icpc_target_date="2025-02-22")),
    plant("conference_repeated",
          of("initial_cp_conferences"), of("initial_cp_conferences", icpc_icpc_id="{k}b")),
    plant("conference_after_closure",
          referral(**SHUT), of("initial_cp_conferences", icpc_icpc_date="2025-04-11")),
    # plans
    plant("cp_plan_before_referral", referral(cine_referral_date="2025-02-18"), of("cp_plans")),
    plant("cp_plan_not_from_conference",
          of("initial_cp_conferences", icpc_icpc_date="2025-02-18"), of("cp_plans")),
    plant("cp_plan_ends_before_start", of("cp_plans", cppl_cp_plan_end_date="2025-02-16")),
    plant("cp_plan_ends_same_day", of("cp_plans", cppl_cp_plan_end_date="2025-02-17")),
    plant("open_cp_plans_several",
          of("cp_plans", cppl_cp_plan_id="{k}b", cppl_cp_plan_start_date="2025-03-17",
             number_of_previous_plans="1"),
          of("cp_plans")),
    plant("cp_plans_overlap", of("cp_plans", cppl_cp_plan_end_date="2025-04-10"),
          of("cp_plans", cppl_cp_plan_id="{k}b", cppl_cp_plan_start_date="2025-03-17",
             number_of_previous_plans="1")),
    plant("cp_plan_category_missing", of("cp_plans", cppl_cp_plan_latest_category="")),
    plant("previous_plans_missing", of("cp_plans", number_of_previous_plans="")),
    plant("previous_plans_too_few", of("cp_plans", cppl_cp_plan_end_date="2025-03-10"),
          of("cp_plans", cppl_cp_plan_id="{k}b", cppl_cp_plan_start_date="2025-03-17")),
    plant("cp_plan_after_death", person(pers_death_date="2025-02-10"), of("cp_plans")),
    plant("cp_plan_after_closure", referral(**SHUT), of("cp_plans", cppl_cp_plan_end_date="2025-04-11")),
    plant("cp_review_before_plan", of("cp_plans"), of("cp_reviews", cppr_cp_review_date="2025-02-17")),
    plant("cp_review_undated",
          of("cp_plans"), of("cp_reviews", cppr_cp_review_due="", cppr_cp_review_date="")),
    plant("cp_review_inside_cin_plan", of("cin_plans"), of("cp_reviews")),
    plant("cp_visit_out_of_time", of("cp_plans"), of("cp_visits", cppv_cp_visit_date="2025-02-16")),
    plant("cin_visit_after_period_end", of("cin_visits", cinv_cin_visit_date="2025-05-01")),
    plant("cin_plans_overlap", of("cin_plans"),
          of("cin_plans", cinp_cin_plan_id="{k}b", cinp_cin_plan_start_date="2025-03-20")),
    plant("cin_plan_ends_before_start", of("cin_plans", cinp_cin_plan_end_date="2025-03-04")),
    plant("cin_plan_ends_same_day", of("cin_plans", cinp_cin_plan_end_date="2025-03-05")),
    plant("cin_plan_before_referral", referral(cine_referral_date="2025-03-06"), of("cin_plans")),
    plant("cin_plan_beside_cp_plan", of("cp_plans"), of("cin_plans")),
    plant("cin_plan_after_closure", referral(**SHUT), of("cin_plans", cinp_cin_plan_end_date="2025-04-11")),
    # care
    plant("care_dates_unread", of("cla_episodes", clae_entered_care_date="31/02/2025")),
    plant("care_codes_missing", of("cla_episodes", clae_cla_primary_need_code="")),
    plant("legal_status_unread", of("legal_statuses", lega_legal_status="Z9")),
    plant("care_end_incomplete", of("cla_episodes", clae_cla_episode_ceased_date="2025-03-03")),
    plant("care_episodes_overlap", of("cla_episodes"),
          of("cla_episodes", clae_cla_episode_id="{k}b", clae_cla_episode_start_date="2025-03-03")),
    plant("care_episode_ends_before_start", of("cla_episodes", clae_cla_episode_ceased_date="2025-02-02")),
    plant("care_episode_ends_same_day",
          of("cla_episodes", clae_cla_episode_ceased_date="2025-02-03",
             clae_cla_episode_ceased_reason="E4A")),
    plant("care_episode_not_followed",
          of("cla_episodes", clae_cla_episode_ceased_date="2025-03-03", clae_cla_episode_ceased_reason="X1")),
    plant("care_start_without_gap",
          of("cla_episodes", clae_cla_episode_ceased_date="2025-03-03", clae_cla_episode_ceased_reason="X1"),
          of("cla_episodes", clae_cla_episode_id="{k}b", clae_cla_episode_start_date="2025-03-03")),
    plant("care_continued_after_gap",
          of("cla_episodes", clae_cla_episode_ceased_date="2025-03-03", clae_cla_episode_ceased_reason="X1"),
          of("cla_episodes", clae_cla_episode_id="{k}b", clae_cla_episode_start_date="2025-03-05",
             clae_cla_episode_start_reason="L")),
    plant("care_reason_contradicted", of("cla_episodes", clae_cla_episode_start_reason="L")),
    plant("care_starts_at_18", person(**ADULT), of("cla_episodes")),
    plant("care_after_18_or_death", person(pers_death_date="2025-01-01"), of("cla_episodes")),
    plant("care_before_birth", person(pers_dob="2025-02-04"), of("cla_episodes")),
    plant("open_episode_rewritten", of("cla_episodes"),
          before=(of("cla_episodes", clae_cla_primary_need_code="N2"),)),
    plant("care_code_out_of_date",
          of("cla_episodes", clae_cla_episode_start_date="2017-02-03",
             clae_cla_episode_ceased_date="2017-03-03", clae_cla_episode_ceased_reason="E45")),
    plant("child_left_out", before=(of("cla_episodes"),)),
    plant("placement_dates_unread", of("cla_placements", clap_cla_placement_end_date="2025-13-01")),
    plant("placement_type_missing", of("cla_placements", clap_cla_placement_type="")),
    plant("placements_overlap", of("cla_placements"),
          of("cla_placements", clap_cla_placement_id="{k}b", clap_cla_placement_start_date="2025-03-03")),
    plant("placement_ends_before_start", of("cla_placements", clap_cla_placement_end_date="2025-02-02")),
    plant("temporary_placement_too_long",
          of("cla_placements", clap_cla_placement_type="T4", clap_cla_placement_end_date="2025-02-11")),
    plant("care_begins_or_ends_temporary", of("cla_placements", clap_cla_placement_type="T1")),
    plant("temporary_not_returned",
          of("cla_placements", clap_cla_placement_id="{k}a", clap_cla_placement_end_date="2025-03-03"),
          of("cla_placements", clap_cla_placement_id="{k}c", clap_cla_placement_start_date="2025-03-05",
             clap_cla_placement_provider="PR4"),
          of("cla_placements", clap_cla_placement_id="{k}b", clap_cla_placement_start_date="2025-03-03",
             clap_cla_placement_end_date="2025-03-05", clap_cla_placement_type="T3")),
    plant("placement_provider_missing", of("cla_placements", clap_cla_placement_provider="")),
    plant("placement_provider_contradicted", of("cla_placements", clap_cla_placement_provider="PR0")),
    plant("placement_distance_missing", of("cla_placements", clap_cla_placement_distance="")),
    plant("placement_distance_odd", of("cla_placements", clap_cla_placement_distance="351")),
    plant("placement_code_out_of_date",
          of("cla_placements", clap_cla_placement_start_date="2023-03-31", clap_cla_placement_type="K3")),
    plant("respite_too_long",
          of("legal_statuses", lega_legal_status="V3", lega_legal_status_end_date="2025-02-21")),
    plant("respite_over_75_days",
          of("legal_statuses", lega_legal_status="V3", lega_legal_status_end_date="2025-04-20")),
    plant("cla_review_undated", of("cla_reviews", clar_cla_review_date="", clar_cla_review_due_date="")),
    plant("cla_review_participation_missing", of("cla_reviews", clar_cla_review_participation="")),
    plant("cla_review_participation_age", person(**YOUNG), of("cla_episodes"), of("cla_reviews")),
    plant("cla_visit_out_of_time", of("cla_episodes"), of("cla_visits", clav_cla_visit_date="2025-02-02")),
    plant("missing_row_incomplete", of("missing", miss_missing_episode_start_date="")),
    plant("missing_ends_before_start", of("missing", miss_missing_episode_end_date="2025-03-02")),
    plant("missing_spells_overlap", of("missing", miss_missing_episode_end_date="2025-03-10"),
          of("missing", miss_table_id="{k}b", miss_missing_episode_start_date="2025-03-09",
             miss_missing_episode_end_date="2025-03-11")),
    plant("missing_outside_care", of("missing")),
    plant("missing_before_birth", person(pers_dob="2025-03-04"), of("missing")),
    plant("missing_open_after_care",
          of("cla_episodes", clae_cla_episode_ceased_date="2025-03-10", clae_cla_episode_ceased_reason="E4A"),
          of("missing", miss_missing_episode_end_date="")),
    plant("health_check_after_period_end", of("cla_health", clah_health_check_date="2025-05-01")),
    # leaving care, adoption
    plant("care_leaver_incomplete", person(**ADULT), of("care_leavers", clea_care_leaver_activity="")),
    plant("care_leaver_details_contradicted", person(**ADULT),
          of("care_leavers", clea_care_leaver_in_touch="DIED")),
    plant("care_leaver_foyer_under_18", person(pers_dob="2008-01-01"),
          of("care_leavers", clea_care_leaver_eligibility="RELEVANT", clea_care_leaver_accommodation="T")),
    plant("care_leaver_not_eligible", person(pers_dob="1998-01-01"), of("care_leavers")),
    plant("care_leaver_in_care", person(**ADULT), of("cla_episodes"), of("care_leavers")),
    plant("permanence_dates_unread", of("permanence", perm_adm_decision_date="soon")),
    plant("permanence_out_of_order",
          of("permanence", perm_adm_decision_date="2025-03-03", perm_matched_date="2025-03-02")),
    plant("decision_before_care", of("cla_episodes"), of("permanence", perm_adm_decision_date="2025-02-02")),
    plant("placed_without_decision", of("permanence", perm_placement_order_date="2025-03-03")),
    plant("reversal_out_of_order",
          of("permanence", perm_adm_decision_date="2025-03-03", perm_decision_reversed_date="2025-03-02")),
    plant("adopted_with_reversal",
          of("permanence", perm_adm_decision_date="2025-02-03", perm_decision_reversed_date="2025-03-02",
             perm_permanence_order_type="ADOPTION")),
    plant("decision_open_after_care",
          of("cla_episodes", clae_cla_episode_ceased_date="2025-04-10", clae_cla_episode_ceased_reason="E4A"),
          of("permanence", perm_adm_decision_date="2025-03-03")),
    plant("contact_decided_before_received", of("contacts"),
          of("contact_decisions", decision_date="2025-04-01")),
    plant("printed_not_recomputed",
          of("indicator_returns", numerator="1", denominator="4", value="27")),
    plant("total_not_its_months",
          *(of("indicator_returns", indicator_id="strategy_meetings", period_end=end, numerator="1")
            for end in ("2024-05-31", "2024-06-30", "2024-07-31", "2024-08-31", "2024-09-30", "2024-10-31",
                        "2024-11-30", "2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30")),
          of("indicator_returns", indicator_id="strategy_meetings", period_basis="rolling_12_months",
             numerator="14")),
    *(
        plant(f"{thing}_child_unknown", of(return_name))
        for thing, return_name in {
            "contact": "contacts", "early_help": "early_help_episodes", "referral": "cin_episodes",
            "assessment": "cin_assessments", "enquiry": "s47_enquiries",
            "conference": "initial_cp_conferences", "cp_plan": "cp_plans", "cp_review": "cp_reviews",
            "cp_visit": "cp_visits", "cin_plan": "cin_plans", "cin_visit": "cin_visits",
            "care_episode": "cla_episodes", "placement": "cla_placements", "legal_status": "legal_statuses",
            "cla_visit": "cla_visits", "health_check": "cla_health", "missing_spell": "missing",
            "permanence": "permanence", "care_leaver": "care_leavers",
        }.items()
    ),
]  # fmt: skip

# What is judged of an authority as a whole is planted in councils of its own.
_APRIL, _MARCH = "2025-04-30", "2025-03-31"
PRINTED = (
    ("share_over_whole", ("re_referrals_12m_pct", "month", _APRIL, "9", "4", "")),
    ("flows_unreconciled", ("cp_open", "point_in_time", _MARCH, "10", "", "")),
    ("flows_unreconciled", ("cp_started", "month", _APRIL, "2", "", "")),
    ("flows_unreconciled", ("cp_ended", "month", _APRIL, "1", "", "")),
    ("flows_unreconciled", ("cp_open", "point_in_time", _APRIL, "12", "", "")),
    ("referrals_over_contacts", ("contacts_received", "month", _APRIL, "5", "", "")),
    ("referrals_over_contacts", ("referrals_received", "month", _APRIL, "6", "", "")),
    ("year_not_its_months", ("s47_started", "month", _APRIL, "5", "", "")),
    ("year_not_its_months", ("s47_started", "year_to_date", _APRIL, "6", "", "")),
    ("permanent_and_agency_not_100", ("wf_agency_rate", "point_in_time", _APRIL, "", "", "40")),
    ("permanent_and_agency_not_100", ("wf_perm_agency_ratio", "point_in_time", _APRIL, "", "", "70")),
    ("net_vacancy_over_gross", ("wf_vacancy_rate", "point_in_time", _APRIL, "", "", "5")),
    ("net_vacancy_over_gross", ("wf_vacancy_rate_net_agency", "point_in_time", _APRIL, "", "", "9")),
)
WHOLE = {
    **dict.fromkeys((rule for rule, _ in PRINTED), "901"),
    "returns_stale": "902",
    "row_counts_jump": "902",
    "plans_over_conferences": "903",
    "sex_incomplete": "904",
    "teams_not_the_whole": CODE,
    "extract_after_month_end": CODE,  # by the referral and the visits dated after the month's end
}


def append(path: Path, rows: list[Row]) -> list[int]:
    """Add records to a raw file, made where there is none. Returns their row numbers: a spreadsheet's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(
            ",".join(f.name for f in submitted_formats()[path.stem].fields) + "\n", encoding="utf-8"
        )
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    headers, first = lines[0], len(lines) + 1
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headers, restval="", lineterminator="\n")
        writer.writerows(rows)
    return list(range(first, first + len(rows)))


def put_in(raw: Path, rules: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, str, int]]:
    """Plant every record. Returns where each must be caught: (month, return, row number) by rule."""
    expected: dict[str, tuple[str, str, int]] = {}
    for number, one in enumerate(PLANTS):
        own = rules[one.rule]["return_name"]
        for month, rows in ((BEFORE, one.before), (NOW, one.rows)):
            given = [name for name, _ in rows]
            needs_child = "persons" not in given and not one.rule.endswith("_child_unknown") and rows
            for name, said in [*rows, *([("persons", {})] if needs_child else [])]:
                names = {"c": f"X{number}", "k": said.get("k", "{k}").replace("{k}", f"X{number}k")}
                row = SOUND[name] | {key: cell for key, cell in said.items() if key != "k"}
                filled = {
                    key: cell.replace("{c}", names["c"]).replace("{k}", names["k"])
                    for key, cell in row.items()
                }
                [at] = append(raw / month / CODE / f"{name}.csv", [filled])
                if name == own and (name != "persons" or "persons" in given):
                    expected[one.rule] = (month, name, at)
        if one.rule == "person_repeated":  # the earlier of the two is the one left out
            month, name, at = expected[one.rule]
            expected[one.rule] = (month, name, at - 1)
    return expected


def put_in_whole(raw: Path) -> None:
    """Plant what is judged of an authority as a whole."""
    fields = ("indicator_id", "period_basis", "period_end", "numerator", "denominator", "value")
    printed = [dict(zip(fields, cells, strict=True)) | {"breakdown": "all"} for _, cells in PRINTED]
    by_month = {BEFORE: [row for row in printed if row["period_end"] == _MARCH], NOW: printed}
    for month, rows in by_month.items():
        append(raw / month / "901" / "indicator_returns.csv", rows)
    contacts = [
        {"cont_contact_id": f"k{i}", "cont_person_id": f"c{i}", "cont_contact_date": "2025-03-03"}
        for i in range(200)
    ]
    append(raw / BEFORE / "902" / "contacts.csv", contacts)
    append(raw / NOW / "902" / "contacts.csv", contacts[:120])
    plan = {key: cell.format(c="c", k="k") for key, cell in SOUND["cp_plans"].items()}
    append(raw / NOW / "903" / "cp_plans.csv", [plan])
    append(raw / NOW / "903" / "initial_cp_conferences.csv", [])
    append(raw / NOW / "904" / "persons.csv", [{"pers_person_id": "c", "pers_dob": "2015-06-01"}])
    row = {key: cell.format(c="C0", k="Xteam") for key, cell in SOUND["involvements"].items()}
    append(raw / NOW / CODE / "involvements.csv", [row | {"invo_professional_team": ""}])


def held(places: WarehousePaths) -> set[tuple[str, str]]:
    """Each figure of the newest month that a rule holds, by indicator."""
    asked = """
        select indicator_id, rule_id from marts.fct_held_figures
        where ground = 'rule_broken' and period_end = (select max(period_end) from marts.fct_held_figures)
    """
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        return {(indicator, rule) for indicator, rule in db.sql(asked).fetchall()}


def crash(places: WarehousePaths) -> list[str]:
    """Make one rule raise, over what is built, and judge. Returns what is not as it should be, in words."""
    before = {(line["la_code"], line["rule_id"]): line["state"] for line in ended(places)}
    held_before = {one for one in held(places) if one[1] != RAISES}
    with duckdb.connect(str(places.warehouse)) as db:
        [(body,)] = db.sql(
            "select sql from duckdb_views() where view_name = 'int_quality__cp_plans'"
        ).fetchall()
        raises = f"case when {RAISES} is null or not {RAISES} then error('{NAME}') end::boolean"
        select = body.split(" AS ", 1)[1].rstrip().rstrip(";")
        db.execute(
            f"""
            create or replace view intermediate.int_quality__cp_plans as
            select * replace ({raises} as {RAISES}) from ({select})
            """
        )
    dbt_build.build(places, ["int_quality__results", "int_quality__outcomes", "int_measures"])
    checks = judge(places)
    dbt_build.build(places, FIGURES, exclude=["+int_measures"])
    now = {(line["la_code"], line["rule_id"]): line["state"] for line in ended(places)}
    others = {key for key in now if key[1] != RAISES and now[key] != before[key]}
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        told = (
            db.sql("from marts.fct_held_figures").fetchall()
            + db.sql("from marts.fct_data_quality").fetchall()
        )
    amiss = {
        "it is not reported crashed": now[CODE, RAISES] != "crashed",
        "it does not hold what rests on its field": HELD_BY_IT not in held(places),
        "it holds what does not": {one for one in held(places) if one[1] == RAISES} != {HELD_BY_IT},
        "other figures are held, or given": {one for one in held(places) if one[1] != RAISES} != held_before,
        "other rules ended otherwise": bool(others),
        "what it raised is quoted": NAME in repr(checks) + repr(told),
    }
    return [words for words, is_so in amiss.items() if is_so]


def main() -> int:
    with (dbt_build.DBT_PROJECT / "seeds" / "quality_rules.csv").open(encoding="utf-8", newline="") as file:
        rules = {row["rule_id"]: row for row in csv.DictReader(file)}
    unplanted = sorted(set(rules) - {p.rule for p in PLANTS} - set(WHOLE))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(1, [BEFORE, NOW], 200, 3, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        build(places)
        clean = [line for line in ended(places) if line["state"] == "failed"]
        not_run = sorted(
            str(line["rule_id"]) for line in ended(places) if line["state"] in ("not_run", "crashed")
        )
        expected = put_in(places.raw, rules)
        put_in_whole(places.raw)
        build(places)
        lines = {(line["la_code"], line["rule_id"]): line for line in ended(places)}
        missed = [rule for rule, at in expected.items() if at not in lines[CODE, rule]["at"]]
        missed += [rule for rule, code in WHOLE.items() if lines[code, rule]["state"] != "failed"]
        uncrashed = crash(places)
    false_alarms = [line for line in clean if line["rule_id"] not in ODD_ON_PURPOSE]
    print(f"rules              {len(rules)}")
    print(f"planted            {len(rules) - len(unplanted)}")
    print(f"caught             {len(rules) - len(unplanted) - len(missed)}")
    print(f"false alarms       {len(false_alarms)}")
    print(f"not run or crashed {len(not_run)}")
    print(f"made to crash      1: {'; '.join(uncrashed) or 'reported crashed, and holds what rests on it'}")
    for title, names in (
        ("not planted", unplanted),
        ("missed", missed),
        ("not run on the clean council", not_run),
    ):
        if names:
            print(f"{title}: {', '.join(names)}")
    for line in false_alarms:
        print(f"false alarm: {line['rule_id']} on {line['rows_failing']} of {line['rows_checked']}")
    for line in clean:
        if why := ODD_ON_PURPOSE.get(str(line["rule_id"])):
            print(f"rightly found: {line['rule_id']} {line['rows_failing']}: {why}")
    return 1 if unplanted or missed or false_alarms or not_run or uncrashed else 0


if __name__ == "__main__":
    sys.exit(main())
