-- Every closing of a month, and which vintage its figures are worked out in.
select
    event_id,
    la_code,
    view_month,
    closing_number,
    is_standing,
    has_history,
    needs_month,
    needs_history,
    vintage_id
from {{ source('ledger', 'closings') }}
