-- Which indicators can be set beside published figures, on which basis, and why the others cannot.
with expected as (

    select indicator_id, {{ each_word('bases') }} as period_basis from {{ ref('dim_indicator') }}

),

found as (

    select
        indicator_id,
        period_basis,
        min(period_end) as first_period_end,
        max(period_end) as last_period_end,
        count(distinct area_code) filter (where comparator = 'authority') as councils,
        string_agg(distinct publication, ' ' order by publication) as publications
    from {{ ref('fct_benchmarks') }}
    where value_status = 'number' and comparator in ('england', 'region', 'authority')
    group by all

),

mapped as (

    select distinct indicator_id, {{ each_word('bases') }} as period_basis from {{ ref('benchmark_columns') }}

),

mapped_at_all as (

    select distinct indicator_id from mapped

)

select
    expected.indicator_id,
    expected.period_basis,
    case
        when found.indicator_id is not null then 'published'
        when mapped.indicator_id is not null then 'not_loaded'
        else 'not_published'
    end as status,
    case
        when found.indicator_id is not null then null
        when mapped.indicator_id is not null then 'No file in reference/ holds a figure.'
        when mapped_at_all.indicator_id is not null then 'Published once a year, and not on this basis.'
        else absences.reason
    end as reason,
    found.publications,
    coalesce(found.councils, 0) as councils,
    found.first_period_end,
    found.last_period_end
from expected
left join found on expected.indicator_id = found.indicator_id and expected.period_basis = found.period_basis
left join mapped on expected.indicator_id = mapped.indicator_id and expected.period_basis = mapped.period_basis
left join mapped_at_all on expected.indicator_id = mapped_at_all.indicator_id
left join {{ ref('benchmark_absences') }} as absences on expected.indicator_id = absences.indicator_id
order by expected.indicator_id, expected.period_basis
