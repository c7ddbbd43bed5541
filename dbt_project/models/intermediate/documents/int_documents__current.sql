{{ config(materialized='fresh_table') }}

-- Each child with an up-to-date document of a kind at each month end expected: the newest authorised by then is not
-- due.
with documents as (

    select vintage_id, la_child_id, kind_code, authorised_date, next_review_due_date
    from {{ ref('stg_returns__plan_documents') }}
    qualify row_number() over (
        partition by vintage_id, la_child_id, kind_code, authorised_date order by tie_order desc
    ) = 1

),

spells as (

    select
        *,
        lead(authorised_date) over (
            partition by vintage_id, la_child_id, kind_code order by authorised_date
        ) as superseded_date
    from documents

)

select
    spells.vintage_id,
    spells.la_child_id,
    spells.kind_code,
    periods.month_number
from spells
inner join {{ ref('int_periods__expected') }} as periods
    on
        spells.vintage_id = periods.vintage_id
        and {{ is_live('spells.authorised_date', 'spells.superseded_date', 'periods.period_end') }}
        and coalesce(spells.next_review_due_date, spells.authorised_date + 183) >= periods.period_end
