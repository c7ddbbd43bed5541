"""An invented council as DfE's payload, a full one and partials of five days.

Its figures are set beside those of the council's own returns, in total and by every breakdown. Then the
a payload of each size of SIZES is opened in a process of its own.

Floor: no figure different; every figure that a payload can support is given, or held on a ground; the
indicators it supports are no fewer than LEAST; a payload takes no more memory than MOST_MEGABYTES, of
whatever size.
"""

import copy
import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from ingest.contracts.dates import last_day_of
from ingest.privacy.key_file import key_file, read_key
from synthetic import invent
from synthetic.payload import invent_payload, write_payload
from tests.acceptance.formats import leave_out_what_is_optional
from tests.support.acceptance_worlds import GIVEN, ask, refreshed, show_held, workshop
from tests.support.command import PUBLISHED
from tests.support.supported import Came, figures_of

MONTH, LA = "2025-03", "001"
LEAST = 30
SIZES = (64, 200)  # megabytes
MOST_MEGABYTES = 256
Payload = dict[str, Any]
DIFFERENT = f"""
    select indicator_id, period_basis, breakdown_value, of_returns.numerator, of_payload.numerator,
        of_returns.denominator, of_payload.denominator, of_returns.value_status, of_payload.value_status
    from of_returns.fct_indicator_values as of_returns
    full join of_payload.fct_indicator_values as of_payload
        using (la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value)
    where of_payload.value_status in {GIVEN} and (
        of_returns.value_status is distinct from of_payload.value_status
        or of_returns.numerator is distinct from of_payload.numerator
        or of_returns.denominator is distinct from of_payload.denominator
        or of_returns.value is distinct from of_payload.value
    )
    order by all
"""


def main() -> int:
    with workshop() as base:
        invent(1, [MONTH], 400, 5, base / "returns")
        leave_out_what_is_optional(base / "returns" / "raw")
        folder = base / "payload" / "raw" / MONTH / LA
        folder.mkdir(parents=True)
        shutil.copytree(base / "returns" / "reference", base / "payload" / "reference")
        whole = invent_payload(base / "returns" / "raw", LA, MONTH)
        sent = over_days(whole)
        for name, payload in sent.items():
            write_payload(payload, folder / f"{name}.json")
        parts = ", ".join(f"{name} {len(payload['children'])}" for name, payload in sent.items())
        print(f"children in each payload: {parts}; {len(whole['children'])} stand at the end")
        of_one = {}
        for name in ("returns", "payload"):
            world = base / name
            of_one[name], ended = refreshed(world, world / "raw", world / "reference")
            print(f"{name}: exit {ended.returncode}", flush=True)
            if ended.returncode not in PUBLISHED:
                print(ended.stderr[-2000:])
                return 1
        places = of_one["payload"]
        show_held(places)
        with duckdb.connect() as db:
            for name, one in of_one.items():
                db.execute(f"attach '{one.current / 'marts.duckdb'}' as of_{name} (read_only)")
            different = db.sql(DIFFERENT).fetchall()
        for row in different:
            print("  different:", *row)
        came = Came.of(places.opened / MONTH / LA / "csc_api", MONTH)
        can = {figure for figure, lacking in figures_of(came).items() if lacking is None}
        answers = ask(
            places,
            f"""
            select indicator_id, period_basis from fct_indicator_values
            where breakdown_type = 'all' and period_end = date '{last_day_of(MONTH)}'
                and (value_status in {GIVEN} or (value_status = 'withheld' and ground is not null))
            """,
        )
        short = can - set(answers)
        beyond = set(answers) - can
        indicators = sorted({indicator for indicator, _ in can})
        print(
            f"indicators that a payload supports: {len(indicators)}, floor {LEAST}: {', '.join(indicators)}"
        )
        print(f"figures it can support {len(can)}, short {sorted(short)}, beyond {sorted(beyond)}")
        print(f"figures different from the returns' own: {len(different)}")
        most = max(_memory(whole, megabytes, base) for megabytes in SIZES)
    held = not (different or short or beyond) and len(indicators) >= LEAST and most <= MOST_MEGABYTES
    return 0 if held else 1


