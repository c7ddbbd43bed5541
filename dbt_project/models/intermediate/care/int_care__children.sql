{{ config(materialized='fresh_table') }}

-- Each child looked after at each month end expected, and since when; short breaks apart.
with at_month_end as (

    select
        episodes.vintage_id,
        episodes.la_child_id,
        periods.month_number,
        periods.period_end,
        periods.period_end_number,
        periods.twelve_months_start,
        last(episodes.cla_id order by episodes.episode_start_date, episodes.tie_order) as cla_id,
        any_value(episodes.content_id) as content_id,
        last(episodes.row_number order by episodes.episode_start_date, episodes.tie_order) as row_number
    from {{ ref('stg_returns__cla_episodes') }} as episodes
    inner join {{ ref('int_periods__expected') }} as periods
        on
            episodes.vintage_id = periods.vintage_id
            and {{ is_live('episodes.episode_start_date', 'episodes.ceased_date', 'periods.period_end') }}
    group by all

)

select
    children.*,
    entries.entered_care_date as care_start_date,
    start_days.working_day_number as care_start_number,
    persons.birth_date,
    {{ age('persons.birth_date', 'children.period_end') }} as age_years
from at_month_end as children
inner join {{ ref('int_care__entries') }} as entries
    on
        children.vintage_id = entries.vintage_id
        and children.la_child_id = entries.la_child_id
        and children.cla_id = entries.cla_id
left join {{ ref('dim_calendar') }} as start_days
    on {{ numbered_day('entries.entered_care_date') }} = start_days.calendar_date
left join {{ ref('stg_returns__persons') }} as persons
    on children.vintage_id = persons.vintage_id and children.la_child_id = persons.la_child_id
{{ not_on_short_break('children', 'children.period_end') }}
