{#- Which way a difference goes, in the indicator's own terms. Neutral indicators and bands go up or down, no more. -#}
{% macro direction(difference, polarity) -%}
    case
        when {{ difference }} = 0 then 'level'
        when {{ polarity }} = 'higher' then case when {{ difference }} > 0 then 'better' else 'worse' end
        when {{ polarity }} = 'lower' then case when {{ difference }} < 0 then 'better' else 'worse' end
        when {{ difference }} > 0 then 'higher'
        else 'lower'
    end
{%- endmacro %}

{#- How the direction stands at the end of a sentence: only what is judged is said. -#}
{% macro judged_words(judgement) -%}
    case when {{ judgement }} in ('better', 'worse') then ': ' || {{ judgement }} else '' end
{%- endmacro %}

{#- How far a figure is outside its bounds, 0 inside or on an edge; compared to 9 decimal places. -#}
{% macro outside(value, lower_bound, upper_bound) -%}
    round(greatest(
        coalesce({{ lower_bound }} - {{ value }}, 0), coalesce({{ value }} - {{ upper_bound }}, 0), 0
    ), 9)
{%- endmacro %}

{#- The colour of a figure that is so far outside its bounds. -#}
{% macro rag_status(missed_by, tolerance) -%}
    case when {{ missed_by }} = 0 then 'green' when {{ missed_by }} <= {{ tolerance }} then 'amber' else 'red' end
{%- endmacro %}

{#- Whether a figure rests on too few to say anything by its change: cases behind a share, or what is counted. -#}
{% macro is_small_base(value, numerator, denominator, unit) -%}
    case
        when {{ unit }} in ('percent', 'days') then {{ denominator }} < {{ var('smallest_denominator') }}
        when {{ unit }} = 'count' then abs({{ value }}) < {{ var('smallest_count') }}
        when {{ unit }} in ('per_10k', 'ratio') then {{ numerator }} < {{ var('smallest_count') }}
        else false
    end
{%- endmacro %}

{#- Whether of a share few are counted or few are left out: one case more or fewer is then most of its change. -#}
{% macro is_small_part(numerator, denominator, unit) -%}
    coalesce(
        {{ unit }} = 'percent'
        and {{ numerator }} between 0 and {{ denominator }}
        and least({{ numerator }}, {{ denominator }} - {{ numerator }}) < {{ var('smallest_count') }},
        false
    )
{%- endmacro %}

{#- Whether a figure rests on too few to be given a colour. A count is what it is, and its target is of counts. -#}
{% macro is_too_small_to_judge(is_few, unit) -%}
    coalesce({{ is_few }}, false) and {{ unit }} <> 'count'
{%- endmacro %}

{#- Two figures are too small to compare: either of two shares, but only both of two counts or rates. -#}
{% macro too_small(unit, is_few, is_other_few) -%}
    case
        when {{ unit }} in ('percent', 'days') then coalesce({{ is_few }}, false) or coalesce({{ is_other_few }}, false)
        else coalesce({{ is_few }} and {{ is_other_few }}, false)
    end
{%- endmacro %}

{#- The rule that was too small, in words. -#}
{% macro too_small_words(unit) -%}
    case
        when {{ unit }} in ('percent', 'days') then 'fewer than {{ var("smallest_denominator") }} cases'
        else 'both count fewer than {{ var("smallest_count") }}'
    end
{%- endmacro %}

{#- Why one figure is too small to be given a colour, in words. -#}
{% macro too_few_words(unit) -%}
    case
        when {{ unit }} in ('percent', 'days') then 'fewer than {{ var("smallest_denominator") }} cases'
        else 'fewer than {{ var("smallest_count") }} counted'
    end
{%- endmacro %}

{#- A difference as a percentage of what it is from; none from nothing or from less. -#}
{% macro percentage_change(difference, earlier) -%}
    case when {{ earlier }} > 0 then 100 * {{ difference }} / {{ earlier }} end
{%- endmacro %}

{#- A point of a scale on which noise is alike, back in the figure's own unit; see int_comparisons__deviations. -#}
{% macro in_own_unit(y, signal_method, denominator) -%}
    case
        when {{ y }} is null then null
        when {{ signal_method }} = 'count' then greatest(greatest({{ y }}, 0) * greatest({{ y }}, 0) - 0.375, 0)
        when {{ signal_method }} = 'days' then greatest(exp({{ y }}) - 1, 0)
        when {{ signal_method }} in ('share', 'share_change') then 100 * greatest(0, least(1, (
            sin(greatest(0, least(pi() / 2, {{ y }}))) * sin(greatest(0, least(pi() / 2, {{ y }})))
            * ({{ denominator }} + 0.75) - 0.375
        ) / {{ denominator }}))
        else {{ y }}
    end
{%- endmacro %}

{#- A figure set beside another place's, in words up to whose that is; of columns figure, shown_difference, difference
    and unit. -#}
{% macro beside_in_words(value) -%}
    figure || case
        when shown_difference = 0 then ', level with '
        else ', ' || {{ distance('difference', 'unit') }} || case when difference > 0 then ' above ' else ' below ' end
    end || {{ format_value(value, 'unit') }} || ' for ' || beside_words
{%- endmacro %}

{#- Whose the typed figure is, by the comparator's name in fct_indicator_comparisons. -#}
{% macro local_name(comparator) -%}
    substr({{ comparator }}, 7)
{%- endmacro %}
