-- As of when the figures of a month are: as they now stand (fct_indicator_values), as first published
-- (fct_indicator_revisions), or as they stood at a later closing (fct_indicator_vintages).
select
    la_code,
    reporting_month,
    period_end,
    0 as closing_number,
    'As it now stands' as title,
    false as is_standing
from {{ ref('stg_ledger__month_states') }}
union all
select
    la_code,
    view_month as reporting_month,
    {{ month_end_of_text('view_month') }} as period_end,
    closing_number::int as closing_number,
    case
        when closing_number = 1 then 'As first published' else 'As closed again, closing ' || closing_number
    end as title,
    is_standing
from {{ ref('stg_ledger__closings') }}
order by la_code, reporting_month, closing_number
