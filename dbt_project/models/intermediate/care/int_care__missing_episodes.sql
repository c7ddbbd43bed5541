{{ config(materialized='fresh_table') }}

-- Spells of going missing that began while the child was looked after; short breaks apart.
select
    missing.vintage_id,
    missing.content_id,
    missing.row_number,
    missing.la_child_id,
    missing.missing_start_date,
    {{ month_number('missing.missing_start_date') }} as month_number
from {{ ref('stg_returns__missing') }} as missing
semi join {{ ref('stg_returns__cla_episodes') }} as episodes
    on
        missing.vintage_id = episodes.vintage_id
        and missing.la_child_id = episodes.la_child_id
        and {{ is_live('episodes.episode_start_date', 'episodes.ceased_date', 'missing.missing_start_date') }}
{{ not_on_short_break('missing', 'missing.missing_start_date') }}
where missing.missing_type_code = 'M'