def over_days(whole: Payload) -> dict[str, Payload]:
    """The payload as a council sends it: full on the 26th, and what changed on each of the five days after.

    Every kind of change is in it: a child who is new, one purged, one purged and sent again, an episode that
    closes, an element that is added, and one that is purged.
    """
    full = copy.deepcopy(whole)
    days: dict[str, list[Payload]] = {f"partial_202503{day}": [] for day in range(27, 32)}
    new, closed, added, mistaken, back = days.values()
    kept = []
    for place, (child, final) in enumerate(zip(full["children"], whole["children"], strict=True)):
        same = {"la_child_id": child["la_child_id"]}
        episode, last = child["social_care_episodes"][-1], final["social_care_episodes"][-1]
        key = {"social_care_episode_id": last["social_care_episode_id"]}
        if place % 7 != 0:
            kept.append(child)
        match place % 7:
            case 0:
                new.append(final)
            case 1 if "closure_date" in last:
                ends = {
                    name: episode.pop(name) for name in ("closure_date", "closure_reason") if name in last
                }
                closed.append(same | {"social_care_episodes": [key | ends]})
            case 2 if "section_47_assessments" in last:
                element = episode["section_47_assessments"].pop()
                added.append(same | {"social_care_episodes": [key | {"section_47_assessments": [element]}]})
            case 3:
                plan = {"child_protection_plan_id": f"no plan {place}", "start_date": "2025-03-03"}
                episode.setdefault("child_protection_plans", []).append(plan)
                gone = plan | {"purge": True}
                mistaken.append(same | {"social_care_episodes": [key | {"child_protection_plans": [gone]}]})
            case 4:
                stranger = {**copy.deepcopy(final), "la_child_id": f"{final['la_child_id']}gone"}
                for one in stranger["social_care_episodes"]:
                    one["social_care_episode_id"] += "gone"
                kept.append(stranger)
                closed.append({"la_child_id": stranger["la_child_id"], "purge": True})
            case 5:
                added.append(same | {"purge": True})
                back.append(final)
    full["children"] = kept
    partials = {name: {"la_code": LA, "children": children} for name, children in days.items()}
    return {"full_20250326": full, **partials}


def _memory(whole: Mapping[str, Any], megabytes: int, base: Path) -> float:
    """The megabytes that opening a payload of so many takes, above what the process took before."""
    one = [json.dumps(child, separators=(",", ":")) for child in whole["children"]]
    path = base / "large.json"
    with path.open("w", encoding="utf-8") as file:
        room = (megabytes << 20) - file.write('{"la_code":"001","children":[') - 2
        for number in range(room):
            child = one[number % len(one)].replace('{"la_child_id":"', f'{{"la_child_id":"{number}', 1)
            room -= len(child) + 1
            if room < 0:
                break
            file.write(("," if number else "") + child)
        file.write("]}")
    done = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.payload", str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    became, seconds, grown = done.stdout.strip().rsplit("\t", 2)
    size = path.stat().st_size >> 20
    print(
        f"a payload of {size} MB: {became}; {float(seconds):.0f} s, memory {float(grown):.0f} MB", flush=True
    )
    return float(grown)


def open_large(path: Path) -> None:
    """Open one payload from its file, and print what became of it and the memory that it took."""
    from ingest.adapters import open_csc_api
    from ingest.contracts.findings import RejectedFileError
    from ingest.discovery.archives import Stream
    from ingest.discovery.raw_folder import UnmappedFile

    about = path.stat()
    content = Stream(UnmappedFile(path, path.name, about.st_size, about.st_mtime_ns, about.st_ino))
    door = read_key(key_file()).at(LA)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, perf_counter()
    try:
        opened = open_csc_api({path.name: ("full.json", content)}, date(2025, 3, 31), door, path.parent)
        rows = {name: table.num_rows for name, table in opened.returns.items()}
        became = f"{rows['persons']} children read, {sum(rows.values())} rows"
    except RejectedFileError as why:
        became = f"refused: {why}"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{became}\t{perf_counter() - began}\t{grown}")


if __name__ == "__main__":
    sys.exit(open_large(Path(sys.argv[1])) if sys.argv[1:] else main())
