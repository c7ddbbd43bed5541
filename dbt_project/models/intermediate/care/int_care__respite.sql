-- Spells of short breaks (legal status V3 or V4), during which a child is not counted as looked after.
select vintage_id, la_child_id, legal_status_start_date, legal_status_end_date
from {{ ref('stg_returns__legal_statuses') }}
where legal_status_code in ('V3', 'V4')
