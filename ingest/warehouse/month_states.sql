-- The state of each month of each authority (spec/grounds.md): from what arrived and who closed it, never the clock.
--   collecting   a required return has not arrived        final      closed by a person, or a policy that one set
--   provisional  every required return has arrived        reopened   opened again after a closing
--   history      before the first folder, from the month that the settings say (history_from): nothing is waited for
--
-- Required is what the settings or reporting.yml say; where they are silent, what the authority sent for its newest earlier month; in
-- its first month, whatever came. To arrive is to be accepted.
--
-- Inputs: receipts, folders, month_events (ledger), policies (reporting.yml); $newest is the newest month to look at.

create or replace temp table months_expected as
with first_folders as (
    select la_code, min(reporting_month) as first_month from folders where reporting_month <= $newest group by la_code
)
-- first_month is of the first folder; first_period is where what is worked out begins
select la_code, first_month, first_period, strftime(expected, '%Y-%m') as reporting_month
from (
    select la_code, first_month, least(first_month, coalesce(history_from, first_month)) as first_period
    from first_folders inner join policies using (la_code)
) as known,
    unnest(generate_series((first_period || '-01')::date, ($newest || '-01')::date, interval 1 month)) as months (expected);

create or replace temp table required_returns as
with arrived as (
    select distinct la_code, reporting_month, return_name from receipts where status = 'accepted'
),
sent as (
    select distinct la_code, reporting_month from arrived
),
pattern as (
    select expected.la_code, expected.reporting_month, coalesce(max(sent.reporting_month), expected.reporting_month) as taken_from
    from months_expected as expected
    left join sent on expected.la_code = sent.la_code and expected.reporting_month > sent.reporting_month
    where expected.reporting_month >= expected.first_month
    group by expected.la_code, expected.reporting_month
)
select expected.la_code, expected.reporting_month, unnest(policies.required) as return_name
from months_expected as expected
inner join policies using (la_code)
where policies.required is not null and expected.reporting_month >= expected.first_month
union
select pattern.la_code, pattern.reporting_month, arrived.return_name
from pattern
inner join arrived on pattern.la_code = arrived.la_code and pattern.taken_from = arrived.reporting_month
where pattern.la_code not in (select la_code from policies where required is not null);

create or replace temp table month_states as
with arrived as (
    select distinct la_code, reporting_month, return_name from receipts where status = 'accepted'
),
sent as (
    select la_code, reporting_month, count(*)::int as returns_arrived from arrived group by la_code, reporting_month
),
asked as (
    select
        required.la_code, required.reporting_month, count(*)::int as returns_required,
        string_agg(required.return_name, ', ' order by required.return_name)
            filter (where arrived.return_name is null) as missing_returns
    from required_returns as required left join arrived using (la_code, reporting_month, return_name)
    group by required.la_code, required.reporting_month
),
closings as (
    select la_code, reporting_month, count(*)::int as closings, max_by(month_events, event_id) as newest
    from month_events where event = 'closed' group by la_code, reporting_month
),
reopenings as (
    select la_code, reporting_month, max_by(month_events, event_id) as newest
    from month_events where event = 'reopened' group by la_code, reporting_month
),
closed_on as (  -- the bytes that each closed month stood on
    select
        receipts.la_code, receipts.reporting_month, receipts.return_name, receipts.source_format,
        arg_max(receipts.sha256, receipts.version) as sha256
    from receipts inner join closings using (la_code, reporting_month)
    where receipts.status = 'accepted' and receipts.receipt_id <= closings.newest.last_receipt_id
    group by all
),
late as (  -- the same bytes read again, as a newer version of this program reads them, were not sent again
    select
        receipts.la_code, receipts.reporting_month,
        string_agg(distinct receipts.return_name, ', ' order by receipts.return_name) as late_returns
    from receipts
    inner join closings using (la_code, reporting_month)
    left join closed_on using (la_code, reporting_month, return_name, source_format)
    where receipts.status = 'accepted' and receipts.receipt_id > closings.newest.last_receipt_id
        and receipts.sha256 is distinct from closed_on.sha256
    group by receipts.la_code, receipts.reporting_month
)
select
    expected.la_code,
    expected.reporting_month,
    last_day((expected.reporting_month || '-01')::date) as period_end,
    case
        when closings.newest.event_id > coalesce(reopenings.newest.event_id, 0) then 'final'
        when reopenings.newest is not null then 'reopened'
        when expected.reporting_month < expected.first_month then 'history'
        when sent.returns_arrived is null or asked.missing_returns is not null then 'collecting'
        else 'provisional'
    end as month_state,
    coalesce(asked.returns_required, 0) as returns_required,
    coalesce(sent.returns_arrived, 0) as returns_arrived,
    asked.missing_returns,
    coalesce(closings.closings, 0) as closings,
    closings.newest.by_name as closed_by,
    left(closings.newest.at, 10)::date as closed_on,
    closings.newest.policy as closed_by_policy,
    closings.newest.reason as closing_reason,
    closings.newest.is_incomplete = 1 as is_closed_incomplete,
    late.late_returns,
    reopenings.newest.by_name as reopened_by,
    left(reopenings.newest.at, 10)::date as reopened_on,
    reopenings.newest.reason as reopening_reason
from months_expected as expected
left join asked using (la_code, reporting_month)
left join sent using (la_code, reporting_month)
left join closings using (la_code, reporting_month)
left join reopenings using (la_code, reporting_month)
left join late using (la_code, reporting_month)
order by expected.la_code, expected.reporting_month;
