{{ config(materialized='fresh_table') }}

-- The periods that comparisons are worked out for or look back to, and how each is called in a sentence.
with newest as (

    select max({{ month_number('period_end') }}) as month_number
    from {{ ref('int_indicators__values') }}

)

select
    periods.period_basis,
    periods.month_number,
    periods.period_end,
    periods.first_month_number,
    periods.month_number - (periods.month_number + 9) % 12 as year_first_month_number,
    {{ period_words('periods.period_basis', 'periods.period_start', 'periods.period_end') }} as period_words,
    newest.month_number - periods.month_number < {{ var('comparison_months') }} as is_compared,
    newest.month_number - periods.month_number < {{ var('history_months') }} as is_history,
    newest.month_number - periods.month_number < {{ var('signal_months') }} as is_in_signal
from {{ ref('dim_period') }} as periods
inner join newest on periods.month_number <= newest.month_number
