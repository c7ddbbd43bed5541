-- The areas that figures are given for: authorities, regions and England.
select
    'Local authority' as geographic_level,
    la_code as area_code,
    la_name as area_name,
    new_la_code,
    region_code,
    region_name,
    is_invented,
    to_date is null as is_standing
from {{ ref('dim_authority') }}
union all by name
select distinct
    'Regional' as geographic_level,
    region_code as area_code,
    region_name as area_name,
    region_code,
    region_name,
    false as is_invented,
    true as is_standing
from {{ ref('dim_authority') }}
where region_code is not null
union all by name
select
    'National' as geographic_level,
    'E92000001' as area_code,
    'England' as area_name,
    false as is_invented,
    true as is_standing
