-- Whether all figures of an authority's month reported are given, and on what grounds those that are not are held.
with figures as (

    select
        values_of_month.la_code,
        count(*) filter (
            where
            values_of_month.value_status in (
                'calculated', 'reported', 'derived', 'no_cases', 'no_population', 'provisional'
            )
        ) as given_count,
        count(values_of_month.ground) as held_count,
        string_agg(distinct values_of_month.ground, ' ' order by values_of_month.ground) as grounds
    from {{ ref('fct_indicator_values') }} as values_of_month
    inner join {{ ref('stg_ledger__reporting') }} as reporting
        on values_of_month.period_end = last_day((reporting.view_month || '-01')::date)
    where values_of_month.breakdown_type = 'all'
    group by values_of_month.la_code

),

public as (

    select la_code, strftime(max(period_end), '%Y-%m') as public_month
    from {{ ref('int_indicators__public') }}
    group by la_code

),

overridden as (

    select distinct la_code
    from {{ ref('int_gate__doubts') }}
    where overridden_by is not null

),

last_good as (

    select la_code, max(view_month) as view_month
    from {{ ref('stg_ledger__previous_values') }}
    where value_status in ('calculated', 'reported', 'derived', 'no_cases', 'no_population')
    group by la_code

)

select
    vintages.la_code,
    vintages.view_month as reporting_month,
    case
        when figures.held_count > 0 and figures.given_count = 0 then 'withheld'
        when figures.held_count > 0 then 'published_in_part'
        when overridden.la_code is not null then 'published_by_override'
        else 'published'
    end as publication_status,
    case when figures.given_count > 0 then vintages.view_month else last_good.view_month end as figures_month,
    figures.given_count,
    figures.held_count,
    figures.grounds,
    months.month_state,
    public.public_month
from {{ ref('stg_ledger__vintages') }} as vintages
left join figures on vintages.la_code = figures.la_code
left join overridden on vintages.la_code = overridden.la_code
left join last_good on vintages.la_code = last_good.la_code
left join {{ ref('fct_month_status') }} as months
    on vintages.la_code = months.la_code and vintages.view_month = months.reporting_month
left join public on vintages.la_code = public.la_code
where vintages.edition = 'restated'
order by vintages.la_code
