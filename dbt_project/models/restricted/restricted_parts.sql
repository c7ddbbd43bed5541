-- The parts of each figure by a characteristic of the children it counts, as the newest returns have them: what the
-- rule counts within each. The parts of a count add up to it. Asked for by hand, an authority and figure at a time.
{% set unlisted = "'not_recorded'" %}
{% set far = "date '9999-12-31'" %}

with figures as (

    select
        figures.la_code, figures.indicator_id, figures.period_basis, figures.period_end, indicators.unit,
        indicators.scale, indicators.kind, indicators.lead_return, indicators.denominator_source,
        case
            when indicators.indicator_id = 'missing_episodes' then 'missing'
            when indicators.count_unit = 'event' or indicators.area = 'Care leavers' then indicators.lead_return
        end as counted_return,
        indicators.characteristics,
        list_contains(string_split(indicators.characteristics, ' '), 'placement_group') as is_by_placement
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicator') }} as indicators on figures.indicator_id = indicators.indicator_id
    anti join {{ ref('int_indicators__answers') }} as of_totals
        on
            figures.la_code = of_totals.la_code
            and figures.indicator_id = of_totals.indicator_id
            and figures.period_basis = of_totals.period_basis
            and figures.period_end = of_totals.period_end
            and figures.breakdown_value = of_totals.breakdown_value
            and of_totals.edition = 'restated'
            and not of_totals.is_from_records
    where
        figures.breakdown_type = 'all'
        and figures.value_status in ('calculated', 'provisional', 'no_cases', 'no_population')
        and figures.ground is null
        and indicators.characteristics <> ''

),

counted as (

    select
        counted.la_code, counted.indicator_id, counted.period_basis, counted.period_end, counted.vintage_id,
        counted.la_child_id, counted.counted_on, counted.content_id, counted.row_number, counted.return_name,
        counted.numerator, counted.denominator, counted.working_days
    from {{ ref('restricted_counted') }} as counted
    where counted.indicator_id <> 'cla_net_change' and counted.counts_in <> 'not counted'
    union all by name
    -- who is in care at the end adds one, and who was before the period takes one away
    select
        expected.la_code, 'cla_net_change' as indicator_id, periods.period_basis, periods.period_end,
        ends.vintage_id, replace(ends.la_child_id::varchar, '-', '') as la_child_id,
        {{ month_end('ends.month_number') }} as counted_on,
        case when ends.month_number = periods.month_number then 1 else -1 end as numerator
    from {{ ref('int_care__at_month_ends') }} as ends
    inner join {{ ref('int_periods__expected') }} as expected
        on ends.vintage_id = expected.vintage_id and expected.edition = 'restated'
    inner join {{ ref('dim_period') }} as periods
        on
            expected.month_number = periods.month_number
            and periods.period_basis not in ('point_in_time', 'since')
            and ends.month_number in (periods.month_number, periods.first_month_number - 1)

),

-- each thing counted, with the day on which it is asked what the child was
asked as (

    select counted.*, figures.kind = 'flow' as is_flow, figures.counted_return, figures.is_by_placement
    from counted
    inner join figures
        on
            counted.la_code = figures.la_code
            and counted.indicator_id = figures.indicator_id
            and counted.period_basis = figures.period_basis
            and counted.period_end = figures.period_end

),

children as (

    select distinct vintage_id, la_child_id, counted_on, is_flow from asked

),

persons as (

    select
        vintage_id, replace(la_child_id::varchar, '-', '') as la_child_id, birth_date, expected_birth_date, sex_code,
        ethnicity_code
    from {{ ref('stg_returns__persons') }}

),

disabilities as (

    select
        vintage_id, replace(la_child_id::varchar, '-', '') as la_child_id,
        max(disability_code <> 'NONE') as is_disabled
    from {{ ref('stg_returns__disabilities') }}
    where disability_code is not null
    group by all

),

