-- Each share, rate, mean or ratio against what its council chose to be set beside: figures that were typed, and the
-- mean of its own peers. Which rows and which list hold goes by the month.
with asked as (

    select
        answers.series_id,
        answers.month_number,
        answers.value,
        answers.value_status,
        answers.figure,
        answers.is_few,
        series.la_code,
        series.indicator_id,
        series.period_basis,
        series.unit,
        series.polarity,
        months.period_end,
        months.period_words
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    where months.is_compared and series.is_comparable_between_places

),

-- the authority's own before one for all, then the latest from its first day
typed as (

    select
        asked.series_id,
        asked.month_number,
        'local:' || typed.comparator as comparator,
        typed.value::double as local_value,
        typed.period_end as local_period_end,
        null::date as published_on,
        typed.comparator || ' in the period to ' || {{ month_words('typed.period_end') }} || ' (' || typed.source || ')'
            as beside_words
    from asked
    inner join {{ ref('stg_reference__comparators') }} as typed
        on
            asked.indicator_id = typed.indicator_id
            and typed.la_code in (asked.la_code, 'ENG')
            and asked.period_basis = coalesce(typed.period_basis, asked.period_basis)
            and asked.period_end >= typed.from_date
            and (typed.to_date is null or asked.period_end <= typed.to_date)
    qualify row_number() over (
        partition by asked.series_id, asked.month_number, typed.comparator
        order by typed.is_for_all asc, typed.from_date desc
    ) = 1

),

listed as (

    select
        asked.series_id,
        asked.month_number,
        asked.indicator_id,
        asked.period_basis,
        asked.la_code,
        peers.peer_la_code,
        max(peers.list_name) as list_name
    from asked
    inner join {{ ref('stg_reference__peers') }} as peers
        on
            asked.la_code = peers.la_code
            and asked.period_end >= peers.from_date
            and (peers.to_date is null or asked.period_end <= peers.to_date)
    inner join {{ ref('dim_authority') }} as authorities on peers.peer_la_code = authorities.la_code
    group by all

),

peer_figures as (

    select
        listed.*,
        own.value as own_value,
        published.value as published_value,
        published.period_end as published_period_end,
        published.published_on,
        published.published_words
    from listed
    left join asked as own
        on
            listed.peer_la_code = own.la_code
            and listed.indicator_id = own.indicator_id
            and listed.period_basis = own.period_basis
            and listed.month_number = own.month_number
            and own.is_few is not true
    left join {{ ref('int_comparisons__published') }} as published
        on
            listed.peer_la_code = published.area_code
            and listed.indicator_id = published.indicator_id
            and listed.month_number = published.month_number
            and published.comparator = 'authority'
            and published.known_as = 'now'
            -- never the council itself, even within the figure of two that report together
            and coalesce(published.joined_code not like '%' || listed.la_code || '%', true)

),

-- unweighted; summed as decimals, for a sum of doubles depends on the order they come in
peer_means as (

    select
        series_id,
        month_number,
        max(list_name) as list_name,
        count(*) as peers_listed,
        -- by their own figures where at least half of them have one, else by published ones
        2 * count(own_value) >= count(*) as is_own,
        case when is_own then count(own_value) else count(published_value) end as peers_used,
        (
            case
                when is_own then sum(own_value::decimal(28, 12)) else sum(published_value::decimal(28, 12))
            end / nullif(peers_used, 0)
        )::double as local_value,
        case when not is_own then max(published_period_end) end as published_period_end,
        case when not is_own then max(published_on) end as published_on,
        case when not is_own then max(published_words) end as published_words
    from peer_figures
    group by series_id, month_number

),

beside as (

    select * from typed

    union all

    select
        peer_means.series_id,
        peer_means.month_number,
        'own_peers_mean' as comparator,
        peer_means.local_value,
        coalesce(peer_means.published_period_end, asked.period_end) as local_period_end,
        peer_means.published_on,
        peer_means.list_name || ' (mean of '
        || case when 2 * peer_means.peers_used < peer_means.peers_listed then 'only ' else '' end
        || peer_means.peers_used
        || case when peer_means.peers_used < peer_means.peers_listed then ' of ' || peer_means.peers_listed else '' end
        || ') ' || coalesce(peer_means.published_words, asked.period_words) as beside_words
    from peer_means
    inner join asked on peer_means.series_id = asked.series_id and peer_means.month_number = asked.month_number
    where peer_means.peers_used > 0

),

compared as (

    select
        asked.*,
        beside.comparator,
        beside.local_value,
        beside.local_period_end,
        beside.published_on,
        beside.beside_words,
        asked.value - beside.local_value as difference,
        {{ as_shown('difference', 'asked.unit') }} as shown_difference,
        {{ too_small('asked.unit', 'asked.is_few', 'asked.is_few') }} as is_too_small,
        case
            when difference is null or is_too_small then 'not_comparable'
            else {{ direction('shown_difference', 'asked.polarity') }}
        end as judgement
    from beside
    inner join asked on beside.series_id = asked.series_id and beside.month_number = asked.month_number

)

select
    series_id,
    month_number,
    'benchmark' as comparator_kind,
    comparator,
    local_value as comparator_value,
    local_period_end as comparator_period_end,
    published_on,
    difference,
    {{ percentage_change('difference', 'local_value') }} as percentage_change,
    judgement,
    case
        when value is null then 'No figure ' || period_words || ', as ' || {{ why_no_figure('value_status') }}
        when is_too_small
            then figure || ', not compared with ' || beside_words || ': ' || {{ too_small_words('unit') }}
        else {{ beside_in_words('local_value') }} || {{ judged_words('judgement') }}
    end as words
from compared
