-- Each child or event behind a figure, as the newest returns have it: what it adds to the numerator and to the
-- denominator of each basis, and the file and row that it stands in. Added up, they are the figure.
{% set areas = [
    'int_front_door__evidence',
    'int_assessment__evidence',
    'int_conferences__evidence',
    'int_plans__evidence',
    'int_need__evidence',
    'int_early_help__evidence',
    'int_care__evidence',
    'int_care_leavers__evidence',
    'int_adoption__evidence',
    'int_workforce__evidence',
    'int_finance__evidence',
] %}

with periods as (

    select
        vintage_id, la_code, indicator_id, denominator_source, period_basis, period_end, month_number,
        first_month_number
    from ({{ periods_owed() }}) as owed

),

-- counted by month, and a period is its months
of_months as (

    {% for area in areas %}
        select * from {{ ref(area) }}
        {{ 'union all by name' if not loop.last }}
    {% endfor %}

),

of_periods as (

    select
        periods.*, of_months.la_child_id::varchar as la_child_id, of_months.content_id, of_months.row_number,
        of_months.counted_on, of_months.breakdown_value, null::bigint as working_days,
        of_months.numerator, of_months.denominator
    from of_months
    inner join periods
        on
            of_months.indicator_id = periods.indicator_id
            and of_months.vintage_id = periods.vintage_id
            and {{ month_number('of_months.counted_on') }} between periods.first_month_number and periods.month_number

),

-- counted over whole periods: a median, and children who count once in each
durations as (

    select
        periods.*, clocks.la_child_id::varchar as la_child_id, clocks.content_id, clocks.row_number,
        clocks.authorised_date as counted_on, clocks.working_days_taken as working_days, 1 as denominator
    from {{ ref('int_assessment__clocks') }} as clocks
    inner join periods
        on
            periods.indicator_id = 'assessment_duration_median_wd'
            and clocks.vintage_id = periods.vintage_id
            and {{ month_number('clocks.authorised_date') }} between periods.first_month_number and periods.month_number
    where clocks.assessment_type_code = 'single'

),

net_change as (

    select
        periods.*, ends.la_child_id::varchar as la_child_id, max(ends.content_id) as content_id,
        max(ends.row_number) as row_number, periods.period_end as counted_on,
        sum(case when ends.month_number = periods.month_number then 1 else -1 end) as numerator
    from {{ ref('int_care__at_month_ends') }} as ends
    inner join periods
        on
            periods.indicator_id = 'cla_net_change'
            and ends.vintage_id = periods.vintage_id
            and ends.month_number in (periods.month_number, periods.first_month_number - 1)
    group by all

),

went_missing as (

    select
        periods.*, missing.la_child_id::varchar as la_child_id, any_value(missing.content_id) as content_id,
        max_by(missing.row_number, missing.last_missing_date) as row_number,
        max(missing.last_missing_date) as counted_on, 1 as numerator
    from {{ ref('int_care__went_missing') }} as missing
    inner join periods
        on
            periods.indicator_id in ('cla_missing_children', 'missing_3plus_children')
            and missing.vintage_id = periods.vintage_id
            and missing.month_number between periods.first_month_number and periods.month_number
    group by all
    having sum(missing.episodes) >= case when periods.indicator_id = 'missing_3plus_children' then 3 else 1 end

),

turnover as (

    select
        periods.*, moves.content_id, moves.row_number, moves.moved_on as counted_on, moves.fte as numerator,
        null as denominator
    from {{ ref('int_workforce__moves') }} as moves
    inner join periods
        on
            periods.indicator_id = 'wf_turnover_rate'
            and moves.vintage_id = periods.vintage_id
            and {{ month_number('moves.moved_on') }} between periods.first_month_number and periods.month_number
    where moves.move = 'leave'
    union all
    select
        periods.*, posts.content_id, posts.row_number, posts.period_end as counted_on, null as numerator,
        posts.permanent_fte as denominator
    from {{ ref('int_workforce__posts') }} as posts
    inner join periods
        on
            periods.indicator_id = 'wf_turnover_rate'
            and posts.vintage_id = periods.vintage_id
            and posts.month_number = periods.month_number

),

counted as (

    select * from of_periods
    union all by name
    select * from durations
    union all by name
    select * from net_change
    union all by name
    select * from went_missing
    union all by name
    select * from turnover

),

files as (

    select
        sources.vintage_id, sources.content_id, sources.return_name, receipts.file
    from {{ ref('stg_ledger__sources') }} as sources
    inner join {{ ref('stg_ledger__vintages') }} as vintages on sources.vintage_id = vintages.vintage_id
    inner join {{ ref('stg_ledger__receipts') }} as receipts
        on
            sources.content_id = receipts.content_id
            and sources.return_name = receipts.return_name
            and vintages.la_code = receipts.la_code
    qualify row_number() over (
        partition by sources.vintage_id, sources.content_id, sources.return_name
        order by receipts.receipt_id desc
    ) = 1

)

select
    counted.la_code,
    counted.indicator_id,
    counted.period_basis,
    counted.period_end,
    counted.vintage_id,
    replace(counted.la_child_id, '-', '') as la_child_id,
    counted.counted_on,
    counted.breakdown_value,
    counted.numerator::double as numerator,
    case when counted.denominator_source = 'counted' then counted.denominator::double end as denominator,
    counted.working_days::bigint as working_days,
    case
        when coalesce(counted.numerator, 0) <> 0 and counted.denominator_source <> 'counted' then 'numerator'
        when coalesce(counted.denominator, 0) = 0 and coalesce(counted.numerator, 0) <> 0 then 'numerator'
        when counted.denominator_source <> 'counted' or coalesce(counted.denominator, 0) = 0 then 'not counted'
        when coalesce(counted.numerator, 0) <> 0 then 'numerator and denominator'
        else 'denominator'
    end as counts_in,
    case when coalesce(counted.numerator, 0) = 0 then {{ why_not_in_numerator('counted.indicator_id') }} end as why,
    files.return_name,
    files.file,
    counted.content_id,
    counted.row_number
from counted
left join files on counted.vintage_id = files.vintage_id and counted.content_id = files.content_id
