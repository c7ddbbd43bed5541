"""The front door: contacts, referrals, the decisions on both, assessments and early help."""

import numpy as np
import numpy.typing as npt

from synthetic.cases import BRIEF, LASTING, NFA, assessment_days
from synthetic.chance import Ints, chance, mostly_worked, pick, pick_by, recorded, spread, waits
from synthetic.days import FAR, YEAR, Days, as_days, first_day, working_after
from synthetic.story import Story, corrected, moved, withdrawn
from synthetic.tables import Table, codes, dates, flags, ids, words

SOURCES = words("1A 1B 1C 1D 2A 2B 3A 3B 3C 3D 3E 3F 4 5A 5B 5C 5D 6 7 8 9 10")
_SOURCE = (7, 0.6, 0.6, 1.5, 19, 1.2, 2, 2, 0.7, 1, 4, 4, 1.5, 5, 2.2, 4.5, 2, 30, 2.5, 4, 3, 1)
NEEDS = words("N1 N2 N3 N4 N5 N6 N7 N8 N9 N0")
_NEED = (57, 3, 2.7, 9, 14, 2, 0.4, 3, 0, 2)
_NEED_LASTING = (8, 78, 2, 4, 6, 0.4, 0.1, 1, 0, 0.5)
CLOSURES = words("RC1 RC2 RC3 RC4 RC5 RC6 RC7 RC8 RC9")
_EARLY_HELP_CODES = first_day("2022-04")  # 5D and RC9 came into use
_CLOSURE = (
    (0, 0, 0, 0, 0.5, 0, 9, 0, 0),
    (0, 0, 0.3, 0, 1, 0, 4, 68, 26),
    (0, 0, 1, 0.5, 5, 0, 94, 0, 0),
    (0, 0, 1, 0.5, 7, 0, 91, 0, 0),
    (0, 0, 1, 0, 4, 0, 95, 0, 0),
    (0, 0, 0, 0, 5, 0, 95, 0, 0),
)
ASSESSMENT_TYPES = ("initial", "core", "single")
# The third says nothing and the fourth leaves the flag out: the rule then looks for a referral in ten days.
OUTCOMES = (
    '"{""NEW_REFERRAL_FLAG"": ""Y""}"',
    '"{""NEW_REFERRAL_FLAG"": ""N""}"',
    "",
    '"{""NFA_FLAG"": ""Y""}"',
)
ORGANISATIONS = (
    "Primary school",
    "Secondary school",
    "Health visiting",
    "Family hub",
    "Voluntary sector",
    "Early help team",
)
CONTACTS_PER_REFERRAL = 2.2
EARLY_HELP_PER_OPEN = 0.5  # early help episodes started a year for each child in need open at a time


