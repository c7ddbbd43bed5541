"""Answer from what has been published and received: what a figure is made of, and where things stand."""

import json
from collections import Counter
from collections.abc import Container, Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pyarrow.parquet as pq

from ingest.adapters.convert import BELOW, finding_files, not_supplied
from ingest.contracts.findings import RejectedFileError, rejected_file
from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.contracts.source_formats import source_rank
from ingest.contracts.suggest import nearest
from ingest.discovery import raw_folder
from ingest.discovery.archives import Stream
from ingest.discovery.formats import HEAD_BYTES, recognise
from ingest.discovery.raw_folder import RawFile, UnmappedFile
from ingest.discovery.returns import sort_files
from ingest.landing.land import pending_months
from ingest.ledger import FileFingerprint, Ledger
from ingest.paths import WarehousePaths
from ingest.warehouse import months
from publication import counting_rules
from publication.own_names import names_of_files
from publication.select import has, read_only, rows_of

# what is to be done about a file, the most pressing first
TO_DO, WAITING = "To put right: these were not read", "Waiting for the next refresh"
GONE = "Read before, and no longer in the raw folder"
READ, PASSED = "Read", "Passed over: nothing to do"
HEADINGS = (TO_DO, WAITING, GONE, READ, PASSED)
SEE_FINDINGS = "see the findings of `line-of-sight status`"

SCORECARD = (
    "area, title, unit, indicator_id, month_value as now, year_to_date_value as year_to_date, "
    "rolling_12_months_value as rolling_12_months, value_status, target_judgement as target, "
    "change_value as change, change_judgement as direction, england_value as england, "
    "neighbours_value as neighbours, signal_judgement as signal"
)
RETURN = (
    "return_name, reporting_month, source_format, version, is_current, file, sha256, submission_status, "
    "finding_count, reason"
)
OF_MONTH = "strftime(period_end, '%Y-%m') = $month"
RECEIPT = "la_code, return_name, status, file, version, reason, source_format"
DOUBT = ("ground", "ground_sentence", "suggested_action", "bound", "is_earlier_figure_given")


class NotFoundError(Exception):
    """The question cannot be answered from the release; the message says what can."""


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


def authority_names(release: Path) -> dict[str, str]:
    """The name by code of each authority that the current release knows; none where there is no release."""
    marts = release / "current" / "marts.duckdb"
    if not marts.exists():
        return {}
    with read_only(marts) as db:
        return dict(db.sql("select la_code, la_name from dim_authority").fetchall())


def _marts(release: Path) -> duckdb.DuckDBPyConnection:
    """The marts of the current release, to read. Raises NotFoundError."""
    file = release / "current" / "marts.duckdb"
    if not file.exists():
        raise NotFoundError(f"there is no release in {release}; run `line-of-sight refresh`")
    db = read_only(file)
    if not has(db, "rpt_scorecard"):
        db.close()
        raise NotFoundError("this release was made by an earlier version; run `line-of-sight refresh`")
    return db


def _state(db: duckdb.DuckDBPyConnection, authority: str, month: str) -> str | None:
    """The state of a month in words."""
    rows = rows_of(db, "fct_month_status", la_code=authority, reporting_month=month)
    return months.in_words(rows[0]) if rows else None


def _name(db: duckdb.DuckDBPyConnection, authority: str) -> str:
    names = rows_of(db, "dim_authority", "la_name", la_code=authority)
    return f"{names[0]['la_name']} ({authority})" if names else authority


