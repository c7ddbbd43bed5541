-- What has been agreed to be done about a figure.
select
    la_code,
    indicator_id,
    agreed_on,
    action,
    owner,
    due_date,
    done_date,
    is_public
from {{ source('reference', 'actions') }}
