-- The release that readers see while this one is made; no row before the first.
select
    release,
    view_month,
    is_same_definitions_sha256,
    is_same_code_lists_sha256,
    is_same_reference_sha256
from {{ source('ledger', 'previous_release') }}
