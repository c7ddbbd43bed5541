-- What each indicator means to a reader, and how its answer is worked out.
select
    display_order,
    indicator_id,
    title,
    area,
    unit,
    scale,
    polarity,
    kind,
    bases,
    headline_basis,
    count_unit,
    tier,
    returns_required,
    returns_optional,
    {{ first_word('returns_required') }} as lead_return,
    counted_on,
    numerator_rule,
    denominator_rule,
    case
        when denominator_rule = 'none' then 'none'
        when denominator_rule like 'population(%' then 'population'
        else 'counted'
    end as denominator_source,
    history_days,
    breakdowns as breakdown_type,
    characteristics,
    is_additive,
    can_be_negative,
    can_exceed_whole,
    decision_note
from {{ ref('indicator_catalogue') }}
