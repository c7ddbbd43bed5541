-- The statistical neighbours of each authority under each model, nearest first.
select
    'neighbours_' || model_year as comparator,
    model_year,
    la_code,
    neighbour_rank,
    neighbour_la_code,
    source_file_sha
from {{ source('reference', 'neighbours') }}
