"""One authority's life, and what it sends each month: the whole record as it stood on the last day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from synthetic import (
    care,
    care_duties,
    circumstances,
    front_door,
    need,
    people,
    permanence,
    protection,
    workforce,
)
from synthetic.cases import Episodes, bear, begin, child_episodes
from synthetic.chance import recorded, spread
from synthetic.days import FAR, Days, as_at_days, iso_dates, last_day, months_later
from synthetic.practice import Practice
from synthetic.story import REACH, Horizons, Story
from synthetic.tables import Table, codes, dates, words
from synthetic.write import Printed, printed

STRANGERS_PER_OPEN = 1.5  # children contacted about and never referred, for each child in need open at a time


@dataclass(frozen=True)
class Faults:
    """Where one authority's submission falls short on purpose: (month, return) pairs."""

    missing: tuple[tuple[str, str], ...] = ()
    header_only: tuple[tuple[str, str], ...] = ()


@dataclass
class Sent:
    """What one authority sent. rows: month -> return -> row count, without the returns that are missing."""

    la_code: str
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    bytes: int = 0


def tell(practice: Practice, months: Sequence[str], seed: int) -> Story:
    """Simulate everyone the authority ever worked with; each fact carries the day it was known."""
    rng = np.random.default_rng([seed, practice.number])
    as_at = as_at_days(months)
    until = int(as_at[-1])
    horizons = Horizons.for_months(months[0], until, practice.late_history)
    cases, size = begin(rng, practice, horizons.plans, until)
    first = cases.referral[np.argsort(cases.family[cases.round == 0], kind="stable")]
    strangers = spread(rng, horizons.brief, until, int(practice.open_children * STRANGERS_PER_OPEN))
    children = bear(rng, first, size, strangers)
    episodes = child_episodes(rng, cases, children)
    plan_held = cases.plan_made[episodes.case] & (cases.conference[episodes.case] < episodes.closed)
    plan_held &= np.minimum(cases.plan_ended[episodes.case], episodes.closed) >= horizons.of("cp_plans")
    kept = ((episodes.closed >= horizons.of("cin_episodes")) | plan_held) & (episodes.referral <= until)
    # Brothers and sisters are referred together, so they are typed up together.
    known = recorded(rng, cases.referral, 0.25 * practice.typing_lag)[episodes.case]
    known, settled_by = _in_order(episodes, known)
    count = len(episodes)
    story = Story(
        practice=practice,
        horizons=horizons,
        cases=cases,
        children=children,
        episodes=episodes,
        kept=kept,
        known=known,
        settled_by=settled_by,
        ends_known=known.copy(),
        team=np.full(count, -1),
        worker=np.full(count, -1),
        adopted=np.zeros(count, dtype=bool),
        guardianship=np.zeros(count, dtype=bool),
    )
    staff = workforce.employ(rng, story)
    front_door.contacts(rng, story)
    front_door.early_help(rng, story)
    front_door.assessments(rng, story)
    protection.child_protection(rng, story)
    need.need_plans(rng, story)
    cared = care.periods(rng, story)
    care.in_care(rng, story, cared)
    care_duties.duties(rng, story, cared)
    permanence.permanence(rng, story, cared)
    permanence.care_leavers(rng, story, cared, as_at)
    front_door.referrals(rng, story)
    workforce.professionals(rng, story, staff, as_at)
    workforce.budgets(rng, practice, story, as_at)
    people.persons(rng, story)
    # of its own chance: what is told of a child beside its case moves nothing else of a world
    circumstances.circumstances(np.random.default_rng([seed, practice.number, 3]), story, cared)
    _coverage(story)
    _aggregates(rng, story, months)
    return story


def _in_order(episodes: Episodes, known: Days) -> tuple[Days, Days]:
    """Recording days in the order in which each child's referrals came, and that of the child's next one."""
    order = np.lexsort((episodes.referral, episodes.child))
    child = episodes.child[order].astype(np.int64)
    last = np.append(child[1:] != child[:-1], True)
    running = (np.maximum.accumulate(child * int(2 * FAR) + known[order]) - child * int(2 * FAR)).astype(
        np.int32
    )
    following = np.where(last, FAR, np.append(running[1:], FAR)).astype(np.int32)
    in_order, settled_by = np.empty_like(known), np.empty_like(known)
    in_order[order], settled_by[order] = running, following
    return in_order, settled_by


def _coverage(story: Story) -> None:
    names = sorted(REACH)
    story.add(
        Table(
            "extract_coverage",
            np.zeros(len(names), dtype=np.int32),
            [
                codes("return_name", np.arange(len(names)), names),
                dates("history_from", np.array([story.horizons.of(name) for name in names], dtype=np.int32)),
            ],
        )
    )


def _aggregates(rng: np.random.Generator, story: Story, months: Sequence[str]) -> None:
    """Figures without records: the police's own counts and, where history starts late, re-referrals."""
    wanted = [months_later(months[0], -back) for back in range(11, 0, -1)] + list(months)
    size = story.practice.open_children / 9
    rows: list[tuple[int, str, str, str, str, str, str]] = []
    for month in wanted:
        as_at = last_day(month)
        end = iso_dates()[as_at]
        for basis, scale in (("month", 1), ("rolling_12_months", 12)):
            before, now = (int(count) + 1 for count in rng.poisson(size * scale, 2))
            police = ("Police notifications", "partner_cp_activity_change")
            rows.append((as_at, police[1], basis, end, str(now - before), str(before), police[0]))
        if story.practice.late_history:
            referrals = max(int(story.practice.open_children * 1.4), 1)
            again = int(referrals * (0.19 + 0.03 * rng.random()))
            note = "Printed from the earlier case system"
            rows.append(
                (as_at, "re_referrals_12m_pct", "rolling_12_months", end, str(again), str(referrals), note)
            )
    count = len(rows)
    every = np.arange(count)
    known = np.array([row[0] for row in rows], dtype=np.int32)
    names = ("indicator_id", "period_basis", "period_end", "numerator", "denominator", "source_note")
    texts = {name: [str(row[i + 1]) for row in rows] for i, name in enumerate(names)}
    texts |= {"breakdown": ["all"] * count, "value": [""] * count}
    order = words("indicator_id period_basis period_end breakdown numerator denominator value source_note")
    story.add(Table("indicator_returns", known, [codes(name, every, texts[name]) for name in order]))


def send(practice: Practice, months: Sequence[str], seed: int, out: Path, faults: Faults) -> Sent:
    """Write every month's folder of one authority under out/raw."""
    as_at = as_at_days(months)
    story = tell(practice, months, seed)
    lines: dict[str, list[Printed]] = {
        name: [printed(part, as_at) for part in parts] for name, parts in sorted(story.tables.items())
    }
    del story
    sent = Sent(practice.la_code)
    for number, month in enumerate(months):
        folder = out / "raw" / month / practice.la_code
        folder.mkdir(parents=True, exist_ok=True)
        rows = sent.rows.setdefault(month, {})
        for name, parts in lines.items():
            path = folder / f"{name}.csv"
            if (month, name) in faults.missing:
                path.unlink(missing_ok=True)
                continue
            empty = (month, name) in faults.header_only
            with path.open("wb") as file:
                file.write(parts[0].header)
                rows[name] = 0 if empty else sum(part.write(file, number) for part in parts)
                sent.bytes += file.tell()
    return sent
