-- Which content each figure is read from (spec/returns.md, 5).
--
-- A view is one authority as it was known when one month was reported. Two editions are kept apart:
--   restated   the newest month, read from the newest accepted content; answers for every month expected
--   closed     a month that was closed, read from the content that the closing stood on: the newest that had been
--              received by then, of that month and earlier; answers for that month, and where the public edition
--              needs them for the months before it
-- Figures as they were closed are kept, so a closing has a view only until its figures are.
--
-- Inputs: ranked, accepted (which_counts.py), months_expected (month_states.sql), month_events, kept_closings (ledger), return_formats; $newest is the
-- month to report.

-- A closing stands until its month is opened again. What of it is to be kept: the figures of its month, and of the
-- months before it where no later closing speaks for them.
create or replace temp table closings as
with numbered as (
    select
        event_id, la_code, reporting_month as view_month, last_receipt_id, event,
        row_number() over (partition by la_code, reporting_month, event order by event_id) as closing_number,
        event_id = max(event_id) over (partition by la_code, reporting_month) as is_standing
    from month_events
    where (la_code, reporting_month) in (select (la_code, reporting_month) from months_expected)
),
closed as (
    select * exclude (event) from numbered where event = 'closed'
),
speaking as (
    select
        closed.*,
        is_standing and not exists (
            from closed as later
            where later.la_code = closed.la_code and later.event_id > closed.event_id and later.is_standing
                and later.view_month >= closed.view_month
        ) as has_history
    from closed
),
kept as (
    select event_id, list(part) as parts from kept_closings group by event_id
)
select
    speaking.*,
    not list_contains(coalesce(kept.parts, []), 'month') as needs_month,
    speaking.has_history and not list_contains(coalesce(kept.parts, []), 'history') as needs_history
from speaking left join kept using (event_id);

create or replace temp table candidate_views as
select
    'restated' as edition, 0 as event_id, $newest as view_month, la_code, first_period,
    true as is_whole, null::bigint as last_receipt_id
from months_expected where reporting_month = $newest
union all
select
    'closed', event_id, closings.view_month, closings.la_code,
    case when needs_history then months_expected.first_month else closings.view_month end, needs_history, last_receipt_id
from closings
inner join months_expected
    on closings.la_code = months_expected.la_code and closings.view_month = months_expected.reporting_month
where needs_month or needs_history;

-- An event or lookup return is read from its newest snapshot; a state return from every month it may answer for; totals
-- row by row from every month, for a longer period may be added up of months before the first.
create or replace temp table candidate_sources as
with content as (
    select 0 as event_id, la_code, return_name, source_month, content_id, landed, source_format, scope
    from accepted where is_newest
    union all
    select
        vintages.event_id, ranked.la_code, ranked.return_name, ranked.source_month, ranked.content_id, ranked.landed,
        ranked.source_format, ranked.scope
    from candidate_views as vintages
    join ranked
        on vintages.la_code = ranked.la_code
        and vintages.last_receipt_id >= ranked.receipt_id
        and vintages.view_month >= ranked.source_month
    where vintages.edition = 'closed'
    qualify row_number() over (
        partition by vintages.event_id, ranked.return_name, ranked.source_month, ranked.scope
        order by ranked.precedence
    ) = 1
),
reachable as (
    select
        vintages.edition, vintages.event_id, vintages.view_month, vintages.la_code, vintages.first_period, formats.history,
        content.return_name, content.source_month, content.content_id, content.landed, content.source_format,
        content.scope
    from candidate_views as vintages
    join content
        on vintages.event_id = content.event_id
        and vintages.la_code = content.la_code
        and content.source_month <= vintages.view_month
    join return_formats as formats on content.return_name = formats.return_name
),
newest as (
    select * from reachable
    where history in ('event', 'lookup')
    qualify row_number() over (
        partition by event_id, la_code, return_name order by source_month desc
    ) = 1
),
monthly as (
    select * from reachable where history = 'rows' or (history = 'state' and source_month >= first_period)
),
coverage as (
    select reachable.* from reachable
    semi join newest using (event_id, la_code, source_month)
    where history = 'with_return'
)
from newest union all from monthly union all from coverage;

-- What a view reads for its own month, and in all.
create or replace temp table fingerprints as
select
    vintages.edition, vintages.event_id, vintages.view_month, vintages.la_code, any_value(vintages.first_period) as first_period,
    any_value(vintages.is_whole) as is_whole,
    coalesce(md5(string_agg(
        return_name || ' ' || source_month || ' ' || content_id, '|' order by return_name, source_month, content_id
    ) filter (where history is distinct from 'state' or source_month = vintages.view_month)), 'nothing') as fingerprint,
    coalesce(md5(string_agg(
        return_name || ' ' || source_month || ' ' || content_id, '|' order by return_name, source_month, content_id
    )), 'nothing') as whole_fingerprint
from candidate_views as vintages
left join candidate_sources as sources
    on vintages.event_id = sources.event_id and vintages.la_code = sources.la_code
group by vintages.edition, vintages.event_id, vintages.view_month, vintages.la_code;

-- A closing that reads what is restated anyway needs no view of its own.
create or replace temp table answered_by as
select closed.event_id
from fingerprints as closed
join fingerprints as restated
    on closed.la_code = restated.la_code and closed.view_month = restated.view_month
    and case
        when closed.is_whole then closed.whole_fingerprint = restated.whole_fingerprint
        else closed.fingerprint = restated.fingerprint
    end
where closed.edition = 'closed' and restated.edition = 'restated';

create or replace table ledger.vintages as
select
    (row_number() over (order by edition, view_month, la_code, event_id))::int as vintage_id,
    edition, view_month, la_code, first_period, fingerprint, event_id,
    last_day((view_month || '-01')::date) as as_at_date  -- the day that its newest month is told of
from fingerprints
where edition = 'restated' or event_id not in (select event_id from answered_by);

create or replace table ledger.closings as
select
    closings.event_id, closings.la_code, closings.view_month, closings.closing_number::int as closing_number,
    closings.is_standing, closings.has_history, closings.needs_month, closings.needs_history,
    case when needs_month or needs_history then vintages.vintage_id end as vintage_id
from closings
left join answered_by using (event_id)
left join ledger.vintages as vintages
    on closings.la_code = vintages.la_code
    and case
        when answered_by.event_id is null then vintages.event_id = closings.event_id
        else vintages.edition = 'restated'
    end;

create or replace table ledger.sources as
select
    vintages.vintage_id, sources.return_name, sources.source_month, sources.content_id, sources.landed,
    sources.source_format, sources.scope,
    last_day((sources.source_month || '-01')::date) as as_at_date
from candidate_sources as sources
join ledger.vintages as vintages
    on sources.la_code = vintages.la_code and sources.event_id = vintages.event_id;
