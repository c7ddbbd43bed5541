{#- The records of a return that quality rules judge: the newest snapshot of each authority, with where each stands. -#}
{% macro judged(return_name) -%}
    select records.*
    from {{ ref('stg_returns__' ~ return_name) }} as records
    semi join {{ ref('int_quality__sources') }} as judged
        on records.vintage_id = judged.vintage_id and records.content_id = judged.content_id
{%- endmacro %}

{#- Whether a spell begins before another of the same child (or case) has ended. Those before it are in the window. -#}
{% macro begins_inside_another(start_date, end_date, window) -%}
    coalesce({{ start_date }} < max(coalesce({{ end_date }}, date '9999-12-31')) over {{ window }}, false)
{%- endmacro %}

{#- How much is expected in a silence of so many working days, of what came on some of the days before it: minus the
    logarithm of the chance of it, which is the number of events expected where these are few and by themselves. The
    chance is that of as many days without any, one after the other, as learned from the days before: with few events
    little is known, and little is claimed. The newest event's own day is left out: the days were chosen by it. -#}
{% macro expected_in_silence(silent_days, event_days, working_days) -%}
    (
        {%- set days = 'greatest(' ~ working_days ~ ', 1)' %}
        {%- set silent = 'greatest(' ~ working_days ~ ' - ' ~ event_days ~ ' + 1, 1)' %}
        {%- set silence = 'greatest(' ~ silent_days ~ ', 0)' %}
        {{ log_gamma(silent) }} - {{ log_gamma(days) }}
        + {{ log_gamma('(' ~ days ~ ' + ' ~ silence ~ ')') }} - {{ log_gamma('(' ~ silent ~ ' + ' ~ silence ~ ')') }}
    )
{%- endmacro %}
