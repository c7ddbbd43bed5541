{{ config(materialized='table') }}

-- Each child in need at each month end owed, since the earliest referral still open.
with in_need as (

    select
        referrals.view_id,
        referrals.la_child_id,
        periods.month_number,
        min(referrals.referral_date) as in_need_since
    from {{ ref('stg_returns__cin_episodes') }} as referrals
    inner join {{ ref('int_periods_owed') }} as periods
        on
            referrals.view_id = periods.view_id
            and {{ is_live('referrals.referral_date', 'referrals.close_date', 'periods.period_end') }}
    where not referrals.is_no_further_action
    group by all

)

select in_need.*, periods.period_end, periods.period_end_number
from in_need
inner join {{ ref('int_periods_owed') }} as periods
    on in_need.view_id = periods.view_id and in_need.month_number = periods.month_number
