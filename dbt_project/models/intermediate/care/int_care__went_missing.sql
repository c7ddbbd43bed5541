-- Looked after children with a missing episode, once for each month in which one began.
select
    vintage_id,
    la_child_id,
    month_number,
    any_value(content_id) as content_id,
    max_by(row_number, missing_start_date) as row_number,
    max(missing_start_date) as last_missing_date,
    count(*) as episodes
from {{ ref('int_care__missing_episodes') }}
group by all
