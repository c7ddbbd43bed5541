{#- Open at the end of a day: what ends on the day is not open at its end (spec/counting.md). Two comparisons and
    no `or`, so that an outer join on it can be hashed: with one, it looks at every pair of rows. -#}
{% macro is_live(start_date, end_date, day) -%}
    {{ start_date }} <= {{ day }} and coalesce({{ end_date }}, date '9999-12-31') > {{ day }}
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
