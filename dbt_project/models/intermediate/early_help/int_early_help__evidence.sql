-- Who counts towards each early help indicator.
with episodes as (

    select * from {{ ref('stg_returns__early_help_episodes') }}

),

-- eh_open  Children with an open early help episode
open_at_month_end as (

    select
        'eh_open' as indicator_id, episodes.vintage_id, any_value(episodes.content_id) as content_id,
        min(episodes.row_number) as row_number, episodes.la_child_id, periods.period_end as counted_on,
        1 as numerator, null::int as denominator
    from episodes
    inner join {{ ref('int_periods__expected') }} as periods
        on
            episodes.vintage_id = periods.vintage_id
            and {{ is_live('episodes.episode_start_date', 'episodes.episode_end_date', 'periods.period_end') }}
    group by all

),

-- eh_assessments_completed  Early help assessments completed
assessments_completed as (

    select
        'eh_assessments_completed' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, assessment_completed_date as counted_on,
        1 as numerator, null::int as denominator
    from episodes
    where assessment_completed_date is not null

),

-- caf_evaluated_pct  Closed early help episodes evaluated
evaluated as (

    select
        'caf_evaluated_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, episode_end_date as counted_on,
        coalesce(evaluation_date <= as_at_date, false)::int as numerator, 1 as denominator
    from episodes
    where episode_end_date is not null

)

select * from open_at_month_end
union all by name
select * from assessments_completed
union all by name
select * from evaluated