{% for name, table, start, end, value, only in [
    ('placed', 'stg_returns__cla_placements', 'placement_start_date', 'placement_end_date', 'placement_type_code', none),
    ('in_need', 'stg_returns__cin_episodes', 'referral_date', 'close_date', 'primary_need_code',
        'not spells.is_no_further_action'),
    ('in_care', 'stg_returns__cla_episodes', 'episode_start_date', 'ceased_date', 'primary_need_code', none),
    ('allocated', 'stg_returns__involvements', 'involvement_start_date', 'involvement_end_date', 'team',
        "spells.role_code = 'SW'"),
] %}
    -- to what happened on a day, what ended on it is still there
    {{ name }} as (

        select
            children.vintage_id, children.la_child_id, children.counted_on, children.is_flow,
            last(spells.{{ value }} order by spells.{{ start }}, spells.tie_order) as said
        from children
        inner join {{ ref(table) }} as spells
            on
                children.vintage_id = spells.vintage_id
                and children.la_child_id = replace(spells.la_child_id::varchar, '-', '')
                and children.counted_on >= spells.{{ start }}
                and children.counted_on < coalesce(spells.{{ end }}, {{ far }}) + children.is_flow::int
        {{ 'where ' ~ only if only }}
        group by all

    ),

{% endfor %}

