-- Budgets and forecasts by cost centre and line, as they stand at the month end;
-- as it stood in each month that a vintage answers for.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    {{ month_number_of_text('source_month') }} as source_month_number,
    as_at_date,
    cost_centre,
    line_code,
    financial_year,
    annual_budget,
    forecast_outturn,
    baseline_forecast,
    actual_to_date
from {{ source('returns', 'budgets') }}
