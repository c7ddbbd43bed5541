{{ config(materialized='fresh_table') }}

-- How each rule ended for each authority: a line for every rule, whether or not there was anything to judge.
with expected as (

    select vintages.la_code, vintages.view_month, rules.*
    from {{ ref('stg_ledger__vintages') }} as vintages
    cross join {{ ref('quality_rules') }} as rules
    where vintages.edition = 'restated'

),

needed as (

    select la_code, rule_id, not_for_formats, {{ each_word('returns_needed') }} as return_name from expected

),

-- returns that are read together must be of one month and one format, or children of the one lack in the other
at_hand as (

    select
        needed.la_code,
        needed.rule_id,
        string_agg(needed.return_name, ', ' order by needed.return_name) filter (where sources.content_id is null)
            as returns_absent,
        count(distinct sources.source_month) > 1 as are_of_several_months,
        count(distinct sources.source_format) > 1 as are_of_several_formats,
        bool_or(list_contains(string_split(coalesce(needed.not_for_formats, ''), ' '), sources.source_format))
            as is_of_a_format_left_out
    from needed
    left join {{ ref('int_quality__sources') }} as sources
        on needed.la_code = sources.la_code and needed.return_name = sources.return_name
    group by needed.la_code, needed.rule_id

),

crashed as (

    select distinct rule_id
    from {{ ref('int_quality__results') }}
    where is_crashed

)

select
    expected.la_code,
    expected.view_month as reporting_month,
    expected.rule_id,
    case
        when at_hand.returns_absent is not null then 'not sent: ' || at_hand.returns_absent
        when at_hand.are_of_several_months then 'the returns that it reads together are of different months'
        when at_hand.are_of_several_formats then 'the returns that it reads together came in different formats'
        when at_hand.is_of_a_format_left_out then 'the format that came does not hold what it needs'
    end as not_run_reason,
    case
        when crashed.rule_id is not null then 'crashed'
        when not_run_reason is not null then 'not_run'
        when coalesce(results.rows_failing, 0) > 0 then 'failed'
        else 'passed'
    end as state,
    case expected.effect when 'hold' then 'critical' when 'warn' then 'warning' else 'info' end as severity,
    case when state in ('passed', 'failed') then coalesce(results.rows_checked, 0) end as rows_checked,
    case when state in ('passed', 'failed') then coalesce(results.rows_failing, 0) end as rows_failing,
    case when state = 'failed' then results.failing end as failing
from expected
left join at_hand on expected.la_code = at_hand.la_code and expected.rule_id = at_hand.rule_id
left join {{ ref('int_quality__results') }} as results
    on expected.la_code = results.la_code and expected.rule_id = results.rule_id
left join crashed on expected.rule_id = crashed.rule_id
