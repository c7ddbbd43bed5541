-- Budgets and forecasts by cost centre and line, as they stand at the month end;
-- as it stood in each month that a vintage answers for.
select
    sources.vintage_id,
    {{ month_number_of_text('sources.source_month') }} as source_month_number,
    sources.as_at_date,
    budgets.cost_centre,
    budgets.line_code,
    budgets.financial_year,
    budgets.annual_budget,
    budgets.forecast_outturn,
    budgets.baseline_forecast,
    budgets.actual_to_date
from {{ source('returns', 'budgets') }} as budgets
inner join {{ source('ledger', 'sources') }} as sources on budgets.content_id = sources.content_id
