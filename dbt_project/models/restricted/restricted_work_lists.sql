-- Each work list of each authority, of the newest month; one whose return did not come lists nobody.
with kinds as (

    -- a list, and the figure whose evidence it stands on
    select listed.kind, listed.indicator_id
    from (
        values
        ('assessments', 'assessments_open_overdue'),
        ('plan_visits', 'cp_visit_10wd_pct'),
        ('plan_reviews', 'cp_reviews_children_intime_pct'),
        ('long_plans', 'cp_2y_open_count'),
        ('care_visits', 'cla_visit_intime_pct'),
        ('care_reviews', 'cla_review_intime_pct'),
        ('unallocated', 'cases_unallocated')
    ) as listed (kind, indicator_id)

),

newest as (

    select vintage_id, la_code, period_end, period_end_number
    from {{ ref('int_periods__expected') }}
    where edition = 'restated' and strftime(period_end, '%Y-%m') = view_month

),

submitted as (

    select distinct vintage_id, indicator_id, period_end
    from {{ ref('int_indicators__answers') }}
    where
        breakdown_type = 'all' and period_basis in ('month', 'point_in_time')
        and value_status <> 'not_submitted'

)

select
    newest.la_code,
    kinds.kind,
    kinds.indicator_id,
    newest.vintage_id,
    newest.period_end,
    newest.period_end_number,
    submitted.vintage_id is not null as is_submitted
from newest
cross join kinds
left join submitted
    on
        newest.vintage_id = submitted.vintage_id
        and newest.period_end = submitted.period_end
        and kinds.indicator_id = submitted.indicator_id
