-- Each row that a figure could have been counted from and was not: those of the return that it is led by, dated in the
-- period, or by the end of it where the figure is of a day. The figure's rule says why.
{% set dated = {
    'adopters': (none, 'approved_date'),
    'budgets': (none, month_end('source_month_number')),
    'care_leavers': ('la_child_id', month_end('source_month_number')),
    'care_proceedings': ('la_child_id', 'application_date'),
    'cin_assessments': ('la_child_id', 'assessment_start_date'),
    'cin_episodes': ('la_child_id', 'referral_date'),
    'cin_plans': ('la_child_id', 'cin_plan_start_date'),
    'cla_episodes': ('la_child_id', 'episode_start_date'),
    'cla_reviews': (none, 'review_date'),
    'conference_minutes': (none, 'held_date'),
    'contacts': ('la_child_id', 'contact_date'),
    'cp_plans': ('la_child_id', 'cp_plan_start_date'),
    'cp_reviews': ('la_child_id', 'review_date'),
    'early_help_episodes': ('la_child_id', 'episode_start_date'),
    'initial_cp_conferences': ('la_child_id', 'icpc_date'),
    'involvements': ('la_child_id', 'involvement_start_date'),
    'missing': ('la_child_id', 'missing_start_date'),
    'permanence': ('la_child_id', 'decision_date'),
    'professionals': (none, month_end('source_month_number')),
    's47_enquiries': ('la_child_id', 's47_start_date'),
    'strategy_meetings': ('la_child_id', 'held_date'),
    'workforce_assignments': (none, 'start_date'),
    'workforce_posts': (none, 'established_from_date'),
} %}

with rows_sent as (

    {% for return_name, (child, dated_on) in dated.items() %}
        select
            '{{ return_name }}' as return_name, vintage_id, content_id, row_number,
            {{ child or 'null' }}::varchar as la_child_id, {{ dated_on }} as dated_on
        from {{ ref('stg_returns__' ~ return_name) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

periods as (

    select
        expected.vintage_id, expected.la_code, indicators.indicator_id, periods.period_basis, periods.period_end,
        -- of a few, the rows that count are not of the return that leads
        case
            when indicators.indicator_id = 'cla_missing_children' then 'missing'
            when indicators.indicator_id = 'wf_caseload_total' then 'involvements'
            when indicators.lead_return = 'involvements' then 'professionals'
            else indicators.lead_return
        end as return_name,
        case
            when
                indicators.lead_return in ('budgets', 'care_leavers', 'involvements')
                and indicators.indicator_id <> 'wf_caseload_total'
                then periods.period_end
            when periods.period_basis <> 'point_in_time' then periods.period_start
            else date '0001-01-01'
        end as first_date
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('dim_period') }} as periods on expected.month_number = periods.month_number
    inner join {{ ref('dim_indicator') }} as indicators
        on list_contains(string_split(indicators.bases, ' '), periods.period_basis)
    where expected.edition = 'restated'

),

files as (

    select
        vintages.vintage_id, receipts.content_id, receipts.return_name, receipts.file
    from {{ ref('stg_ledger__vintages') }} as vintages
    inner join {{ ref('stg_ledger__receipts') }} as receipts on vintages.la_code = receipts.la_code
    qualify row_number() over (
        partition by vintages.vintage_id, receipts.content_id, receipts.return_name
        order by receipts.receipt_id desc
    ) = 1

)

select
    periods.la_code,
    periods.indicator_id,
    periods.period_basis,
    periods.period_end,
    periods.vintage_id,
    replace(rows_sent.la_child_id, '-', '') as la_child_id,
    rows_sent.dated_on as counted_on,
    'not counted' as counts_in,
    rows_sent.return_name,
    files.file,
    rows_sent.content_id,
    rows_sent.row_number
from rows_sent
inner join periods
    on
        rows_sent.return_name = periods.return_name
        and rows_sent.vintage_id = periods.vintage_id
        and rows_sent.dated_on between periods.first_date and periods.period_end
anti join {{ ref('restricted_counted') }} as counted
    on
        periods.indicator_id = counted.indicator_id
        and periods.vintage_id = counted.vintage_id
        and periods.period_basis = counted.period_basis
        and periods.period_end = counted.period_end
        and rows_sent.content_id = counted.content_id
        and rows_sent.row_number = counted.row_number
left join files
    on
        rows_sent.vintage_id = files.vintage_id
        and rows_sent.content_id = files.content_id
        and rows_sent.return_name = files.return_name
