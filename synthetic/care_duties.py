"""What is owed to a child in care: reviews, visits, health checks, plans, and a talk after going missing."""

import numpy as np

from synthetic.care import Periods
from synthetic.chance import chance, pick, recorded, spread, steps_in, waits
from synthetic.days import FAR, YEAR, as_days, next_working, previous_working, working_after
from synthetic.duties import documents, require
from synthetic.protection import late_reasons
from synthetic.story import Story, moved, withdrawn
from synthetic.tables import Table, codes, dates, flags, ids

PARTICIPATION = tuple(f"PN{number}" for number in range(8))
CHECKS = ("HA", "IHA", "DENTAL")
STATUSES = ("COMPLETED", "PLANNED", "REFUSED", "CANCELLED")
MISSING = ("M", "A")
YES_NO_NA = ("Y", "N", "NA")


def duties(rng: np.random.Generator, story: Story, care: Periods) -> None:
    """All that recurs while a child is looked after. Short breaks owe none of it."""
    rows = care.ordinary
    rows = rows[care.start[rows] <= story.horizons.until]
    _reviews(rng, story, care, rows)
    _visits(rng, story, care, rows)
    _health(rng, story, care, rows)
    _missing(rng, story, care, rows)
    child, start, end, known = care.child[rows], care.start[rows], care.end[rows], care.known[rows]
    born = story.children.born[child]
    documents(rng, story, 2, child, start + 8, end, known, 0.93)
    school = as_days(np.maximum(start + 18, born + int(5 * YEAR)))
    documents(
        rng, story, 4, child, school, np.minimum(end, born + int(16 * YEAR)).astype(np.int32), known, 0.92
    )
    sixteen = as_days(np.maximum(start + 60, born + int(16.2 * YEAR)))
    documents(rng, story, 3, child, sixteen, end, known, 0.88)


def _reviews(rng: np.random.Generator, story: Story, care: Periods, rows: np.ndarray) -> None:
    """Reviews due after 20 working days, three months, then every six; some are cancelled first."""
    horizon, until = story.horizons.of("cla_reviews"), story.horizons.until
    in_time = story.practice.in_time(0.93)
    period, dues, helds, befores = [], [], [], []
    alive = rows
    due = working_after(care.start[rows], 20)
    before = care.start[rows]
    gap = 91
    while len(alive):
        size = len(alive)
        on_time = chance(rng, in_time, size)
        early = np.maximum(previous_working(due - spread(rng, 0, 12, size)), before + 1)
        held = np.where(on_time, early, next_working(due + 1 + waits(rng, 9, size))).astype(np.int32)
        period.append(alive)
        dues.append(due)
        helds.append(held)
        befores.append(before)
        goes_on = (held < care.end[alive]) & (held <= until)
        alive, before = alive[goes_on], held[goes_on]
        due = (before + gap).astype(np.int32)
        gap = 183
    of = np.concatenate(period) if period else rows
    due, held, before = (np.concatenate(x) if x else np.zeros(0, np.int32) for x in (dues, helds, befores))
    takes_place = held <= care.end[of]
    held = np.where(takes_place, held, FAR).astype(np.int32)
    wanted = np.where(takes_place, held, care.end[of]) >= horizon
    of, due, held, before = of[wanted], due[wanted], held[wanted], before[wanted]

    # A cancelled review stays on file beside the one held in its stead.
    again = np.flatnonzero(chance(rng, 0.02, len(of)) & (held < FAR))
    both = np.concatenate([np.arange(len(of)), again])
    cancelled = np.concatenate([np.zeros(len(of), bool), np.ones(len(again), bool)])
    of, due, held, before = of[both], due[both], held[both], before[both]
    dated = ~cancelled | chance(rng, 0.3, len(of))
    size = len(of)
    lag = story.practice.typing_lag
    held_known = as_days(np.where(held < FAR, recorded(rng, held, 0.6 * lag, care.known[of]), FAR))
    set_on = as_days(np.minimum(np.maximum(before + spread(rng, 0, 12, size), care.known[of]), held_known))
    gone = as_days(np.where(held >= FAR, care.end_known[of], FAR))
    age = (np.minimum(held, until) - story.children.born[care.child[of]]) / YEAR
    part = np.where(age < 4, 0, pick(rng, (0, 46, 5, 18, 3, 8, 15, 5), size))
    part = np.where(cancelled | chance(rng, 0.004, size), -1, part).astype(np.int16)
    unset = chance(rng, 0.004, size)
    record = np.arange(size)
    story.add(
        Table(
            "cla_reviews",
            set_on,
            [
                ids("clar_cla_review_id", "F", record),
                ids("clar_cla_id", "L", of),
                dates("clar_cla_review_due_date", np.where(unset, FAR, due).astype(np.int32)),
                dates("clar_cla_review_date", np.where(dated, held, FAR).astype(np.int32), since=held_known),
                flags(
                    "clar_cla_review_cancelled",
                    np.where(cancelled, 1, np.where(chance(rng, 0.5, size), -1, 0)),
                    since=held_known,
                ),
                codes("clar_cla_review_participation", part, PARTICIPATION, since=held_known),
            ],
            child=care.child[of],
            gone=gone,
        )
    )
    late = (held < FAR) & (held > due) & ~cancelled & ~unset
    late_reasons(rng, story, "F", 2, record[late], held[late], held_known[late])


