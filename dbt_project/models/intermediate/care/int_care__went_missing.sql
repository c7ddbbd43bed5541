-- Looked after children with a missing episode, once for each month in which one began.
select
    missing.vintage_id,
    missing.la_child_id,
    {{ month_number('missing.missing_start_date') }} as month_number,
    any_value(missing.content_id) as content_id,
    min(missing.row_number) as row_number,
    min(missing.missing_start_date) as first_missing_date
from {{ ref('stg_returns__missing') }} as missing
inner join {{ ref('stg_returns__cla_episodes') }} as episodes
    on
        missing.vintage_id = episodes.vintage_id
        and missing.la_child_id = episodes.la_child_id
        and {{ is_live('episodes.episode_start_date', 'episodes.ceased_date', 'missing.missing_start_date') }}
where
    missing.missing_type_code = 'M'
    and not exists (
        select 1 from {{ ref('int_care__respite') }} as respite
        where
            missing.vintage_id = respite.vintage_id
            and missing.la_child_id = respite.la_child_id
            and {{ is_live(
                'respite.legal_status_start_date', 'respite.legal_status_end_date', 'missing.missing_start_date'
            ) }}
    )
group by all
