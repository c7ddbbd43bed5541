-- Each figure that the newest returns owe, on each basis, with the return that its rows stand in and their first day.
select
    vintage_id, la_code, indicator_id, period_basis, period_end,
    -- of a few, the rows that count are not of the return that leads
    case
        when indicator_id = 'cla_missing_children' then 'missing'
        when indicator_id = 'wf_caseload_total' then 'involvements'
        when lead_return = 'involvements' then 'professionals'
        else lead_return
    end as return_name,
    case
        when
            lead_return in ('budgets', 'care_leavers', 'involvements') and indicator_id <> 'wf_caseload_total'
            then period_end
        when period_basis <> 'point_in_time' then period_start
        else date '0001-01-01'
    end as first_date
from ({{ periods_owed() }}) as owed
