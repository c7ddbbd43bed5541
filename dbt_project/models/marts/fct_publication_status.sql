-- Whether each authority's figures are those of its newest returns, and of when they are where they are not.
with last_good as (

    select la_code, max(view_month) as view_month
    from {{ source('ledger', 'previous_values') }}
    where value_status <> 'withheld'
    group by la_code

),

public as (

    select la_code, strftime(max(period_end), '%Y-%m') as public_month
    from {{ ref('int_indicators__public') }}
    group by la_code

),

overridden as (

    select la_code, string_agg(rule_id, ' ' order by rule_id) as rule_ids
    from {{ ref('int_quality__outcomes') }}
    where is_over_threshold and overridden_by is not null
    group by la_code

)

select
    views.la_code,
    views.view_month as reporting_month,
    case
        when withheld.la_code is not null then 'withheld'
        when overridden.la_code is not null then 'published_by_override'
        else 'published'
    end as publication_status,
    case when withheld.la_code is null then views.view_month else last_good.view_month end as figures_month,
    coalesce(withheld.rule_ids, overridden.rule_ids) as rule_ids,
    months.month_state,
    public.public_month
from {{ source('ledger', 'views') }} as views
left join {{ ref('int_quality__withheld') }} as withheld on views.la_code = withheld.la_code
left join overridden on views.la_code = overridden.la_code
left join last_good on views.la_code = last_good.la_code
left join {{ ref('fct_month_status') }} as months
    on views.la_code = months.la_code and views.view_month = months.reporting_month
left join public on views.la_code = public.la_code
where views.edition = 'restated'
order by views.la_code
