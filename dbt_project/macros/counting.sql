{#- Open at the end of a day: what ends on the day is not open at its end (spec/counting.md). Two comparisons and
    no `or`, so that an outer join on it can be hashed: with one, it looks at every pair of rows. -#}
{% macro is_live(start_date, end_date, day) -%}
    {{ start_date }} <= {{ day }} and coalesce({{ end_date }}, date '9999-12-31') > {{ day }}
{%- endmacro %}

{#- Joins away who is on a short break at the end of a day (legal status V3 or V4): they are not looked after. -#}
{% macro not_on_short_break(holder, day) -%}
    anti join {{ ref('int_care__respite') }} as respite
        on
            {{ holder }}.vintage_id = respite.vintage_id
            and {{ holder }}.la_child_id = respite.la_child_id
            and {{ is_live('respite.legal_status_start_date', 'respite.legal_status_end_date', day) }}
{%- endmacro %}

{#- Each holder of spans at each month end expected at which one is open, with the earliest of those. A span speaks only
    from the day on which all earlier ones have ended, so months are never made twice and then thinned. A span is open
    at the ends of the days from that of its start up to the one before that of its end. -#}
{% macro earliest_open_at_month_ends(spans, holder, start_date, end_date, take, of_month, then_by=[]) -%}
    select
        spans.vintage_id,
        {% for column in holder + take %}
        spans.{{ column }},
        {% endfor %}
        {% for column in of_month %}
        periods.{{ column }},
        {% endfor %}
        periods.month_number
    from (
        select
            *,
            greatest(
                {{ start_date }},
                coalesce(max(ended_on) over (
                    partition by vintage_id, {{ holder | join(', ') }}
                    order by {{ start_date }}{% for column in then_by %}, {{ column }}{% endfor %}

                    rows between unbounded preceding and 1 preceding
                ), date '0001-01-01')
            ) as speaks_from
        from (
            select *, coalesce({{ end_date }}, date '9999-12-31') as ended_on
            from {{ spans }}
            where {{ start_date }} is not null
        ) as dated
    ) as spans
    inner join {{ ref('int_periods__expected') }} as periods
        on
            spans.vintage_id = periods.vintage_id
            and periods.period_end >= spans.speaks_from
            and periods.period_end < spans.ended_on
{%- endmacro %}

{#- The key to join dim_calendar on; working days before 2005 are not numbered. -#}
{% macro numbered_day(date) -%}
    greatest({{ date }}, date '2005-01-01')
{%- endmacro %}

{#- Whole years old; a birthday of 29 February falls on 1 March in common years. -#}
{% macro age(birth_date, day) -%}
    (
        extract(year from {{ day }}) - extract(year from {{ birth_date }})
        - (
            extract(month from {{ day }}) * 100 + extract(day from {{ day }})
            < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
        )::int
    )
{%- endmacro %}

{#- Temporary placements, which are passed over where stability is judged. -#}
{% macro is_temporary_placement(placement_type_code) -%}
    coalesce({{ placement_type_code }}, '') in ('T0', 'T1', 'T2', 'T3', 'T4')
{%- endmacro %}

{#- The evidence of one area, added up by month and by each value of the breakdown. A table for each area: counted
    in one query, their joins are all in memory at once. -#}
{% macro counts_by_month(evidence, has_breakdown=false) -%}
    select
        indicator_id,
        vintage_id,
        {{ month_number('counted_on') }} as month_number,
        {{ 'breakdown_value' if has_breakdown else 'null::varchar' }} as breakdown_value,
        sum(numerator)::decimal(24, 6) as numerator,
        sum(denominator)::decimal(24, 6) as denominator
    from {{ ref(evidence) }}
    group by all
{%- endmacro %}

{#- Each period of each indicator that the newest returns owe, on each basis; since a month, where one is named. -#}
{% macro periods_owed() -%}
select
    expected.vintage_id, expected.la_code, indicators.indicator_id, indicators.lead_return,
    indicators.denominator_source, periods.period_basis, periods.period_end, periods.month_number,
    coalesce(since.period_start, periods.period_start) as period_start,
    coalesce(since.first_month_number, periods.first_month_number) as first_month_number
from {{ ref('int_periods__expected') }} as expected
inner join {{ ref('dim_period') }} as periods on expected.month_number = periods.month_number
inner join {{ ref('dim_indicator') }} as indicators
    on list_contains(string_split(indicators.bases, ' '), periods.period_basis)
left join {{ ref('int_periods__since') }} as since
    on
        expected.vintage_id = since.vintage_id
        and expected.month_number = since.month_number
        and indicators.indicator_id = since.indicator_id
        and periods.period_basis = since.period_basis
where expected.edition = 'restated' and (periods.period_basis <> 'since' or since.indicator_id is not null)
{%- endmacro %}

{#- For each indicator and month of some periods of vintages: whether every return that it needs can be used for the
    month, the month of the snapshot that leads, and how far back it reaches. -#}
{% macro submitted_by_month(periods) -%}
with required as (

    select indicator_id, lead_return, {{ each_word('returns_required') }} as return_name
    from {{ ref('dim_indicator') }}

),

needs as (

    select required.*, formats.history
    from required
    inner join {{ ref('stg_ledger__return_formats') }} as formats on required.return_name = formats.return_name

),

sources as (

    select *, {{ month_number_of_text('source_month') }} as source_month_number
    from {{ ref('stg_ledger__sources') }}

),

usable as (

    select
        periods.vintage_id, periods.month_number, sources.return_name, sources.source_month,
        sources.source_month_number, sources.source_format
    from {{ ref(periods) }} as periods
    inner join sources on periods.vintage_id = sources.vintage_id
    inner join {{ ref('stg_ledger__return_formats') }} as formats on sources.return_name = formats.return_name
    where
        (formats.history = 'event' and sources.source_month_number >= periods.month_number)
        or (formats.history = 'state' and sources.source_month_number = periods.month_number)
        or formats.history = 'lookup'

),

-- a return read from another format does not serve every indicator, nor every month
not_served as (

    select distinct usable.vintage_id, usable.month_number, usable.return_name, needs.indicator_id
    from usable
    inner join {{ ref('format_limits') }} as limits
        on usable.source_format = limits.source_format and usable.return_name = limits.return_name
    inner join needs
        on
            usable.return_name = needs.return_name
            and (limits.indicator_id = '*' or limits.indicator_id = needs.indicator_id)
    where limits.months_back is null or usable.source_month_number - usable.month_number > limits.months_back

),

coverage as (

    select vintage_id, source_month_number, source_format, return_name, history_from
    from {{ ref('stg_returns__extract_coverage') }}

)

select
    periods.vintage_id,
    needs.indicator_id,
    periods.month_number,
    count(usable.return_name) = count(*) and count(not_served.return_name) = 0 as is_submitted,
    max(usable.source_month) filter (where needs.return_name = needs.lead_return) as snapshot_month,
    max(coverage.history_from) as history_from
from {{ ref(periods) }} as periods
cross join needs
left join usable
    on
        periods.vintage_id = usable.vintage_id
        and periods.month_number = usable.month_number
        and needs.return_name = usable.return_name
left join not_served
    on
        usable.vintage_id = not_served.vintage_id
        and usable.month_number = not_served.month_number
        and usable.return_name = not_served.return_name
        and needs.indicator_id = not_served.indicator_id
left join coverage
    on
        usable.vintage_id = coverage.vintage_id
        and usable.source_month_number = coverage.source_month_number
        and usable.source_format = coverage.source_format
        and usable.return_name = coverage.return_name
        and needs.lead_return = coverage.return_name
group by periods.vintage_id, needs.indicator_id, periods.month_number
{%- endmacro %}
