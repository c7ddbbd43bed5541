-- Each published figure of an indicator by release, of the area that its printed code stands for. What a release
-- does not print is rebuilt from counts and populations, unrounded.
{{ config(materialized='fresh_table') }}

with series as (

    select * from {{ ref('int_benchmarks__series') }}

),

figures as (

    select
        *,
        case when status not in ('number', 'years_and_months') then status end as symbol
    from {{ ref('stg_reference__figures') }}

),

-- a column goes by another name in another era of the table
alternatives as (

    select
        indicator_id, table_id, period_month, rows_summed, 'numerator' as part,
        row_pattern, {{ each_word('numerator_columns') }} as alternative
    from {{ ref('benchmark_columns') }}
    union all
    select
        indicator_id, table_id, period_month, rows_summed, 'denominator' as part,
        coalesce(denominator_row_pattern, row_pattern) as row_pattern,
        {{ each_word('denominator_columns') }} as alternative
    from {{ ref('benchmark_columns') }}
    union all
    select
        indicator_id, table_id, period_month, rows_summed, 'value' as part,
        row_pattern, {{ each_word('value_columns') }} as alternative
    from {{ ref('benchmark_columns') }}

),

-- what is printed in bands, or by age, is added up
columns_named as (

    select
        *,
        {{ each_word("replace(alternative, '&', ' ')") }} as column_name,
        rows_summed * (len(alternative) - len(replace(alternative, '&', '')) + 1) as cells_needed
    from alternatives

),

kinds_of_cell as (

    select distinct table_id, release_year, filters, column_name from figures

),

-- each release has one of the alternatives whole
wanted as (

    select
        series.series_number,
        series.preference,
        series.table_id,
        series.release_year,
        series.period_year,
        kinds_of_cell.filters,
        columns_named.column_name,
        columns_named.part,
        columns_named.cells_needed
    from columns_named
    inner join kinds_of_cell
        on
            columns_named.table_id = kinds_of_cell.table_id
            and columns_named.column_name = kinds_of_cell.column_name
            and {{ matches_whole('kinds_of_cell.filters', "coalesce(columns_named.row_pattern, '.*')") }}
    inner join series
        on
            columns_named.indicator_id = series.indicator_id
            and columns_named.table_id = series.table_id
            and columns_named.period_month = series.period_month
            and kinds_of_cell.release_year = series.release_year
    qualify
        count(*) over (
            partition by series.series_number, series.table_id, columns_named.part, columns_named.alternative
        ) = columns_named.cells_needed

),

printed as (

    select
        wanted.series_number,
        wanted.preference,
        figures.comparator,
        figures.printed_code,
        {{ printed_part('numerator') }} as numerator,
        {{ printed_status('numerator') }} as numerator_status,
        {{ printed_part('denominator') }} as denominator,
        {{ printed_status('denominator') }} as denominator_status,
        {{ printed_part('value') }} as value,
        {{ printed_status('value') }} as value_status
    from figures
    inner join wanted
        on
            figures.table_id = wanted.table_id
            and figures.release_year = wanted.release_year
            and figures.period_year = wanted.period_year
            and figures.column_name = wanted.column_name
            and figures.filters = wanted.filters
    group by all

),

-- of two tables of a release, the one that says it best
chosen as (

    select
        series_number,
        comparator,
        min(preference) as preference
    from printed
    group by all

),

codes as (

    select
        printed_code,
        area_code,
        relation,
        -- the others hold whatever the year: files are slow to take up a new code
        case when relation = 'continued' then from_date else date '1900-01-01' end as from_date
    from {{ ref('area_codes') }}
    where relation in ('numbered', 'joined', 'recoded', 'continued')
    union all
    select
        new_la_code as printed_code,
        la_code as area_code,
        'recoded' as relation,
        date '1900-01-01' as from_date
    from {{ ref('authorities') }}

),

placed as (

    select
        printed.series_number,
        printed.comparator,
        printed.printed_code,
        coalesce(codes.area_code, printed.printed_code) as area_code,
        coalesce(codes.relation, 'itself') as relation,
        series.table_id,
        series.publication,
        series.release_year,
        series.period_year,
        series.period_end,
        series.period_rule,
        series.value_factor,
        series.rebuild_scale,
        series.rebuild_denominator,
        -- where the first years of a series covered a part of the councils, nothing is said of them
        coalesce(series.period_year < series.first_year, false) as covers_part,
        printed.numerator,
        printed.numerator_status,
        printed.denominator,
        printed.denominator_status,
        printed.value,
        printed.value_status
    from printed
    inner join chosen
        on
            printed.series_number = chosen.series_number
            and printed.comparator = chosen.comparator
            and printed.preference = chosen.preference
    inner join series on printed.series_number = series.series_number and printed.preference = series.preference
    left join codes on printed.printed_code = codes.printed_code and series.period_end >= codes.from_date

),