def _visits(rng: np.random.Generator, story: Story, care: Periods, rows: np.ndarray) -> None:
    """Visits in the first week, then a little within the longest gap allowed: six weeks for most."""
    until, horizon = story.horizons.until, story.horizons.of("cla_visits")
    size = len(rows)
    settled = care.end[rows] - care.start[rows] > 500
    interval = np.where(settled & chance(rng, 0.22, size), 84, np.where(chance(rng, 0.05, size), 28, 42))
    # The longer gap is agreed only once a child has settled, a year in.
    agreed = as_days(np.where(interval == 84, care.start[rows] + 365, care.start[rows]))
    step = (interval * 0.86).astype(np.int32)
    lasts = np.minimum(care.end[rows], until).astype(np.int32)
    usual_last = np.where(interval == 84, np.minimum(lasts, agreed), lasts)
    usual = np.where(interval == 84, 36, step)
    one, number_one = steps_in(as_days(care.start[rows] + 4), usual_last.astype(np.int32), usual, horizon)
    slow = np.where(interval == 84, as_days(agreed + 30), FAR).astype(np.int32)
    two, number_two = steps_in(slow, lasts, step, horizon)
    made = np.concatenate(
        [care.start[rows][one] + 4 + number_one * usual[one], slow[two] + number_two * step[two]]
    )
    of = np.concatenate([one, two])
    wander = np.where(np.concatenate([number_one == 0, np.zeros(len(two), bool)]), 2, 5)
    made = made + (rng.random(len(of)) * (2 * wander + 1)).astype(np.int32) - wander
    made = np.where(chance(rng, 0.93, len(of)), previous_working(made), made)
    happened = ~chance(rng, 0.035 / story.practice.prompt, len(of))
    happened &= (made >= care.start[rows][of]) & (made <= lasts[of])
    of, made = of[happened], made[happened].astype(np.int32)
    size = len(of)
    period = rows[of]
    known = as_days(np.maximum(recorded(rng, made, 0.7 * story.practice.typing_lag), care.known[period]))
    child = care.child[period]
    story.add(
        Table(
            "cla_visits",
            known,
            [
                ids("clav_cla_visit_id", "O", np.arange(size)),
                ids("clav_person_id", "C", child),
                ids("clav_cla_id", "L", period),
                dates("clav_cla_visit_date", made, was=moved(rng, made, care.start[period], known, 0.002)),
                flags("clav_cla_visit_seen", np.where(chance(rng, 0.002, size), -1, chance(rng, 0.96, size))),
            ],
            child=child,
            gone=withdrawn(rng, known, 0.001),
        )
    )
    other = np.flatnonzero((interval != 42) & (care.end[rows] >= horizon) & (agreed < care.end[rows]))
    of = rows[other]
    noted = as_days(np.maximum(agreed[other], care.known[of]))
    over = as_days(np.maximum(care.end_known[of], noted))
    require(story, care.child[of], 2, agreed[other], care.end[of], interval[other], noted, over)


