-- What each quality rule asks, where it comes from, what it does when broken, and how to mend what breaks it.
select
    rule_id,
    dfe_codes,
    area,
    return_name,
    field_name,
    effect,
    ground,
    sentence,
    fix
from {{ ref('quality_rules') }}
