"""A family's story is a chain of cases, each a timeline that its children share until their dates part."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from synthetic.chance import (
    Codes,
    Flags,
    Rows,
    chance,
    mostly_worked,
    pick,
    pick_by,
    spread,
    waits,
    within,
)
from synthetic.days import FAR, YEAR, Days, as_days, next_working, previous_working, working_after
from synthetic.practice import Practice
from synthetic.tables import words

NFA, BRIEF, NEED, PLAN, CARE, LASTING = range(6)
PATHS = (0.06, 0.52, 0.235, 0.095, 0.048, 0.042)
# How far back first cases must begin for the stock of each path to be level by the time anyone looks.
YEARS_BACK = (2.0, 2.5, 4.0, 5.0, 17.0, 14.0)
REFERRALS_PER_OPEN = 1.54  # child referrals a year for each child in need open at a time
SIBLINGS = (0.50, 0.28, 0.14, 0.06, 0.02)
ROUNDS = 7
REVIEWS = 10
STOP_AT_REVIEW = (0.26, 0.50, 0.55, 0.62, 0.62, 0.70, 0.70, 0.70, 0.70, 1.0)


@dataclass
class Cases:
    """Grain: one case (one referral of a family). Dates are FAR where the thing does not happen."""

    family: Rows
    round: npt.NDArray[np.int64]
    path: Codes
    referral: Days
    assessed: Days
    authorised: Days
    strategy: Days
    strategy_trigger: Codes
    enquiry_ended: Days
    conference: Days
    transfer_in: Flags
    other_authority: Flags
    plan_ended: Days
    review_due: npt.NDArray[np.int32]  # two-dimensional: case by review number
    review_held: npt.NDArray[np.int32]
    last_review: Codes  # number of the review at which the plan ends
    plan_made: Flags
    need_started: Days
    need_ended: Days
    care_started: Days
    care_ended: Days  # the latest that any child of the case may leave
    closed: Days

    def __len__(self) -> int:
        return len(self.family)


def begin(
    rng: np.random.Generator, practice: Practice, horizon: int, until: int
) -> tuple[Cases, npt.NDArray[np.int64]]:
    """All cases of all families up to `until`, and the number of children in each family.

    `horizon` is the first day for which history must be complete.
    """
    shares = np.array(PATHS)
    shares[PLAN] *= practice.plan_pull
    a_year = practice.open_children * REFERRALS_PER_OPEN * (1 - 0.85 * practice.chain)
    a_year /= float(np.dot(np.arange(1, 6), SIBLINGS))
    recent = (until - horizon) / YEAR
    years = np.array([back if back > 10 else back + recent for back in YEARS_BACK])
    number = rng.poisson(a_year * shares / shares.sum() * years)
    path = np.repeat(np.arange(6), number).astype(np.int16)
    # School holidays are quiet and autumn is busy: days are drawn by month weight, not evenly.
    referral = until - (rng.random(len(path)) * years[path] * YEAR).astype(np.int32)
    referral = mostly_worked(rng, _seasonal(rng, referral), 0.3)
    path = np.where(referral <= until, path, NFA).astype(np.int16)
    referral = np.minimum(referral, until).astype(np.int32)
    families = len(path)
    size = pick(rng, SIBLINGS, families).astype(np.int64) + 1

    rounds = []
    family = np.arange(families)
    for number_of_round in range(ROUNDS):
        cases = _timeline(rng, practice, family, number_of_round, path, referral)
        rounds.append(cases)
        again = chance(rng, practice.chain, len(family))
        later = cases.closed + 1 + waits(rng, 230, len(family))
        # Some families come back to the very day on which the twelve months run out, or the day after.
        edge = cases.referral + 365 + pick(rng, (1, 1), len(family))
        later = np.where(
            chance(rng, 0.03, len(family)) & (edge > cases.closed), edge, mostly_worked(rng, later, 0.2)
        )
        again &= later <= until
        family, referral = family[again], later[again].astype(np.int32)
        path = pick(rng, shares, len(family))
        if not len(family):
            break
    return _together(rounds), size


def _together(rounds: list[Cases]) -> Cases:
    return Cases(*(np.concatenate([getattr(one, f.name) for one in rounds]) for f in fields(Cases)))


def _seasonal(rng: np.random.Generator, days: Days) -> Days:
    """A quarter of referrals that fall in August or late December come six weeks later."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    quiet = (months == 7) & chance(rng, 0.3, len(days))
    return np.where(quiet, days + 42, days).astype(np.int32)


