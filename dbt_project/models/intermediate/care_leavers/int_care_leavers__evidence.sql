-- Who counts towards each indicator of care leavers, as they stand at each month's end.
with care_leavers as (

    select
        care_leavers.*,
        {{ month_end('care_leavers.source_month_number') }} as month_end,
        {{ age('persons.birth_date', month_end('care_leavers.source_month_number')) }} as age_years
    from {{ ref('stg_returns__care_leavers') }} as care_leavers
    left join {{ ref('stg_returns__persons') }} as persons
        on care_leavers.vintage_id = persons.vintage_id and care_leavers.la_child_id = persons.la_child_id

),

of_age as (

    select *
    from care_leavers
    where
        eligibility_code in ('RELEVANT', 'FORMER_RELEVANT')
        and age_years between 17 and 21
        and coalesce(in_touch_code, '') not in ('DIED', 'RHOM')

),

-- cl_in_touch_pct  Care leavers in touch; not known is not in touch
-- cl_eet_pct  Care leavers in education, employment or training
-- cl_suitable_accom_pct  Care leavers in suitable accommodation; abroad, deported and not known left out
outcomes as (

    select
        'cl_in_touch_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, month_end as counted_on,
        coalesce(in_touch_code = 'YES', false)::int as numerator
    from of_age
    union all
    select
        'cl_eet_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, month_end as counted_on,
        coalesce(activity_code in ('F1', 'F2', 'F3', 'F4', 'F5', 'P1', 'P2', 'P3', 'P4', 'P5'), false)::int as numerator
    from of_age
    union all
    select
        'cl_suitable_accom_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, month_end as counted_on,
        coalesce(accommodation_suitable_code = '1', false)::int as numerator
    from of_age
    where coalesce(accommodation_code, '') not in ('G', 'H', 'R')

),

-- cl_pathway_plan_uptodate_pct  Care leavers with an up-to-date pathway plan
pathway_plans as (

    select
        'cl_pathway_plan_uptodate_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, month_end as counted_on,
        coalesce({{ days_between('pathway_plan_review_date', 'month_end') }} between 0 and 183, false)::int as numerator
    from care_leavers
    where eligibility_code in ('ELIGIBLE', 'RELEVANT', 'FORMER_RELEVANT')

)

select *, 1 as denominator from outcomes
union all by name
select *, 1 as denominator from pathway_plans
