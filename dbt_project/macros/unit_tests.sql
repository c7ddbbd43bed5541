{#- An evidence model answers for many indicators, and one contact makes a row for each of five. A unit test that
    expects rows of named indicators speaks of those alone; otherwise each would repeat what all the others hold.
    It follows that a test of what is left out shows something that is not. -#}
{% macro duckdb__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {%- set actual_sql -%}
        {%- if 'indicator_id' in expected_column_names | map('replace', '"', '') -%}
            select * from ({{ main_sql }}) as every_indicator
            where indicator_id in (select named.indicator_id from ({{ expected_fixture_sql }}) as named)
        {%- else -%}
            {{ main_sql }}
        {%- endif -%}
    {%- endset -%}
    {{ dbt.default__get_unit_test_sql(actual_sql, expected_fixture_sql, expected_column_names) }}
{%- endmacro %}

{#- Ids are pseudonyms, which are uuids; in a unit test an id is a few words that say what the case is. dbt casts by
    this macro in unit tests alone. -#}
{% macro duckdb__safe_cast(field, type) -%}
    cast({{ field }} as {{ 'varchar' if type | lower == 'uuid' else type }})
{%- endmacro %}
