-- The overrides that stand for the month reported, and whether each holds a doubt off that would else hold figures.
select
    overrides.ground,
    overrides.la_code,
    overrides.return_name,
    overrides.reason,
    overrides.by_name,
    overrides.until_month,
    exists(
        select 1
        from {{ ref('int_gate__doubts') }} as doubts
        where
            doubts.overridden_by is not null
            and doubts.la_code = overrides.la_code
            and doubts.ground = overrides.ground
            and coalesce(doubts.indicator_id, doubts.return_name) = overrides.return_name
    ) as was_needed
from {{ ref('stg_ledger__overrides') }} as overrides
where overrides.until_month >= (select reporting.view_month from {{ ref('stg_ledger__reporting') }} as reporting)
