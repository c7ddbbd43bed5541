{{ config(materialized='fresh_table') }}

-- The target, the limits and the milestone that serve each period, as bounds that a figure should keep within. A figure
-- that is better neither high nor low has no target; a band it may have.
with offered as (

    select
        series.series_id,
        series.indicator_id,
        series.polarity in ('band', 'neutral') as is_band,
        series.polarity,
        series.unit,
        months.month_number,
        months.period_end,
        months.is_compared,
        targets.is_for_all,
        targets.from_date,
        targets.due_date,
        targets.target,
        targets.limit_lower,
        targets.limit_upper,
        targets.tolerance,
        targets.target_source
    from {{ ref('int_comparisons__series') }} as series
    inner join {{ ref('stg_reference__targets') }} as targets
        on
            series.indicator_id = targets.indicator_id
            and targets.la_code in (series.la_code, 'ENG')
            -- a number of events to reach is a year's, unless it says otherwise
            and series.period_basis = coalesce(targets.period_basis, case
                when series.kind = 'flow' and not series.is_comparable_between_places then 'rolling_12_months'
                else series.period_basis
            end)
    inner join {{ ref('int_comparisons__months') }} as months
        on
            series.period_basis = months.period_basis
            and targets.from_date <= months.period_end
            and (targets.to_date is null or targets.to_date >= months.period_end)
    where months.is_history

),

-- the authority's own before England's, then the latest from its first day (spec/counting.md)
served as (

    select *, 'target' as goal from offered
    where target is not null and due_date is null and not is_band
    qualify row_number() over (partition by series_id, month_number order by is_for_all asc, from_date desc) = 1

    union all

    select *, 'limits' as goal from offered
    where (limit_lower is not null or limit_upper is not null) and due_date is null
    qualify row_number() over (partition by series_id, month_number order by is_for_all asc, from_date desc) = 1

    union all

    -- of milestones the next one due, and after the last of them the last
    select *, 'milestone' as goal from offered
    where due_date is not null and is_compared
    qualify row_number() over (
        partition by series_id, month_number
        order by
            is_for_all asc, due_date < period_end asc, abs({{ days_between('period_end', 'due_date') }}) asc,
            from_date desc
    ) = 1

),

bounded as (

    select
        *,
        case
            when goal = 'limits' or target is null or is_band then limit_lower::double
            when polarity = 'higher' then target::double
        end as lower_bound,
        case
            when goal = 'limits' or target is null or is_band then limit_upper::double
            when indicator_id = 'wf_caseload_over_threshold' then 0
            when polarity = 'lower' then target::double
        end as upper_bound
    from served

)

select
    series_id,
    month_number,
    goal,
    due_date,
    is_band,
    tolerance::double as tolerance,
    target_source,
    case
        -- what is set for it is the caseload that no worker should be above
        when indicator_id = 'wf_caseload_over_threshold' then target::double
    end as threshold,
    lower_bound,
    upper_bound,
    -- how the goal is said after "against"
    case
        when indicator_id = 'wf_caseload_over_threshold' and goal <> 'limits'
            then 'a cap of no worker above ' || {{ format_value('target', "'count'") }} || ' cases'
        when lower_bound is null then 'at most ' || {{ format_value('upper_bound', 'unit') }}
        when upper_bound is null then 'at least ' || {{ format_value('lower_bound', 'unit') }}
        else {{ format_value('lower_bound', 'unit') }} || ' to ' || {{ format_value('upper_bound', 'unit') }}
    end || ' (' || replace(target_source, '_', ' ') || ')' as goal_words
from bounded
where lower_bound is not null or upper_bound is not null
