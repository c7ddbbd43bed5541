-- What the parts of a figure are called, in the order in which they are listed: those of fct_indicator_values, and
-- those by a characteristic of children, which are worked out when they are asked for (restricted_parts).
{% set of_two = "'kind_code x reason_code'" %}

with given as (

    select distinct
        breakdown_type,
        breakdown_value,
        split_part(breakdown_value, '|', 1) as code,
        split_part(breakdown_value, '|', 2) as second_code
    from {{ ref('fct_indicator_values') }}
    where breakdown_type <> 'all'

),

named as (

    select
        given.breakdown_type,
        given.breakdown_value,
        coalesce(firsts.label, given.code) || coalesce(', ' || seconds.label, '') as title,
        row_number() over (
            partition by given.breakdown_type
            order by given.breakdown_value not like 'up to%', given.breakdown_value
        )::int as display_order
    from given
    left join {{ ref('code_lists') }} as firsts
        on
            case given.breakdown_type when {{ of_two }} then 'meeting_kind' else given.breakdown_type end = firsts.list
            and given.code = firsts.code
    left join {{ ref('code_lists') }} as seconds
        on given.breakdown_type = {{ of_two }} and seconds.list = 'late_reason' and given.second_code = seconds.code

)

select breakdown_type, breakdown_value, title, display_order, true as is_released
from named
union all
select 'all' as breakdown_type, 'all' as breakdown_value, 'All' as title, 0 as display_order, true as is_released
union all
select breakdown_type, breakdown_value, title, display_order::int as display_order, false as is_released
from {{ ref('breakdown_values') }}
order by breakdown_type, display_order
