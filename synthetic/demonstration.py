"""What makes an invented world worth a first look: a doubt, a comment, a milestone, the next month."""

import csv
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from synthetic.days import months_later
from synthetic.reference import write_rows

NEXT = "next"
SPOILT = "cp_visits"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
COMMENT = "Visits of two social workers who were away were made late; a duty worker covers from now on."
ACTION = "Each team manager looks every Monday at the visits due in the week"
MILESTONE = ("cp_visits_intime_pct", "95", "improvement_notice")


def dress(folder: Path, months: Sequence[str], la_codes: Sequence[str]) -> None:
    """Dress a world that `invent` wrote; the last of its months is laid beside, as the returns of the next.

    Of the last authority, every third visit of the month reported has no date that can be read. The first
    has a comment, an action and a milestone. Writes to folder/raw, folder/reference and folder/next.
    """
    *_, reported, following = months
    _lay_beside(folder, following)
    _spoil(folder / "raw" / reported / la_codes[-1] / f"{SPOILT}.csv", reported)
    _say(folder / "reference", reported, la_codes[0])


def _lay_beside(folder: Path, month: str) -> None:
    beside = folder / NEXT / month
    shutil.rmtree(beside, ignore_errors=True)
    beside.parent.mkdir(exist_ok=True)
    (folder / "raw" / month).rename(beside)


def _spoil(path: Path, month: str) -> None:
    """Every third row of the month has words where its date was."""
    head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    of_month = [place for place, row in enumerate(rows) if f",{month}-" in row]
    for place in of_month[::3]:
        rows[place] = DATE.sub("not typed yet", rows[place], count=1)
    path.write_text(head + "".join(rows), encoding="utf-8")


def _say(reference: Path, month: str, la_code: str) -> None:
    indicator, target, source = MILESTONE
    day, due = f"{month}-28", f"{months_later(month, 3)}-28"
    write_rows(
        reference / "commentary.csv",
        ("la_code", "indicator_id", "period_end", "commentary", "is_public"),
        [(la_code, indicator, day, COMMENT, "Y")],
    )
    write_rows(
        reference / "actions.csv",
        ("la_code", "indicator_id", "agreed_on", "action", "owner", "due_date", "is_public"),
        [(la_code, indicator, f"{month}-03", ACTION, "Head of Safeguarding", due, "Y")],
    )
    with (reference / "targets.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    own = {"la_code": la_code, "indicator_id": indicator, "from_date": f"{month}-01", "target": target}
    own |= {"due_date": due, "source": source}
    head += [name for name in own if name not in head]
    write_rows(reference / "targets.csv", head, [*rows, [own.get(name, "") for name in head]])
