{{ config(materialized='table') }}

-- The snapshot of each return that quality rules judge: the newest that the restated figures are read from.
select
    views.la_code,
    views.view_month,
    sources.return_name,
    sources.source_month,
    sources.source_format,
    sources.content_id,
    sources.as_at_date
from {{ source('ledger', 'views') }} as views
inner join {{ source('ledger', 'sources') }} as sources on views.view_id = sources.view_id
where views.edition = 'restated' and sources.scope = ''
qualify row_number() over (
    partition by views.la_code, sources.return_name order by sources.source_month desc
) = 1
