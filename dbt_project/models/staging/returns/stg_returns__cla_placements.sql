-- Placements of looked after children, one row a placement;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    clap_cla_placement_id as placement_id,
    clap_person_id as la_child_id,
    clap_cla_id as cla_id,
    clap_cla_placement_start_date as placement_start_date,
    clap_cla_placement_end_date as placement_end_date,
    clap_cla_placement_type as placement_type_code,
    clap_cla_placement_provider as placement_provider_code,
    clap_cla_placement_distance as distance_miles,
    clap_cla_placement_urn as urn,
    placement_out_of_area as is_out_of_area,
    tie_order
from {{ source('returns', 'cla_placements') }}
