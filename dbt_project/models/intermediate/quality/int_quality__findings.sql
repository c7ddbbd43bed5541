-- What landing has already found and said, counted under the rule that it breaks: not looked for again.
with standing as (

    select
        sources.la_code,
        findings.return_name,
        findings.content_id,
        findings.row_number,
        -- a date of either order is a cell unread: its reason begins as that of any other that is no date
        case findings.finding
            when 'order_of_dates_unsure' then 'unreadable_cell'
            else findings.finding
        end as finding,
        findings.reason
    from {{ ref('stg_ledger__findings') }} as findings
    inner join {{ ref('int_quality__sources') }} as sources
        on findings.content_id = sources.content_id and findings.return_name = sources.return_name

),

received as (

    select sources.la_code, sources.return_name, receipts.row_count
    from {{ ref('stg_ledger__receipts') }} as receipts
    inner join {{ ref('int_quality__sources') }} as sources
        on receipts.content_id = sources.content_id and receipts.return_name = sources.return_name

)

select
    received.la_code,
    rules.rule_id,
    any_value(received.row_count) as rows_checked,
    count(distinct standing.row_number) as rows_failing,
    list(distinct struct_pack(content_id := standing.content_id, row_number := standing.row_number)) filter (
        where standing.row_number is not null
    ) as failing
from received
inner join {{ ref('quality_rules') }} as rules on received.return_name = rules.return_name
left join standing
    on
        received.la_code = standing.la_code
        and received.return_name = standing.return_name
        and rules.finding = standing.finding
        and (rules.finding_reason is null or starts_with(standing.reason, rules.finding_reason))
where rules.counted_in = 'int_quality__findings'
group by received.la_code, rules.rule_id
