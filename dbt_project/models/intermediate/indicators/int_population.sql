-- The population that serves each authority and month: the newest mid-year estimate of a year before its 31 March.
select
    periods.la_code,
    periods.month_number,
    max_by(population.population_0_17, population.mid_year) as population_0_17,
    max(population.mid_year) as mid_year
from (select distinct la_code, month_number from {{ ref('int_periods__expected') }}) as periods
inner join {{ ref('stg_reference__population') }} as population
    on
        periods.la_code = population.la_code
        -- Y is the year of the 31 March on or after the month; a mid-year of Y - 1 or before serves it
        and population.mid_year <= (periods.month_number + 9) // 12 - 1
group by all
