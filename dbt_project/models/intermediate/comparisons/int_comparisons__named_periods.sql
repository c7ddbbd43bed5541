-- The named month ends that each authority's reports compare with; a label of its own goes before England's.
select
    authorities.la_code,
    named.label as period_label,
    {{ month_number('named.period_end') }} as month_number
from (select distinct la_code from {{ ref('int_comparisons__series') }}) as authorities
inner join {{ ref('stg_reference__named_periods') }} as named on named.la_code in (authorities.la_code, 'ENG')
qualify row_number() over (partition by authorities.la_code, named.label order by named.la_code = 'ENG') = 1
