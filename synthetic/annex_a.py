"""The eleven lists of Annex A, each a question put to the SSD returns under the official headings.

A list holds events of the last twelve months (six for contacts and early help), or whoever is open at the
as-at date with those who ended in the last six. `sent.a` is the as-at date; `care` is one row a period of
care.
"""

from synthetic.cases import ETHNICITIES

_ETHNICITY = " ".join(
    f"when '{code}' then '{chr(ord('a') + place)}) {code}'" for place, code in enumerate(ETHNICITIES)
)
_REST_OF_CHILD = f"""
    case pers_sex when 'M' then 'a) Male' when 'F' then 'b) Female' else 'c) Not stated/recorded' end
        as "Gender",
    case pers_ethnicity {_ETHNICITY} end as "Ethnicity",
    coalesce(pers_dob, pers_expected_dob) as "Date of Birth",
    case when pers_dob <= a then date_sub('year', pers_dob, a) end as "Age of Child (Years)"
"""
_CHILD = f'pers_person_id as "Child Unique ID", {_REST_OF_CHILD}'
_DISABLED = """'c) Unknown' as "Does the Child have a Disability" """
_SINCE_6 = "> (a - interval 6 month)::date"
_SINCE_12 = "> (a - interval 12 month)::date"


def _allocated(team: str, worker: str) -> str:
    return f"""
        coalesce({team}, 'Not recorded') as "Allocated Team",
        coalesce({worker}, 'Not recorded') as "Allocated Worker"
    """


def _yes_no(flag: str) -> str:
    return f"case {flag} when 'Y' then 'Yes' when 'N' then 'No' end"