def assessment_days(rng: np.random.Generator, in_time: float, size: int) -> npt.NDArray[np.int32]:
    """Working days that assessments take: bunched at the 45-day limit, a few done at once, a few late."""
    usual = (4 + 41 * rng.beta(2.6, 1.5, size)).astype(np.int32)
    late = 46 + waits(rng, 14, size)
    taken = np.where(chance(rng, in_time, size), usual, late)
    taken = np.where(chance(rng, 0.08, size), 45, taken)
    return np.where(chance(rng, 0.004, size), 0, taken).astype(np.int32)


def reviews(
    rng: np.random.Generator, start: Days, in_time: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Due and held dates of review conferences: the first by day 91, each next by day 183 after the last."""
    size = len(start)
    due = np.full((size, REVIEWS), FAR, dtype=np.int32)
    held = np.full((size, REVIEWS), FAR, dtype=np.int32)
    next_due = as_days(start + 91)
    for number in range(REVIEWS):
        early = previous_working(next_due - spread(rng, 0, 14, size))
        late = next_working(next_due + 1 + waits(rng, 9, size))
        due[:, number] = next_due
        held[:, number] = as_days(np.where(chance(rng, in_time, size), early, late))
        next_due = as_days(np.where(start >= FAR, FAR, held[:, number] + 183))
    return due, np.where(start[:, None] >= FAR, FAR, held).astype(np.int32)


def _timeline(
    rng: np.random.Generator, practice: Practice, family: Rows, number: int, path: Codes, referral: Days
) -> Cases:
    """One case from referral to closure, for many cases at once."""
    size = len(path)
    real = path != NFA
    never = np.full(size, FAR, dtype=np.int32)

    assessed = np.where(real, working_after(referral, pick(rng, (0.45, 0.33, 0.13, 0.09), size)), FAR).astype(
        np.int32
    )
    authorised = working_after(assessed, assessment_days(rng, practice.in_time(0.84), size))

    # Enquiries: most arise from the referral itself, some from what the assessment found, some later.
    enquired = pick_by(rng, [(1 - p, p) for p in (0, 0.27, 0.30, 1, 0.5, 0.03)], path) == 1
    arrived = (path == PLAN) & chance(rng, 0.06, size)  # plans that move in need no enquiry here
    trigger = pick(rng, (0.62, 0.18, 0.15, 0.05), size)
    soon = working_after(referral, pick(rng, (0.5, 0.3, 0.2), size))
    after = working_after(authorised, pick(rng, (0.4, 0.3, 0.2, 0.1), size))
    strategy = np.choose(trigger, [soon, after, referral + spread(rng, 8, 80, size), soon])
    strategy = np.where(enquired & ~arrived, strategy, FAR).astype(np.int32)
    enquiry_ended = working_after(strategy, spread(rng, 4, 16, size))

    # A conference is owed within 15 working days of the strategy discussion; many are held on the last.
    on_time = np.where(chance(rng, 0.2, size), 15, spread(rng, 6, 15, size))
    late = 16 + waits(rng, 6, size)
    wait = np.where(chance(rng, practice.in_time(0.83), size), on_time, late)
    conferred = (path == PLAN) | ((path == NEED) & enquired & chance(rng, 0.2, size))
    conference = np.where(
        arrived, working_after(referral, spread(rng, 5, 17, size)), working_after(strategy, wait)
    )
    conference = np.where(conferred, conference, FAR).astype(np.int32)
    enquiry_ended = np.minimum(enquiry_ended, np.maximum(conference, strategy)).astype(np.int32)
    plan_made = path == PLAN

    plan_start = np.where(plan_made, conference, FAR).astype(np.int32)
    due, held = reviews(rng, plan_start, practice.in_time(0.94))
    stop = np.argmax(rng.random((size, REVIEWS)) < np.array(STOP_AT_REVIEW), axis=1).astype(np.int16)
    plan_ended = held[np.arange(size), stop]
    to_care = plan_made & chance(rng, 0.14, size)
    cut = (plan_made & chance(rng, 0.06, size)) | to_care
    short = plan_start + np.maximum((rng.random(size) * (plan_ended - plan_start)).astype(np.int32), 3)
    plan_ended = as_days(np.where(cut, short, plan_ended))

    # Child in need plans: of their own, for years where a child is disabled, or stepping down.
    stepped = plan_made & ~to_care & chance(rng, 0.65, size)
    need_started = np.where(np.isin(path, (NEED, LASTING)), authorised + spread(rng, 0, 10, size), never)
    need_started = np.where(
        (path == NEED) & (conference < FAR), np.maximum(need_started, conference), need_started
    )
    need_started = as_days(np.where(stepped, plan_ended + 1, need_started))
    lasts = np.choose(
        path, [0, 0, 40 + waits(rng, 200, size), 25 + waits(rng, 95, size), 0, 250 + waits(rng, 1200, size)]
    )
    need_ended = as_days(np.where(need_started < FAR, need_started + lasts, FAR))

    care_started = np.where(path == CARE, referral + np.minimum(waits(rng, 16, size), 150), FAR)
    care_started = as_days(np.where(to_care, plan_ended, care_started))
    stay = np.choose(
        pick(rng, (0.14, 0.26, 0.60), size),
        [1 + waits(rng, 40, size), waits(rng, 400, size), 250 + waits(rng, 2500, size)],
    )
    care_ended = as_days(np.where(care_started < FAR, care_started + np.maximum(stay, 1), FAR))

    done = np.where(real, authorised, referral)
    for ended in (enquiry_ended, conference, plan_ended, need_ended, care_ended):
        done = np.where(ended < FAR, np.maximum(done, ended), done)
    closed = as_days(
        np.where(real, done + spread(rng, 0, 9, size), referral + pick(rng, (0.5, 0.3, 0.1, 0.1), size))
    )

    return Cases(
        family=family,
        round=np.full(size, number),
        path=path,
        referral=referral,
        assessed=assessed,
        authorised=authorised,
        strategy=strategy,
        strategy_trigger=trigger,
        enquiry_ended=enquiry_ended,
        conference=conference,
        transfer_in=arrived,
        other_authority=arrived & chance(rng, 0.3, size),
        plan_ended=plan_ended,
        review_due=due,
        review_held=held,
        last_review=stop,
        plan_made=plan_made,
        need_started=need_started,
        need_ended=need_ended,
        care_started=care_started,
        care_ended=care_ended,
        closed=closed,
    )


@dataclass
class Children:
    """Grain: one child, family by family; the last `strangers` are contacted about and never referred.

    `born` may lie after any snapshot: the child is then unborn throughout.
    """

    family: Rows
    born: Days
    sex: Codes
    ethnicity: Codes
    strangers: int

    @property
    def referred(self) -> int:
        """Children of the families that have cases: the first so many."""
        return len(self.family) - self.strangers

    @property
    def adult(self) -> Days:
        """The eighteenth birthday, near enough for a story."""
        return (self.born + 6574).astype(np.int32)

    def __len__(self) -> int:
        return len(self.family)


# Ages at a family's first referral: the very young and the mid-teens most of all.
_AGES = (8, 6, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.8, 6, 6.4, 6.8, 6.4, 5, 3)
SEXES = ("M", "F", "U")
ETHNICITIES = words(
    "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU NOBT"
)
_ETHNIC = (68, 0.5, 0.3, 6, 0.5, 2.5, 1.3, 1.2, 2.5, 1.3, 3, 1.5, 1.8, 1.3, 3.6, 1.2, 0.3, 2, 0.4, 0.8)


def bear(
    rng: np.random.Generator, first: Days, size: npt.NDArray[np.int64], stranger_heard: Days
) -> Children:
    """The children of each family, aged as at its first referral, and strangers, aged as when heard of.

    Brothers and sisters share ethnicity.
    """
    sizes = np.concatenate([size, np.ones(len(stranger_heard), dtype=np.int64)])
    family = np.repeat(np.arange(len(sizes)), sizes)
    seen = np.concatenate([first, stranger_heard])[family]
    number = len(family)
    age = np.minimum((pick(rng, _AGES, number) + rng.random(number)) * YEAR, 17.8 * YEAR)
    born = seen - age.astype(np.int32)
    unborn = chance(rng, 0.025, number)
    born = np.where(unborn, seen + spread(rng, 3, 190, number), born)
    return Children(
        family=family,
        born=born.astype(np.int32),
        sex=pick(rng, (0.52, 0.4775, 0.0025), number),
        ethnicity=pick(rng, _ETHNIC, len(sizes))[family],
        strangers=len(stranger_heard),
    )


@dataclass
class Episodes:
    """Grain: one child's share of one case: an episode of need. `case` and `child` are places there."""

    case: Rows
    child: Rows
    referral: Days
    path: Codes
    care_started: Days
    care_ended: Days
    closed: Days
    previous_plans: Codes

    def __len__(self) -> int:
        return len(self.case)


def child_episodes(rng: np.random.Generator, cases: Cases, children: Children) -> Episodes:
    """Each case joined to the children it is about, with each child's own care and closing dates."""
    first = np.searchsorted(children.family, cases.family, side="left")
    count = np.searchsorted(children.family, cases.family, side="right") - first
    case = np.repeat(np.arange(len(cases)), count)
    child = np.repeat(first, count) + within(count)
    referral = cases.referral[case]
    included = (cases.round[case] == 0) | chance(rng, 0.88, len(case))
    included &= (children.adult[child] > referral + 20) & (children.born[child] < referral + 200)
    case, child, referral = case[included], child[included], referral[included]
    size = len(case)

    limit = children.adult[child]
    path = cases.path[case]
    care_started = np.maximum(cases.care_started[case], np.minimum(children.born[child] + 1, FAR))
    together = (path == PLAN) | chance(rng, 0.85, size)
    enters = (cases.care_started[case] < FAR) & together & (care_started < limit - 10)
    enters &= care_started < cases.care_ended[case]
    care_started = as_days(np.where(enters, care_started, FAR))
    stay = cases.care_ended[case] - care_started
    own = np.where(chance(rng, 0.6, size), stay, (stay * (0.3 + 0.7 * rng.random(size))).astype(np.int32))
    care_ended = as_days(np.where(enters, np.minimum(care_started + np.maximum(own, 1), limit), FAR))

    closed = cases.closed[case]
    left_care = as_days(care_ended + np.minimum(waits(rng, 25, size), 120))
    closed = np.where(care_ended < FAR, np.minimum(closed, np.maximum(left_care, care_ended)), closed)
    stayed_home = (cases.care_started[case] < FAR) & ~enters
    at_least = np.maximum(cases.authorised[case], np.where(cases.plan_made[case], cases.plan_ended[case], 0))
    at_least = np.maximum(at_least, np.where(cases.strategy[case] < FAR, cases.enquiry_ended[case], 0))
    home = at_least + spread(rng, 20, 120, size)
    closed = np.where(stayed_home, np.minimum(closed, home), closed)
    closed = as_days(np.minimum(closed, limit))

    order = np.lexsort((referral, child))
    planned = cases.plan_made[case] & ~cases.other_authority[case]
    before = np.cumsum(planned[order]) - planned[order]
    new_child = np.ones(size, dtype=bool)
    new_child[1:] = child[order][1:] != child[order][:-1]
    start_count = np.maximum.accumulate(np.where(new_child, before, 0))
    previous = np.empty(size, dtype=np.int16)
    previous[order] = before - start_count
    unseen = pick(rng, (0.86, 0.11, 0.03), len(children))  # plans from before anyone's records begin
    return Episodes(
        case=case,
        child=child,
        referral=referral,
        path=path,
        care_started=care_started,
        care_ended=as_days(np.where(enters, np.minimum(care_ended, closed), FAR)),
        closed=closed,
        previous_plans=(previous + unseen[child]).astype(np.int16),
    )
