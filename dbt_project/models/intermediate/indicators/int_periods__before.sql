-- Months before the first that a vintage answers for, as far back as a longer period reaches, twelve months or from a
-- named one: those of vintages that have totals, for a longer period may be added up of them.
with calendar_months as (

    select distinct month_number from {{ ref('dim_calendar') }}

),

entering as (

    select distinct vintage_id from {{ ref('int_indicators__entered') }}

),

firsts as (

    select vintage_id, la_code, min(month_number) as first_month_number, min(records_from) as records_from
    from {{ ref('int_periods__expected') }}
    group by vintage_id, la_code

),

since as (

    select vintage_id, min(first_month_number) as first_month_number
    from {{ ref('int_periods__since') }}
    group by vintage_id

)

select firsts.vintage_id, firsts.la_code, months.month_number, firsts.records_from
from firsts
semi join entering on firsts.vintage_id = entering.vintage_id
inner join calendar_months as months
    on firsts.first_month_number > months.month_number
left join since on firsts.vintage_id = since.vintage_id
-- a net change of twelve months begins the month before them
where months.month_number >= least(firsts.first_month_number - 12, since.first_month_number)
