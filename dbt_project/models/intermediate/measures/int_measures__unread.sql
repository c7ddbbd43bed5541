-- rows_unread, values_unread, order_of_dates_unsure, keys_repeated, dates_outside: what of a return could not be read,
-- or not taken as it stands, of what is there, over each look-back.
--
-- A look-back is the whole return, one month of its events, or the twelve months to its own. What has no day that
-- could be read is put in the month reported, as far as the return before had less of it.
with sent as (

    select distinct content_id, source_month_number
    from {{ ref('int_measures__contents') }}

),

unread as (

    select
        content_id, 'rows_unread' as ground, '*' as field_name,
        {{ month_number('event_date') }} as event_month_number, count(distinct row_number) as counted
    from {{ ref('stg_ledger__findings') }}
    where finding = 'required_cell_empty'
    group by all
    union all
    select
        content_id, 'values_unread' as ground, field_name,
        {{ month_number('event_date') }} as event_month_number, count(*) as counted
    from {{ ref('stg_ledger__findings') }}
    where finding in ('unreadable_cell', 'order_of_dates_unsure') and row_number is not null
    group by all
    union all
    select
        content_id, 'order_of_dates_unsure' as ground, field_name,
        {{ month_number('event_date') }} as event_month_number, count(*) as counted
    from {{ ref('stg_ledger__findings') }}
    where finding = 'order_of_dates_unsure' and row_number is not null
    group by all
    union all
    select
        content_id, 'keys_repeated' as ground, '*' as field_name, null as event_month_number, count(*) as counted
    from {{ ref('stg_ledger__findings') }}
    where finding = 'repeated_key'
    group by all
    union all
    select
        contents.content_id, 'dates_outside' as ground, '*' as field_name, null as event_month_number,
        sum(months.event_count) as counted
    from {{ ref('int_measures__event_months') }} as months
    inner join sent as contents
        on
            months.content_id = contents.content_id
            and (months.event_month_number > contents.source_month_number or months.event_month_number < 1950 * 12)
    group by contents.content_id

),

totals as (

    select
        content_id, ground, field_name,
        sum(counted) as counted,
        coalesce(sum(counted) filter (where event_month_number is null), 0) as undated
    from unread
    group by all

),

filled as (

    select content_id, field_name, event_month_number, sum(filled) as filled
    from {{ ref('stg_ledger__cells_filled') }}
    group by all

),

-- every return is measured by its rows; its cells where some could not be read
expected as (

    select contents.*, 'rows_unread' as ground, '*' as field_name, coalesce(totals.counted, 0) as counted
    from {{ ref('int_measures__contents') }} as contents
    left join totals on contents.content_id = totals.content_id and totals.ground = 'rows_unread'
    where contents.is_newest or totals.counted > 0
    union all
    select contents.*, totals.ground, totals.field_name, totals.counted
    from {{ ref('int_measures__contents') }} as contents
    inner join totals on contents.content_id = totals.content_id and totals.ground <> 'rows_unread'

),

doubted as (

    select expected.*, coalesce(totals.undated, 0) - coalesce(before_totals.undated, 0) as new_undated
    from expected
    inner join totals
        on
            expected.content_id = totals.content_id
            and expected.ground = totals.ground
            and expected.field_name = totals.field_name
    inner join {{ ref('stg_ledger__sources_before') }} as earlier on expected.content_id = earlier.content_id
    left join totals as before_totals
        on
            earlier.before_content_id = before_totals.content_id
            and expected.ground = before_totals.ground
            and expected.field_name = before_totals.field_name
    where expected.is_dated and expected.counted > 0 and expected.ground in ('rows_unread', 'values_unread')

),

spans as (

    select
        doubted.*, 'month' as look_back, unread.event_month_number as first_month_number,
        unread.event_month_number as last_month_number
    from doubted
    inner join unread
        on
            doubted.content_id = unread.content_id
            and doubted.ground = unread.ground
            and doubted.field_name = unread.field_name
    where unread.event_month_number < doubted.source_month_number
    union all
    select
        doubted.*, 'month' as look_back, source_month_number as first_month_number,
        source_month_number as last_month_number
    from doubted
    union all
    select
        doubted.*, 'year' as look_back, source_month_number - 11 as first_month_number,
        source_month_number as last_month_number
    from doubted

),

spanned as (

    select
        spans.vintage_id, spans.la_code, spans.return_name, spans.source_month_number, spans.ground, spans.field_name,
        spans.look_back, spans.content_id, spans.first_month_number, spans.last_month_number,
        coalesce(sum(unread.counted), 0)
        + case when spans.last_month_number = spans.source_month_number then greatest(spans.new_undated, 0) else 0 end
            as counted
    from spans
    left join unread
        on
            spans.content_id = unread.content_id
            and spans.ground = unread.ground
            and spans.field_name = unread.field_name
            and unread.event_month_number between spans.first_month_number and spans.last_month_number
    group by
        spans.vintage_id, spans.la_code, spans.return_name, spans.source_month_number, spans.ground, spans.field_name,
        spans.look_back, spans.content_id, spans.first_month_number, spans.last_month_number, spans.new_undated

)

select
    expected.vintage_id, expected.la_code, expected.return_name, expected.source_month_number, expected.ground,
    expected.field_name, 'all' as look_back, null::int as month_number, expected.counted,
    case
        when expected.field_name = '*' then any_value(expected.row_count)
        else coalesce(sum(filled.filled), 0) + expected.counted
    end as out_of
from expected
left join filled on expected.content_id = filled.content_id and expected.field_name = filled.field_name
group by
    expected.vintage_id, expected.la_code, expected.return_name, expected.source_month_number, expected.ground,
    expected.field_name, expected.counted
union all by name
select
    spanned.vintage_id, spanned.la_code, spanned.return_name, spanned.source_month_number, spanned.ground,
    spanned.field_name, spanned.look_back, spanned.last_month_number as month_number, spanned.counted,
    coalesce(sum(filled.filled), 0) + spanned.counted as out_of
from spanned
left join filled
    on
        spanned.content_id = filled.content_id
        and spanned.field_name = filled.field_name
        and filled.event_month_number between spanned.first_month_number and spanned.last_month_number
where spanned.counted > 0
group by
    spanned.vintage_id, spanned.la_code, spanned.return_name, spanned.source_month_number, spanned.ground,
    spanned.field_name, spanned.look_back, spanned.last_month_number, spanned.counted