def _health(rng: np.random.Generator, story: Story, care: Periods, rows: np.ndarray) -> None:
    """An initial assessment, then one a year (two for the under fives), and the dentist about once a year."""
    until, horizon = story.horizons.until, story.horizons.of("cla_health")
    lasts = np.minimum(care.end[rows], until).astype(np.int32)
    start = care.start[rows]
    born = story.children.born[care.child[rows]]
    first = np.where(
        chance(rng, story.practice.in_time(0.72), len(rows)),
        working_after(start, spread(rng, 4, 20, len(rows))),
        working_after(start, spread(rng, 21, 60, len(rows))),
    ).astype(np.int32)
    every = np.where(start - born < 4 * YEAR, 172, 345)
    again, number = steps_in(as_days(first + every), lasts, every, horizon)
    teeth, visit = steps_in(as_days(start + spread(rng, 20, 300, len(rows))), lasts, 320, horizon)
    of = np.concatenate([np.arange(len(rows)), again, teeth])
    kind = np.repeat(np.array([1, 0, 2], dtype=np.int16), [len(rows), len(again), len(teeth)])
    when = np.concatenate(
        [first, first[again] + (number + 1) * every[again] + spread(rng, -20, 14, len(again)),
         start[teeth] + 30 + visit * 320 + spread(rng, 0, 60, len(teeth))]
    )  # fmt: skip
    when = previous_working(when)
    real = (when > start[of]) & (when <= lasts[of]) & (when >= horizon) & ~chance(rng, 0.05, len(of))
    of, kind, when = of[real], kind[real], when[real]
    size = len(of)
    known = recorded(rng, when, 2 * story.practice.typing_lag, care.known[rows][of])
    status = np.where(chance(rng, 0.1, size), -1, pick(rng, (93, 0, 5, 2), size)).astype(np.int16)
    child = care.child[rows][of]
    story.add(
        Table(
            "cla_health",
            known,
            [
                ids("clah_health_check_id", "J", np.arange(size)),
                ids("clah_person_id", "C", child),
                codes("clah_health_check_type", kind, CHECKS),
                dates("clah_health_check_date", when),
                codes("clah_health_check_status", status, STATUSES),
            ],
            child=child,
        )
    )


def _missing(rng: np.random.Generator, story: Story, care: Periods, rows: np.ndarray) -> None:
    """Missing episodes: a few teenagers go often, most children never. Nobody goes while already gone."""
    until, horizon = story.horizons.until, story.horizons.of("missing")
    born = story.children.born[care.child[rows]]
    opens = np.maximum(np.maximum(care.start[rows] + 2, horizon), born + int(10.5 * YEAR))
    closes = np.minimum(care.end[rows] - 8, until)
    years = np.maximum(closes - opens, 0) / YEAR
    often = np.where(chance(rng, 0.22, len(rows)), rng.gamma(1.2, 4.0, len(rows)), 0.05)
    count = rng.poisson(often * years)
    of = np.repeat(np.arange(len(rows)), count)
    start = (opens[of] + rng.random(len(of)) * (closes - opens)[of]).astype(np.int32)
    order = np.lexsort((start, of))
    of, start = of[order], start[order]
    length = np.where(
        chance(rng, 0.45, len(of)), 0, np.where(chance(rng, 0.8, len(of)), 1, 2 + waits(rng, 2, len(of)))
    )
    end = np.minimum(start + np.minimum(length, 7), care.end[rows][of] - 1).astype(np.int32)
    free = np.ones(len(of), dtype=bool)
    free[1:] = (of[1:] != of[:-1]) | (start[1:] > start[:-1] + 7)
    of, start, end = of[free], start[free], end[free]
    size = len(of)
    known = recorded(rng, start, 0.3, care.known[rows][of])
    end_known = as_days(np.maximum(recorded(rng, end, 0.5), known))
    kind = pick(rng, (88, 12), size)
    offered = np.where(kind == 1, 2, pick(rng, (88, 12), size)).astype(np.int16)
    accepted = np.where(offered == 0, pick(rng, (74, 26), size), 2).astype(np.int16)
    held = np.where(
        chance(rng, story.practice.in_time(0.78), size),
        end + spread(rng, 0, 3, size),
        end + 4 + waits(rng, 5, size),
    )
    held = as_days(np.where((offered == 0) & (accepted == 0), held, FAR))
    child = care.child[rows][of]
    story.add(
        Table(
            "missing",
            known,
            [
                ids("miss_table_id", "G", np.arange(size)),
                ids("miss_person_id", "C", child),
                dates("miss_missing_episode_start_date", start),
                dates("miss_missing_episode_end_date", end, since=end_known),
                codes("miss_missing_episode_type", kind, MISSING),
                codes("miss_missing_rhi_offered", offered, YES_NO_NA, since=end_known),
                codes("miss_missing_rhi_accepted", accepted, YES_NO_NA, since=end_known),
                dates("rhi_completed_date", held, since=recorded(rng, held, 1, end_known)),
            ],
            child=child,
            gone=withdrawn(rng, known, 0.004),
        )
    )
