-- Open cases with no worker, on the day of the lists.
select
    lists.la_code,
    lists.kind,
    lists.vintage_id,
    lists.period_end,
    children.la_child_id,
    'no worker' as state,
    children.in_need_since as on_date,
    lists.period_end - children.in_need_since as days,
    null::date as due_date
from {{ ref('restricted_work_lists') }} as lists
inner join {{ ref('int_need__children') }} as children
    on lists.vintage_id = children.vintage_id and lists.period_end = children.period_end
semi join {{ ref('int_need__evidence') }} as alone
    on
        alone.indicator_id = 'cases_unallocated' and alone.numerator = 1
        and lists.vintage_id = alone.vintage_id
        and lists.period_end = alone.counted_on
        and children.la_child_id = alone.la_child_id
where lists.kind = 'unallocated' and lists.is_submitted
