-- Each published cell that an indicator reads, its column named alike in every release.
select
    file_sha256,
    table_id,
    release_year,
    row_number,
    time_period,
    period_year,
    lower(time_identifier) as time_identifier,
    case lower(geographic_level)
        when 'national' then 'england'
        when 'regional' then 'region'
        when 'local authority' then 'authority'
        else lower(geographic_level)
    end as comparator,
    area_code as printed_code,
    new_la_code,
    filters,
    lower(column_name) as column_name,
    cell,
    value,
    status
from {{ source('reference', 'figures') }}
