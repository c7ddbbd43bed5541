-- Placements of looked after children, one row a placement;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cla_placements.clap_cla_placement_id as placement_id,
    cla_placements.clap_person_id as la_child_id,
    cla_placements.clap_cla_id as cla_id,
    cla_placements.clap_cla_placement_start_date as placement_start_date,
    cla_placements.clap_cla_placement_end_date as placement_end_date,
    cla_placements.clap_cla_placement_type as placement_type_code,
    cla_placements.clap_cla_placement_provider as placement_provider_code,
    cla_placements.clap_cla_placement_distance as distance_miles,
    cla_placements.clap_cla_placement_urn as urn,
    cla_placements.placement_out_of_area as is_out_of_area,
    cla_placements.tie_order
from {{ source('returns', 'cla_placements') }} as cla_placements
inner join {{ source('ledger', 'sources') }} as sources on cla_placements.content_id = sources.content_id