def _held(db: duckdb.DuckDBPyConnection, asked: Mapping[str, str], month: str) -> list[dict[str, Any]]:
    """The doubts that hold a figure of the month, each with the bases on which they do."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for row in rows_of(
        db, "fct_held_figures", f"distinct {', '.join(DOUBT)}, period_basis", **asked, where=OF_MONTH,
        given={"month": month}, order="ground, ground_sentence, period_basis",
    ):  # fmt: skip
        found.setdefault(tuple(row[name] for name in DOUBT), []).append(row["period_basis"])
    return [dict(zip(DOUBT, doubt, strict=True)) | {"bases": bases} for doubt, bases in found.items()]


def explain(release: Path, indicator: str, authority: str, month: str) -> dict[str, Any]:
    """One indicator of one authority and month, from the current release. Raises NotFoundError."""
    with _marts(release) as db:
        about = rows_of(db, "dim_indicator", indicator_id=indicator)
        if not about:
            titles = {one["indicator_id"]: one["title"] for one in rows_of(db, "dim_indicator")}
            near = nearest(indicator, titles)
            move = (
                f"did you mean {' or '.join(f'{one} ({titles[one]})' for one in near)}?"
                if near
                else "`line-of-sight scorecard` shows every one, and --json its id"
            )
            raise NotFoundError(f"{indicator} is not an indicator; {move}")
        asked = {"la_code": authority, "indicator_id": indicator}
        figures = rows_of(
            db, "rpt_figures", "* exclude (la_code, indicator_id)", **asked, where=OF_MONTH,
            given={"month": month}, order="period_basis, breakdown_type, breakdown_value",
        )  # fmt: skip
        if not figures:
            answered = db.execute(
                """
                select strftime(min(period_end), '%Y-%m'), strftime(max(period_end), '%Y-%m')
                from fct_indicator_values where la_code = $1
                """,
                [authority],
            ).fetchone() or (None, None)
            has = (
                f"it answers for {answered[0]} to {answered[1]}" if answered[0] else "it has opened no folder"
            )
            raise NotFoundError(f"authority {authority} owes no answer for {month}; {has}")
        needed = (about[0]["returns_required"] + " " + (about[0]["returns_optional"] or "")).split()
        snapshot = next((f["snapshot_month"] for f in figures if f["snapshot_month"]), month)
        of_needed: dict[str, Any] = {
            "la_code": authority, "where": "list_contains($needed, return_name)", "given": {"needed": needed},
        }  # fmt: skip
        returns = rows_of(
            db, "fct_submissions", RETURN, **of_needed, reporting_month=snapshot,
            order="return_name, is_current desc, version desc",
        )  # fmt: skip
        warnings = rows_of(
            db, "fct_measures", "ground, ground_sentence, suggested_action", **of_needed,
            consequence="warning", order="ground, ground_sentence",
        )  # fmt: skip
        name = _name(db, authority)
        held = _held(db, asked, month)
        state = _state(db, authority, month)
    manifest = json.loads((release / "current" / "manifest.json").read_text(encoding="utf-8"))
    behind = {"marts", *needed}
    return {
        **about[0],
        "rule": counting_rules.in_words(about[0]),
        "authority": name,
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
    with _marts(release) as db:
        rows = rows_of(
            db, "rpt_scorecard", SCORECARD, la_code=authority, where=OF_MONTH, given={"month": month},
            order="display_order, indicator_id",
        )  # fmt: skip
        name = _name(db, authority)
        state = _state(db, authority, month)
    if not rows:
        raise NotFoundError(f"the release has nothing for authority {authority} in {month}")
    return {
        "authority": name,
        "month": month,
        "state": state,
        "rows": rows,
    }


def held_figures(places: WarehousePaths) -> dict[tuple[str, str], int]:
    """How many figures the current release holds back, by authority and month reported."""
    marts = places.current / "marts.duckdb"
    if not marts.exists():
        return {}
    with read_only(marts) as db:
        withheld = rows_of(db, "fct_indicator_values", "la_code, period_end", value_status="withheld")
    return Counter((row["la_code"], f"{row['period_end']:%Y-%m}") for row in withheld)


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
        with read_only(places.current / "marts.duckdb") as db:
            said["findings"] = rows_of(db, "fct_findings", reporting_month=said["month"], order="all")
            said["held"] = [
                {**row, "error_report": f"{places.error_reports}/{row['la_code']}/"}
                for row in rows_of(
                    db,
                    "rpt_held_by_ground",
                    order="la_code, figure_count desc, ground, return_name, rule_id",
                )  # fmt: skip
            ]
            said["left_out"] = rows_of(db, "rpt_files_left_out", order="la_code, file")
    own = names_of_files(places)
    for row in (*said["refused"], *said["findings"], *said["left_out"]):
        if row["reason"]:
            row["reason"] = raw_folder.in_own_names(row["reason"], row["file"], own)
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
    seen = {file.partition(":")[0]: look for file, (_, look) in read_before.items()}
    why = _why_not_taken(places)
    listed: list[tuple[Path, str, str, str, str]] = []
    files: list[tuple[RawFile | UnmappedFile, str]] = [
        *((f, f.return_name) for f in found.files if f.reporting_month == newest),
        *((f, "") for month, _, f in found.others if month == newest),
    ]
    for file, name in files:
        path = file.own_path
        receipt = became.get(file.file)
        is_seen = file.file in read_before and not _is_other(file, seen.get(file.file))
        if receipt and receipt["status"] != "accepted" and not _is_other(file, seen.get(file.file)):
            move = rejected_file("").next_move
            listed.append((path, name or receipt["source_format"], TO_DO, receipt["reason"], move))
        elif receipt:
            what = name or receipt["source_format"]
            if _is_other(file, seen.get(file.file)):
                stands = f"it has changed since it was read as version {receipt['version']}"
                listed.append((path, what, WAITING, stands, "refresh"))
                continue
            listed.append((path, what, READ, f"version {receipt['version']}", ""))
        elif is_seen and name and file.file not in why:
            listed.append((path, name, READ, "what it holds was read before, under another name", ""))
        elif is_seen:
            listed.append((path, name, TO_DO, *why.get(file.file, ("it was not taken", SEE_FINDINGS))))
        elif isinstance(file, UnmappedFile) and _is_never_read(file):
            listed.append((path, name, TO_DO, f"{BELOW[0]}, so it is not read", BELOW[1]))
        else:
            listed.append((path, name, WAITING, "it has come since the last refresh", "refresh"))
    for odd in found.oddities:
        if odd.path and odd.reporting_month in (newest, None):
            heading = PASSED if odd.finding.finding.endswith("_noted") else TO_DO
            listed.append((odd.path, "", heading, odd.finding.reason, odd.finding.next_move))
    own = {file.file: str(file.own_path.relative_to(places.raw)) for file, _ in files}
    own |= {odd.file: str(odd.path.relative_to(places.raw)) for odd in found.oddities if odd.path}
    folders = {str(PurePosixPath(file).parent) for file in own}
    told_of = {str(places.raw / name): file for file, name in own.items()}
    listed = [
        (path, what, heading, raw_folder.in_own_names(stands, told_of.get(str(path), ""), own), move)
        for path, what, heading, stands, move in listed
    ]
    there = {(f.return_name, f.la_code) for f in found.files if f.reporting_month == newest}
    latest = {(r["return_name"], r["la_code"], r["source_format"]): r for r in became.values()}
    for (name, la_code, form), receipt in latest.items():
        if receipt["status"] == "accepted" and (name, la_code) not in there:
            file_name = receipt["file"].partition(":")[0]
            if not _is_there(file_name, own, folders):
                stands = f"version {receipt['version']} of it still counts"
                move = "put it back; if it should not count, put its heading without rows in its place"
                listed.append((places.raw / file_name, name if form == "ssd" else form, GONE, stands, move))
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


def _is_other(file: RawFile | UnmappedFile, look: FileFingerprint | None) -> bool:
    """Whether a file is no longer as it was when it was read."""
    return look is not None and (look.size, look.mtime_ns, look.inode) != (
        file.size,
        file.mtime_ns,
        file.inode,
    )


def _is_never_read(file: UnmappedFile) -> bool:
    """Whether a file lies below an authority's folder and is in no form of which such files are read."""
    if not file.is_below(file.file.split("/")[1]):
        return False
    try:
        return recognise(file.name, Stream(file).head(HEAD_BYTES)) is None
    except RejectedFileError:  # what opens it says why
        return False


