"""Returns come in life's order, through the real command; each case and how it ended.

What must change is worked out here, by setting two releases' CSV beside each other and by which indicators
read the return, as the catalogue has it; the product's own list of changes is held against that.
"""

import csv
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.paths import WarehousePaths
from tests.support import preloaded
from tests.support.command import PUBLISHED, close

KEY = ("la_code", "indicator_id", "period_basis", "period_end", "breakdown_type", "breakdown_value")
FIGURE = ("numerator", "denominator", "value", "value_status")
Rows = list[dict[str, str]]
LEAVERS = (
    "clea_table_id,clea_person_id,clea_care_leaver_eligibility,clea_care_leaver_in_touch,"
    "clea_pathway_plan_review_date\nl1,g,FORMER_RELEVANT,YES,2025-01-05\n"
)
# every child that a return names, but a, who is given with each
PERSONS = "pers_person_id,pers_sex,pers_dob\nb,F,2016-01-01\nc,M,2017-01-01\ng,F,2005-06-01\n" + "".join(
    f"c{n},F,2012-01-{n + 1:02d}\n" for n in range(30)
)
TWICE = (("p3", "c", "2025-03-03"), ("p3", "c", "2025-03-03"), ("p2", "b", "2024-07-01"))
NONE, ZERO = ("", "not_submitted"), ("0.0", "calculated")


class World:
    """Two invented authorities, their files, and the releases made of them."""

    def __init__(self, base: Path) -> None:
        self.places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        self.places.raw.mkdir(parents=True)
        self.places.reference.mkdir()
        self.wrong = 0

    def send(self, month: str, la_code: str, return_name: str, text: str) -> Path:
        path = self.places.raw / month / la_code / f"{return_name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def publish(self) -> int:
        """Refresh. The number of the new release; ends the proof where it is not published."""
        code, said = preloaded.refresh(self.places)
        if code:
            raise SystemExit(f"a refresh ended with {code}: {said[-800:]}")
        return int(self.places.current.resolve().name)

    def close(self, *months: str) -> int:
        """Close months, whatever is missing of them. The number of the release that they are final in."""
        for month in months:
            ended = close(self.places, month, "--incomplete", "--reason", "it is not to come")
            if ended.returncode not in PUBLISHED:
                raise SystemExit(f"a closing ended with {ended.returncode}: {ended.stderr[-800:]}")
        return int(self.places.current.resolve().name)

    def mart(self, number: int, name: str) -> Rows:
        path = self.places.releases / f"{number:06d}" / "csv" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def value(
        self, number: int, indicator: str, la_code: str, month: str, basis: str = "month"
    ) -> tuple[str, str]:
        [row] = [
            r
            for r in self.mart(number, "fct_indicator_values")
            if (r["indicator_id"], r["la_code"], r["period_basis"]) == (indicator, la_code, basis)
            and r["period_end"].startswith(month)
            and r["breakdown_type"] == "all"
        ]
        return row["value"], row["value_status"]

    def bytes_of(self, number: int) -> dict[str, bytes]:
        whole = self.places.releases / f"{number:06d}"
        return {str(p.relative_to(whole)): p.read_bytes() for p in whole.rglob("*") if p.is_file()}

    def changes(self, before: int, after: int) -> dict[tuple[str, ...], tuple[Any, Any]]:
        """The figures of the months that the earlier release reported which the later one gives otherwise."""
        was, now = (
            {
                tuple(r[k] for k in KEY): tuple(r[f] for f in FIGURE)
                for r in self.mart(n, "fct_indicator_values")
            }
            for n in (before, after)
        )
        reported = max(r["view_month"] for r in self.mart(before, "fct_indicator_values"))
        return {
            key: (was.get(key), figure)
            for key, figure in now.items()
            if key[3][:7] <= reported and was.get(key) != figure
        }

    def check(self, case: str, found: object, wanted: object) -> None:
        held = found == wanted
        self.wrong += not held
        print(f"{case:78} {'held' if held else f'NOT HELD: {found!r}, not {wanted!r}'}", flush=True)

    def check_changes(
        self, case: str, before: int, after: int, cause: str, readers: Callable[[str], bool]
    ) -> None:
        """Every changed figure is listed with just this cause, and each reads the return."""
        changed = self.changes(before, after)
        listed = {tuple(r[k] for k in KEY): r for r in self.mart(after, "fct_indicator_changes")}
        self.check(
            f"{case}: figures changed, and listed", (len(changed) > 0, set(listed)), (True, set(changed))
        )
        self.check(f"{case}: causes given", {r["causes"] for r in listed.values()}, {cause})
        self.check(
            f"{case}: figures changed that do not read it", [k for k in changed if not readers(k[1])], []
        )


