"""Answer from what has been published and received: what a figure is made of, and where things stand."""

import json
from collections.abc import Mapping
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from ingest.adapters.convert import finding_files, not_supplied
from ingest.contracts.findings import rejected_file
from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.source_formats import source_rank
from ingest.discovery import raw_folder
from ingest.discovery.raw_folder import RawFile, UnmappedFile
from ingest.discovery.returns import sort_files
from ingest.landing.land import pending_months
from ingest.ledger import FileFingerprint, Ledger
from ingest.paths import WarehousePaths
from ingest.warehouse import months
from publication.own_names import names_of_files

# what is to be done about a file, the most pressing first
TO_DO, WAITING = "To put right: these were not read", "Waiting for the next refresh"
READ, PASSED = "Read", "Passed over: nothing to do"
HEADINGS = (TO_DO, WAITING, READ, PASSED)
SEE_FINDINGS = "see the findings of `line-of-sight status`"

PLACES_SHOWN = {"count": 0, "percent": 1, "per_10k": 1, "days": 1, "ratio": 1, "fte": 1, "gbp": 0}

SCORECARD = """
with answers as (
    select
        indicator_id,
        any_value(value) filter (where period_basis in ('month', 'point_in_time')) as now,
        any_value(value) filter (where period_basis = 'year_to_date') as year_to_date,
        any_value(value) filter (where period_basis = 'rolling_12_months') as rolling_12_months,
        first(value_status order by period_basis) as value_status,
        case
            when bool_or(period_basis = 'point_in_time') then 'point_in_time'
            when bool_or(period_basis = 'month') then 'month'
            else 'rolling_12_months'
        end as compared_basis
    from fct_indicator_values
    where la_code = $authority and period_end = last_day($first_day::date) and breakdown_type = 'all'
    group by indicator_id
),
compared as (
    select
        indicator_id, period_basis as compared_basis,
        any_value(judgement) filter (where comparator in ('target', 'limits')) as target,
        any_value(difference) filter (where comparator = 'previous_month') as change,
        any_value(judgement) filter (where comparator = 'previous_month') as direction,
        any_value(comparator_value) filter (where comparator = 'england') as england,
        any_value(comparator_value) filter (where comparator = 'neighbours_mean') as neighbours,
        any_value(judgement) filter (where comparator = 'signal') as signal
    from fct_indicator_comparisons
    where la_code = $authority and period_end = last_day($first_day::date)
    group by indicator_id, period_basis
)
select
    about.area, about.title, about.unit, answers.* exclude (compared_basis),
    compared.* exclude (indicator_id, compared_basis)
from answers
inner join dim_indicator as about using (indicator_id)
left join compared using (indicator_id, compared_basis)
order by about.display_order, indicator_id
"""

HELD = """
select
    ground, ground_sentence, suggested_action, bound, is_earlier_figure_given,
    list(distinct period_basis order by period_basis) as bases
from fct_held_figures
where la_code = $authority and indicator_id = $indicator and strftime(period_end, '%Y-%m') = $month
group by all order by ground, ground_sentence
"""
WARNINGS = """
select ground, ground_sentence, suggested_action from fct_measures
where la_code = $authority and consequence = 'warning' and list_contains($needed, return_name)
order by ground, ground_sentence
"""


class NotFoundError(Exception):
    """The question cannot be answered from the release; the message says what can."""


def shown(value: float | None, unit: str) -> str:
    """A value as a reader sees it: rounded once, half away from zero. Whole counts stay whole."""
    if value is None:
        return "-"
    places = PLACES_SHOWN[unit]
    if unit == "count" and value != int(value):
        places = 2  # whole-time equivalents
    quantum = Decimal(1).scaleb(-places)
    return f"{Decimal(str(value)).quantize(quantum, rounding=ROUND_HALF_UP):,}"


def in_words(code: str | None) -> str:
    """A code as a reader sees it: common_cause is common cause; nothing is a dash."""
    return (code or "-").replace("_", " ")


def states_in_words(counts: Mapping[str, int], month: str) -> str:
    """How many authorities' months are in which state, and how to close those that can be."""
    total = sum(counts.values())
    said = ", ".join(
        months.STATES[state] + ("" if count == total else f" for {count} of {total}")
        for state, count in counts.items()
    )
    ready = counts.get("provisional", 0) + counts.get("reopened", 0)
    return said + (f'; to close it: line-of-sight close {month} --by "A. Name"' if ready else "")


