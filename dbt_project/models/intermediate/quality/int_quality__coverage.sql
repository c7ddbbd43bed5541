-- The first day from which each judged return is complete, where its authority says so (extract_coverage).
select
    judged.la_code,
    coverage.return_name,
    max(coverage.history_from) as history_from
from {{ source('returns', 'extract_coverage') }} as coverage
inner join {{ source('ledger', 'sources') }} as sources
    on coverage.content_id = sources.content_id and sources.return_name = 'extract_coverage'
inner join {{ source('ledger', 'vintages') }} as vintages
    on sources.vintage_id = vintages.vintage_id and vintages.edition = 'restated'
inner join {{ ref('int_quality__sources') }} as judged
    on
        vintages.la_code = judged.la_code
        and coverage.return_name = judged.return_name
        and sources.source_month = judged.source_month
        and sources.source_format = judged.source_format
group by judged.la_code, coverage.return_name