def contacts(rng: np.random.Generator, story: Story) -> None:
    """Contacts and the decisions on them. Every referral began as a contact; most contacts end there."""
    horizon, until = story.horizons.of("contacts"), story.horizons.until
    episodes, children, practice = story.episodes, story.children, story.practice
    referred = np.flatnonzero((episodes.referral >= horizon) & (episodes.referral <= until))
    # Siblings' contacts come together, so the gap before the referral is the case's and not the child's.
    gap = pick(rng, (0.68, 0.2, 0.06, 0.03, 0.02, 0.01), len(story.cases))[episodes.case[referred]]
    opening = np.maximum(episodes.referral[referred] - gap, horizon)

    others = int(len(referred) * (CONTACTS_PER_REFERRAL - 1))
    some_day = mostly_worked(rng, spread(rng, horizon, until, others), 0.35)
    stranger = children.referred + rng.integers(0, max(children.strangers, 1), others)
    about = np.where(chance(rng, 0.45, others), stranger, rng.integers(0, children.referred, others))
    about = np.minimum(about, len(children) - 1)
    possible = (
        (some_day <= until) & (children.adult[about] > some_day) & (children.born[about] < some_day + 150)
    )
    about, some_day = about[possible], some_day[possible]

    child = np.concatenate([episodes.child[referred], about])
    received = np.concatenate([opening, some_day]).astype(np.int32)
    outcome = np.concatenate(
        [np.zeros(len(referred), np.int16), pick(rng, (0, 0.975, 0.015, 0.01), len(about))]
    )
    order = np.argsort(received, kind="stable")
    child, received, outcome = child[order], received[order], outcome[order]
    size = len(child)
    number = np.arange(size)
    known = recorded(rng, received, 0.2 * practice.typing_lag)
    gone = withdrawn(rng, known, 0.0008, outcome == 1)
    source = np.where(chance(rng, 0.004, size), -1, pick(rng, _SOURCE, size)).astype(np.int16)
    story.add(
        Table(
            "contacts",
            known,
            [
                ids("cont_contact_id", "K", number),
                ids("cont_person_id", "C", child),
                dates("cont_contact_date", received),
                codes(
                    "cont_contact_source_code", source, SOURCES, was=corrected(rng, source, known, 22, 0.003)
                ),
                codes("cont_contact_outcome_json", outcome, OUTCOMES),
            ],
            child=child,
            gone=gone,
        )
    )

    quick = chance(rng, practice.in_time(0.95), size)
    decided = working_after(
        received, np.where(quick, pick(rng, (0.62, 0.38), size), 2 + waits(rng, 2.5, size))
    )
    decided = np.where(chance(rng, 0.004, size), FAR, decided).astype(np.int32)
    quick = chance(rng, practice.in_time(0.9), size)
    screened = working_after(received, np.where(quick, 0, 1 + waits(rng, 1, size)))
    screened = np.minimum(screened, decided).astype(np.int32)
    screened_known = as_days(np.maximum(screened, known))
    qualified = np.where(chance(rng, 0.005, size), -1, chance(rng, 0.93, size))
    story.add(
        Table(
            "contact_decisions",
            known,
            [
                ids("contact_id", "K", number),
                dates("decision_date", decided, since=as_days(np.maximum(decided, known))),
                dates("screened_date", screened, since=screened_known),
                flags("screened_by_qualified", qualified, since=screened_known),
            ],
            gone=gone,
        )
    )


def referrals(rng: np.random.Generator, story: Story) -> None:
    """Referrals, each the start of an episode of need, and the decisions on them.

    Comes last: a closure is recorded only when everything inside the episode has been recorded as ended.
    """
    episodes, practice = story.episodes, story.practice
    rows = np.flatnonzero(story.kept)
    size = len(rows)
    path, case, child = episodes.path[rows], episodes.case[rows], episodes.child[rows]
    referral, closed, known = episodes.referral[rows], episodes.closed[rows], story.known[rows]
    source = pick(rng, _SOURCE, len(story.cases))[case]
    source = np.where(
        (referral < _EARLY_HELP_CODES) & (source == SOURCES.index("5D")), SOURCES.index("5B"), source
    )
    usual = pick(rng, _NEED, len(story.cases))[case]
    need = np.where(path == LASTING, pick(rng, _NEED_LASTING, size), usual)
    need = np.where((path == NFA) & chance(rng, 0.6, size), -1, need).astype(np.int16)

    reason = pick_by(rng, _CLOSURE, path)
    # Closing after assessment means that there was no enquiry, conference or plan in the episode.
    reason = np.where((path == BRIEF) & (story.cases.strategy[case] <= closed) & (reason >= 7), 6, reason)
    reason = np.where((closed < _EARLY_HELP_CODES) & (reason == 8), 7, reason)
    reason = np.where(closed >= story.children.adult[child], 5, reason)
    reason = np.where(story.adopted[rows], 0, np.where(story.guardianship[rows], 3, reason)).astype(np.int16)

    closed_known = as_days(np.maximum(story.recorded(rng, closed, rows), story.ends_known[rows]))
    gone = withdrawn(rng, known, 0.01, path == NFA)
    story.add(
        Table(
            "cin_episodes",
            known,
            [
                ids("cine_referral_id", "R", rows),
                ids("cine_person_id", "C", child),
                dates("cine_referral_date", referral),
                codes(
                    "cine_referral_source_code", source, SOURCES, was=corrected(rng, source, known, 22, 0.003)
                ),
                codes("cine_cin_primary_need_code", need, NEEDS, was=corrected(rng, need, known, 8, 0.015)),
                flags(
                    "cine_referral_nfa", np.where((path != NFA) & chance(rng, 0.01, size), -1, path == NFA)
                ),
                dates("cine_close_date", closed, since=closed_known),
                codes("cine_close_reason", reason, CLOSURES, since=closed_known),
                ids("cine_referral_team", "T", story.team[rows]),
                ids("cine_referral_worker_id", "W", story.worker[rows]),
            ],
            child=child,
            gone=gone,
        )
    )

    quick = chance(rng, practice.in_time(0.94), size)
    wait = np.where(quick, pick(rng, (0.6, 0.4), size), 2 + waits(rng, 3, size))
    decided = np.where(chance(rng, 0.003, size), FAR, working_after(referral, wait)).astype(np.int32)
    decisions = Table(
        "referral_decisions",
        known,
        [
            ids("referral_id", "R", rows),
            dates("decision_date", decided, since=as_days(np.maximum(decided, known))),
        ],
        gone=gone,
    )
    story.add(decisions.where(referral >= story.horizons.of("referral_decisions")))


