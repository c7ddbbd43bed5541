{{ config(materialized='table') }}

-- Authorities whose figures are not published this time: a critical rule fails above its threshold, and nobody has
-- answered by name for publishing all the same.
select la_code, string_agg(rule_id, ' ' order by rule_id) as rule_ids
from {{ ref('int_quality__outcomes') }}
where is_over_threshold and overridden_by is null
group by la_code
