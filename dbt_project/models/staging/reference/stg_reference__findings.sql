-- What could not be read of the reference files, without the values.
select
    file,
    row_number,
    column_name,
    finding,
    reason,
    next_move,
    la_code,
    place
from {{ source('reference', 'findings') }}
