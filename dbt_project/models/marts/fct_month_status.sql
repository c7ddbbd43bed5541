-- The state of each month of each authority, who gave it, and what it waits for.
select
    la_code,
    reporting_month,
    period_end,
    month_state,
    returns_required,
    returns_arrived,
    missing_returns,
    closings,
    closed_by,
    closed_on,
    closed_by_policy,
    closing_reason,
    is_closed_incomplete,
    late_returns,
    reopened_by,
    reopened_on,
    reopening_reason
from {{ ref('stg_ledger__month_states') }}
order by la_code, reporting_month
