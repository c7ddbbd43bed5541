-- cla_missing_children  Looked after children with a missing episode, each counted once over the whole period.
with went_missing as (

    select distinct
        missing.vintage_id, missing.la_child_id, {{ month_number('missing.missing_start_date') }} as month_number
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

)

select
    'cla_missing_children' as indicator_id,
    went_missing.vintage_id,
    periods.period_basis,
    periods.month_number,
    count(distinct went_missing.la_child_id) as numerator
from went_missing
inner join {{ ref('dim_period') }} as periods
    on
        periods.period_basis <> 'point_in_time'
        and went_missing.month_number between periods.first_month_number and periods.month_number
group by all
