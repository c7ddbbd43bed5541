{#- Contacts and referrals are decided by one rule: within a working day; left out while still in time at the
    as-at date. Each expects `decisions` joined, and the days that join_decision_days adds. -#}
{% macro join_decision_days(received_date, as_at_date) -%}
    left join {{ ref('dim_calendar') }} as received_days
        on {{ numbered_day(received_date) }} = received_days.calendar_date
    left join {{ ref('dim_calendar') }} as decided_days
        on {{ numbered_day('decisions.decision_date') }} = decided_days.calendar_date
    left join {{ ref('dim_calendar') }} as as_at_days on {{ as_at_date }} = as_at_days.calendar_date
{%- endmacro %}

{% macro is_decision_due(as_at_date) -%}
    decisions.decision_date <= {{ as_at_date }}
    or as_at_days.working_day_number - received_days.working_day_number > 1
{%- endmacro %}

{% macro decided_in_time(received_date, as_at_date) -%}
    coalesce(
        decisions.decision_date between {{ received_date }} and {{ as_at_date }}
        and decided_days.working_day_number - received_days.working_day_number <= 1,
        false
    )::int
{%- endmacro %}
