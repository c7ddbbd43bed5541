"""Every pair of formats in a month, in both orders, one sent again.

Each pair is an authority of its own, so that three refreshes do for all: the first format comes, then the
second, then the first again, changed. After each, what figures read (ledger.sources), what the release says
counts (fct_submissions.is_current), its manifest and `explain` must name one submission: that of the format
which goes first, in its newest version. The figure must be the one that was put into that submission.

Floor: no disagreement, and no figure other than what that submission holds.
"""

import csv
import json
import shutil
import sys
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import duckdb

from ingest.paths import WarehousePaths
from publication.queries import explain
from synthetic import invent
from synthetic.other_formats import invent_other_formats
from synthetic.payload import invent_payload, write_payload
from tests.acceptance.formats import leave_out_what_is_optional
from tests.support.acceptance_worlds import ask, refreshed, workshop
from tests.support.command import PUBLISHED
from tests.unit.ingest.warehouse.test_source_selection import PEOPLE

MONTH, INVENTED, CHILDREN = "2025-03", "001", 40
# Each indicator is one that rests on one return, which every format of these has; the first goes first.
WATCHED = {
    "referrals_received": ("cin_episodes", ("ssd", "cin_census", "annex_a", "csc_api")),
    "cla_open": ("cla_episodes", ("ssd", "ssda903", "annex_a", "csc_api")),
}
FORMATS = ("ssd", "annex_a", "cin_census", "ssda903", "csc_api")
PAIRS = list(permutations(FORMATS, 2))
Submission = tuple[str, int]  # format, version


def main() -> int:
    with workshop() as base:
        for sending in (1, 2):
            _write(base / f"sending {sending}", sending)
        (base / "reference").mkdir()
        steps = (("the first", 0, 1), ("the second", 1, 1), ("the first again", 0, 2))
        wrong = 0
        for number, (what, place, sending) in enumerate(steps, start=1):
            for pair, la_code in _authorities():
                _send(base, pair[place], sending, la_code)
            places, ended = refreshed(base, base / "raw", base / "reference")
            print(f"{what} came: exit {ended.returncode}", flush=True)
            if ended.returncode not in PUBLISHED:
                print(ended.stderr[-2000:])
                return 1
            amiss = list(_disagreements(base, places, steps[:number]))
            for line in amiss:
                print(f"  {line}")
            wrong += len(amiss)
    print(f"mixtures {len(PAIRS)}, readings {len(steps)}, disagreements {wrong}")
    return 1 if wrong else 0


def _authorities() -> list[tuple[tuple[str, str], str]]:
    """Each pair, and the authority that sends it."""
    with (Path(__file__).parents[2] / "dbt_project/seeds/authorities.csv").open(encoding="utf-8") as file:
        codes = [row["la_code"] for row in csv.DictReader(file) if row["is_ranked"] == "true"]
    return list(zip(PAIRS, codes, strict=False))


def _write(base: Path, sending: int) -> None:
    """One authority in every format, each format from a world of its own, so that its figures are its own."""
    for place, source_format in enumerate(FORMATS):
        world = base / source_format
        invent(1, [MONTH], CHILDREN, 10 * sending + place, world)
        leave_out_what_is_optional(world / "raw")
        if source_format == "csc_api":
            path = world / "sent" / "full.json"
            path.parent.mkdir()
            write_payload(invent_payload(world / "raw", INVENTED, MONTH), path)
        elif source_format != "ssd":
            invent_other_formats(world / "raw", INVENTED, [MONTH], world / "other")
            (world / "sent").mkdir()
            made = world / "other" / "raw" / MONTH / INVENTED
            name = {"annex_a": "annex_a.xlsx", "cin_census": "cin_census.xml", "ssda903": "ssda903"}
            (made / name[source_format]).rename(world / "sent" / name[source_format])
        else:
            shutil.copytree(world / "raw" / MONTH / INVENTED, world / "sent")


