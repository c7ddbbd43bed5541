{{ config(materialized='fresh_table') }}

-- Which published figure stands beside each month: the latest year or day that had ended, from the newest release that
-- had come out when the month was first reported (then), and from the newest of all (now).
with releases as (

    select distinct indicator_id, period_basis, comparator, publication, release_year, published_on, period_end
    from {{ ref('int_benchmarks__published') }}
    where period_basis in ('rolling_12_months', 'point_in_time')

),

months as (

    select distinct month_number, period_end
    from {{ ref('int_comparisons__months') }}
    where is_compared

),

-- a month is first reported by the end of the month after it
known as (

    select month_number, period_end, 'then' as known_as, last_day({{ plus_months('period_end', 1) }}) as known_on
    from months
    union all
    select month_number, period_end, 'now' as known_as, null as known_on
    from months

)

select
    known.month_number,
    known.known_as,
    releases.indicator_id,
    releases.comparator,
    releases.period_basis,
    releases.period_end,
    releases.publication,
    releases.release_year,
    releases.published_on,
    case when releases.period_basis = 'point_in_time' then 'at the end of ' else 'in the year to ' end
    || {{ month_words('releases.period_end') }} || ' (published ' || {{ month_words('releases.published_on') }} || ')'
        as published_words
from known
inner join releases
    on
        known.period_end >= releases.period_end
        and (known.known_on is null or known.known_on >= releases.published_on)
qualify row_number() over (
    partition by known.month_number, known.known_as, releases.indicator_id, releases.comparator
    -- LAIT copies the others
    order by
        releases.period_end desc, releases.publication = 'lait' asc, releases.published_on desc,
        releases.release_year desc, releases.period_basis asc
) = 1
