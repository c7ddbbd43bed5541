-- Where each authority stands among its statistical neighbours, its region and England: by the authorities' own figures
-- where at least half of them have one for the period, else by the newest published ones.
with places as (

    select la_code, region_code, is_invented, to_date is null as is_standing
    from {{ ref('dim_authority') }}
    -- the City of London and the Isles of Scilly have so few children that their place says nothing
    where is_ranked

),

own as (

    select
        false as is_published,
        series.indicator_id,
        series.period_basis,
        answers.month_number,
        series.la_code,
        answers.value,
        case when series.polarity = 'lower' then answers.value else -answers.value end as by_rank
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    where
        months.is_compared
        and series.is_comparable_between_places
        and answers.value is not null
        and answers.is_few is not true

),

published as (

    select
        true as is_published,
        published.indicator_id,
        'any' as period_basis,
        published.month_number,
        published.area_code as la_code,
        published.value,
        case when indicators.polarity = 'lower' then published.value else -published.value end as by_rank
    from {{ ref('int_comparisons__published') }} as published
    inner join {{ ref('dim_indicator') }} as indicators on published.indicator_id = indicators.indicator_id
    where
        published.comparator = 'authority'
        and published.known_as = 'now'
        and published.value is not null
        -- of two councils that report together it is the place of neither
        and published.joined_code is null
        and indicators.unit in ('percent', 'per_10k', 'days', 'ratio')

),

held as (

    select * from own
    union all
    select * from published

),

-- what is asked, under one number: ranks are of one question
figures as (

    select
        held.*,
        places.region_code,
        case when places.is_invented then 'invented' else 'England' end as country_code,
        dense_rank() over (
            order by held.is_published, held.indicator_id, held.period_basis, held.month_number
        ) as question_no
    from held
    inner join places on held.la_code = places.la_code

),

-- everyone that an authority is ranked with, itself included; invented authorities are ranked among themselves
grouped as (

    select question_no, la_code, by_rank, 'england' as group_name, country_code as group_code from figures
    union all
    select question_no, la_code, by_rank, 'region' as group_name, region_code as group_code from figures
    where region_code is not null

),

-- settled first: left to itself the engine joins every peer's figures before it knows whose peers they are
peers as materialized (

    select models.la_code, models.month_number, peers.peer_la_code
    from {{ ref('int_comparisons__neighbours') }} as models
    inner join {{ ref('bridge_peer') }} as peers
        on models.comparator = peers.comparator and models.la_code = peers.la_code

),

ranked as (

    select
        question_no, la_code, group_name, group_code,
        rank() over (partition by question_no, group_code order by by_rank) as place,
        count(*) over (partition by question_no, group_code) as place_of,
        count(*) over (partition by question_no, group_code, by_rank) > 1 as is_joint
    from grouped

    union all

    select
        mine.question_no, mine.la_code, 'neighbours' as group_name, 'neighbours' as group_code,
        1 + count(*) filter (where theirs.by_rank < mine.by_rank) as place,
        1 + count(*) as place_of,
        count(*) filter (where theirs.by_rank = mine.by_rank) > 0 as is_joint
    from figures as mine
    inner join peers on mine.la_code = peers.la_code and mine.month_number = peers.month_number
    inner join figures as theirs
        on mine.question_no = theirs.question_no and peers.peer_la_code = theirs.la_code
    group by mine.question_no, mine.la_code

),

-- how many there are to rank, whoever has a figure; ten neighbours and itself
sizes as (

    select case when is_invented then 'invented' else 'England' end as group_code, count(*) as authorities
    from places
    where is_standing
    group by all
    union all
    select region_code as group_code, count(*) as authorities
    from places
    where is_standing and region_code is not null
    group by all
    union all
    select 'neighbours' as group_code, 11 as authorities

),

chosen as (

    select
        series.series_id,
        series.unit,
        series.polarity,
        figures.month_number,
        figures.indicator_id,
        figures.value,
        figures.is_published,
        ranked.*,
        case ranked.group_code
            when 'invented' then ' invented authorities'
            when 'neighbours' then ', itself and its statistical neighbours'
            when 'England' then ' in England'
            else ' in ' || series.region_name
        end as group_words
    from ranked
    inner join figures on ranked.question_no = figures.question_no and ranked.la_code = figures.la_code
    inner join sizes on ranked.group_code = sizes.group_code
    inner join {{ ref('int_comparisons__series') }} as series
        on
            figures.la_code = series.la_code
            and figures.indicator_id = series.indicator_id
            and (figures.is_published or figures.period_basis = series.period_basis)
    where ranked.place_of >= 3 and (figures.is_published or ranked.place_of * 2 >= sizes.authorities)
    qualify row_number() over (
        partition by series.series_id, figures.month_number, ranked.group_name order by figures.is_published
    ) = 1

)

select
    chosen.series_id,
    chosen.month_number,
    'position' as comparator_kind,
    'rank_' || chosen.group_name as comparator,
    case when chosen.is_published then chosen.value end as comparator_value,
    case when chosen.is_published then published.period_end end as comparator_period_end,
    case when chosen.is_published then published.published_on end as published_on,
    chosen.place::int as place,
    chosen.place_of::int as place_of,
    ((chosen.place - 1) * 4 // chosen.place_of + 1)::int as quartile,
    'quartile_' || quartile as judgement,
    {{ format_value('chosen.value', 'chosen.unit') }} || case
        when chosen.is_published then ' ' || published.published_words
        else ''
    end || ': ' || case when chosen.is_joint then 'joint ' else '' end || {{ ordinal('chosen.place') }}
    || ' of ' || chosen.place_of || chosen.group_words
    || case when chosen.polarity in ('higher', 'lower') then ' (1st is best)' else ' (1st is highest)' end
        as words
from chosen
left join {{ ref('int_comparisons__publications') }} as published
    on
        chosen.is_published
        and chosen.indicator_id = published.indicator_id
        and chosen.month_number = published.month_number
        and published.comparator = 'authority'
        and published.known_as = 'now'
