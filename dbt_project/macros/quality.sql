{#- The records of a return that quality rules judge: the newest snapshot of each authority, with where each stands. -#}
{% macro judged(return_name) -%}
    select sources.la_code, sources.as_at_date, records.* exclude (la_code, reporting_month)
    from {{ source('returns', return_name) }} as records
    inner join {{ ref('int_quality__sources') }} as sources
        on records.content_id = sources.content_id and sources.return_name = '{{ return_name }}'
{%- endmacro %}

{#- Whether a spell begins before another of the same child (or case) has ended. Those before it are in the window. -#}
{% macro begins_inside_another(start_date, end_date, window) -%}
    coalesce({{ start_date }} < max(coalesce({{ end_date }}, date '9999-12-31')) over {{ window }}, false)
{%- endmacro %}
