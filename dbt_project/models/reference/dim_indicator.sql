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
    -- what reaches back before the period needs a history that does
    case
        when kind = 'flow' then lookback_days
        when indicator_id = 'cla_net_change' then 1
        when indicator_id = 'wf_turnover_rate' then 0
    end as history_days,
    breakdowns as breakdown_type,
    decision_note
from {{ ref('indicator_catalogue') }}
