-- What each authority has to mend. A rule's fault has a line for each record; what landing found stands as it was
-- found; a doubt about a return as a whole (it stopped, it is an earlier month's) has a line of its own. Each says how
-- many figures it holds. Where a record stood in what was sent, publication/error_reports.py reads off the files.
with faults as (

    select
        outcomes.la_code, outcomes.severity, rules.*,
        struct_extract(outcomes.place, 'content_id') as content_id,
        struct_extract(outcomes.place, 'row_number') as row_number
    from (
        select la_code, rule_id, severity, unnest(failing) as place
        from {{ ref('int_quality__outcomes') }}
        where state = 'failed' and len(failing) > 0
    ) as outcomes
    inner join {{ ref('quality_rules') }} as rules on outcomes.rule_id = rules.rule_id
    where rules.counted_in <> 'int_quality__findings'

),

of_records as (

    select
        faults.la_code, receipts.file, faults.content_id, true as is_landed_row, null as sheet, faults.row_number,
        faults.field_name as header_field, faults.field_name, faults.rule_id, faults.dfe_codes, faults.severity,
        faults.sentence, faults.fix, faults.ground, faults.return_name, '*' as doubted_field
    from faults
    inner join {{ ref('stg_ledger__receipts') }} as receipts
        on faults.content_id = receipts.content_id and faults.la_code = receipts.la_code

),

of_rules as (

    select
        outcomes.la_code, rules.field_name, outcomes.rule_id, rules.dfe_codes, outcomes.severity, rules.sentence,
        rules.fix, rules.ground, rules.return_name, '*' as doubted_field
    from {{ ref('int_quality__outcomes') }} as outcomes
    inner join {{ ref('quality_rules') }} as rules on outcomes.rule_id = rules.rule_id
    where outcomes.state = 'failed' and coalesce(len(outcomes.failing), 0) = 0

),

-- a column of another format is named as `sheet: column`
of_cells as (

    select
        findings.la_code,
        findings.file,
        findings.content_id,
        case when findings.column_name like '%: %' then split_part(findings.column_name, ': ', 1) end as sheet,
        findings.row_number,
        findings.column_name as header_field,
        case
            when findings.column_name like '%: %' then split_part(findings.column_name, ': ', 2)
            else findings.column_name
        end as field_name,
        coalesce(rules.rule_id, findings.finding) as rule_id,
        rules.dfe_codes,
        case
            when rules.effect = 'hold' then 'critical'
            when rules.effect = 'report' or ends_with(findings.finding, '_noted') then 'info'
            else 'warning'
        end as severity,
        findings.reason as sentence,
        findings.next_move as fix,
        case
            when rules.ground is not null then rules.ground
            when findings.finding = 'required_cell_empty' then 'rows_unread'
            when findings.finding in ('unreadable_cell', 'order_of_dates_unsure') then 'values_unread'
        end as ground,
        findings.return_name,
        case when findings.finding = 'required_cell_empty' then '*' else findings.field_name end as doubted_field
    from {{ ref('stg_ledger__findings') }} as findings
    left join {{ ref('quality_rules') }} as rules
        on
            findings.return_name = rules.return_name
            and rules.finding
            = case findings.finding when 'order_of_dates_unsure' then 'unreadable_cell' else findings.finding end
            and (rules.finding_reason is null or starts_with(findings.reason, rules.finding_reason))
    where
        findings.la_code is not null
        and (
            findings.content_id in (select sources.content_id from {{ ref('int_quality__sources') }} as sources)
            or findings.reporting_month
            = (select reporting.view_month from {{ ref('stg_ledger__reporting') }} as reporting)
        )

),

held as (

    select * from {{ ref('rpt_held_by_ground') }}

),

of_returns as (

    select
        la_code, return_name as field_name, ground as rule_id, 'critical' as severity, ground_sentence as sentence,
        suggested_action as fix, ground, return_name, field_name as doubted_field
    from held
    where ground not in ('rows_unread', 'values_unread', 'rule_broken', 'children_unknown')

),

lines as (

    select * from of_records
    union all by name
    select * from of_rules
    union all by name
    select * from of_cells
    union all by name
    select * from of_returns

)

select
    lines.la_code,
    lines.file,
    lines.content_id,
    coalesce(lines.is_landed_row, false) as is_landed_row,
    lines.sheet,
    lines.row_number,
    lines.header_field,
    lines.field_name,
    lines.rule_id,
    lines.dfe_codes,
    lines.severity,
    lines.sentence,
    lines.fix,
    coalesce(max(held.figure_count), 0) as figure_count
from lines
left join held
    on
        lines.la_code = held.la_code
        and lines.ground = held.ground
        and (lines.return_name = held.return_name or held.return_name = '*')
        and (held.field_name = '*' or lines.doubted_field = '*' or lines.doubted_field = held.field_name)
        and (held.rule_id = '' or held.ground = 'contradiction' or lines.rule_id = held.rule_id)
group by all
