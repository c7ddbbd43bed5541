-- The models of statistical neighbours and when each is in use.
select comparator, model_year, from_date, to_date, source
from {{ ref('neighbour_models') }}
