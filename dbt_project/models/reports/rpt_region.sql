{{ config(materialized='view') }}

-- The authorities of a region side by side, and of all regions together: each figure, where it stands in rank, and the
-- share or rate of all of them together, which the funnel is drawn round. Its limits are of chance alone, binomial for
-- a share and Poisson for a rate.
with places as (

    select la_code, la_name, region_name as region
    from {{ ref('dim_authority') }}
    where region_name is not null
    union all
    select la_code, la_name, 'all' as region
    from {{ ref('dim_authority') }}

),

together as (

    select
        places.region,
        answers.period_end,
        answers.indicator_id,
        answers.la_code,
        places.la_name,
        indicators.title,
        indicators.area,
        indicators.unit,
        indicators.scale,
        indicators.polarity,
        indicators.can_be_negative,
        indicators.display_order,
        answers.period_basis,
        answers.value,
        answers.value_status,
        answers.numerator,
        answers.denominator,
        sum(answers.numerator) filter (where answers.value is not null) over of_indicator
        / nullif(sum(answers.denominator) filter (where answers.value is not null) over of_indicator, 0) as pooled,
        rank() over (
            partition by places.region, answers.period_end, answers.indicator_id
            order by case when indicators.polarity = 'lower' then answers.value else -answers.value end nulls last
        ) as place
    from {{ ref('fct_indicator_values') }} as answers
    inner join places on answers.la_code = places.la_code
    inner join {{ ref('dim_indicator') }} as indicators
        on answers.indicator_id = indicators.indicator_id and answers.period_basis = indicators.headline_basis
    where answers.breakdown_type = 'all'
    window of_indicator as (partition by places.region, answers.period_end, answers.indicator_id)

)

select
    * exclude (pooled, place),
    case when unit in ('percent', 'per_10k') and not can_be_negative then pooled end as pooled,
    case when value is not null and unit in ('percent', 'per_10k', 'days', 'ratio') then place end as place
from together