def public_in_words(public_month: str | None, pack: Mapping[str, Any]) -> str:
    """What the public pack of a release reaches to, or why there is none; and what was left out of it.
    `pack` is public_pack of the release's manifest."""
    if pack.get("state") == "refused":
        return f"There is no public pack: {pack['because']}. The exact figures are published."
    if public_month is None:
        return "There is no public pack: no month is final. Only figures of closed months are made public."
    said = [f"The public pack goes up to {public_month}, the newest month that is final"]
    said += [
        f"  - left out of it: {one['indicator_id']} of authority {one['la_code']}, {one['months']}: "
        f"{one['suggested_action']}"
        for one in pack.get("left_out", ())
    ]
    return "\n".join(said)


def shown_change(difference: float | None, direction: str | None, unit: str) -> str:
    """A change with its sign and which way it goes: +2.1 worse. A dash where there is none."""
    if difference is None or direction == "not_comparable":
        return in_words(direction)
    return f"{'+' if difference > 0 else ''}{shown(difference, unit)} {direction}"


def _rows(db: duckdb.DuckDBPyConnection, sql: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    asked = db.execute(sql, given)
    names = [column[0] for column in asked.description or ()]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def _state(db: duckdb.DuckDBPyConnection, authority: str, month: str) -> str | None:
    """The state of a month in words; None in a release from before months had states."""
    known = _rows(db, "select 1 from duckdb_tables() where table_name = 'fct_month_status'", {})
    asked = {"authority": authority, "month": month}
    rows = known and _rows(
        db, "from fct_month_status where la_code = $authority and reporting_month = $month", asked
    )
    return months.in_words(rows[0]) if rows else None


def explain(release: Path, indicator: str, authority: str, month: str) -> dict[str, Any]:
    """One indicator of one authority and month, from the current release. Raises NotFoundError."""
    marts = release / "current" / "marts.duckdb"
    if not marts.exists():
        raise NotFoundError(f"there is no release in {release}; run `line-of-sight refresh`")
    with duckdb.connect(str(marts), read_only=True) as db:
        asked = {"indicator": indicator, "authority": authority, "month": month}
        about = _rows(db, "from dim_indicator where indicator_id = $indicator", {"indicator": indicator})
        if not about:
            near = _rows(
                db,
                """
                select indicator_id from dim_indicator
                order by levenshtein(indicator_id, $indicator)
                limit 3
                """,
                {"indicator": indicator},
            )
            raise NotFoundError(
                f"{indicator} is not an indicator; near it: {', '.join(n['indicator_id'] for n in near)}"
            )
        figures = _rows(
            db,
            """
            select
                answers.* exclude (la_code, indicator_id),
                revisions.first_value,
                revisions.first_value_status
            from fct_indicator_values as answers
            left join fct_indicator_revisions as revisions
                using (la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value)
            where la_code = $authority
                and indicator_id = $indicator
                and strftime(period_end, '%Y-%m') = $month
            order by period_basis, breakdown_type, breakdown_value
            """,
            asked,
        )
        if not figures:
            raise NotFoundError(
                f"authority {authority} owes no answer for {month}; its first folder may be later"
            )
        needed = (about[0]["returns_required"] + " " + (about[0]["returns_optional"] or "")).split()
        snapshot = next((f["snapshot_month"] for f in figures if f["snapshot_month"]), month)
        returns = _rows(
            db,
            """
            select
                return_name, reporting_month, source_format, version, is_current, file, sha256,
                submission_status, finding_count, reason
            from fct_submissions
            where la_code = $authority and reporting_month = $snapshot and list_contains($needed, return_name)
            order by return_name, is_current desc, version desc
            """,
            {"authority": authority, "snapshot": snapshot, "needed": needed},
        )
        names = _rows(db, "select la_name from dim_authority where la_code = $code", {"code": authority})
        held = _rows(db, HELD, asked)
        warnings = _rows(db, WARNINGS, {"authority": authority, "needed": needed})
        state = _state(db, authority, month)
    manifest = json.loads((release / "current" / "manifest.json").read_text(encoding="utf-8"))
    behind = {"marts", *needed}
    return {
        **about[0],
        "authority": f"{names[0]['la_name']} ({authority})" if names else authority,
        "month": month,
        "state": state,
        "figures": figures,
        "held": held,
        "warnings": warnings,
        "returns": returns,
        "release": manifest["release"],
        "commit": manifest["commit"],
        "checks": [c for c in manifest["checks"] if c["subject"] in behind],
    }


def by_check(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The checks, one line for all the subjects on which a check ended alike."""
    grouped: dict[tuple[str, str], dict[str, Any]] = {}
    for check in checks:
        line = grouped.setdefault((check["check"], check["state"]), {**check, "subjects": []})
        line["subjects"].append(check["subject"])
    return list(grouped.values())


def scorecard(release: Path, authority: str, month: str | None) -> dict[str, Any]:
    """Every indicator of one authority and month, and what it is set beside. Raises NotFoundError.

    The comparisons are those of the month, or of the twelve months of an indicator that has no other.
    """
    manifest_file = release / "current" / "manifest.json"
    if not manifest_file.exists():
        raise NotFoundError(f"there is no release in {release}; run `line-of-sight refresh`")
    month = month or json.loads(manifest_file.read_text(encoding="utf-8"))["view_month"]
    with duckdb.connect(str(release / "current" / "marts.duckdb"), read_only=True) as db:
        rows = _rows(db, SCORECARD, {"authority": authority, "first_day": f"{month}-01"})
        names = _rows(db, "select la_name from dim_authority where la_code = $code", {"code": authority})
        state = _state(db, authority, month)
    if not rows:
        raise NotFoundError(f"the release has nothing for authority {authority} in {month}")
    return {
        "authority": f"{names[0]['la_name']} ({authority})" if names else authority,
        "month": month,
        "state": state,
        "rows": rows,
    }


def status(places: WarehousePaths) -> dict[str, Any]:
    """Where things stand: the release, the last refresh, and the newest month's returns by authority."""
    manifest_file = places.current / "manifest.json"
    release = None
    if manifest_file.exists():
        manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
        release = {
            "release": manifest["release"],
            "view_month": manifest["view_month"],
            "public_month": manifest.get("public_month", manifest["view_month"]),
            "public_pack": manifest.get("public_pack", {}),
            "place": str(places.current),
        }
    said: dict[str, Any] = {
        "release": release, "last_refresh": None, "waiting": [], "month": None,
        "authorities": [], "refused": [], "missing": [], "findings": [], "not_supplied": [], "held": [],
        "left_out": [], "policy": None,
    }  # fmt: skip
    if not places.ledger.exists():
        return said
    ledger = Ledger(places.ledger)
    try:
        with duckdb.connect() as db:
            for name in ("receipts", "folders", "refreshes"):
                db.register(name, ledger.table(name))
            _tell_received(db, said)
        _tell_states(places, ledger, said)
        said["not_supplied"] = not_supplied(places.opened, said["month"]) if said["month"] else []
        if places.raw.is_dir():
            found = sort_files(raw_folder.look(places.raw), ledger.read_before())
            said["waiting"] = pending_months(found, ledger)
    finally:
        ledger.close()
    if release:
        with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
            newest = {"month": said["month"]}
            said["findings"] = _rows(
                db, "from fct_findings where reporting_month = $month order by all", newest
            )
            said["held"] = _rows(
                db,
                """
                select *, $folder || '/' || la_code || '/' as error_report from rpt_held_by_ground
                order by la_code, figure_count desc, ground, return_name, rule_id
                """,
                {"folder": str(places.error_reports)},
            )
            said["left_out"] = _rows(db, "from rpt_files_left_out order by la_code, file", {})
    own = names_of_files(places)
    for row in (*said["refused"], *said["findings"], *said["left_out"]):
        row["file"] = own.get(row["file"], row["file"])
    return said


def files_found(places: WarehousePaths) -> list[dict[str, str]]:
    """Each file of the newest month by its own name: what it was taken for, and what became of it.

    For whoever may see the raw folder: a file may be named after a child, so that no release says it.
    """
    if not places.raw.is_dir():
        return []
    read_before: Mapping[str, tuple[str, FileFingerprint]] = {}
    receipts: list[dict[str, Any]] = []
    if places.ledger.exists():
        with closing(Ledger(places.ledger)) as ledger:
            read_before, receipts = ledger.read_before(), ledger.table("receipts").to_pylist()
    found = sort_files(raw_folder.look(places.raw), read_before)
    newest = max(found.months, default=None)
    became = {one["file"].partition(":")[0]: one for one in receipts if one["reporting_month"] == newest}
    why = _why_not_taken(places)
    listed: list[tuple[Path, str, str, str, str]] = []
    files: list[tuple[RawFile | UnmappedFile, str]] = [
        *((f, f.return_name) for f in found.files if f.reporting_month == newest),
        *((f, "") for month, _, f in found.others if month == newest),
    ]
    for file, name in files:
        path = file.own_path
        receipt = became.get(file.file)
        if receipt and receipt["status"] != "accepted":
            move = rejected_file("").next_move
            listed.append((path, name or receipt["source_format"], TO_DO, receipt["reason"], move))
        elif receipt:
            what = name or receipt["source_format"]
            listed.append((path, what, READ, f"version {receipt['version']}", ""))
        elif file.file in read_before:
            listed.append((path, name, TO_DO, *why.get(file.file, ("it was not taken", SEE_FINDINGS))))
        else:
            listed.append((path, name, WAITING, "it has come since the last refresh", "refresh"))
    for odd in found.oddities:
        if odd.path and odd.reporting_month in (newest, None):
            heading = PASSED if odd.finding.finding.endswith("_noted") else TO_DO
            listed.append((odd.path, "", heading, odd.finding.reason, odd.finding.next_move))
    listed += [
        (one.path, "", PASSED, one.what, "") for one in found.beside if one.reporting_month in (newest, None)
    ]
    return [
        {
            "file": str(path.relative_to(places.raw)), "heading": heading, "what": what, "stands": stands,
            "to_do": move,
        }
        for path, what, heading, stands, move in sorted(listed, key=lambda one: (HEADINGS.index(one[2]), one))
    ]  # fmt: skip


def _why_not_taken(places: WarehousePaths) -> dict[str, tuple[str, str]]:
    """Why each file that was opened and not taken was not, and what to do, by the name that stands for it."""
    rows = [row for path in finding_files(places.opened) for row in pq.read_table(path).to_pylist()]
    kinds = ("unknown_file", "rejected_file")
    return {row["file"]: (row["reason"], row["next_move"]) for row in rows if row["finding"] in kinds}


def _tell_states(places: WarehousePaths, ledger: Ledger, said: dict[str, Any]) -> None:
    """The state of each authority's newest month, as the ledger has it now."""
    try:
        policies = read_policies(places.reference)
    except InvalidPolicyError as refused:
        said["policy"] = str(refused)
        return
    known = {row["la_code"]: row for row in months.states(ledger, policies, [said["month"]])}
    for authority in said["authorities"]:
        state = known[authority["la_code"]]
        authority |= {"month_state": state["month_state"], "state_in_words": months.in_words(state)}


def _tell_received(db: duckdb.DuckDBPyConnection, said: dict[str, Any]) -> None:
    last = _rows(db, "from refreshes order by refresh_id desc limit 1", {})
    said["last_refresh"] = last[0] if last else None
    said["month"] = _rows(db, "select max(reporting_month) as month from folders", {})[0]["month"]
    if said["month"] is None:
        return
    db.create_function("source_rank", source_rank)
    db.execute(
        """
        create temp table newest as
        select la_code, return_name, status, file, version, reason from receipts
        where reporting_month = ?
        qualify row_number() over (
            partition by la_code, return_name order by source_rank(return_name, source_format), version desc
        ) = 1
        """,
        [said["month"]],
    )
    returns = list(submitted_formats())
    said["refused"] = _rows(
        db, "select * from newest where status = 'rejected' order by la_code, return_name", {}
    )
    said["missing"] = _rows(
        db,
        """
        with owed as (
            select distinct folders.la_code, unnest($returns) as return_name from folders
        )
        select la_code, list(return_name order by return_name) as returns
        from owed anti join newest using (la_code, return_name) group by la_code order by la_code
        """,
        {"returns": returns},
    )
    said["authorities"] = _rows(
        db,
        """
        select
            folders.la_code,
            count(*) filter (where status = 'accepted') as accepted,
            count(*) filter (where status = 'rejected') as refused,
            $owed - count(newest.return_name) as missing
        from (select distinct la_code from folders) as folders left join newest using (la_code)
        group by folders.la_code order by folders.la_code
        """,
        {"owed": len(returns)},
    )
