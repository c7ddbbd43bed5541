-- Every published cell, its column named alike in every release and its place named as a comparator.
{{ config(materialized='view') }}

select
    file_sha256,
    table_id,
    release_year,
    row_number,
    time_period,
    -- 2025 is the year named; 202425 is the year that ends in 2025
    case
        when len(time_period) = 6 then try_cast(left(time_period, 4) as integer) + 1
        else try_cast(time_period as integer)
    end as period_year,
    lower(time_identifier) as time_identifier,
    case lower(geographic_level)
        when 'national' then 'england'
        when 'regional' then 'region'
        when 'local authority' then 'authority'
        else lower(geographic_level)
    end as comparator,
    area_code,
    new_la_code,
    filters,
    lower(column_name) as column_name,
    cell,
    value,
    status
from {{ source('reference', 'figures') }}
