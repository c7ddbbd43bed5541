-- Published figures to set beside a council's own: England, regions, authorities and statistical neighbours.
-- In the order that they were worked out in.
select
    indicator_id,
    period_basis,
    period_end,
    comparator,
    area_code,
    publication,
    release_year,
    published_on,
    numerator,
    denominator,
    value,
    value_source,
    value_status,
    joined_code,
    neighbours_listed,
    neighbours_used,
    councils_used,
    lower_quartile_value,
    median_value,
    upper_quartile_value
from {{ ref('int_benchmarks__published') }}
