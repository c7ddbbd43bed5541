-- The episodes of care of the month before the one reported, under the names of stg_returns__cla_episodes.
select
    content_id,
    la_code,
    reporting_month,
    row_number,
    clae_cla_episode_id as episode_id,
    clae_person_id as la_child_id,
    clae_cla_id as cla_id,
    clae_cla_episode_start_date as episode_start_date,
    clae_cla_episode_start_reason as start_reason_code,
    clae_cla_primary_need_code as primary_need_code,
    clae_cla_episode_ceased_date as ceased_date,
    clae_cla_episode_ceased_reason as ceased_reason_code,
    clae_referral_id as referral_id,
    clae_entered_care_date as entered_care_date,
    tie_order
from {{ source('ledger', 'cla_episodes_before') }}
