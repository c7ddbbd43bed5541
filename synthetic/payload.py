"""The same authority told as DfE's API payload: every child with an episode since the 1 April two years back.

Everything is read from the returns already written, so that a figure which both can supply is one. The
payload has no place for a child without an episode of need, and for nothing that happened outside one.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from synthetic.days import EPOCH, last_day
from synthetic.other_formats import returns_as_tables

Element = dict[str, Any]
# Of each list of an episode: the referral that it is of, then its parts under the payload's names.
PARTS: Mapping[str, str] = {
    "child_and_family_assessments": """
        select cina_referral_id, cina_assessment_id as child_and_family_assessment_id,
            cina_assessment_start_date as start_date, cina_assessment_auth_date as authorisation_date
        from cin_assessments
    """,
    "child_in_need_plans": """
        select cinp_referral_id, cinp_cin_plan_id as child_in_need_plan_id,
            cinp_cin_plan_start_date as start_date, cinp_cin_plan_end_date as end_date
        from cin_plans
    """,
    "section_47_assessments": """
        select s47e_referral_id, s47e_s47_enquiry_id as section_47_assessment_id,
            s47e_s47_start_date as start_date, s47e_s47_end_date as end_date,
            s47e_s47_nfa = 'N' as icpc_required_flag, icpc_icpc_date as icpc_date
        from s47_enquiries left join initial_cp_conferences on icpc_s47_enquiry_id = s47e_s47_enquiry_id
    """,
    "child_protection_plans": """
        select cppl_referral_id, cppl_cp_plan_id as child_protection_plan_id,
            cppl_cp_plan_start_date as start_date, cppl_cp_plan_end_date as end_date
        from cp_plans where cppl_cp_plan_ola is distinct from 'Y'
    """,
    # The reason of a placement's start is that of the episode that begins on the day; it ended for what the
    # last of its episodes did.
    "child_looked_after_placements": """
        select any_value(clae_referral_id), clap_cla_placement_id as child_looked_after_placement_id,
            clap_cla_placement_start_date as start_date, clap_cla_placement_end_date as end_date,
            min_by(clae_cla_episode_start_reason, clae_cla_episode_start_date) as start_reason,
            case when clap_cla_placement_end_date is not null
                then max_by(clae_cla_episode_ceased_reason, clae_cla_episode_start_date) end as end_reason,
            clap_cla_placement_type as placement_type
        from cla_placements inner join cla_episodes
            on clae_cla_id = clap_cla_id and clae_cla_episode_start_date >= clap_cla_placement_start_date
            and clae_cla_episode_start_date < coalesce(clap_cla_placement_end_date, '9999-01-01')
        group by clap_cla_placement_id, clap_cla_placement_start_date, clap_cla_placement_end_date,
            clap_cla_placement_type
    """,
    "care_worker_details": """
        select cine_referral_id, invo_professional_id as worker_id,
            invo_involvement_start_date as start_date, invo_involvement_end_date as end_date
        from involvements inner join cin_episodes on cine_person_id = invo_person_id
        where invo_professional_role_id = 'SW'
            and coalesce(invo_involvement_end_date, '9999-01-01') >= cine_referral_date
            and invo_involvement_start_date <= coalesce(cine_close_date, '9999-01-01')
        qualify row_number() over (partition by invo_involvements_id order by cine_referral_date desc) = 1
    """,
}
# What stands once in a child's last episode: the child that it is of, then its parts.
ONCE: Mapping[str, str] = {
    "adoption": """
        select perm_person_id, perm_adm_decision_date as initial_decision_date,
            perm_matched_date as matched_date, perm_placed_for_adoption_date as placed_date
        from permanence
    """,
    "care_leavers": """
        select clea_person_id, clea_care_leaver_latest_contact as contact_date,
            clea_care_leaver_activity as activity, clea_care_leaver_accommodation as accommodation
        from care_leavers
    """,
}
CHILDREN = """
    select pers_person_id, pers_dob as date_of_birth, pers_expected_dob as expected_date_of_birth,
        pers_sex as sex, pers_ethnicity as ethnicity,
        pers_upn_unknown as unique_pupil_number_unknown_reason
    from persons order by pers_person_id
"""
EPISODES = """
    select cine_person_id, cine_referral_id as social_care_episode_id, cine_referral_date as referral_date,
        cine_referral_source_code as referral_source,
        cine_referral_nfa = 'Y' as referral_no_further_action_flag,
        cine_close_date as closure_date, cine_close_reason as closure_reason
    from cin_episodes, sent
    where coalesce(cine_close_date, a) >= make_date(year(a) - 2, 4, 1)
    order by cine_person_id, cine_referral_date, cine_referral_id
"""


def invent_payload(raw: Path, la_code: str, month: str) -> Element:
    """The full payload of a month, from the SSD returns under raw/<month>/<la_code>."""
    as_at = EPOCH + dt.timedelta(days=last_day(month))
    with returns_as_tables(raw / month / la_code, as_at) as db:
        parts = {name: _by_owner(db, sql) for name, sql in PARTS.items()}
        once = {name: _by_owner(db, sql) for name, sql in ONCE.items()}
        episodes = _by_owner(db, EPISODES)
        details = _by_owner(db, CHILDREN)
    children = []
    for child_id, of_child in episodes.items():
        for episode in of_child:
            for name, by_referral in parts.items():
                if found := by_referral.get(episode["social_care_episode_id"]):
                    episode[name] = found
        for name, by_child in once.items():
            if found := by_child.get(child_id):
                of_child[-1][name] = found[-1]
        [known] = details[child_id]
        children.append({"la_child_id": child_id, "child_details": known, "social_care_episodes": of_child})
    return {"la_code": la_code, "children": children}


def write_payload(payload: Element, path: Path) -> None:
    """One payload as a file, the same bytes each time."""
    path.write_text(json.dumps(payload, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _by_owner(db: duckdb.DuckDBPyConnection, sql: str) -> dict[str, list[Element]]:
    """Rows that begin with the id of whose they are, by it; what is not recorded is left out."""
    found = db.execute(sql)
    names = [column[0] for column in found.description or []][1:]
    owned: defaultdict[str, list[Element]] = defaultdict(list)
    for owner, *values in found.fetchall():
        told = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        owned[owner].append({n: v.isoformat() if isinstance(v, dt.date) else v for n, v in told.items()})
    return owned