def _is_there(file: str, own: Mapping[str, str], folders: Container[str]) -> bool:
    """Whether what was read is found still: by itself, as its zip or workbook, or as a folder of tables."""
    whole = file.partition(", sheet ")[0]
    within = {whole, *map(str, PurePosixPath(whole).parents)}
    return file in own or file in folders or not within.isdisjoint(own)


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
        missing = state["missing_returns"].split(", ") if state["missing_returns"] else []
        authority |= {
            "missing": len(missing),
            "month_state": state["month_state"],
            "state_in_words": months.in_words(state),
        }
        if missing:
            said["missing"].append({"la_code": authority["la_code"], "returns": missing})


def _tell_received(db: duckdb.DuckDBPyConnection, said: dict[str, Any]) -> None:
    last = rows_of(db, "refreshes", order="refresh_id desc limit 1")
    said["last_refresh"] = last[0] if last else None
    said["month"] = rows_of(db, "folders", "max(reporting_month) as month")[0]["month"]
    if said["month"] is None:
        return
    newest: dict[str, dict[str, dict[str, Any]]] = {}
    for one in sorted(rows_of(db, "receipts", RECEIPT, reporting_month=said["month"]), key=_precedence):
        newest.setdefault(one["la_code"], {}).setdefault(one["return_name"], one).pop("source_format", None)
    for la_code in sorted(row["la_code"] for row in rows_of(db, "folders", "distinct la_code")):
        came = newest.get(la_code, {})
        refused = [came[name] for name in sorted(came) if came[name]["status"] == "rejected"]
        said["refused"] += refused
        said["authorities"].append(
            {
                "la_code": la_code,
                "accepted": sum(one["status"] == "accepted" for one in came.values()),
                "refused": len(refused),
            }
        )


def _precedence(receipt: Mapping[str, Any]) -> tuple[int, int]:
    """The word that counts on a return comes first: of the format that goes before, the newest version."""
    return source_rank(receipt["return_name"], receipt["source_format"]), -receipt["version"]
