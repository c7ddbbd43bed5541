{#- A view or table that is made anew. A refresh makes the warehouse anew, and readers see a release: nothing need be built
    aside and swapped, and dbt's own table and view, which do so, take four statements more for each model. These run no
    hooks, give no grants and keep no docs. Built over an older one, by hand, a model goes before it comes. -#}
{% materialization fresh_view, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
    {%- call statement('main') -%}
        {{ get_create_view_as_sql(target, sql) }}
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{% materialization fresh_table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {%- set language = model['language'] -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
    {%- call statement('main', language=language) -%}
        {{- create_table_as(False, target, compiled_code, language) -}}
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}
