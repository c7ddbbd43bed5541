-- The reference files and what became of each.
select
    file,
    sha256,
    outcome,
    table_id,
    release_year,
    row_count,
    cell_count
from {{ source('reference', 'files') }}
