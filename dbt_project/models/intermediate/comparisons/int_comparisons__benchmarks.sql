-- Each share, rate, mean or ratio against the published figure of England, the region and the statistical neighbours.
with areas as (

    select
        published.*, notes.printed_places, coalesce(notes.definition, 'same') as definition
    from {{ ref('int_comparisons__published') }} as published
    left join {{ ref('dim_benchmark') }} as notes
        on published.indicator_id = notes.indicator_id and published.publication = notes.publication
    where published.comparator <> 'authority'

),

authorities as (

    select distinct la_code, region_code, region_name from {{ ref('int_comparisons__series') }}

),

-- who is set beside whom, and as what
beside as (

    select authorities.la_code, areas.*, areas.comparator as beside_as, 'England' as beside_words
    from authorities
    cross join areas
    where areas.comparator = 'england'

    union all

    select authorities.la_code, areas.*, areas.comparator as beside_as, authorities.region_name as beside_words
    from authorities
    inner join areas on areas.comparator = 'region' and authorities.region_code = areas.area_code

    union all by name

    select
        neighbours.la_code,
        areas.* exclude (value),
        case when figures.kind = 'median' then areas.median_value else areas.value end as value,
        'neighbours_' || figures.kind as beside_as,
        'statistical neighbours (' || right(areas.comparator, 4) || ' model, ' || figures.kind || ' of '
        || case
            when areas.value_status = 'few_neighbours'
                then 'only ' || areas.neighbours_used || ' of ' || areas.neighbours_listed
            else areas.neighbours_used::varchar
        end || ')' as beside_words
    from {{ ref('int_comparisons__neighbours') }} as neighbours
    inner join areas
        on
            neighbours.la_code = areas.area_code
            and neighbours.comparator = areas.comparator
            and neighbours.month_number = areas.month_number
    cross join (values ('mean'), ('median')) as figures (kind)

),

-- what was known then is said where it differs from what is known now
differing as (

    select * from beside
    qualify known_as = 'now' or count(*) over (
        partition by
            la_code, indicator_id, month_number, beside_as, publication, release_year, period_end
    ) = 1

),

compared as (

    select
        answers.series_id,
        answers.month_number,
        answers.value,
        answers.value_status,
        answers.figure,
        series.unit,
        series.polarity,
        months.period_words,
        beside.beside_as || case when beside.known_as = 'then' then '_then' else '' end as comparator,
        beside.value as published_value,
        beside.value_status as published_status,
        beside.beside_words,
        beside.published_words,
        beside.period_end as published_period_end,
        beside.published_on,
        beside.definition,
        answers.value - beside.value as difference,
        -- a figure that is printed whole is compared whole
        case
            when beside.printed_places = 0 then {{ rounded('difference', 0) }}
            else {{ as_shown('difference', 'series.unit') }}
        end as shown_difference,
        {{ too_small('series.unit', 'answers.is_few', 'answers.is_few') }} as is_too_small,
        case
            when difference is null or is_too_small then 'not_comparable'
            -- what counts another thing stands beside it and is no better or worse
            when beside.definition = 'differs' then {{ direction('shown_difference', "'neutral'") }}
            else {{ direction('shown_difference', 'series.polarity') }}
        end as judgement
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    inner join differing as beside
        on
            series.la_code = beside.la_code
            and series.indicator_id = beside.indicator_id
            and answers.month_number = beside.month_number
    where months.is_compared and series.is_comparable_between_places

)

select
    series_id,
    month_number,
    'benchmark' as comparator_kind,
    comparator,
    published_value as comparator_value,
    published_period_end as comparator_period_end,
    published_on,
    difference,
    {{ percentage_change('difference', 'published_value') }} as percentage_change,
    judgement,
    case
        when value is null then 'No figure ' || period_words || ', as ' || {{ why_no_figure('value_status') }}
        when published_value is null
            then
                figure || ', with nothing published for ' || beside_words || ' ' || published_words || ': '
                || replace(published_status, '_', ' ')
        when is_too_small
            then figure || ', not compared with ' || beside_words || ': ' || {{ too_small_words('unit') }}
        else
            {{ beside_in_words('published_value') }} || ' ' || published_words
            -- in which way, dim_benchmark says
            || case definition when 'differs' then ', another measure' when 'close' then ', a close measure' else '' end
            || {{ judged_words('judgement') }}
    end as words
from compared
