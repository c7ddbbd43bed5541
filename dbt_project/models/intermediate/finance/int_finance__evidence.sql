-- Which budget lines count towards each finance indicator, as they stand at each month's end.
with budgets as (

    select *, {{ month_end('source_month_number') }} as counted_on
    from {{ ref('stg_returns__budgets') }}
    where financial_year = {{ financial_year('source_month_number') }}

)

-- fin_staffing_overspend_forecast  Staffing forecast over budget
select
    'fin_staffing_overspend_forecast' as indicator_id, vintage_id, content_id, row_number,
    null::varchar as la_child_id, counted_on,
    forecast_outturn - annual_budget as numerator, null as denominator
from budgets
where line_code in ('STAFFING', 'AGENCY')
union all
-- fin_agency_overspend  Agency staff forecast over budget
select
    'fin_agency_overspend' as indicator_id, vintage_id, content_id, row_number, null as la_child_id, counted_on,
    forecast_outturn - annual_budget as numerator, null as denominator
from budgets
where line_code = 'AGENCY'
union all
-- fin_pressure_reduction  Reduction in forecast pressure
select
    'fin_pressure_reduction' as indicator_id, vintage_id, content_id, row_number, null as la_child_id, counted_on,
    baseline_forecast - forecast_outturn as numerator, null as denominator
from budgets
where baseline_forecast is not null
