-- What is to be done about a figure, by each month in whose report it stands: from the month in which it was agreed
-- until the one in which it was done.
select
    actions.la_code,
    months.period_end,
    actions.indicator_id,
    actions.agreed_on,
    actions.action,
    actions.owner,
    actions.due_date,
    actions.done_date,
    case
        when actions.done_date <= months.period_end then 'done'
        when actions.due_date <= months.period_end then 'overdue'
        else 'open'
    end as action_state,
    coalesce(actions.is_public, false) as is_public
from {{ ref('stg_reference__actions') }} as actions
inner join {{ ref('fct_month_status') }} as months
    on
        actions.la_code = months.la_code
        and last_day(actions.agreed_on) <= months.period_end
        and (actions.done_date is null or last_day(actions.done_date) >= months.period_end)
order by actions.la_code, months.period_end, actions.due_date, actions.indicator_id, actions.action
