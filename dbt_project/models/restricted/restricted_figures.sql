-- Each figure that the newest returns owe, on each basis, with the return that its rows stand in and their first day.
select
    expected.vintage_id, expected.la_code, indicators.indicator_id, periods.period_basis, periods.period_end,
    -- of a few, the rows that count are not of the return that leads
    case
        when indicators.indicator_id = 'cla_missing_children' then 'missing'
        when indicators.indicator_id = 'wf_caseload_total' then 'involvements'
        when indicators.lead_return = 'involvements' then 'professionals'
        else indicators.lead_return
    end as return_name,
    case
        when
            indicators.lead_return in ('budgets', 'care_leavers', 'involvements')
            and indicators.indicator_id <> 'wf_caseload_total'
            then periods.period_end
        when periods.period_basis <> 'point_in_time' then coalesce(since.period_start, periods.period_start)
        else date '0001-01-01'
    end as first_date
from {{ ref('int_periods__expected') }} as expected
inner join {{ ref('dim_period') }} as periods on expected.month_number = periods.month_number
inner join {{ ref('dim_indicator') }} as indicators
    on list_contains(string_split(indicators.bases, ' '), periods.period_basis)
left join {{ ref('int_periods__since') }} as since
    on
        expected.vintage_id = since.vintage_id
        and expected.month_number = since.month_number
        and indicators.indicator_id = since.indicator_id
        and periods.period_basis = since.period_basis
where expected.edition = 'restated' and (periods.period_basis <> 'since' or since.indicator_id is not null)
