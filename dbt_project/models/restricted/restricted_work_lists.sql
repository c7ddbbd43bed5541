-- Each work list of each authority, of the newest day that it answers for: the end of the newest month, or the day
-- inside one that was asked for. One whose return did not come lists nobody.
with kinds as (

    -- a list, and the figure whose evidence it stands on
    select listed.kind, listed.indicator_id
    from (
        values
        ('assessments', 'assessments_open_overdue'),
        ('conferences', 's47_to_icpc_pct'),
        ('plan_visits', 'cp_visit_10wd_pct'),
        ('plan_reviews', 'cp_reviews_children_intime_pct'),
        ('long_plans', 'cp_2y_open_count'),
        ('care_visits', 'cla_visit_intime_pct'),
        ('care_reviews', 'cla_review_intime_pct'),
        ('health_checks', 'cla_health_assessment_pct'),
        ('return_interviews', 'rhi_72h_pct'),
        ('unallocated', 'cases_unallocated')
    ) as listed (kind, indicator_id)

),

newest as (

    select vintage_id, la_code, month_number, period_end, period_end_number
    from {{ ref('int_periods__expected') }}
    where edition = 'restated' and month_number = {{ month_number_of_text('view_month') }}

)

select
    newest.la_code,
    kinds.kind,
    kinds.indicator_id,
    newest.vintage_id,
    newest.period_end,
    newest.period_end_number,
    coalesce(submitted.is_submitted, false) as is_submitted
from newest
cross join kinds
left join {{ ref('int_indicators__submitted') }} as submitted
    on
        newest.vintage_id = submitted.vintage_id
        and newest.month_number = submitted.month_number
        and kinds.indicator_id = submitted.indicator_id
