{{ config(materialized='fresh_table') }}

-- The snapshot of each return that quality rules judge: the newest that the restated figures are read from.
select
    vintages.vintage_id,
    vintages.la_code,
    vintages.view_month,
    sources.return_name,
    sources.source_month,
    sources.source_format,
    sources.content_id,
    sources.as_at_date
from {{ ref('stg_ledger__vintages') }} as vintages
inner join {{ ref('stg_ledger__sources') }} as sources on vintages.vintage_id = sources.vintage_id
where vintages.edition = 'restated' and sources.scope = ''
qualify row_number() over (
    partition by vintages.la_code, sources.return_name order by sources.source_month desc
) = 1
