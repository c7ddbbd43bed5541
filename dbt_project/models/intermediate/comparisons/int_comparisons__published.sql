-- The figures of each area in the publications that stand beside each month.
select
    publications.month_number,
    publications.known_as,
    publications.indicator_id,
    publications.comparator,
    publications.period_basis,
    publications.period_end,
    publications.publication,
    publications.release_year,
    publications.published_on,
    publications.published_words,
    benchmarks.area_code,
    benchmarks.joined_code,
    benchmarks.value,
    benchmarks.median_value,
    benchmarks.value_status,
    benchmarks.neighbours_listed,
    benchmarks.neighbours_used
from {{ ref('int_comparisons__publications') }} as publications
inner join {{ ref('int_benchmarks__published') }} as benchmarks
    on
        publications.indicator_id = benchmarks.indicator_id
        and publications.period_basis = benchmarks.period_basis
        and publications.period_end = benchmarks.period_end
        and publications.comparator = benchmarks.comparator
        and publications.publication = benchmarks.publication
        and publications.release_year = benchmarks.release_year
