{{ config(materialized='fresh_table') }}

-- Each child in need at each month end expected, since the earliest referral still open.
with referrals as (

    select vintage_id, content_id, row_number, la_child_id, referral_date as in_need_since, close_date
    from {{ ref('stg_returns__cin_episodes') }}
    where not is_no_further_action

)

{{ earliest_open_at_month_ends(
    'referrals', ['la_child_id'], 'in_need_since', 'close_date', ['in_need_since', 'content_id', 'row_number'],
    ['period_end', 'period_end_number']
) }}
