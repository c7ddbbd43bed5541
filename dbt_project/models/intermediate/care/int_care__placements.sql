{{ config(materialized='fresh_table') }}

-- Each looked after child's placement at each month end expected: where the child lives, and the one that is not
-- temporary.
with placements as (

    select
        children.vintage_id,
        children.la_child_id,
        children.month_number,
        placements.placement_id,
        placements.tie_order,
        placements.placement_start_date,
        placements.placement_type_code,
        coalesce(kinds.breakdown_value, 'not_recorded') as placement_group,
        placements.distance_miles,
        placements.is_out_of_area,
        {{ is_temporary_placement('placements.placement_type_code') }} as is_temporary
    from {{ ref('int_care__children') }} as children
    inner join {{ ref('stg_returns__cla_placements') }} as placements
        on
            children.vintage_id = placements.vintage_id
            and children.la_child_id = placements.la_child_id
            and {{ is_live(
                'placements.placement_start_date', 'placements.placement_end_date', 'children.period_end'
            ) }}
    left join {{ ref('breakdown_codes') }} as kinds
        on kinds.breakdown_type = 'placement_group' and placements.placement_type_code = kinds.code

)

select
    *,
    row_number() over (
        partition by vintage_id, la_child_id, month_number
        order by placement_start_date desc, tie_order desc
    ) = 1 as is_current,
    not is_temporary and row_number() over (
        partition by vintage_id, la_child_id, month_number, is_temporary
        order by placement_start_date desc, tie_order desc
    ) = 1 as is_current_lasting
from placements
