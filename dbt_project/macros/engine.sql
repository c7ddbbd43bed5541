{#- Dates, words and steps, each said in one place. Where a second engine does it another way: macros/engine. -#}

{#- Months since year 0, so that a span of months is a subtraction. -#}
{% macro month_number(date) -%}
    (extract(year from {{ date }}) * 12 + extract(month from {{ date }}) - 1)::int
{%- endmacro %}

{#- The same, of a month written YYYY-MM. -#}
{% macro month_number_of_text(month) -%}
    (left({{ month }}, 4)::int * 12 + right({{ month }}, 2)::int - 1)
{%- endmacro %}

{#- The month, as YYYY-MM, of what is written as a month or as a date, 2015-05-17 or 17/05/2015; else null. -#}
{% macro month_written(text) -%}
    case
        when {{ matches_whole(text, "'[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?'") }} then left({{ text }}, 7)
        when {{ matches_whole(text, "'[0-9]{2}/(0[1-9]|1[0-2])/[0-9]{4}'") }}
            then right({{ text }}, 4) || '-' || substring({{ text }}, 4, 2)
    end
{%- endmacro %}

{#- The last day of a month written YYYY-MM. -#}
{% macro month_end_of_text(month) -%}
    last_day(({{ month }} || '-01')::date)
{%- endmacro %}

{#- The last day of a numbered month. -#}
{% macro month_end(month_number) -%}
    last_day(make_date(({{ month_number }} // 12)::int, ({{ month_number }} % 12 + 1)::int, 1))
{%- endmacro %}

{#- The first day of a numbered month. -#}
{% macro month_start(month_number) -%}
    make_date(({{ month_number }} // 12)::int, ({{ month_number }} % 12 + 1)::int, 1)
{%- endmacro %}

{#- Whole days from one date to another. -#}
{% macro days_between(first, last) -%}
    date_diff('day', {{ first }}, {{ last }})
{%- endmacro %}

{#- One row for each word of a space-separated text. -#}
{% macro each_word(text) -%}
    unnest(string_split({{ text }}, ' '))
{%- endmacro %}

{#- One key of a json object, as text. -#}
{% macro json_text(json, key) -%}
    json_extract_string({{ json }}, '$.{{ key }}')
{%- endmacro %}

{#- The financial year of a numbered month, as 2024-25. -#}
{% macro financial_year(month_number) -%}
    (({{ month_number }} - 3) // 12)::int || '-'
    || lpad(((({{ month_number }} - 3) // 12 + 1) % 100)::int::varchar, 2, '0')
{%- endmacro %}

{#- The first word of a space-separated text. -#}
{% macro first_word(text) -%}
    split_part({{ text }}, ' ', 1)
{%- endmacro %}

{#- Working days or calendar days in steps: one row for each step from 1. -#}
{% macro each_step(last_step) -%}
    unnest(generate_series(1, {{ last_step }}))
{%- endmacro %}

{#- On how many weekdays of one month there is any of the dates: a bit for a day, so that none is kept or sorted. -#}
{% macro weekdays_with(date) -%}
    coalesce(bit_count(bit_or(1::int << (extract(day from {{ date }})::int - 1)) filter (
        where extract(isodow from {{ date }}) < 6
    )), 0)
{%- endmacro %}