-- what a record says of itself, where records are what is counted
own as (

    {% for table, need, team in [
        ('cin_episodes', 'primary_need_code', 'team'), ('cla_episodes', 'primary_need_code', 'null'),
        ('cin_assessments', 'null', 'team'), ('s47_enquiries', 'null', 'team'),
        ('initial_cp_conferences', 'null', 'team'), ('care_leavers', 'null', 'team'),
    ] %}
        select
            '{{ table }}' as return_name, vintage_id, content_id, row_number, {{ need }} as need, {{ team }} as team
        from {{ ref('stg_returns__' ~ table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

described as (

    select
        asked.*,
        case
            when persons.birth_date > asked.counted_on then 'unborn'
            when persons.birth_date is null and persons.expected_birth_date is not null then 'unborn'
            when {{ age('persons.birth_date', 'asked.counted_on') }} >= 18 then '18+'
            when {{ age('persons.birth_date', 'asked.counted_on') }} >= 16 then '16-17'
            when {{ age('persons.birth_date', 'asked.counted_on') }} >= 10 then '10-15'
            when {{ age('persons.birth_date', 'asked.counted_on') }} >= 5 then '5-9'
            when {{ age('persons.birth_date', 'asked.counted_on') }} >= 1 then '1-4'
            when {{ age('persons.birth_date', 'asked.counted_on') }} >= 0 then '0'
        end as age_band,
        persons.sex_code as sex,
        ethnic_groups.breakdown_value as ethnic_group,
        case disabilities.is_disabled when true then 'yes' when false then 'no' end as disability,
        case
            when asked.counted_return in ('cin_episodes', 'cla_episodes') then own.need
            when asked.is_by_placement then in_care.said
            else in_need.said
        end as need,
        placement_groups.breakdown_value as placement_group,
        case
            when asked.counted_return = 'care_leavers' then own.team
            when asked.counted_return = own.return_name then coalesce(own.team, allocated.said)
            else allocated.said
        end as team
    from asked
    left join persons on asked.vintage_id = persons.vintage_id and asked.la_child_id = persons.la_child_id
    left join {{ ref('breakdown_codes') }} as ethnic_groups
        on ethnic_groups.breakdown_type = 'ethnic_group' and persons.ethnicity_code = ethnic_groups.code
    left join disabilities
        on asked.vintage_id = disabilities.vintage_id and asked.la_child_id = disabilities.la_child_id
    {% for name in ['placed', 'in_need', 'in_care', 'allocated'] %}
        left join {{ name }}
            on
                asked.vintage_id = {{ name }}.vintage_id
                and asked.la_child_id = {{ name }}.la_child_id
                and asked.counted_on = {{ name }}.counted_on
                and asked.is_flow = {{ name }}.is_flow
    {% endfor %}
    left join {{ ref('breakdown_codes') }} as placement_groups
        on placement_groups.breakdown_type = 'placement_group' and placed.said = placement_groups.code
    left join own
        on
            asked.counted_return = own.return_name
            and asked.return_name = own.return_name
            and asked.vintage_id = own.vintage_id
            and asked.content_id = own.content_id
            and asked.row_number = own.row_number

),

with_service as (

    select described.*, services.service
    from described
    left join {{ ref('int_workforce__services') }} as services
        on described.vintage_id = services.vintage_id and described.team = services.team_id

),

parts as (

    {% for breakdown in [
        'age_band', 'sex', 'ethnic_group', 'disability', 'need', 'placement_group', 'team', 'service',
    ] %}
        select
            la_code, indicator_id, period_basis, period_end, '{{ breakdown }}' as breakdown_type,
            coalesce({{ breakdown }}, {{ unlisted }}) as breakdown_value,
            sum(numerator) as numerator, sum(denominator) as denominator,
            ({{ quartiles('working_days') }})[2] as median_days
        from with_service
        group by all
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

sent as (

    select
        expected.la_code, expected.period_end, expected.vintage_id,
        list(distinct sources.return_name) as return_names
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('stg_ledger__sources') }} as sources on expected.vintage_id = sources.vintage_id
    where expected.edition = 'restated'
    group by all

),

owed as (

    select *, {{ each_word('characteristics') }} as breakdown_type from figures

),

-- what only a return can tell is not submitted without it, whatever the whole rests on
told as (

    select
        owed.*, sent.vintage_id,
        list_contains(sent.return_names, case
            when owed.breakdown_type in ('age_band', 'sex', 'ethnic_group') then 'persons'
            when owed.breakdown_type = 'disability' then 'disabilities'
            when owed.breakdown_type = 'placement_group' then 'cla_placements'
            when owed.breakdown_type = 'service' then 'departments'
            else owed.lead_return
        end)
        and list_contains(sent.return_names, case
            when owed.breakdown_type = 'need' and owed.counted_return in ('cin_episodes', 'cla_episodes')
                then owed.lead_return
            when owed.breakdown_type = 'need' and owed.is_by_placement then 'cla_episodes'
            when owed.breakdown_type = 'need' then 'cin_episodes'
            when
                owed.breakdown_type in ('team', 'service')
                and coalesce(owed.counted_return, '') not in (
                    'cin_episodes', 'cin_assessments', 's47_enquiries', 'initial_cp_conferences', 'care_leavers'
                )
                then 'involvements'
            else owed.lead_return
        end)
        and (owed.lead_return <> 'cla_reviews' or list_contains(sent.return_names, 'cla_episodes')) as is_told
    from owed
    inner join sent on owed.la_code = sent.la_code and owed.period_end = sent.period_end

),

expected as (

    select told.*, listed.breakdown_value, listed.title, listed.display_order
    from told
    inner join {{ ref('breakdown_values') }} as listed on told.breakdown_type = listed.breakdown_type
    union all
    select
        told.*, parts.breakdown_value,
        case
            when parts.breakdown_value = {{ unlisted }} then 'Not recorded'
            else coalesce(departments.team_name, parts.breakdown_value)
        end as title,
        (parts.breakdown_value = {{ unlisted }})::int as display_order
    from told
    inner join parts
        on
            told.la_code = parts.la_code
            and told.indicator_id = parts.indicator_id
            and told.period_basis = parts.period_basis
            and told.period_end = parts.period_end
            and told.breakdown_type = parts.breakdown_type
    left join {{ ref('stg_returns__departments') }} as departments
        on told.vintage_id = departments.vintage_id and parts.breakdown_value = departments.team_id
    where
        told.is_told
        and told.breakdown_type in ('team', 'service')
        and (coalesce(parts.numerator, 0) <> 0 or coalesce(parts.denominator, 0) <> 0)

),

judged as (

    select
        expected.*,
        case when expected.is_told then coalesce(parts.numerator, 0)::double end as numerator,
        case
            when expected.is_told and expected.denominator_source = 'counted'
                then coalesce(parts.denominator, 0)::double
        end as denominator,
        parts.median_days,
        case
            when not expected.is_told then 'not_submitted'
            when expected.denominator_source = 'population' then 'no_population'
            when expected.denominator_source = 'counted' and coalesce(parts.denominator, 0) = 0 then 'no_cases'
            else 'calculated'
        end as value_status
    from expected
    left join parts
        on
            expected.la_code = parts.la_code
            and expected.indicator_id = parts.indicator_id
            and expected.period_basis = parts.period_basis
            and expected.period_end = parts.period_end
            and expected.breakdown_type = parts.breakdown_type
            and expected.breakdown_value = parts.breakdown_value

)

select
    la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value, title, display_order,
    -- a median has no numerator
    case when indicator_id <> 'assessment_duration_median_wd' then numerator end as numerator,
    denominator,
    case
        when value_status <> 'calculated' then null
        when indicator_id = 'assessment_duration_median_wd' then median_days
        when denominator_source = 'none' then numerator
        else scale * numerator / denominator
    end as value,
    value_status
from judged
