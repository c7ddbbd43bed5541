{#- One part of a published figure: the sum of the cells it needs, where each of them is a number. -#}
{% macro printed_part(part) -%}
    case
        when
            count(figures.value) filter (where wanted.part = '{{ part }}')
            = max(wanted.cells_needed) filter (where wanted.part = '{{ part }}')
            then sum(figures.value) filter (where wanted.part = '{{ part }}')
    end
{%- endmacro %}

{#- What the cells of a part say. Of several symbols the last by name: suppressed goes before those that only
    leave a figure unknown. -#}
{% macro printed_status(part) -%}
    case
        when
            count(*) filter (where wanted.part = '{{ part }}')
            = max(wanted.cells_needed) filter (where wanted.part = '{{ part }}')
            then coalesce(max(figures.symbol) filter (where wanted.part = '{{ part }}'), 'number')
        when count(*) filter (where wanted.part = '{{ part }}') > 0 then 'not_available'
    end
{%- endmacro %}
