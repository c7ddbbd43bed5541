-- The children behind what is overdue or due next, by team and worker, what does most harm first: the social worker of
-- a child is that of the newest live involvement, and a child without one stands under nobody.
with listed as (

    select * from {{ ref('restricted_work_list__assessments') }}
    union all by name
    select * from {{ ref('restricted_work_list__plans') }}
    union all by name
    select * from {{ ref('restricted_work_list__care') }}
    union all by name
    select * from {{ ref('restricted_work_list__need') }}
    union all by name
    select * from {{ ref('restricted_work_list__conferences') }}
    union all by name
    select * from {{ ref('restricted_work_list__missing') }}

),

workers as (

    select lists.la_code, involvements.la_child_id, involvements.team, involvements.worker_id
    from {{ ref('restricted_work_lists') }} as lists
    inner join {{ ref('stg_returns__involvements') }} as involvements on lists.vintage_id = involvements.vintage_id
    where
        lists.kind = 'unallocated'  -- one line of the lists for each authority
        and involvements.role_code = 'SW'
        and {{ is_live(
            'involvements.involvement_start_date', 'involvements.involvement_end_date', 'lists.period_end'
        ) }}
    qualify row_number() over (
        partition by lists.la_code, involvements.la_child_id
        order by involvements.involvement_start_date desc, involvements.involvement_id desc
    ) = 1

),

visits as (

    select vintage_id, la_child_id, visit_date from {{ ref('stg_returns__cp_visits') }}
    where is_seen
    union all
    select vintage_id, la_child_id, visit_date from {{ ref('stg_returns__cla_visits') }}
    where is_seen
    union all
    select vintage_id, la_child_id, visit_date from {{ ref('stg_returns__cin_visits') }}
    where is_seen

),

seen as (

    select lists.la_code, visits.la_child_id, max(visits.visit_date) as last_seen_date
    from {{ ref('restricted_work_lists') }} as lists
    inner join visits on lists.vintage_id = visits.vintage_id and lists.period_end >= visits.visit_date
    where lists.kind = 'unallocated'
    group by all

)

select
    listed.la_code,
    listed.kind,
    listed.period_end,
    coalesce(workers.team, 'no team') as team,
    coalesce(replace(workers.worker_id::varchar, '-', ''), 'no worker') as worker_id,
    replace(listed.la_child_id::varchar, '-', '') as la_child_id,
    coalesce(listed.record_id, listed.la_child_id::varchar) as record_id,
    listed.state,
    seen.last_seen_date,
    listed.due_date,
    listed.on_date,
    listed.days::bigint as days,
    row_number() over (
        partition by listed.la_code, listed.kind
        order by
            listed.state in ('due soon', '15 months or more') asc, listed.state = '21 months or more' asc,
            listed.days desc, listed.la_child_id asc, listed.record_id asc
    ) as harm_rank
from listed
left join workers on listed.la_code = workers.la_code and listed.la_child_id = workers.la_child_id
left join seen on listed.la_code = seen.la_code and listed.la_child_id = seen.la_child_id
