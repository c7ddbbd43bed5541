-- The first day from which each judged return is complete, where its authority says so (extract_coverage).
select
    judged.la_code,
    coverage.return_name,
    max(coverage.history_from) as history_from
from {{ ref('stg_returns__extract_coverage') }} as coverage
inner join {{ ref('int_quality__sources') }} as judged
    on
        coverage.vintage_id = judged.vintage_id
        and coverage.return_name = judged.return_name
        and coverage.source_month_number = {{ month_number_of_text('judged.source_month') }}
        and coverage.source_format = judged.source_format
group by judged.la_code, coverage.return_name