def assessments(rng: np.random.Generator, story: Story) -> None:
    """One assessment for each episode of need, and another each year or so while it stays open.

    An authority that once did initial and core assessments has both for the days before it stopped.
    """
    episodes, cases, practice = story.episodes, story.cases, story.practice
    rows = story.need
    case = episodes.case[rows]
    first, ended = cases.assessed[case], cases.authorised[case]
    episode, start, end, kind = [rows], [first], [ended], [np.full(len(rows), -1, dtype=np.int16)]
    last_end = ended
    for year in (1, 2, 3):
        again = chance(rng, 0.55, len(cases))
        delay = spread(rng, 0, 150, len(cases))
        length = assessment_days(rng, practice.in_time(0.84), len(cases))
        begun = as_days(episodes.referral[rows] + 365 * year + delay[case])
        done = working_after(begun, length[case])
        repeated = again[case] & (done < episodes.closed[rows]) & (begun > last_end)
        last_end = np.where(repeated, done, last_end)
        episode.append(rows[repeated])
        start.append(begun[repeated])
        end.append(done[repeated])
        kind.append(np.full(int(repeated.sum()), -1, dtype=np.int16))
    rows, first, ended = np.concatenate(episode), np.concatenate(start), np.concatenate(end)
    kinds = np.concatenate(kind)

    if practice.initial_and_core_until:
        rows, first, ended, kinds = _initial_and_core(
            rng, practice.initial_and_core_until, rows, first, ended, kinds
        )
    held = (first < episodes.closed[rows]) & (ended >= story.horizons.of("cin_assessments"))
    rows, first, ended, kinds = rows[held], first[held], ended[held], kinds[held]
    order = np.argsort(first, kind="stable")
    rows, first, ended, kinds = rows[order], first[order], ended[order], kinds[order]
    size = len(rows)
    ended = np.minimum(ended, np.maximum(episodes.closed[rows], first)).astype(np.int32)
    known = story.recorded(rng, first, rows, 0.6)
    ended_known = as_days(np.maximum(story.recorded(rng, ended, rows, 0.8), known))
    story.note_end(rows, ended_known)
    path = episodes.path[rows]
    nothing = chance(rng, np.array([0, 0.72, 0.04, 0.0, 0.0, 0.02])[path], size)
    kinds = np.where((kinds < 0) & chance(rng, 0.3, size), 2, kinds).astype(np.int16)
    was = moved(rng, ended, first, ended_known, 0.004)
    story.add(
        Table(
            "cin_assessments",
            known,
            [
                ids("cina_assessment_id", "A", np.arange(size)),
                ids("cina_person_id", "C", episodes.child[rows]),
                ids("cina_referral_id", "R", rows),
                dates("cina_assessment_start_date", first),
                dates("cina_assessment_auth_date", ended, since=ended_known, was=was),
                flags("cina_assessment_outcome_nfa", nothing, since=ended_known),
                flags("cina_assessment_child_seen", chance(rng, 0.97, size), since=ended_known),
                ids("cina_assessment_team", "T", story.team[rows]),
                ids("cina_assessment_worker_id", "W", story.worker[rows]),
                codes("assessment_type", kinds, ASSESSMENT_TYPES),
            ],
            child=episodes.child[rows],
        )
    )


