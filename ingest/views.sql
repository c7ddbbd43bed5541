-- Which content each figure is read from (spec/returns.md, 5).
--
-- A view is one authority as it was known when one month was reported. Two editions are kept apart:
--   restated         the newest month, read from the newest accepted content; answers for every month owed
--   first_published  each month owed, read from the content it was first published from; answers for that month
--
-- Inputs: receipts, pins, folders, published_views (ledger), return_formats; $newest is the month to report.

-- The formats of a month are never mixed inside one return, and what each covers is told by itself.
create or replace temp table accepted as
select
    return_name, reporting_month as source_month, la_code, content_id, landed, source_format, scope,
    row_number() over (
        partition by return_name, reporting_month, la_code, scope
        order by source_rank, version desc
    ) = 1 as is_newest
from (
    select
        *,
        case when return_name = 'extract_coverage' then source_format else '' end as scope,
        list_position(
            case
                when return_name in ('care_leavers', 'persons') then ['ssd', 'annex_a', 'cin_census', 'ssda903']
                else ['ssd', 'cin_census', 'ssda903', 'workforce_census', 'annex_a']
            end,
            source_format
        ) as source_rank
    from receipts
    where status = 'accepted'
)
where reporting_month <= $newest;

create or replace temp table content as
select 'restated' as edition, * exclude (is_newest) from accepted where is_newest
union all
select 'first_published', accepted.* exclude (is_newest)
from accepted
left join pins
    on accepted.return_name = pins.return_name
    and accepted.source_month = pins.reporting_month
    and accepted.la_code = pins.la_code
    and accepted.scope = pins.scope
where accepted.content_id = coalesce(pins.content_id, case when is_newest then accepted.content_id end)
qualify row_number() over (
    partition by accepted.return_name, source_month, accepted.la_code, accepted.scope order by is_newest desc
) = 1;

create or replace temp table months_owed as
with first_folders as (
    select la_code, min(reporting_month) as first_month from folders where reporting_month <= $newest group by la_code
)
select la_code, first_month, strftime(owed, '%Y-%m') as reporting_month
from first_folders,
    unnest(generate_series((first_month || '-01')::date, ($newest || '-01')::date, interval 1 month)) as months (owed);

create or replace temp table candidate_views as
select 'restated' as edition, $newest as view_month, la_code, first_month as first_period
from months_owed where reporting_month = $newest
union all
select 'first_published', reporting_month, la_code, reporting_month
from months_owed;

-- An event or lookup return is read from its newest snapshot; a state or row return from every month it may answer for.
create or replace temp table candidate_sources as
with reachable as (
    select
        views.edition, views.view_month, views.la_code, views.first_period, formats.history,
        content.return_name, content.source_month, content.content_id, content.landed, content.source_format,
        content.scope
    from candidate_views as views
    join content
        on views.edition = content.edition
        and views.la_code = content.la_code
        and content.source_month <= views.view_month
    join return_formats as formats on content.return_name = formats.return_name
),
newest as (
    select * from reachable
    where history in ('event', 'lookup')
    qualify row_number() over (
        partition by edition, view_month, la_code, return_name order by source_month desc
    ) = 1
),
monthly as (
    select * from reachable where history in ('state', 'rows') and source_month >= first_period
),
coverage as (
    select reachable.* from reachable
    semi join newest using (edition, view_month, la_code, source_month)
    where history = 'with_return'
)
from newest union all from monthly union all from coverage;

create or replace temp table fingerprints as
select
    edition, view_month, la_code, any_value(first_period) as first_period,
    coalesce(md5(string_agg(
        return_name || ' ' || source_month || ' ' || content_id, '|' order by return_name, source_month
    ) filter (where history not in ('state', 'rows') or source_month = view_month)), 'nothing') as fingerprint
from candidate_views left join candidate_sources using (edition, view_month, la_code, first_period)
group by edition, view_month, la_code;

-- What a month was first published as stands; it is worked out again only where its content was not there before.
create or replace table ledger.views as
with restated as (from fingerprints where edition = 'restated'),
first_owed as (
    from fingerprints
    anti join published_views using (view_month, la_code, fingerprint)
    where edition = 'first_published'
)
select
    (row_number() over (order by edition, view_month, la_code))::int as view_id,
    views.*,
    edition = 'first_published' or exists (
        from first_owed
        where first_owed.la_code = views.la_code and first_owed.view_month = views.view_month
            and first_owed.fingerprint = views.fingerprint
    ) as is_first_published
from (
    from restated
    union all
    from first_owed anti join restated using (view_month, la_code, fingerprint)
) as views;

create or replace table ledger.sources as
select
    views.view_id, sources.return_name, sources.source_month, sources.content_id, sources.landed,
    sources.source_format, sources.scope,
    last_day((sources.source_month || '-01')::date) as as_at_date
from candidate_sources as sources
join ledger.views as views using (edition, view_month, la_code);
