-- Each vintage: one authority as known when one month was reported, restated or as it was closed.
select
    vintage_id,
    edition,
    view_month,
    la_code,
    first_period,
    as_at_date,
    fingerprint,
    event_id
from {{ source('ledger', 'vintages') }}
