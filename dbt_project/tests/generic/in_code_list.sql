{#- Each value is a code of one list of code_lists, the one home of what a code means. -#}
{% test in_code_list(model, column_name, list) %}

select {{ column_name }}, count(*) as row_count
from {{ model }}
where
    {{ column_name }} is not null
    and {{ column_name }} not in (select code from {{ ref('code_lists') }} where list = '{{ list }}')
group by {{ column_name }}

{% endtest %}
