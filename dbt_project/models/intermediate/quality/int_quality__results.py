"""How often each quality rule is broken, and where: in Python, so that a rule that crashes does so alone."""

from expectations import rules


def model(dbt, session):
    dbt.config(materialized="fresh_table")
    dbt.ref("quality_rules")
    dbt.ref("int_quality__authorities")
    dbt.ref("int_quality__findings")
    dbt.ref("int_quality__care_leavers")
    dbt.ref("int_quality__children_before")
    dbt.ref("int_quality__cin_assessments")
    dbt.ref("int_quality__cin_episodes")
    dbt.ref("int_quality__cin_plans")
    dbt.ref("int_quality__cin_visits")
    dbt.ref("int_quality__cla_episodes")
    dbt.ref("int_quality__cla_health")
    dbt.ref("int_quality__cla_placements")
    dbt.ref("int_quality__cla_reviews")
    dbt.ref("int_quality__cla_visits")
    dbt.ref("int_quality__contact_decisions")
    dbt.ref("int_quality__contacts")
    dbt.ref("int_quality__cp_plans")
    dbt.ref("int_quality__cp_reviews")
    dbt.ref("int_quality__cp_visits")
    dbt.ref("int_quality__early_help_episodes")
    dbt.ref("int_quality__indicator_returns")
    dbt.ref("int_quality__initial_cp_conferences")
    dbt.ref("int_quality__legal_statuses")
    dbt.ref("int_quality__missing")
    dbt.ref("int_quality__permanence")
    dbt.ref("int_quality__persons")
    dbt.ref("int_quality__referral_decisions")
    dbt.ref("int_quality__s47_enquiries")
    by_record = [
        "care_leavers",
        "children_before",
        "cin_assessments",
        "cin_episodes",
        "cin_plans",
        "cin_visits",
        "cla_episodes",
        "cla_health",
        "cla_placements",
        "cla_reviews",
        "cla_visits",
        "contact_decisions",
        "contacts",
        "cp_plans",
        "cp_reviews",
        "cp_visits",
        "early_help_episodes",
        "indicator_returns",
        "initial_cp_conferences",
        "legal_statuses",
        "missing",
        "permanence",
        "persons",
        "referral_decisions",
        "s47_enquiries",
    ]
    return rules.measure(
        session.cursor(),  # a transaction of its own: an error would end dbt's
        catalogue="seeds.quality_rules",
        by_record=[f"intermediate.int_quality__{name}" for name in by_record],
        counted=["intermediate.int_quality__authorities", "intermediate.int_quality__findings"],
    )
