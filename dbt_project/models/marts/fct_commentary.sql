-- What the analyst says of a figure of a month, as written in reference/commentary.csv.
with newest as (

    select
        la_code,
        indicator_id,
        last_day(period_end) as period_end,
        commentary,
        coalesce(is_public, false) as is_public
    from {{ ref('stg_reference__commentary') }}
    qualify row_number() over (partition by la_code, indicator_id, last_day(period_end) order by period_end desc) = 1

)

select
    newest.la_code,
    newest.indicator_id,
    newest.period_end,
    newest.commentary,
    newest.is_public,
    months.month_state
from newest
left join {{ ref('fct_month_status') }} as months
    on newest.la_code = months.la_code and newest.period_end = months.period_end
order by newest.la_code, newest.indicator_id, newest.period_end