def contacts(*days: str) -> str:
    rows = [f"{i},c{i},{day}" for i, day in enumerate(days)]
    return "\n".join(["cont_contact_id,cont_person_id,cont_contact_date", *rows]) + "\n"


def plans(*children: tuple[str, str, str]) -> str:
    rows = [",".join(plan) for plan in children]
    return "\n".join(["cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date", *rows]) + "\n"


def enquiries(count: int, extra: str = "", rows: tuple[str, ...] = ()) -> str:
    lines = [f"e{i},c{i},2025-03-{i + 1:02d}" + ("," if extra else "") for i in range(count)]
    head = "s47e_s47_enquiry_id,s47e_person_id,s47e_s47_start_date" + extra
    return "\n".join([head, *lines, *rows]) + "\n"


def main() -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="acceptance SUITE=arrivals-") as folder:
        world = World(Path(folder))
        _prove(world)
        reorganised = World(Path(folder) / "reorganised")
        _reorganised(reorganised)
    wrong = world.wrong + reorganised.wrong
    print(f"\nnot held: {wrong}, aim 0; {(time.monotonic() - started) / 60:.1f} minutes")
    return 1 if wrong else 0


def _prove(world: World) -> None:
    for la_code in ("301", "302"):
        world.send("2025-01", la_code, "contacts", contacts("2025-01-06"))
        world.send(
            "2025-01", la_code, "cp_plans", plans(("p1", "a", "2024-06-03"), ("p2", "b", "2024-07-01"))
        )
        world.send(
            "2025-03", la_code, "cp_plans", plans(("p1", "a", "2024-06-03"), ("p2", "b", "2024-07-01"))
        )
        world.send("2025-03", la_code, "s47_enquiries", enquiries(9))
        world.send("2025-03", la_code, "persons", PERSONS + "a,M,2015-01-01\n")
        world.send("2025-03", la_code, "care_leavers", LEAVERS)
    world.send("2025-03", "301", "contacts", contacts("2025-01-06", "2025-03-03", "2025-03-04"))
    world.publish()
    first = world.close("2025-01", "2025-03")
    world.check(
        "missing return: contacts of 302", world.value(first, "contacts_received", "302", "2025-03"), NONE
    )
    listed = [
        r["submission_status"]
        for r in world.mart(first, "fct_submissions")
        if (r["la_code"], r["reporting_month"], r["return_name"]) == ("302", "2025-03", "contacts")
    ]
    world.check("missing return: on the list of what was owed", listed, ["not_submitted"])

    # three children changed, and another file sent again as it was
    held = world.bytes_of(first)
    world.send(
        "2025-03",
        "301",
        "contacts",
        contacts("2025-01-06", "2025-03-05", "2025-02-04", "2025-02-10", "2025-03-09"),
    )
    again = world.send("2025-01", "302", "contacts", contacts("2025-01-06"))
    second = world.publish()
    catalogue = {r["indicator_id"]: r for r in world.mart(second, "dim_indicator")}

    def reads(*names: str) -> Callable[[str], bool]:
        return lambda indicator: bool(
            {
                *catalogue[indicator]["returns_required"].split(),
                *catalogue[indicator]["returns_optional"].split(),
            }
            & set(names)
        )

    world.check_changes("resubmitted month", first, second, "resubmission", reads("contacts"))
    note = {r["cause_note"] for r in world.mart(second, "fct_indicator_changes")}
    world.check(
        "resubmitted month: the return, month and version named", note, {"contacts 2025-03 version 2"}
    )
    world.check(
        "resubmitted month: authorities changed", {k[0] for k in world.changes(first, second)}, {"301"}
    )
    world.check("resubmitted month: the earlier release, byte for byte", world.bytes_of(first) == held, True)
    repeats = [
        (r["version"], r["repeat_count"])
        for r in world.mart(second, "fct_submissions")
        if (r["la_code"], r["reporting_month"], r["return_name"]) == ("302", "2025-01", "contacts")
    ]
    world.check(
        f"identical resubmission of {again.name}: versions, times it came again", repeats, [("1", "1")]
    )

    # February comes after March is out
    for name in ("contacts", "care_leavers"):
        world.send("2025-02", "301", name, contacts("2025-02-04") if name == "contacts" else LEAVERS)
    third = world.publish()
    world.check_changes("late month", second, third, "late_return", reads("care_leavers"))
    world.check("late month: earlier releases, byte for byte", world.bytes_of(first) == held, True)
    third = world.close("2025-02")
    world.check(
        "late month: its own figures as first published",
        {
            r["first_value_status"]
            for r in world.mart(third, "fct_indicator_revisions")
            if (r["la_code"], r["indicator_id"], r["period_end"][:7])
            == ("301", "contacts_received", "2025-02")
        },
        {"calculated"},
    )

    # files that are not what they should be
    world.send("2025-03", "302", "contacts", contacts())
    world.send("2025-03", "302", "cp_plans", "")
    names_other = tuple(f"x{i},d{i},2025-03-20,302" for i in range(5))
    world.send("2025-03", "301", "s47_enquiries", enquiries(9, ",la_code", names_other))
    world.send(
        "2025-03", "301", "cp_plans", plans(("p1", "a", "2024-06-03"), ("p2", "b", "2024-07-01"), *TWICE)
    )
    with _written_slowly(world.places.raw / "2025-03" / "302" / "cin_episodes.csv"):
        fourth = world.publish()
    world.check(
        "header and no rows: a true zero", world.value(fourth, "contacts_received", "302", "2025-03"), ZERO
    )
    world.check(
        "0 bytes: refused, the last good one kept",
        world.value(fourth, "cp_open", "302", "2025-03", "point_in_time"),
        ("2.0", "calculated"),
    )
    submissions = world.mart(fourth, "fct_submissions")
    quarantined = [
        (r["submission_status"], r["kept_count"], r["reason"])
        for r in submissions
        if (r["la_code"], r["return_name"], r["version"], r["reporting_month"])
        == ("301", "s47_enquiries", "2", "2025-03")
    ]
    world.check(
        "wrong authority's children: none of the return is loaded",
        quarantined,
        [("rejected", "0", "5 of its rows are of another authority, so none of it was loaded")],
    )
    world.check(
        "wrong authority's children: the last good one kept",
        world.value(fourth, "s47_started", "301", "2025-03"),
        ("9.0", "calculated"),
    )
    findings = {(r["file"], r["finding"]): r["finding_count"] for r in world.mart(fourth, "fct_findings")}
    incident = findings.get(("2025-03/301/s47_enquiries.csv", "another_authoritys_rows"))
    world.check("wrong authority's children: a privacy incident, counted", incident, "1")
    doubled = [
        (r["row_count"], r["kept_count"])
        for r in submissions
        if (r["la_code"], r["return_name"], r["version"], r["reporting_month"])
        == ("301", "cp_plans", "2", "2025-03")
    ]
    world.check("duplicates: five rows, three plans kept", doubled, [("5", "3")])
    written = ("2025-03/302/cin_episodes.csv", "still_being_written")
    world.check("partial upload: not read, and said so", findings.get(written), "1")
    world.check(
        "partial upload: no row loaded", world.value(fourth, "referrals_received", "302", "2025-03"), NONE
    )

    # a's record is merged into b's: from April all that was a's is b's, and of the two plans one stands
    before = world.bytes_of(fourth)
    march = world.value(fourth, "cp_open", "301", "2025-03", "point_in_time")
    world.send("2025-04", "301", "cp_plans", plans(("p1", "b", "2024-06-03")))
    world.send("2025-04", "301", "persons", PERSONS + "a,F,2021-05-05\n")
    fifth = world.publish()
    reused = [r["finding_count"] for r in world.mart(fifth, "fct_findings") if r["finding"] == "id_reused"]
    world.check("child id reused for another child: flagged and counted", reused, ["1"])
    first_word = {
        r["first_value"]
        for r in world.mart(fifth, "fct_indicator_revisions")
        if (r["la_code"], r["indicator_id"], r["period_end"][:7], r["breakdown_type"])
        == ("301", "cp_open", "2025-03", "all")
    }
    world.check("merged records: March as first published stands", first_word, {"2.0"})
    world.check("merged records: March's release, byte for byte", world.bytes_of(fourth) == before, True)
    world.check(
        "merged records: April counts one child, while more is to come",
        world.value(fifth, "cp_open", "301", "2025-04", "point_in_time"),
        ("1.0", "provisional"),
    )
    world.check(
        "merged records: no plan starts again",
        world.value(fifth, "cp_started", "301", "2025-04"),
        ("0.0", "provisional"),
    )
    world.check("merged records: March then counted", march, ("3.0", "calculated"))
    whole = world.value(fifth, "referrals_received", "302", "2025-03")
    world.check("partial upload: read once it is whole", whole, ("30.0", "calculated"))
    unexplained = [
        r
        for n in range(2, fifth + 1)
        for r in world.mart(n, "fct_indicator_changes")
        if "unexpl" in r["causes"]
    ]
    world.check("changes of all releases without a known cause", len(unexplained), 0)


