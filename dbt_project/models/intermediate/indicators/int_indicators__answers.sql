{{ config(materialized='fresh_table') }}

-- One row for every answer expected, in every vintage, with its figures and why it has none where it has none.
with periods as (

    select
        expected_periods.vintage_id, indicators.indicator_id, periods.period_basis, periods.period_end,
        periods.period_start, periods.month_number
    from {{ ref('int_periods__expected') }} as expected_periods
    cross join {{ ref('dim_indicator') }} as indicators
    inner join {{ ref('dim_period') }} as periods
        on
            expected_periods.month_number = periods.month_number
            and periods.period_basis <> 'since'
            and list_contains(string_split(indicators.bases, ' '), periods.period_basis)
    union all
    select vintage_id, indicator_id, period_basis, period_end, period_start, month_number
    from {{ ref('int_periods__since') }}

),

expected as (

    select
        expected_periods.vintage_id,
        expected_periods.la_code,
        expected_periods.edition,
        expected_periods.view_month,
        expected_periods.records_from,
        expected_periods.is_from_history,
        indicators.indicator_id,
        indicators.unit,
        indicators.scale,
        indicators.denominator_source,
        indicators.history_days,
        periods.period_basis,
        periods.period_end,
        periods.period_start,
        periods.month_number,
        breakdowns.breakdown_type,
        breakdowns.breakdown_value
    from periods
    inner join {{ ref('int_periods__expected') }} as expected_periods
        on
            periods.vintage_id = expected_periods.vintage_id
            and periods.month_number = expected_periods.month_number
    inner join {{ ref('dim_indicator') }} as indicators on periods.indicator_id = indicators.indicator_id
    inner join {{ ref('int_indicators__breakdowns') }} as breakdowns
        on
            indicators.indicator_id = breakdowns.indicator_id
            and (breakdowns.vintage_id is null or expected_periods.vintage_id = breakdowns.vintage_id)

),

totals as (

    select vintage_id, indicator_id, period_basis, month_number, denominator
    from {{ ref('int_indicators__period_counts') }}
    where breakdown_value = 'all'

),

known as (

    select
        expected.*,
        submitted.snapshot_month,
        population.population_0_17,
        reported.indicator_id is not null as is_reported,
        reported.numerator as reported_numerator,
        reported.denominator as reported_denominator,
        reported.value as reported_value,
        derived.numerator as derived_numerator,
        derived.denominator as derived_denominator,
        counts.numerator as counted_numerator,
        -- a share by breakdown is of the whole, not of itself
        case
            when expected.unit = 'percent' and expected.breakdown_value <> 'all' then totals.denominator
            else counts.denominator
        end as counted_denominator,
        counts.value as counted_value,
        case
            when not submitted.is_submitted and expected.is_from_history then 'insufficient_history'
            when not submitted.is_submitted then 'not_submitted'
            when
                expected.history_days is not null
                and expected.period_start - expected.history_days::int
                < coalesce(submitted.history_from, expected.records_from)
                then 'insufficient_history'
        end as shortfall
    from expected
    inner join {{ ref('int_indicators__submitted') }} as submitted
        on
            expected.vintage_id = submitted.vintage_id
            and expected.indicator_id = submitted.indicator_id
            and expected.month_number = submitted.month_number
    left join {{ ref('int_population') }} as population
        on
            expected.la_code = population.la_code
            and expected.month_number = population.month_number
    left join {{ ref('int_indicators__reported') }} as reported
        on
            expected.vintage_id = reported.vintage_id
            and expected.indicator_id = reported.indicator_id
            and expected.period_basis = reported.period_basis
            and expected.month_number = reported.month_number
            and expected.breakdown_value = reported.breakdown_value
    left join {{ ref('int_indicators__derived') }} as derived
        on
            expected.vintage_id = derived.vintage_id
            and expected.indicator_id = derived.indicator_id
            and expected.period_basis = derived.period_basis
            and expected.month_number = derived.month_number
            and expected.breakdown_value = 'all'
    left join {{ ref('int_indicators__period_counts') }} as counts
        on
            expected.vintage_id = counts.vintage_id
            and expected.indicator_id = counts.indicator_id
            and expected.period_basis = counts.period_basis
            and expected.month_number = counts.month_number
            and expected.breakdown_value = counts.breakdown_value
    left join totals
        on
            expected.vintage_id = totals.vintage_id
            and expected.indicator_id = totals.indicator_id
            and expected.period_basis = totals.period_basis
            and expected.month_number = totals.month_number
    -- what was not submitted names no teams
    where submitted.is_submitted or expected.breakdown_type <> 'invo_professional_team'

),

judged as (

    select
        *,
        case
            when shortfall is not null and is_reported then 'reported'
            when shortfall is not null and denominator_source = 'counted' and derived_denominator = 0 then 'no_cases'
            when shortfall is not null and derived_numerator is not null then 'derived'
            when shortfall is not null then shortfall
            when denominator_source = 'population' and coalesce(population_0_17, 0) = 0 then 'no_population'
            when denominator_source = 'counted' and coalesce(counted_denominator, 0) = 0 then 'no_cases'
            else 'calculated'
        end as value_status
    from known

),

figured as (

    select
        *,
        case
            when value_status = 'reported' then reported_numerator::double
            when shortfall is not null then derived_numerator
            when indicator_id = 'assessment_duration_median_wd' then null
            when value_status = 'no_cases' then 0
            else coalesce(counted_numerator, 0)::double
        end as numerator,
        case
            when value_status = 'reported' then reported_denominator::double
            when shortfall is not null then derived_denominator
            when denominator_source = 'none' then null
            when denominator_source = 'population' then population_0_17::double
            else coalesce(counted_denominator, 0)::double
        end as denominator
    from judged

)

select
    vintage_id, la_code, edition, view_month, indicator_id, period_basis, period_end, month_number,
    breakdown_type, breakdown_value, numerator, denominator,
    case
        when value_status = 'reported'
            then coalesce(
                reported_value::double,
                case when denominator_source = 'none' then numerator else scale * numerator / nullif(denominator, 0) end
            )
        when value_status not in ('calculated', 'derived') then null
        when value_status = 'calculated' and counted_value is not null then counted_value
        when denominator_source = 'none' then numerator
        else scale * numerator / denominator
    end as value,
    value_status,
    shortfall is null as is_from_records,
    snapshot_month
from figured