-- a table may have rows for authorities that were not there yet, or no longer
standing as (

    select placed.*
    from placed
    left join {{ ref('authorities') }} as authorities on placed.area_code = authorities.la_code
    where
        placed.period_end >= coalesce(authorities.from_date, placed.period_end)
        and placed.period_end <= coalesce(authorities.to_date, placed.period_end)

),

-- what stands under an earlier code counts where the authority's own has no number
under_one_code as (

    select standing.*
    from standing
    left join codes on standing.area_code = codes.area_code and codes.relation = 'continued'
    qualify
        codes.area_code is null
        or row_number() over (
            partition by standing.series_number, standing.area_code, codes.area_code
            order by coalesce(standing.value, standing.numerator) is null, standing.relation = 'continued'
        ) = 1

),

releases_with_rates as (

    select distinct publication, release_year from series
    where rebuild_denominator = 'population'

),

releases_of_estimates as (

    select distinct release_year from figures
    where table_id = 'ons_mid_year'

),

-- the newest estimates at the time of the release; a rebased population moves the rates of old years
estimates as (

    select
        releases.publication,
        releases.release_year,
        estimates.release_year as estimates_release_year
    from releases_with_rates as releases
    cross join releases_of_estimates as estimates
    qualify row_number() over (
        partition by releases.publication, releases.release_year
        order by estimates.release_year = releases.release_year - 1 desc, estimates.release_year desc
    ) = 1

),

population as (

    select
        estimates.publication,
        estimates.release_year,
        figures.period_year as mid_year,
        figures.printed_code as area_code,
        figures.value as population_0_17
    from estimates
    inner join figures on estimates.estimates_release_year = figures.release_year
    where
        figures.table_id = 'ons_mid_year'
        and figures.column_name = 'population_estimate'
        and figures.filters like '%0 to 17%'

),

joined_codes as (

    select
        printed_code as joined_code,
        area_code,
        coalesce(from_date, date '1900-01-01') as from_date
    from {{ ref('area_codes') }}
    where relation = 'joined'

)

select
    printed.series_number,
    printed.table_id,
    printed.comparator,
    printed.area_code,
    printed.printed_code,
    printed.relation,
    -- LAIT gives the figure of councils that report together to each of them, and does not say so
    case
        when printed.relation = 'joined' then printed.printed_code
        when printed.table_id = 'lait' and printed.period_rule = 'year_to_30_september' then joined_codes.joined_code
    end as joined_code,
    case when not printed.covers_part then printed.numerator end as numerator,
    case
        when printed.covers_part then null
        when printed.value_status is not null or printed.rebuild_denominator <> 'population' then printed.denominator
        else population.population_0_17
    end as denominator,
    case
        when printed.covers_part then null
        when printed.value_status is not null then printed.value * coalesce(printed.value_factor, 1)
        when printed.rebuild_denominator = 'none' then printed.numerator
        when printed.rebuild_denominator = 'counted'
            then printed.rebuild_scale * printed.numerator / nullif(printed.denominator, 0)
        else printed.rebuild_scale * printed.numerator / nullif(population.population_0_17, 0)
    end as value,
    case
        when printed.value_factor is not null then 'converted'
        when printed.value_status is not null or printed.rebuild_denominator = 'none' then 'printed'
        else 'rebuilt'
    end as value_source,
    -- a symbol that is printed is never worked around
    case
        when printed.covers_part then 'partial_coverage'
        when printed.value_status is not null then printed.value_status
        when printed.rebuild_denominator = 'none' or printed.numerator is null
            then coalesce(printed.numerator_status, 'not_available')
        when printed.rebuild_denominator = 'population'
            then case when population.population_0_17 > 0 then 'number' else 'no_population' end
        when printed.denominator = 0 then 'no_cases'
        else coalesce(printed.denominator_status, 'not_available')
    end as value_status
from under_one_code as printed
left join population
    on
        printed.publication = population.publication
        and printed.release_year = population.release_year
        and printed.area_code = population.area_code
        and printed.period_year - 1 = population.mid_year
left join joined_codes
    on printed.area_code = joined_codes.area_code and printed.period_end >= joined_codes.from_date