def _send(base: Path, source_format: str, sending: int, la_code: str) -> None:
    """Put a format's files into an authority's folder, over those sent before."""
    sent, folder = base / f"sending {sending}" / source_format / "sent", base / "raw" / MONTH / la_code
    for path in sorted(path for path in sent.rglob("*") if path.is_file()):
        target = folder / path.relative_to(sent)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        data = data.replace(f"<LEA>{INVENTED}</LEA>".encode(), f"<LEA>{la_code}</LEA>".encode())
        target.write_bytes(data.replace(b'{"la_code":"001"', f'{{"la_code":"{la_code}"'.encode()))


def _disagreements(
    base: Path, places: WarehousePaths, came: tuple[tuple[str, int, int], ...]
) -> Iterator[str]:
    read = _read(places)
    counting = {
        (la_code, name): (source_format, version, sha256)
        for la_code, name, source_format, version, sha256 in ask(
            places,
            """
            select la_code, return_name, source_format, version, sha256 from fct_submissions
            where is_current and return_name <> 'extract_coverage'
            """,
        )
    }
    manifest = json.loads((places.current / "manifest.json").read_text(encoding="utf-8"))
    listed = {(one["la_code"], one["return_name"]): one["sha256"] for one in manifest["inputs"]}
    figures = {
        (la_code, name): value
        for la_code, name, value in ask(
            places,
            "select la_code, indicator_id, numerator from fct_indicator_values "
            "where breakdown_type = 'all' and period_basis in ('month', 'point_in_time')",
        )
    }
    for pair, la_code in _authorities():
        versions = {pair[place]: sending for _, place, sending in came}
        where = f"{la_code} {' then '.join(pair)}"
        for key, submission in read.items():
            if key[0] == la_code and counting.get(key, ())[:2] != submission:
                yield f"{where}: {key[1]} is read from {submission}, is_current is {counting.get(key)}"
        for indicator, (name, order) in WATCHED.items():
            able = [one for one in order if one in versions]
            expected = (able[0], versions[able[0]]) if able else None
            key = la_code, name
            if read.get(key) != expected:
                yield f"{where}: {name} should count from {expected}, is read from {read.get(key)}"
            if expected is None:
                continue
            sha256 = counting[key][2]
            if listed.get(key) != sha256:
                yield f"{where}: the manifest names another {name}"
            answer = explain(places.release, indicator, la_code, MONTH)
            said = [r for r in answer["returns"] if r["is_current"] and r["return_name"] == name]
            if [(r["source_format"], r["version"], r["sha256"]) for r in said] != [(*expected, sha256)]:
                yield f"{where}: explain says that {indicator} is read from {said}"
            if indicator == "referrals_received" and (
                figures[la_code, indicator] != (value := _put_in(base, *expected))
            ):
                yield f"{where}: {indicator} is {figures[la_code, indicator]}, {expected} holds {value}"
        people = [one for one in PEOPLE if one in versions]
        if read.get((la_code, "persons")) != (people[0], versions[people[0]]):
            yield f"{where}: persons is read from {read.get((la_code, 'persons'))}"


def _read(places: WarehousePaths) -> dict[tuple[str, str], Submission]:
    """What the figures of the newest month read each return from, by authority and return."""
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        rows = db.execute(
            """
            select la_code, sources.return_name, sources.source_format, receipts.version
            from ledger.sources
            inner join ledger.vintages using (vintage_id)
            inner join ledger.receipts using (la_code, return_name, content_id)
            where edition = 'restated' and scope = ''
            """
        ).fetchall()
    return {(la_code, name): (source_format, version) for la_code, name, source_format, version in rows}


def _put_in(base: Path, source_format: str, sending: int) -> int:
    """The referrals that a submission was made to hold, counted from the returns that it was written from."""
    folder = base / f"sending {sending}" / source_format / "raw" / MONTH / INVENTED
    with duckdb.connect() as db:
        [(count,)] = db.sql(
            f"""
            select count(*) from read_csv('{folder}/cin_episodes.csv', all_varchar = true)
            where cine_referral_date between '2025-03-01' and '2025-03-31'
            """
        ).fetchall()
    return int(count)


if __name__ == "__main__":
    sys.exit(main())
