{#- Why a row that a figure could have been counted from was not: of each return the rules in order, the first that fits
    the row saying why. A rule is (indicators, or none for any; what must hold of the row; the sentence). What is left
    is what the figure's evidence asks of more than the row: the rule that says true. -#}
{% macro why_left_out(return_name, indicator_id, first_date, period_end) -%}
    {%- set open_assessments = ['assessments_open', 'assessments_open_overdue', 'assessments_open_overdue_pct'] -%}
    {%- set in_need = ['cin_open', 'cin_rate_10k', 'cin_plan_uptodate_pct', 'cases_unallocated'] -%}
    {%- set plans_ended = ['cp_ended', 'cp_2y_closed_pct'] -%}
    {%- set care_moves = ['cla_started', 'cla_ceased', 'cla_initial_health_20wd_pct'] -%}
    {%- set waiting = ['shobpa_open', 'adopter_sufficiency'] -%}
    {%- set adopted = ['adopt_a1_days', 'adopt_a10_days', 'adopt_a2_days'] -%}
    {%- set moves = ['wf_starters', 'wf_leavers', 'wf_turnover_rate'] -%}
    {%- set leaving = ['wf_leavers', 'wf_turnover_rate'] -%}
    {%- set ended = "by the last day of the period" -%}
    {%- set rules = {
        'adopters': [
            (none, "coalesce(kind_code, '') <> 'IN_HOUSE'", 'not a family of the authority itself'),
            (['adopters_waiting'], 'matched_date <= ' ~ period_end, 'matched ' ~ ended),
            (['adopters_waiting'], 'left_date <= ' ~ period_end, 'had left ' ~ ended),
        ],
        'budgets': [
            (none, 'financial_year <> ' ~ financial_year('source_month_number'), 'of another financial year'),
            (['fin_agency_overspend'], "coalesce(line_code, '') <> 'AGENCY'", 'not the line of agency staff'),
            (['fin_staffing_overspend_forecast'], "coalesce(line_code, '') not in ('STAFFING', 'AGENCY')",
                'not a line of staffing or agency staff'),
            (['fin_pressure_reduction'], 'baseline_forecast is null', 'no baseline forecast on file'),
        ],
        'care_leavers': [
            (['cl_pathway_plan_uptodate_pct'],
                "coalesce(eligibility_code, '') not in ('ELIGIBLE', 'RELEVANT', 'FORMER_RELEVANT')",
                'not of those who are owed a pathway plan'),
            (none, "coalesce(eligibility_code, '') not in ('RELEVANT', 'FORMER_RELEVANT')",
                'neither relevant nor former relevant'),
            (none, "in_touch_code = 'DIED'", 'has died'),
            (none, "in_touch_code = 'RHOM'", 'has returned home'),
            (['cl_suitable_accom_pct'], "accommodation_code in ('G', 'H', 'R')",
                'abroad, deported or not known where: left out of accommodation'),
            (none, 'true', 'not aged 17 to 21 at the end of the month, or no date of birth on file'),
        ],
        'care_proceedings': [],
        'cin_assessments': [
            (['ia_completed', 'ia_intime_pct'], "assessment_type_code <> 'initial'", 'not an initial assessment'),
            (['ca_completed', 'ca_35wd_pct'], "assessment_type_code <> 'core'", 'not a core assessment'),
            (['single_completed', 'single_45wd_pct', 'assessment_duration_median_wd'],
                "assessment_type_code <> 'single'", 'not a single assessment'),
            (open_assessments, 'authorised_date <= ' ~ period_end, 'authorised ' ~ ended),
            (open_assessments, 'true', 'its referral was closed ' ~ ended ~ ': abandoned'),
            (none, 'authorised_date is null', 'not authorised yet'),
            (none, 'authorised_date > ' ~ period_end, 'authorised after the period'),
            (none, 'authorised_date < ' ~ first_date, 'authorised before the period'),
        ],
        'cin_episodes': [
            (['referral_decision_1wd_pct'], 'true', 'no decision by the as-at date, and still inside its working day'),
            (in_need, 'is_no_further_action', 'closed with no further action: not in need'),
            (in_need, 'close_date <= ' ~ period_end, 'closed ' ~ ended),
            (['cin_open', 'cin_rate_10k'], 'true', 'the child counts once, by an earlier referral still open'),
            (['cin_plan_uptodate_pct'], 'true',
                'no plan of need is owed: not past 45 working days, on a protection plan, looked after, or counted by '
                ~ 'an earlier referral'),
            (['cases_unallocated'], 'true',
                'a worker is involved, the first working day is not over, or an earlier referral speaks for the child'),
        ],
        'cin_plans': [
            (none, 'cin_plan_end_date <= ' ~ period_end, 'ended ' ~ ended),
            (['cin_visit_20wd_pct'], 'true',
                'on the plan for fewer than 20 working days, on a protection plan, looked after, or counted by an '
                ~ 'earlier plan'),
            (none, 'true', 'on a protection plan, looked after, or counted by an earlier plan still open'),
        ],
        'cla_episodes': [
            (['cla_started', 'cla_initial_health_20wd_pct'], "coalesce(start_reason_code, '') <> 'S'",
                'not a start of care: a move or a change within it'),
            (['cla_ceased'], 'ceased_date is null', 'still open'),
            (['cla_ceased'], 'ceased_date > ' ~ period_end, 'ended after the period'),
            (['cla_ceased'], 'ceased_date < ' ~ first_date, 'ended before the period'),
            (['cla_ceased'], "ceased_reason_code = 'X1'", 'care goes on in another episode'),
            (['cla_ceased'], 'true', 'care goes on in another episode, or a short break'),
            (['cla_started'], 'true', 'a short break'),
            (['cla_initial_health_20wd_pct'], 'true',
                'the 20 working days were not over on the as-at date, or a short break'),
            (['cla_net_change'], 'true',
                'in care neither at the end of the period nor before its first day, a short break, or counted by '
                ~ 'another episode'),
            (none, 'ceased_date <= ' ~ period_end, 'ended ' ~ ended),
            (['cla_open', 'cla_rate_10k', 'cla_3plus_placements_pct', 'cla_placed_over_20_miles_pct'], 'true',
                'a short break, or the child counts by another episode'),
            (['cla_visit_intime_pct'], 'true',
                'in care for 7 days or fewer, a short break, or counted by another episode'),
            (['cla_care_plan_uptodate_pct'], 'true',
                'in care for fewer than 10 working days, a short break, or counted by another episode'),
            (['cla_pep_uptodate_pct'], 'true',
                'in care for fewer than 20 working days, not aged 5 to 15, a short break, or counted by another '
                ~ 'episode'),
            (['cla_long_term_stable_pct'], 'true',
                'aged 16 or over, in care for less than 30 months, a short break, or counted by another episode'),
            (['cla_health_assessment_pct', 'cla_dental_pct'], 'true',
                'in care for less than 12 months, no date of birth on file, a short break, or counted by another '
                ~ 'episode'),
        ],
        'cla_reviews': [
            (none, 'is_cancelled', 'cancelled'),
            (none, 'due_date is null', 'no due date on file'),
        ],
        'conference_minutes': [
            (none, "coalesce(kind_code, '') not in ('ICPC', 'RCPC')", 'neither an initial nor a review conference'),
            (none, 'minutes_due_date is null', 'no due date on file'),
            (none, 'minutes_due_date > ' ~ period_end, 'not due until after the period'),
            (['conference_minutes_backlog'], 'minutes_sent_date <= ' ~ period_end, 'sent ' ~ ended),
            (none, 'minutes_due_date < ' ~ first_date, 'due before the period'),
        ],
        'contacts': [
            (['contact_decision_1wd_pct'], 'true', 'no decision by the as-at date, and still inside its working day'),
        ],
        'cp_plans': [
            (none, 'is_other_authority', 'a plan of another authority, held for a while'),
            (plans_ended, 'cp_plan_end_date is null', 'still open'),
            (plans_ended, 'cp_plan_end_date > ' ~ period_end, 'ended after the period'),
            (plans_ended, 'cp_plan_end_date < ' ~ first_date, 'ended before the period'),
            (['cp_visits_intime_pct'], 'true', 'no visit fell due in the period'),
            (none, 'cp_plan_end_date <= ' ~ period_end, 'ended ' ~ ended),
            (['cp_reviews_children_intime_pct'], 'true',
                'on a plan for less than 91 days, so that no review was due, or counted by an earlier plan'),
            (['cp_visit_10wd_pct'], 'true',
                'on a plan for fewer than 10 working days, or counted by an earlier plan'),
            (['cp_visit_20wd_pct'], 'true',
                'on a plan for fewer than 20 working days, or counted by an earlier plan'),
            (none, 'true', 'the child counts once, by an earlier plan still open'),
        ],
        'cp_reviews': [(none, 'due_date is null', 'no due date on file')],
        'early_help_episodes': [
            (['eh_open'], 'episode_end_date <= ' ~ period_end, 'ended ' ~ ended),
            (['eh_open'], 'true', 'the child counts once, by another open episode'),
            (['eh_assessments_completed'], 'assessment_completed_date is null', 'its assessment is not completed'),
            (['eh_assessments_completed'], 'assessment_completed_date > ' ~ period_end,
                'its assessment was completed after the period'),
            (['eh_assessments_completed'], 'true', 'its assessment was completed before the period'),
            (['caf_evaluated_pct'], 'episode_end_date is null', 'still open'),
            (['caf_evaluated_pct'], 'episode_end_date > ' ~ period_end, 'ended after the period'),
            (['caf_evaluated_pct'], 'true', 'ended before the period'),
        ],
        'initial_cp_conferences': [],
        'involvements': [
            (none, "coalesce(role_code, '') <> 'SW'", 'not the involvement of a social worker'),
            (none, 'involvement_end_date <= ' ~ period_end, 'ended ' ~ ended),
            (none, 'true', 'the child counts once, by a later involvement'),
        ],
        'missing': [
            (none, "coalesce(missing_type_code, '') <> 'M'", 'away without authorisation, and not missing'),
            (['cla_missing_children'], 'true',
                'not looked after that day, on a short break, or the child counts by an earlier episode of the period'),
            (none, 'missing_end_date is null', 'not back yet'),
            (none, 'missing_end_date > ' ~ period_end, 'came back after the period'),
            (none, 'missing_end_date < ' ~ first_date, 'came back before the period'),
        ],
        'permanence': [
            (adopted, "coalesce(permanence_order_type_code, '') <> 'ADOPTION' or permanence_order_date is null",
                'no adoption order'),
            (adopted, 'permanence_order_date > ' ~ period_end, 'adopted after the period'),
            (adopted, 'permanence_order_date < ' ~ first_date, 'adopted before the period'),
            (['adopt_a2_days'], 'true', 'placement order or match has no date, or they stand in the wrong order'),
            (adopted, 'true', 'entering care or moving in has no date, or they stand in the wrong order'),
            (['adopt_placed_count'], 'placed_for_adoption_date is null', 'not placed'),
            (['adopt_placed_count'], 'placed_for_adoption_date > ' ~ period_end, 'placed after the period'),
            (['adopt_placed_count'], 'true', 'placed before the period'),
            (waiting, 'placed_for_adoption_date <= ' ~ period_end, 'placed ' ~ ended),
            (waiting, 'decision_reversed_date <= ' ~ period_end, 'the decision was reversed ' ~ ended),
            (waiting, 'permanence_order_date <= ' ~ period_end, 'an order was made ' ~ ended),
            (waiting, 'true', 'the child counts once, by another decision'),
        ],
        'professionals': [
            (['wf_caseload_teams_in_limit_pct'], 'true', 'a team counts, by the average of its workers'),
            (['wf_caseload_avg'], 'fte = 0', 'no working time'),
            (['wf_caseload_max'], 'true', 'holds no more cases than the worker who counts'),
            (['wf_caseload_over_threshold'], 'true', 'not over the threshold'),
            (none, 'true', 'holds no case on the last day of the month'),
        ],
        's47_enquiries': [
            (['s47_to_icpc_pct'], 'true', 'no conference yet, and still inside its 15 working days'),
        ],
        'strategy_meetings': [],
        'workforce_assignments': [
            (['wf_nqsw_passed_asye'], 'asye_passed_date is null', 'no assessed year passed'),
            (['wf_nqsw_passed_asye'], 'asye_passed_date > ' ~ period_end, 'passed after the period'),
            (['wf_nqsw_passed_asye'], 'true', 'passed before the period'),
            (moves, "coalesce(holder_type, '') <> 'PERMANENT'", 'does not hold the post permanently'),
            (['wf_starters'], "start_route = 'INTERNAL'", 'a move inside the authority'),
            (leaving, 'end_date is null', 'has not left'),
            (leaving, 'end_date > ' ~ period_end, 'left after the period'),
            (leaving, 'end_date < ' ~ first_date, 'left before the period'),
            (leaving, "end_route = 'INTERNAL'", 'a move inside the authority'),
            (moves, 'true', 'not in a social work post'),
        ],
        'workforce_posts': [
            (none, "coalesce(role_code, '') not in ('SW', 'SSW')", 'not a social work post'),
            (none, 'established_to_date <= ' ~ period_end, 'no longer funded on the last day of the period'),
        ],
    } -%}
    {%- set otherwise = "'no rule of the figure takes it in'" -%}
    {%- if not rules[return_name] %}
    {{ otherwise }}
    {%- else %}
    case
        {%- for indicators, holds, sentence in rules[return_name] %}
        when
            {%- if indicators %} {{ indicator_id }} in ('{{ indicators | join("', '") }}') and{% endif %}
            {{ holds }}
            then '{{ sentence }}'
        {%- endfor %}
        else {{ otherwise }}
    end
    {%- endif %}
{%- endmacro %}

{#- Why what counts in the denominator is not in the numerator: what the figure's law asks for and this did not have. -#}
{% macro why_not_in_numerator(indicator_id) -%}
    {%- set asked = {
        'contact_decision_1wd_pct': 'no decision by the end of the next working day, or one dated before the contact',
        'contact_screened_same_day_pct': 'not screened by a qualified worker on the same, or the next, working day',
        'contacts_to_referral_pct': 'not flagged as a new referral, and no referral of the child within 10 days',
        'referral_decision_1wd_pct': 'no decision by the end of the next working day, or one dated before the referral',
        're_referrals_12m_pct': 'no earlier referral of the child in the 365 days before',
        'referrals_nfa_pct': 'not closed with no further action',
        'referrals_to_assessment_pct': 'no assessment of the referral begun by the as-at date',
        'caf_evaluated_pct': 'not evaluated by the as-at date',
        'ia_intime_pct': 'past the working days that the standard of its day allows, or dated before the referral',
        'ca_35wd_pct': 'past 35 working days, or authorised before it began',
        'single_45wd_pct': 'past 45 working days, or authorised before it began',
        'assessments_open_overdue': 'still inside its working days',
        'assessments_open_overdue_pct': 'still inside its working days',
        'assessment_duration_median_wd': 'one of the durations that the middle is taken of',
        'assessment_nfa_pct': 'ended in something to be done',
        'strategy_after_assessment_pct': 'followed something other than an assessment',
        's47_to_icpc_pct': 'no conference by the as-at date, and 15 working days are over',
        'icpc_15wd_pct': 'held after the 15th working day, before its enquiry began, or with no enquiry on file',
        'icpc_to_plan_pct': 'ended without a plan',
        'conference_minutes_intime_pct': 'not sent by the day that they were due',
        'cp_subsequent_ever_pct': 'no earlier plan on file',
        'cp_subsequent_2y_pct': 'no earlier plan of the child ended in the 730 days before',
        'cp_2y_open_count': 'on a plan for less than 730 days',
        'cp_2y_open_pct': 'on a plan for less than 730 days',
        'cp_2y_closed_pct': 'had lasted less than 730 days',
        'cp_reviews_children_intime_pct': 'a review of the last 12 months was late or missed',
        'rcpc_intime_pct': 'held after the day that it was due',
        'cp_visit_10wd_pct': 'not seen in the last 10 working days',
        'cp_visit_20wd_pct': 'not seen in the last 20 working days',
        'cp_visits_intime_pct': 'not seen between the due date before and this one',
        'cp_plan_uptodate_pct': 'no plan document that is up to date',
        'cp_category_pct': 'no category on file',
        'cp_allocated_qualified_pct': 'no social worker with a registration number holds the case',
        'cin_plan_uptodate_pct': 'no plan document that is up to date',
        'cin_visit_20wd_pct': 'not seen in the last 20 working days',
        'cla_visit_intime_pct': 'not seen within six weeks, or within its own interval where one is on file',
        'cla_review_intime_pct': 'held after the day that it was due',
        'cla_care_plan_uptodate_pct': 'no care plan that is up to date',
        'cla_pep_uptodate_pct': 'no personal education plan that is up to date',
        'cla_3plus_placements_pct': 'fewer than three placements in 12 months',
        'cla_long_term_stable_pct': 'less than 24 months in the placement, or no placement on file',
        'cla_health_assessment_pct': 'no health assessment in 12 months, or, under 5, not two',
        'cla_initial_health_20wd_pct': 'no health assessment within 20 working days of the start',
        'cla_dental_pct': 'no dental check in 12 months',
        'cla_placed_over_20_miles_pct': 'within 20 miles of home or inside the area, or not known where',
        'cla_net_change': 'looked after at both ends of the period',
        'rhi_72h_pct': 'no interview within 3 days of coming back',
        'cl_in_touch_pct': 'not in touch, or not known',
        'cl_eet_pct': 'not in education, employment or training, or not known',
        'cl_suitable_accom_pct': 'accommodation not suitable, or not known',
        'cl_pathway_plan_uptodate_pct': 'pathway plan not reviewed in the 183 days before, or no day on file',
        'adopt_a1_days': 'placed on the day of entering care: no day to add',
        'adopt_a10_days': 'moved in on the day of entering care: no day to add',
        'adopt_a2_days': 'matched on the day of the placement order: no day to add',
        'adopter_sufficiency': 'a family that is waiting, and no child',
        'wf_caseload_avg': 'holds no case',
        'wf_caseload_teams_in_limit_pct': 'the average of the team lies outside the band agreed',
        'wf_vacancies_fte': 'the post is filled',
        'wf_vacancy_rate': 'the post is filled',
        'wf_vacancy_rate_net_agency': 'the post is filled, or agency staff cover what is not',
        'wf_vacancy_rate_projected': 'the post is filled, or a starter is appointed to what is not',
        'wf_agency_fte': 'no agency staff in the post',
        'wf_agency_rate': 'no agency staff in the post',
        'wf_perm_agency_ratio': 'nobody permanent in the post',
        'wf_turnover_rate': 'in post on the last day: only those who left are counted above',
        'fin_staffing_overspend_forecast': 'the forecast is the budget',
        'fin_agency_overspend': 'the forecast is the budget',
        'fin_pressure_reduction': 'the forecast is what it was at first',
    } -%}
    case {{ indicator_id }}
        {%- for name, sentence in asked.items() %}
        when '{{ name }}' then '{{ sentence }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- The rows of some returns beside each figure that they could count towards: by return, the field of the child where
    there is one, and the day that places a row in a period. -#}
{% macro rows_sent(dated) -%}
    {%- for return_name, (child, dated_on) in dated.items() %}
    select
        figures.la_code, figures.indicator_id, figures.period_basis, figures.period_end, figures.vintage_id,
        rows_of.content_id, rows_of.row_number, '{{ return_name }}' as return_name,
        {{ child or 'null' }}::varchar as la_child_id, {{ dated_on }} as dated_on,
        {{ why_left_out(return_name, 'figures.indicator_id', 'figures.first_date', 'figures.period_end') }} as why
    from {{ ref('stg_returns__' ~ return_name) }} as rows_of
    inner join {{ ref('restricted_figures') }} as figures
        on
            figures.return_name = '{{ return_name }}'
            and rows_of.vintage_id = figures.vintage_id
            and {{ dated_on }} between figures.first_date and figures.period_end
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
