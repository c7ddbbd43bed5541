{{ config(materialized='fresh_table') }}

-- Each series of answers that comparisons are made within: an authority, an indicator and a basis, under one number.
-- What is counted since a named month grows by each month, and is set beside nothing.
with answered as (

    select distinct la_code, indicator_id, period_basis
    from {{ ref('int_indicators__values') }}
    where breakdown_type = 'all' and period_basis <> 'since'

)

select
    row_number() over (
        order by answered.la_code, indicators.display_order, answered.period_basis
    )::int as series_id,
    answered.la_code,
    answered.indicator_id,
    answered.period_basis,
    indicators.unit,
    indicators.polarity,
    indicators.kind,
    -- month by month, with nothing carried over from one point to the next
    answered.period_basis in ('month', 'point_in_time') as is_monthly,
    answered.period_basis in ('month', 'point_in_time', indicators.headline_basis) as is_charted,
    -- by what the month's own noise is: a stock carries the month before with it, so only its change is news
    case
        when answered.period_basis not in ('month', 'point_in_time') or indicators.kind = 'lookback' then 'none'
        when indicators.unit = 'percent' and not indicators.can_be_negative and not indicators.can_exceed_whole
            then case when answered.period_basis = 'point_in_time' then 'share_change' else 'share' end
        when answered.period_basis = 'point_in_time' then 'change'
        when indicators.unit = 'count' and not indicators.can_be_negative then 'count'
        when indicators.unit = 'days' then 'days'
        else 'figure'
    end as signal_method,
    -- counts and sums depend on the size of a place, so places are compared on the rest
    indicators.unit in ('percent', 'per_10k', 'days', 'ratio') as is_comparable_between_places,
    indicators.can_be_negative,
    authorities.region_code,
    authorities.region_name
from answered
inner join {{ ref('dim_indicator') }} as indicators on answered.indicator_id = indicators.indicator_id
left join {{ ref('dim_authority') }} as authorities on answered.la_code = authorities.la_code
