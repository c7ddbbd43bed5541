-- On what grounds a figure can be held, in words. The bounds are in expectations/suites.
select ground, priority, title, sentence, suggested_action
from {{ ref('doubt_grounds') }}