def _initial_and_core(
    rng: np.random.Generator, until: int, rows: Ints, first: Days, ended: Days, kinds: Ints
) -> tuple[npt.NDArray[np.int64], Days, Days, npt.NDArray[np.int16]]:
    """Before the change an assessment was an initial one, and for some families a core one after it."""
    old = np.flatnonzero(first < until)
    wait = np.where(chance(rng, 0.8, len(old)), spread(rng, 1, 9, len(old)), 10 + waits(rng, 5, len(old)))
    initial_end = np.minimum(working_after(first[old], wait), ended[old])
    deeper = (ended[old] > initial_end + 5) & chance(rng, 0.6, len(old))
    new_kinds = kinds.copy()
    new_kinds[old] = 0
    new_ended = ended.copy()
    new_ended[old] = initial_end
    core = old[deeper]
    return (
        np.concatenate([rows, rows[core]]),
        np.concatenate([first, initial_end[deeper] + 1]).astype(np.int32),
        np.concatenate([new_ended, ended[core]]).astype(np.int32),
        np.concatenate([new_kinds, np.ones(len(core))]).astype(np.int16),
    )


def early_help(rng: np.random.Generator, story: Story) -> None:
    """Early help episodes, mostly of children who never come further; one at a time for a child."""
    horizon, until = story.horizons.of("early_help_episodes"), story.horizons.until
    children = story.children
    size = int(story.practice.open_children * EARLY_HELP_PER_OPEN * (until - horizon + 200) / YEAR)
    child = rng.integers(0, len(children), size)
    start = mostly_worked(rng, spread(rng, horizon - 200, until, size), 0.02)
    child = child[np.argsort(start, kind="stable")]
    start = np.sort(start)
    end = as_days(start + 14 + waits(rng, 150, size))
    end = np.where(chance(rng, 0.004, size), start, end).astype(np.int32)
    _, only = np.unique(child, return_index=True)
    only = np.sort(only)
    only = only[
        (end[only] >= horizon)
        & (start[only] < children.adult[child[only]])
        & (start[only] > children.born[child[only]] - 120)
    ]
    child, start, end = child[only], start[only], end[only]
    size = len(child)
    known = recorded(rng, start, story.practice.typing_lag)
    end_known = recorded(rng, end, story.practice.typing_lag, known)
    assessed = np.minimum(working_after(start, spread(rng, 5, 35, size)), end)
    assessed = np.where(chance(rng, 0.06, size), FAR, assessed).astype(np.int32)
    evaluated = as_days(np.where(chance(rng, 0.7, size), end + waits(rng, 12, size), FAR))
    story.add(
        Table(
            "early_help_episodes",
            known,
            [
                ids("earl_episode_id", "E", np.arange(size)),
                ids("earl_person_id", "C", child),
                dates("earl_episode_start_date", start),
                dates("earl_episode_end_date", end, since=end_known),
                codes("earl_episode_organisation", pick(rng, (5, 3, 3, 2, 1, 4), size), ORGANISATIONS),
                dates("assessment_completed_date", assessed, since=recorded(rng, assessed, 2, known)),
                dates("evaluation_date", evaluated, since=recorded(rng, evaluated, 2, end_known)),
            ],
            child=child,
            gone=withdrawn(rng, known, 0.002),
        )
    )
