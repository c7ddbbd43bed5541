{#- What the two engines do in another way, each way here and nowhere else. What is only spelled another way is no
    macro: orchestration/engine/translation.py says it. Of each there is a unit test, run on both. -#}

{#- Each row with the newest event of the same keys on or before a date of the row; null where there is none. -#}
{% macro with_latest(rows, events, keys, on_or_before, event_date, take) -%}
    {{ adapter.dispatch('with_latest', 'line_of_sight')(rows, events, keys, on_or_before, event_date, take) }}
{%- endmacro %}

{% macro duckdb__with_latest(rows, events, keys, on_or_before, event_date, take) -%}
    select {{ rows }}.*, {% for column in take %}{{ events }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ rows }}
    asof left join {{ events }}
        on
            {% for key in keys %}{{ rows }}.{{ key }} = {{ events }}.{{ key }} and {% endfor %}
            {{ rows }}.{{ on_or_before }} >= {{ events }}.{{ event_date }}
{%- endmacro %}

{#- Spark has no as-of join: an event speaks from its day to the day before the next. -#}
{% macro spark__with_latest(rows, events, keys, on_or_before, event_date, take) -%}
    select {{ rows }}.*, {% for column in take %}{{ events }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ rows }}
    left join (
        select *, lead({{ event_date }}) over (partition by {{ keys | join(', ') }} order by {{ event_date }}) as next_event
        from {{ events }}
    ) as {{ events }}
        on
            {% for key in keys %}{{ rows }}.{{ key }} = {{ events }}.{{ key }} and {% endfor %}
            {{ rows }}.{{ on_or_before }} >= {{ events }}.{{ event_date }}
            and ({{ events }}.next_event is null or {{ rows }}.{{ on_or_before }} < {{ events }}.next_event)
{%- endmacro %}

{#- The day that many months on; in a shorter month its last day. -#}
{% macro plus_months(date, months) -%}
    {{ adapter.dispatch('plus_months', 'line_of_sight')(date, months) }}
{%- endmacro %}

{% macro duckdb__plus_months(date, months) -%}
    ({{ date }} + to_months({{ months }}))::date
{%- endmacro %}

{% macro spark__plus_months(date, months) -%}
    add_months({{ date }}, {{ months }})
{%- endmacro %}

{#- Whether all of a text is of a pattern. -#}
{% macro matches_whole(text, pattern) -%}
    {{ adapter.dispatch('matches_whole', 'line_of_sight')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__matches_whole(text, pattern) -%}
    regexp_full_match({{ text }}, {{ pattern }})
{%- endmacro %}

{% macro spark__matches_whole(text, pattern) -%}
    regexp_like({{ text }}, '^(?:' || {{ pattern }} || ')$')
{%- endmacro %}

{#- The quartiles of a column, as a list of three. -#}
{% macro quartiles(value) -%}
    {{ adapter.dispatch('quartiles', 'line_of_sight')(value) }}
{%- endmacro %}

{% macro duckdb__quartiles(value) -%}
    quantile_cont({{ value }}, [0.25, 0.5, 0.75])
{%- endmacro %}

{% macro spark__quartiles(value) -%}
    percentile({{ value }}, array(0.25, 0.5, 0.75))
{%- endmacro %}

{#- The logarithm of the gamma function, of 1 or more. -#}
{% macro log_gamma(x) -%}
    {{ adapter.dispatch('log_gamma', 'line_of_sight')(x) }}
{%- endmacro %}

{% macro duckdb__log_gamma(x) -%}
    lgamma({{ x }})
{%- endmacro %}

{#- Spark has none: Stirling's series, where it is exact to 1e-12, and seven steps down from there. In a list of one, so
    that x is worked out once. -#}
{% macro spark__log_gamma(x) -%}
    element_at(transform(array({{ x }}::double), z ->
        (z + 6.5e0) * ln(z + 7e0) - (z + 7e0) + 0.918938533204672742e0
        + 1e0 / (12e0 * (z + 7e0)) - 1e0 / (360e0 * pow(z + 7e0, 3)) + 1e0 / (1260e0 * pow(z + 7e0, 5))
        - 1e0 / (1680e0 * pow(z + 7e0, 7)) + 1e0 / (1188e0 * pow(z + 7e0, 9))
        - ln(z * (z + 1e0) * (z + 2e0) * (z + 3e0) * (z + 4e0) * (z + 5e0) * (z + 6e0))
    ), 1)
{%- endmacro %}

{#- A whole number with commas between its thousands. -#}
{% macro with_commas(whole) -%}
    {{ adapter.dispatch('with_commas', 'line_of_sight')(whole) }}
{%- endmacro %}

{% macro duckdb__with_commas(whole) -%}
    format('{:,}', {{ whole }})
{%- endmacro %}

{% macro spark__with_commas(whole) -%}
    format_number({{ whole }}, 0)
{%- endmacro %}

{#- A count in as few figures as it needs: 12, 3.5. -#}
{% macro in_few_figures(number) -%}
    {{ adapter.dispatch('in_few_figures', 'line_of_sight')(number) }}
{%- endmacro %}

{% macro duckdb__in_few_figures(number) -%}
    printf('%g', {{ number }})
{%- endmacro %}

{#- Java's %g keeps its zeros. -#}
{% macro spark__in_few_figures(number) -%}
    regexp_replace(regexp_replace(format_string('%.4f', {{ number }}::double), '0+$', ''), '[.]$', '')
{%- endmacro %}