def _reorganised(world: World) -> None:
    world.send("2023-03", "909", "contacts", contacts("2023-03-01", "2023-03-02"))
    for la_code, day in (("942", "2023-04-03"), ("943", "2023-04-04")):
        world.send("2023-04", la_code, "contacts", contacts(day))
    number = world.publish()
    held = {
        (la_code, month): world.value(number, "contacts_received", la_code, month)
        for la_code, month in (("909", "2023-03"), ("909", "2023-04"), ("942", "2023-04"), ("943", "2023-04"))
    }
    wanted = {
        ("909", "2023-03"): ("2.0", "calculated"),
        ("909", "2023-04"): NONE,
        ("942", "2023-04"): ("1.0", "calculated"),
        ("943", "2023-04"): ("1.0", "calculated"),
    }
    world.check("reorganised authority: the old series ends, the new begin", held, wanted)
    owed = {r["period_end"][:7] for r in world.mart(number, "fct_indicator_values") if r["la_code"] == "942"}
    world.check("reorganised authority: months given for the new", owed, {"2023-04"})


class _written_slowly:
    """A file that a writer appends to for as long as the block lasts, and is whole at its end."""

    def __init__(self, path: Path) -> None:
        self.path, self.is_over = path, threading.Event()

    def __enter__(self) -> None:
        self.file = self.path.open("w", encoding="utf-8")
        self.file.write("cine_referral_id,cine_person_id,cine_referral_date,cine_referral_nfa\n")
        self.file.flush()
        self.writer = os.fork()
        if self.writer == 0:
            row = 0
            while True:
                os.write(self.file.fileno(), f"r{row},c{row},2025-03-02,N\n".encode() if row < 30 else b"\n")
                row += 1
                time.sleep(0.5)

    def __exit__(self, *_: object) -> None:
        os.kill(self.writer, 9)
        os.waitpid(self.writer, 0)
        self.file.close()


if __name__ == "__main__":
    sys.exit(main())
