{#- A sentence of a ground with its numbers put in; the names are those of int_gate__doubts. -#}
{% macro ground_sentence(sentence='grounds.sentence') -%}
    {%- set fills = {
        '{counted}': "printf('%.0f', measures.counted)",
        '{out_of}': "printf('%.0f', measures.out_of)",
        '{measured}': "printf('%.1f', measures.measured)",
        '{return}': "case when measures.return_name = '*' then 'every return of the month' else measures.return_name end",
        '{field}': 'measures.field_name',
        '{rule}': 'rules.sentence',
        '{fix}': 'rules.fix',
        '{contradiction}': contradiction_words(),
        '{span}': span_words(),
    } -%}
    {%- set made = namespace(sql=sentence) -%}
    {%- for place, filling in fills.items() -%}
        {%- set made.sql = "replace(" ~ made.sql ~ ", '" ~ place ~ "', coalesce(" ~ filling ~ ", 'unknown'))" -%}
    {%- endfor -%}
    {{ made.sql }}
{%- endmacro %}

{#- Of which of a return's rows a measure is, where it is not of all: a file holds others besides. -#}
{% macro span_words() -%}
    case
        when measures.month_number is null then ''
        when measures.look_back = 'month'
            then strftime({{ month_end('measures.month_number') }}, ' that are of %B %Y or of no day that could be read')
        when measures.look_back = 'year'
            then
                strftime(
                    {{ month_end('measures.month_number') }},
                    ' that are of the twelve months to %B %Y or of no day that could be read'
                )
        else ''
    end
{%- endmacro %}

{#- How a figure contradicts itself or others, with the two counts that disagree. -#}
{% macro contradiction_words() -%}
    {%- set counted = in_few_figures('measures.counted') -%}
    {%- set out_of = in_few_figures('measures.out_of') -%}
    case measures.rule_id
        when 'share_over_whole' then {{ counted }} || ' is more than its whole, ' || {{ out_of }}
        when 'count_below_zero' then 'it counts ' || {{ counted }} || ', fewer than none'
        when 'year_not_its_months'
            then 'the year to date is ' || {{ counted }} || ', its months make ' || {{ out_of }}
        when 'stock_not_its_flows'
            then
                {{ counted }} || ' are open, and those a month before with the starts and without the ends make '
                || {{ out_of }}
    end
{%- endmacro %}
