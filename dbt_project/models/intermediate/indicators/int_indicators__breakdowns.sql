-- Every value that each indicator's breakdown owes an answer for, beside the total; teams are those each vintage knows.
with values_expected as (

    select null::int as vintage_id, list as breakdown_type, code as breakdown_value
    from {{ ref('code_lists') }}
    where list in ('abuse_category', 'start_route')
    union all
    select
        null as vintage_id, 'kind_code x reason_code' as breakdown_type,
        kinds.code || '|' || reasons.code as breakdown_value
    from {{ ref('code_lists') }} as kinds
    cross join {{ ref('code_lists') }} as reasons
    where kinds.list = 'meeting_kind' and reasons.list = 'late_reason'
    union all
    select null as vintage_id, 'band' as breakdown_type, bands.band as breakdown_value
    from (values ('up to 12'), ('13-18'), ('19-25'), ('26 and over')) as bands (band)
    union all
    select distinct vintage_id, 'invo_professional_team' as breakdown_type, team as breakdown_value
    from {{ ref('stg_returns__involvements') }}
    where role_code = 'SW' and team is not null

)

select
    values_expected.vintage_id, indicators.indicator_id, values_expected.breakdown_type, values_expected.breakdown_value
from {{ ref('dim_indicator') }} as indicators
inner join values_expected on indicators.breakdown_type = values_expected.breakdown_type
union all
select null as vintage_id, indicator_id, 'all' as breakdown_type, 'all' as breakdown_value
from {{ ref('dim_indicator') }}
