-- Residents aged 0 to 17 by authority and mid-year.
select
    la_code,
    mid_year,
    population_0_17,
    source
from {{ source('reference', 'population') }}
