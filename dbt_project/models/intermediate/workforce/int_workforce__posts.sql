{{ config(materialized='fresh_table') }}

-- Each social work post funded at each month end expected: its gap, and who fills it.
with posts as (

    select
        posts.vintage_id, posts.content_id, posts.row_number, posts.post_id, posts.established_fte,
        periods.month_number, periods.period_end
    from {{ ref('stg_returns__workforce_posts') }} as posts
    inner join {{ ref('int_periods__expected') }} as periods
        on
            posts.vintage_id = periods.vintage_id
            and (posts.established_from_date is null or posts.established_from_date <= periods.period_end)
            and (posts.established_to_date is null or posts.established_to_date > periods.period_end)
    where posts.role_code in ('SW', 'SSW')

),

filled as (

    select
        posts.vintage_id,
        posts.content_id,
        posts.row_number,
        posts.post_id,
        posts.month_number,
        posts.period_end,
        posts.established_fte,
        coalesce(sum(assignments.fte) filter (
            where assignments.holder_type = 'PERMANENT'
            and {{ is_live('assignments.start_date', 'assignments.end_date', 'posts.period_end') }}
        ), 0) as permanent_fte,
        coalesce(sum(assignments.fte) filter (
            where assignments.holder_type = 'AGENCY'
            and {{ is_live('assignments.start_date', 'assignments.end_date', 'posts.period_end') }}
        ), 0) as agency_fte,
        coalesce(sum(assignments.fte) filter (
            where assignments.holder_type = 'PERMANENT'
            and assignments.offer_accepted_date <= posts.period_end
            and assignments.start_date > posts.period_end
        ), 0) as appointed_fte
    from posts
    left join {{ ref('stg_returns__workforce_assignments') }} as assignments
        on posts.vintage_id = assignments.vintage_id and posts.post_id = assignments.post_id
    group by all

)

select
    *,
    -- post by post: a double-filled one does not offset a vacant one
    greatest(established_fte - permanent_fte, 0) as gap_fte
from filled
