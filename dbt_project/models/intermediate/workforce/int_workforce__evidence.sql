-- Which workers, cases and posts count towards each workforce indicator.
with caseloads as (

    select caseloads.*, limits.limit_lower, limits.limit_upper, limits.threshold
    from {{ ref('int_workforce__caseloads') }} as caseloads
    inner join {{ ref('int_workforce__limits') }} as limits
        on caseloads.la_code = limits.la_code and caseloads.month_number = limits.month_number

),

-- wf_caseload_total  Children allocated, each once, in the team of the latest involvement
allocated as (

    select
        'wf_caseload_total' as indicator_id, involvements.vintage_id, any_value(involvements.content_id) as content_id,
        last(involvements.row_number order by involvements.involvement_start_date, involvements.tie_order)
            as row_number,
        involvements.la_child_id, periods.period_end as counted_on,
        last(involvements.team order by involvements.involvement_start_date, involvements.tie_order)
            as breakdown_value,
        1 as numerator, null as denominator
    from {{ ref('stg_returns__involvements') }} as involvements
    inner join {{ ref('int_periods__expected') }} as periods
        on
            involvements.vintage_id = periods.vintage_id
            and {{ is_live(
                'involvements.involvement_start_date', 'involvements.involvement_end_date', 'periods.period_end'
            ) }}
    where involvements.role_code = 'SW'
    group by all

),

-- wf_caseload_avg  Average caseload of workers with working time
average as (

    select
        'wf_caseload_avg' as indicator_id, vintage_id, content_id, row_number, period_end as counted_on,
        case_count as numerator, fte as denominator
    from caseloads
    where fte > 0

),

teams as (

    select
        vintage_id, period_end, team, limit_lower, limit_upper,
        round(sum(case_count)::double / sum(fte)::double, 9) as average_caseload
    from caseloads
    where fte > 0 and team is not null
    group by all

),

-- wf_caseload_teams_in_limit_pct  Teams with an average caseload inside the agreed band, both edges in
teams_in_limit as (

    select
        'wf_caseload_teams_in_limit_pct' as indicator_id, vintage_id, period_end as counted_on,
        (average_caseload between round(limit_lower::double, 9) and round(limit_upper::double, 9))::int as numerator,
        1 as denominator
    from teams

),

-- wf_caseload_max  Highest individual caseload
highest as (

    select
        'wf_caseload_max' as indicator_id, vintage_id, arg_max(content_id, case_count) as content_id,
        arg_max(row_number, case_count) as row_number, period_end as counted_on, max(case_count) as numerator,
        null as denominator
    from caseloads
    group by all

),

-- wf_caseload_over_threshold  Workers over the caseload threshold
over_threshold as (

    select
        'wf_caseload_over_threshold' as indicator_id, vintage_id, content_id, row_number, period_end as counted_on,
        1 as numerator, null as denominator
    from caseloads
    where case_count > threshold

),

-- wf_caseload_band_pct  Workers by caseload band
bands as (

    select
        'wf_caseload_band_pct' as indicator_id, vintage_id, content_id, row_number, period_end as counted_on,
        case
            when case_count <= 12 then 'up to 12'
            when case_count <= 18 then '13-18'
            when case_count <= 25 then '19-25'
            else '26 and over'
        end as breakdown_value,
        1 as numerator, 1 as denominator
    from caseloads

),

-- wf_vacancies_fte, wf_vacancy_rate  Vacant social worker posts, and their share
-- wf_vacancy_rate_net_agency  Vacancy rate after agency cover
-- wf_vacancy_rate_projected  Vacancy rate after appointed starters
-- wf_agency_fte, wf_agency_rate  Agency social workers, and their share
-- wf_perm_agency_ratio  Permanent share of social workers in post
posts as (

    select
        indicators.indicator_id, posts.vintage_id, posts.content_id, posts.row_number,
        posts.period_end as counted_on,
        case indicators.indicator_id
            when 'wf_vacancy_rate_net_agency' then greatest(posts.gap_fte - posts.agency_fte, 0)
            when 'wf_vacancy_rate_projected' then greatest(posts.gap_fte - posts.appointed_fte, 0)
            when 'wf_agency_fte' then posts.agency_fte
            when 'wf_agency_rate' then posts.agency_fte
            when 'wf_perm_agency_ratio' then posts.permanent_fte
            else posts.gap_fte
        end as numerator,
        case
            when indicators.indicator_id in ('wf_agency_rate', 'wf_perm_agency_ratio')
                then posts.agency_fte + posts.permanent_fte
            else posts.established_fte
        end as denominator
    from {{ ref('int_workforce__posts') }} as posts,
        (
            values
            ('wf_vacancies_fte'), ('wf_vacancy_rate'), ('wf_vacancy_rate_net_agency'),
            ('wf_vacancy_rate_projected'), ('wf_agency_fte'), ('wf_agency_rate'), ('wf_perm_agency_ratio')
        ) as indicators (indicator_id)

),

-- wf_starters  Social workers starting
-- wf_leavers  Social workers leaving
moves as (

    select
        case move when 'start' then 'wf_starters' else 'wf_leavers' end as indicator_id,
        vintage_id, content_id, row_number, moved_on as counted_on,
        case move when 'start' then route end as breakdown_value,
        1 as numerator, null as denominator
    from {{ ref('int_workforce__moves') }}

),

-- wf_nqsw_passed_asye  Newly qualified workers passing their assessed year
passed_first_year as (

    select
        'wf_nqsw_passed_asye' as indicator_id, vintage_id, content_id, row_number, asye_passed_date as counted_on,
        1 as numerator, null as denominator
    from {{ ref('stg_returns__workforce_assignments') }}
    where asye_passed_date is not null

)

select * from allocated
union all by name
select * from average
union all by name
select * from teams_in_limit
union all by name
select * from highest
union all by name
select * from over_threshold
union all by name
select * from bands
union all by name
select * from posts
union all by name
select * from moves
union all by name
select * from passed_first_year
