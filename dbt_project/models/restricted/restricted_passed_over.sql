-- Each row that a figure could have been counted from and was not, and why: those of the return that it is led by,
-- dated in the period, or by the end of it where the figure is of a day.
with files as (

    select
        vintages.vintage_id, receipts.content_id, receipts.return_name, receipts.file
    from {{ ref('stg_ledger__vintages') }} as vintages
    inner join {{ ref('stg_ledger__receipts') }} as receipts on vintages.la_code = receipts.la_code
    qualify row_number() over (
        partition by vintages.vintage_id, receipts.content_id, receipts.return_name
        order by receipts.receipt_id desc
    ) = 1

),

-- a group and not an anti join: what is asked of one figure is then asked of both sides, and not of every figure
marked as (

    {% for area in ['need', 'protection', 'care', 'adoption', 'workforce'] %}
        select *, false as is_counted from {{ ref('restricted_passed_over__' ~ area) }}
        union all by name
    {% endfor %}
    select
        la_code, indicator_id, period_basis, period_end, vintage_id, content_id, row_number, true as is_counted
    from {{ ref('restricted_counted') }}

),

passed_over as (

    select
        la_code, indicator_id, period_basis, period_end, vintage_id, content_id, row_number,
        any_value(return_name) as return_name, any_value(la_child_id) as la_child_id, any_value(dated_on) as dated_on,
        any_value(why) as why
    from marked
    group by all
    having not bool_or(is_counted)

)

select
    passed_over.la_code,
    passed_over.indicator_id,
    passed_over.period_basis,
    passed_over.period_end,
    passed_over.vintage_id,
    replace(passed_over.la_child_id, '-', '') as la_child_id,
    passed_over.dated_on as counted_on,
    'not counted' as counts_in,
    passed_over.why,
    passed_over.return_name,
    files.file,
    passed_over.content_id,
    passed_over.row_number
from passed_over
left join files
    on
        passed_over.vintage_id = files.vintage_id
        and passed_over.content_id = files.content_id
        and passed_over.return_name = files.return_name
