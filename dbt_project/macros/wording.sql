{#- Figures and months as a reader sees them: rounded once, half away from zero, by way of a decimal. -#}
{% macro rounded(figure, places) -%}
    round(try_cast({{ figure }} as decimal(28, 9)), {{ places }})
{%- endmacro %}

{#- A figure in its unit. A count that is not whole is of whole-time equivalents and keeps a place. -#}
{% macro format_value(value, unit) -%}
    case {{ unit }}
        when 'percent' then {{ rounded(value, 1) }} || '%'
        when 'gbp' then {{ pounds(value) }}
        when 'count' then {{ counted(value) }}
        when 'per_10k' then {{ rounded(value, 1) }} || ' per 10,000'
        when 'days' then {{ rounded(value, 1) }} || ' days'
        when 'fte' then {{ rounded(value, 1) }} || ' FTE'
        else {{ rounded(value, 1) }}::varchar
    end
{%- endmacro %}

{#- How far apart two figures are, without a sign. -#}
{% macro distance(difference, unit) -%}
    case {{ unit }}
        when 'percent' then abs({{ rounded(difference, 1) }}) || ' percentage points'
        else {{ format_value('abs(' ~ difference ~ ')', unit) }}
    end
{%- endmacro %}

{% macro counted(value) -%}
    case
        when {{ value }} = trunc({{ value }}) then {{ with_commas('try_cast(' ~ value ~ ' as bigint)') }}
        else {{ rounded(value, 1) }}::varchar
    end
{%- endmacro %}

{% macro pounds(value) -%}
    case when {{ rounded(value, 0) }} < 0 then '-' else '' end
    || '£' || {{ with_commas('try_cast(abs(' ~ rounded(value, 0) ~ ') as bigint)') }}
{%- endmacro %}

{#- A difference to the places at which figures of its unit are shown: level where nothing is left of it. -#}
{% macro as_shown(difference, unit) -%}
    case when {{ unit }} = 'gbp' then {{ rounded(difference, 0) }} else {{ rounded(difference, 1) }} end
{%- endmacro %}

{#- 1st, 2nd, 3rd, 11th. -#}
{% macro ordinal(number) -%}
    {{ number }} || case
        when {{ number }} % 100 between 11 and 13 then 'th'
        when {{ number }} % 10 = 1 then 'st'
        when {{ number }} % 10 = 2 then 'nd'
        when {{ number }} % 10 = 3 then 'rd'
        else 'th'
    end
{%- endmacro %}

{#- A month by its name, as August 2015. -#}
{% macro month_words(date) -%}
    strftime({{ date }}, '%B %Y')
{%- endmacro %}

{#- When a period was, as it stands in a sentence. -#}
{% macro period_words(period_basis, period_start, period_end) -%}
    case
        when {{ period_basis }} = 'point_in_time' then 'at the end of ' || {{ month_words(period_end) }}
        when {{ period_basis }} = 'rolling_12_months' then 'in the 12 months to ' || {{ month_words(period_end) }}
        when {{ month_words(period_start) }} = {{ month_words(period_end) }}
            then 'in ' || {{ month_words(period_end) }}
        when extract(year from {{ period_start }}) = extract(year from {{ period_end }})
            then 'in ' || strftime({{ period_start }}, '%B') || ' to ' || {{ month_words(period_end) }}
        else 'in ' || {{ month_words(period_start) }} || ' to ' || {{ month_words(period_end) }}
    end
{%- endmacro %}

{#- Why there is no figure. -#}
{% macro why_no_figure(value_status) -%}
    case {{ value_status }}
        when 'not_submitted' then 'nothing was submitted'
        when 'provisional' then 'there were no cases among the returns that have come'
        when 'withheld' then 'it is withheld by the quality gate'
        when 'insufficient_history' then 'the records do not go back far enough'
        when 'no_cases' then 'there were no cases'
        when 'no_population' then 'there is no population on file'
        else 'none is held'
    end
{%- endmacro %}

{#- A limit of the usual range as far as it can be reached: a share ends at 100, and little falls below nothing. -#}
{% macro clamp_to_unit(limit, unit, can_be_negative) -%}
    case
        when {{ can_be_negative }} or {{ limit }} is null then {{ limit }}
        when {{ unit }} = 'percent' then greatest(0, least(100, {{ limit }}))
        else greatest(0, {{ limit }})
    end
{%- endmacro %}
