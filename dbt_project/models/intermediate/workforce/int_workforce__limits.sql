-- The caseload band and threshold that serve each authority and month: its own, else England's, else the standard ones.
with periods as (

    select distinct la_code, month_number, period_end from {{ ref('int_periods__expected') }}

),

serving as (

    select
        periods.la_code, periods.month_number,
        targets.indicator_id, targets.limit_lower, targets.limit_upper, targets.target
    from periods
    inner join {{ ref('stg_reference__targets') }} as targets
        on
            targets.la_code in (periods.la_code, 'ENG')
            and periods.period_end >= targets.from_date
            and (targets.to_date is null or periods.period_end <= targets.to_date)
            and (
                (
                    targets.indicator_id = 'wf_caseload_avg'
                    and targets.limit_lower is not null
                    and targets.limit_upper is not null
                )
                or (targets.indicator_id = 'wf_caseload_over_threshold' and targets.target is not null)
            )
    qualify row_number() over (
        partition by periods.la_code, periods.month_number, targets.indicator_id
        order by targets.la_code = 'ENG', targets.from_date desc
    ) = 1

)

select
    periods.la_code,
    periods.month_number,
    coalesce(any_value(band.limit_lower), 18) as limit_lower,
    coalesce(any_value(band.limit_upper), 22) as limit_upper,
    coalesce(any_value(threshold.target), 25) as threshold
from periods
left join serving as band
    on
        periods.la_code = band.la_code
        and periods.month_number = band.month_number
        and band.indicator_id = 'wf_caseload_avg'
left join serving as threshold
    on
        periods.la_code = threshold.la_code
        and periods.month_number = threshold.month_number
        and threshold.indicator_id = 'wf_caseload_over_threshold'
group by all
