-- Each decision on a contact, and whether it breaks each rule; null where the rule has nothing to judge.
with decisions as (

    {{ judged('contact_decisions') }}

),

contacts as (

    {{ judged('contacts') }}

)

select
    decisions.la_code,
    decisions.content_id,
    decisions.row_number,
    least(decisions.decision_date, decisions.screened_date) < contacts.contact_date
        as contact_decided_before_received
from decisions
left join contacts
    on decisions.la_code = contacts.la_code and decisions.contact_id = contacts.contact_id
