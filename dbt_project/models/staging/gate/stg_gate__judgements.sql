-- Each measure that did not meet an expectation, or whose expectation crashed.
select
    measure_no,
    suite,
    check_name,
    severity,
    state,
    bound,
    sentence
from {{ source('gate', 'judgements') }}