_CONTACTS = f"""
    select {_CHILD},
        cont_contact_date as "Date of Contact",
        coalesce(cont_contact_source_code, '10') as "Contact Source"
    from contacts join persons on pers_person_id = cont_person_id, sent
    where cont_contact_date {_SINCE_6}
    order by cont_contact_date, cont_contact_id
"""
_EARLY_HELP = f"""
    select {_CHILD},
        earl_episode_start_date as "Assessment start date",
        assessment_completed_date as "Assessment completion date",
        earl_episode_organisation as "Organisation completing assessment"
    from early_help_episodes join persons on pers_person_id = earl_person_id, sent
    where greatest(earl_episode_start_date, assessment_completed_date) {_SINCE_6}
    order by earl_episode_start_date, earl_episode_id
"""
_REFERRALS = f"""
    select {_CHILD},
        cine_referral_date as "Date of referral",
        cine_referral_source_code as "Referral Source",
        case when cine_referral_nfa = 'Y' then 'Yes' else 'No' end as "Referral NFA?",
        count(*) over (partition by cine_person_id) as "Number of Referrals in Last 12 Months",
        {_allocated("cine_referral_team", "cine_referral_worker_id")}
    from cin_episodes join persons on pers_person_id = cine_person_id, sent
    where cine_referral_date {_SINCE_12}
    order by cine_referral_date, cine_referral_id
"""
_ASSESSMENTS = f"""
    select {_CHILD}, {_DISABLED},
        cina_assessment_start_date as "Continuous Assessment Start Date",
        {_yes_no("cina_assessment_child_seen")} as "Child Seen During Continuous Assessment",
        cina_assessment_auth_date as "Continuous Assessment Date of Authorisation",
        case cina_assessment_outcome_nfa when 'Y' then 'No' when 'N' then 'Yes' end
            as "Was the child assessed as requiring LA children's social care support?",
        {_allocated("cina_assessment_team", "cina_assessment_worker_id")}
    from cin_assessments join persons on pers_person_id = cina_person_id, sent
    where coalesce(cina_assessment_auth_date, a) {_SINCE_12}
    order by cina_assessment_start_date, cina_assessment_id
"""
_ENQUIRIES = f"""
    select {_CHILD}, {_DISABLED},
        s47e_s47_start_date as "Strategy discussion initiating Section 47 Enquiry Start Date",
        {_yes_no("s47e_s47_nfa")} as "Was an Initial Child Protection Conference deemed unnecessary?",
        icpc_icpc_date as "Date of Initial Child Protection Conference",
        {_yes_no("icpc_icpc_outcome_cp_flag")}
            as "Did the Initial Child Protection Conference Result in a Child Protection Plan",
        (count(*) filter (where s47e_s47_start_date {_SINCE_12}) over child)::bigint
            as "Number of Section 47 Enquiries in the last 12 months",
        (count(*) filter (where icpc_icpc_date {_SINCE_12}) over child)::bigint
            as "Number of ICPCs in the last 12 months",
        {_allocated("s47e_s47_completed_by_team", "null")}
    from s47_enquiries join persons on pers_person_id = s47e_person_id
    left join initial_cp_conferences on icpc_s47_enquiry_id = s47e_s47_enquiry_id, sent
    where greatest(s47e_s47_start_date, icpc_icpc_date) {_SINCE_12}
    window child as (partition by s47e_person_id)
    order by s47e_s47_start_date, s47e_s47_enquiry_id
"""
_IN_NEED = f"""
    select {_CHILD}, {_DISABLED},
        cine_referral_date as "CIN Start Date",
        coalesce(cine_cin_primary_need_code, 'N0') as "Primary Need Code",
        (select max(cinv_cin_visit_date) from cin_visits
            where cinv_person_id = cine_person_id and cinv_cin_visit_seen = 'Y')
            as "Date Child Was Last Seen",
        cine_close_date as "CIN Closure Date",
        cine_close_reason as "Reason for Closure",
        case
            when cine_close_date is not null then 'e) Closed'
            when cine_person_id in (select child from care where ceased is null) then 'a) Looked after child'
            when cine_person_id in (select cppl_person_id from cp_plans where cppl_cp_plan_end_date is null)
                then 'b) Child protection plan'
            when cine_person_id in (select cinp_person_id from cin_plans where cinp_cin_plan_end_date is null)
                then 'c) Child in need plan'
            else 'd) Open assessment'
        end as "Case Status",
        {_allocated("cine_referral_team", "cine_referral_worker_id")}
    from cin_episodes join persons on pers_person_id = cine_person_id, sent
    where cine_referral_nfa is distinct from 'Y' and coalesce(cine_close_date, a) {_SINCE_12}
    order by cine_referral_date, cine_referral_id
"""
_PLANS = f"""
    select {_CHILD}, {_DISABLED},
        cppl_cp_plan_start_date as "Child Protection Plan Start Date",
        cppl_cp_plan_initial_category as "Initial Category of Abuse",
        cppl_cp_plan_latest_category as "Latest Category of Abuse",
        visit.made as "Date of the Last Statutory Visit",
        {_yes_no("visit.alone")} as "Was the Child Seen Alone?",
        (select max(cppr_cp_review_date) from cp_reviews where cppr_cp_plan_id = cppl_cp_plan_id)
            as "Date of latest review conference",
        cppl_cp_plan_end_date as "Child Protection Plan End Date",
        'No'
        as "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
        coalesce(number_of_previous_plans, '0')::bigint as "Number of Previous Child Protection Plans",
        {_allocated("null", "null")}
    from cp_plans join persons on pers_person_id = cppl_person_id
    left join (
        select cppv_person_id as child, cppv_cp_plan_id as plan, max(cppv_cp_visit_date) as made,
            max_by(cppv_cp_visit_seen_alone, cppv_cp_visit_date) as alone
        from cp_visits where cppv_cp_visit_seen = 'Y' group by all
    ) as visit on visit.child = cppl_person_id and visit.plan = cppl_cp_plan_id, sent
    where cppl_cp_plan_ola is distinct from 'Y' and coalesce(cppl_cp_plan_end_date, a) {_SINCE_6}
    order by cppl_cp_plan_start_date, cppl_cp_plan_id
"""
_SECOND_PERIOD = (
    '"Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)"'
)
# Short breaks taken one by one are over within days; only an agreement still running is a row here.
_LOOKED_AFTER = f"""
    select {_CHILD},
        'No' as "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)", {_DISABLED},
        started as "Date Started to be Looked After",
        coalesce(need, 'N0') as "Child's Category of Need",
        case when exists (
            select 1 from care as earlier
            where earlier.child = care.child and earlier.started < care.started and earlier.ceased {_SINCE_12}
        ) then 'Yes' else 'No' end
        as {_SECOND_PERIOD},
        legal.began as "Start date of current legal status",
        legal.status as "Child's Legal Status",
        (select max(clar_cla_review_date) from cla_reviews
            where clar_cla_id = cla_id and clar_cla_review_cancelled is distinct from 'Y')
            as "Date of Latest Statutory Review",
        (select max(clav_cla_visit_date) from cla_visits
            where clav_cla_id = cla_id and clav_cla_visit_seen = 'Y')
            as "Date of Last Social Work Visit",
        null as "What is the permanence plan for this child?",
        null as "Date of Last IRO Visit / Contact to the Child",
        (select max(clah_health_check_date) from cla_health where clah_person_id = child
            and clah_health_check_type <> 'DENTAL'
            and coalesce(clah_health_check_status, 'COMPLETED') = 'COMPLETED')
            as "Date of Last Health Assessment",
        (select max(clah_health_check_date) from cla_health where clah_person_id = child
            and clah_health_check_type = 'DENTAL'
            and coalesce(clah_health_check_status, 'COMPLETED') = 'COMPLETED')
            as "Date of Last Dental Check",
        (select count(*) from cla_placements where clap_person_id = child
            and coalesce(clap_cla_placement_end_date, a) {_SINCE_12})
            as "Number of Placements in the Last 12 months",
        ceased as "Date Ceased to be Looked After",
        ceased_reason as "Reason Ceased to be Looked After",
        placed.began as "Start Date of Most Recent Placement",
        placed.place as "Placement Type",
        coalesce(placed.provider, 'PR1') as "Placement Provider",
        null as "Placement postcode",
        placed.urn as "URN of Placement",
        case placed.away when 'Y' then 'Out' else 'In' end as "Placement Location",
        null as "LA of Placement",
        (select count(*) from missing where miss_person_id = child and miss_missing_episode_type = 'M'
            and miss_missing_episode_start_date {_SINCE_12})
            as "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
        (select count(*) from missing where miss_person_id = child and miss_missing_episode_type = 'A'
            and miss_missing_episode_start_date {_SINCE_12})
            as "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
        {_yes_no("gone.offered")}
            as "Was the child offered a Return Interview after their last missing episode (Y/N)?",
        {_yes_no("gone.accepted")}
            as "Did the child accept a Return Interview after their last missing episode (Y/N)?",
        {_allocated("null", "null")}
    from care join persons on pers_person_id = child
    join (
        select cla_id as period, max(lega_legal_status_start_date) as began,
            max_by(lega_legal_status, lega_legal_status_start_date) as status
        from care join legal_statuses on lega_person_id = child and lega_legal_status_start_date >= started
            and lega_legal_status_start_date < coalesce(ceased, '9999-01-01')
        group by all
    ) as legal on legal.period = cla_id
    join (
        select clap_cla_id as period, max(clap_cla_placement_start_date) as began,
            max_by(clap_cla_placement_type, clap_cla_placement_start_date) as place,
            max_by(clap_cla_placement_provider, clap_cla_placement_start_date) as provider,
            max_by(clap_cla_placement_urn, clap_cla_placement_start_date) as urn,
            max_by(placement_out_of_area, clap_cla_placement_start_date) as away
        from cla_placements
        where clap_cla_placement_end_date is distinct from clap_cla_placement_start_date
        group by all
    ) as placed on placed.period = cla_id
    left join (
        select miss_person_id as who,
            max_by(miss_missing_rhi_offered, miss_missing_episode_start_date) as offered,
            max_by(miss_missing_rhi_accepted, miss_missing_episode_start_date) as accepted
        from missing group by all
    ) as gone on gone.who = child, sent
    where coalesce(ceased, a) {_SINCE_6} and (ceased is null or legal.status not in ('V3', 'V4'))
    order by started, cla_id
"""
_CARE_LEAVERS = f"""
    select {_CHILD},
        'No' as "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)",
        {_DISABLED},
        {_allocated("clea_care_leaver_allocated_team", "null")},
        'Not recorded' as "Allocated Personal Advisor",
        clea_care_leaver_eligibility as "Eligibility Category",
        clea_pathway_plan_review_date as "Latest Pathway Plan Review Date",
        clea_care_leaver_in_touch as "LA in Touch",
        clea_care_leaver_latest_contact as "Latest Date of Contact",
        clea_care_leaver_accommodation as "Type of Accommodation",
        case clea_care_leaver_accom_suitable when '1' then 'Suitable' when '2' then 'Unsuitable' end
            as "Suitability of Accommodation",
        clea_care_leaver_activity as "Activity Status"
    from care_leavers join persons on pers_person_id = clea_person_id, sent
    order by clea_person_id
"""
_ADOPTION = f"""
    select pers_person_id as "Child Unique ID", null as "Family identifier", {_REST_OF_CHILD},
        {_DISABLED},
        started as "Date the Child Entered Care",
        perm_adm_decision_date as "Date of Decision that Child Should be Placed for Adoption",
        perm_placement_order_date as "Date of Placement Order",
        perm_matched_date as "Date of Matching Child and Prospective Adopters",
        perm_placed_for_adoption_date as "Date Placed for Adoption",
        case when perm_permanence_order_type = 'ADOPTION' then perm_permanence_order_date end
            as "Date of Adoption Order",
        perm_decision_reversed_date as "Date of Decision that Child Should No Longer be Placed for Adoption",
        perm_decision_reversed_reason as "Reason Why Child No Longer Placed for Adoption",
        perm_placed_foster_carer_date
            as "Date the child was placed for fostering in FFA or concurrent planning placement"
    from permanence join care on cla_id = perm_cla_id join persons on pers_person_id = perm_person_id, sent
    where perm_adm_decision_date is not null
    order by perm_adm_decision_date, perm_table_id
"""
_ADOPTERS = """
    select family_id || 'A' as "Individual adopter identifier",
        family_id as "Family identifier",
        'b) Female' as "Gender",
        't) NOBT' as "Ethnicity",
        'c) Unknown' as "Disability",
        'No' as "Is the (prospective) adopter fostering for adoption?",
        coalesce(approved_date, a) - 240 as "Date enquiry received",
        coalesce(approved_date, a) - 200 as "Date Stage 1 started",
        coalesce(approved_date, a) - 140 as "Date Stage 1 ended",
        coalesce(approved_date, a) - 130 as "Date Stage 2 started",
        approved_date - 20 as "Date Stage 2 ended",
        approved_date - 20 as "Date application submitted",
        approved_date as "Date application approved",
        matched_date as "Date adopter matched with child(ren)",
        null as "Date child/children placed with adopter(s)",
        null as "No. of children placed",
        null as "Date of Adoption Order",
        left_date as "Date of leaving adoption process",
        null as "Reason for leaving adoption process"
    from adopters, sent
    where kind_code = 'IN_HOUSE'
    order by family_id
"""

# Title of the sheet, and the question it answers.
LISTS = (
    ("List 1", _CONTACTS),
    ("List 2", _EARLY_HELP),
    ("List 3", _REFERRALS),
    ("List 4", _ASSESSMENTS),
    ("List 5", _ENQUIRIES),
    ("List 6", _IN_NEED),
    ("List 7", _PLANS),
    ("List 8", _LOOKED_AFTER),
    ("List 9", _CARE_LEAVERS),
    ("List 10", _ADOPTION),
    ("List 11", _ADOPTERS),
)
