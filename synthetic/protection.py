"""Child protection: strategy meetings, enquiries, conferences, plans, reviews, visits and minutes."""

import numpy as np

from synthetic.cases import REVIEWS
from synthetic.chance import Ints, Rows, chance, pick, recorded, spread, steps_in, waits
from synthetic.days import (
    FAR,
    Days,
    as_days,
    next_working,
    previous_working,
    working_after,
    working_between,
)
from synthetic.duties import documents, require
from synthetic.story import Story, moved, withdrawn
from synthetic.tables import Table, Was, codes, dates, flags, ids

TRIGGERS = ("REFERRAL", "ASSESSMENT", "OPEN_CASE", "OTHER")
ABUSE = ("NEG", "PHY", "SAB", "EMO", "MUL")
_ABUSE = (49, 7, 4, 35, 5)
MEETINGS = ("ICPC", "RCPC", "CLA")
LATE_REASONS = ("LATE_NOTICE", "AVAILABILITY", "CAPACITY", "REPORT", "QUORUM", "OTHER")
_LATE_REASON = (22, 27, 20, 16, 6, 9)
OTHER_GRID = (0.85, 0.09, 0.06)  # shares of plans visited on the usual 14 days, on 10 and on 20


def child_protection(rng: np.random.Generator, story: Story) -> None:
    """Everything from the strategy meeting to the end of the plan, child by child."""
    rows = story.need
    cases, episodes = story.cases, story.episodes
    case = episodes.case[rows]
    closed = episodes.closed[rows]

    # Enquiries, and the strategy meetings that began them.
    enquired = np.flatnonzero((cases.strategy[case] < closed) & (cases.strategy[case] < FAR))

    conferred = np.flatnonzero((cases.conference[case] < closed) & (cases.conference[case] < FAR))
    planned = np.flatnonzero(cases.plan_made[case] & (cases.conference[case] < closed))
    plans = _plans(rng, story, rows[planned])
    conference_known = _enquiries(rng, story, rows[enquired], rows[conferred], plans)
    _plan_table(rng, story, plans, conference_known)
    _reviews(rng, story, plans)
    _visits(rng, story, plans)
    documents(rng, story, 0, episodes.child[plans.episode], plans.start + 6, plans.end, plans.known, 0.94)


class _Plans:
    """Grain: one plan. A few episodes hold two, the second starting on the day the first ended."""

    def __init__(self, episode: Rows, start: Days, end: Days, second: Rows, previous: Ints) -> None:
        self.episode, self.start, self.end, self.second, self.previous = episode, start, end, second, previous
        self.known = self.end_known = start

    def __len__(self) -> int:
        return len(self.episode)


def _plans(rng: np.random.Generator, story: Story, episode: Rows) -> _Plans:
    cases, episodes = story.cases, story.episodes
    case = episodes.case[episode]
    start = cases.conference[case]
    end = as_days(np.minimum(cases.plan_ended[case], episodes.closed[episode]))
    # A plan may end on the day it began: started and ended, and never open.
    end = np.where(chance(rng, 0.002, len(case)), start, np.maximum(end, start)).astype(np.int32)
    split = (end - start > 200) & (end < FAR) & chance(rng, 0.012, len(case))
    restart = next_working(start + ((end - start) * 0.6).astype(np.int32))
    first_end = np.where(split, restart, end)
    both = np.concatenate([np.arange(len(case)), np.flatnonzero(split)])
    second = np.concatenate([np.zeros(len(case), bool), np.ones(int(split.sum()), bool)])
    plans = _Plans(
        episode[both],
        np.where(second, restart[both], start[both]).astype(np.int32),
        np.where(second, end[both], first_end[both]).astype(np.int32),
        second,
        episodes.previous_plans[episode[both]] + second,
    )
    plans.known = story.recorded(rng, plans.start, plans.episode, 0.6)
    plans.end_known = as_days(np.maximum(story.recorded(rng, plans.end, plans.episode, 0.6), plans.known))
    # A plan that follows another is recorded together with the end of the first.
    firsts = np.searchsorted(episode, plans.episode[second])
    together = np.maximum(plans.end_known[firsts], plans.known[second])
    plans.end_known[firsts] = together
    plans.known[second] = together
    plans.end_known[second] = np.maximum(plans.end_known[second], together)
    story.note_end(plans.episode, plans.end_known)
    return plans


def _enquiries(
    rng: np.random.Generator, story: Story, enquired: Rows, conferred: Rows, plans: _Plans
) -> tuple[Ints, Days]:
    """Strategy meetings, section 47 enquiries and initial conferences.

    Returns, by episode, when its conference was recorded (FAR where none), and the conference of each plan.
    """
    cases, episodes, practice = story.cases, story.episodes, story.practice
    horizon, brief = story.horizons.of("s47_enquiries"), story.horizons.of("strategy_meetings")
    case = episodes.case[enquired]
    start = cases.strategy[case]
    end = as_days(np.minimum(cases.enquiry_ended[case], episodes.closed[enquired]))
    held_conference = np.isin(enquired, conferred)
    known = story.recorded(rng, start, enquired, 0.4)
    end_known = as_days(np.maximum(story.recorded(rng, end, enquired, 0.7), known))
    noted = known
    # Whether no conference was needed is settled when the enquiry ends.
    story.note_end(enquired, end_known)
    child = episodes.child[enquired]
    planned = np.isin(enquired, plans.episode)
    held = (end >= horizon) | planned | (held_conference & (cases.conference[case] >= horizon))
    story.add(
        Table(
            "s47_enquiries",
            known,
            [
                ids("s47e_s47_enquiry_id", "Q", enquired),
                ids("s47e_person_id", "C", child),
                ids("s47e_referral_id", "R", enquired),
                dates("s47e_s47_start_date", start),
                dates("s47e_s47_end_date", end, since=end_known),
                flags("s47e_s47_nfa", ~held_conference, since=end_known),
                ids("s47e_s47_completed_by_team", "T", story.team[enquired]),
            ],
            child=child,
        ).where(held)
    )

    trigger = cases.strategy_trigger[case]
    trigger = np.where(chance(rng, 0.01, len(case)), -1, trigger).astype(np.int16)
    # One meeting serves the brothers and sisters; some discussions lead to no enquiry at all.
    extra = story.need[chance(rng, 0.045, len(story.need))]
    extra = extra[~np.isin(extra, enquired)]
    when = as_days(
        np.minimum(episodes.referral[extra] + spread(rng, 0, 60, len(extra)), episodes.closed[extra])
    )
    meeting = np.concatenate([case, len(cases) + extra])
    person = np.concatenate([child, episodes.child[extra]])
    held_on = np.concatenate([start, when]).astype(np.int32)
    why = np.concatenate([trigger, pick(rng, (3, 2, 4, 1), len(extra))]).astype(np.int16)
    known_on = np.concatenate([known, story.recorded(rng, when, extra, 0.4)]).astype(np.int32)
    story.add(
        Table(
            "strategy_meetings",
            known_on,
            [
                ids("meeting_id", "M", meeting),
                ids("person_id", "C", person),
                dates("held_date", held_on),
                codes("trigger_code", why, TRIGGERS),
            ],
            child=person,
        ).where(held_on >= brief)
    )

    # Conferences: those of the case, and those that restart a plan on the day another ended.
    again = np.flatnonzero(plans.second)
    episode = np.concatenate([conferred, plans.episode[again]])
    restarted = np.concatenate([np.zeros(len(conferred), bool), np.ones(len(again), bool)])
    case = episodes.case[episode]
    date = np.where(restarted, 0, cases.conference[case])
    date[restarted] = plans.start[again]
    date = date.astype(np.int32)
    plan = np.full(len(episodes) * 2, -1)
    plan[plans.episode * 2 + plans.second] = np.arange(len(plans))
    plan_of = plan[episode * 2 + restarted]  # -1 where none, which finds the last place of these two
    plans_known, plans_end = np.append(plans.known, FAR), np.append(plans.end, 0)
    moved_in = cases.transfer_in[case] & ~restarted
    linked = np.isin(episode, enquired) & ~restarted & ~chance(rng, 0.008, len(episode))
    enquiry = np.where(linked, episode, -1)
    started = np.where(np.isin(episode, enquired), cases.strategy[case], episodes.referral[episode]).astype(
        np.int32
    )
    target = working_after(started, 15)
    target = np.where(restarted | (moved_in & chance(rng, 0.1, len(episode))), FAR, target).astype(np.int32)
    known = story.recorded(rng, date, episode, 0.4)
    enquiry_known = np.zeros(len(episodes), dtype=np.int32)
    enquiry_known[enquired] = noted
    known = as_days(np.where(linked, np.maximum(known, enquiry_known[episode]), known))
    plan_known = as_days(np.where(plan_of >= 0, np.maximum(plans_known[plan_of], known), FAR))
    number = np.arange(len(episode))
    meeting = np.where(restarted, len(cases) + case, case)
    outcome = plan_of >= 0
    plan_held = outcome & (plans_end[plan_of] >= story.horizons.of("cp_plans"))
    held = (date >= horizon) | plan_held
    story.add(
        Table(
            "initial_cp_conferences",
            known,
            [
                ids("icpc_icpc_id", "I", number),
                ids("icpc_person_id", "C", episodes.child[episode]),
                dates("icpc_icpc_date", date),
                ids("icpc_icpc_meeting_id", "G", meeting),
                ids("icpc_s47_enquiry_id", "Q", enquiry),
                ids("icpc_referral_id", "R", episode),
                ids("icpc_cp_plan_id", "P", np.where(plan_of >= 0, plan_of, -1), since=plan_known),
                flags(
                    "icpc_icpc_transfer_in",
                    np.where(chance(rng, 0.5, len(episode)) & ~moved_in, -1, moved_in),
                ),
                dates("icpc_icpc_target_date", target),
                flags("icpc_icpc_outcome_cp_flag", outcome),
                ids("icpc_icpc_team", "T", story.team[episode]),
            ],
            child=episodes.child[episode],
        ).where(held)
    )
    story.note_end(episode, known)

    late = np.where(linked, working_between(started, date) > 15, ~moved_in | (date > target))
    late_reasons(rng, story, "I", 0, number[late & held], date[late & held], known[late & held])
    _minutes(rng, story, "G", 0, meeting, date, known, practice.in_time(0.86))
    conference_of = np.full(len(plans), -1)
    conference_of[plan_of[plan_of >= 0]] = number[plan_of >= 0]
    by_plan = np.full(len(plans), FAR, dtype=np.int32)
    by_plan[plan_of[plan_of >= 0]] = known[plan_of >= 0]
    return conference_of, by_plan


def _plan_table(
    rng: np.random.Generator, story: Story, plans: _Plans, conferences: tuple[Ints, Days]
) -> None:
    episodes, cases = story.episodes, story.cases
    conference, conference_known = conferences
    size = len(plans)
    child = episodes.child[plans.episode]
    category = pick(rng, _ABUSE, len(cases))[episodes.case[plans.episode]]
    changes = chance(rng, 0.12, size) & (plans.end - plans.start > 100)
    latest = np.where(changes, (category + 3) % 5, category).astype(np.int16)
    changed = np.flatnonzero(changes)
    # The latest category is the first one until a review changes it.
    was = Was(
        changed, category[changed], as_days(np.maximum(plans.start[changed] + 91, plans.known[changed] + 1))
    )
    held = plans.end >= story.horizons.of("cp_plans")
    away = np.where(chance(rng, 0.4, size), -1, 0)
    away = np.where(cases.other_authority[episodes.case[plans.episode]], 1, away)
    story.add(
        Table(
            "cp_plans",
            plans.known,
            [
                ids("cppl_cp_plan_id", "P", np.arange(size)),
                ids("cppl_person_id", "C", child),
                dates("cppl_cp_plan_start_date", plans.start),
                dates("cppl_cp_plan_end_date", plans.end, since=plans.end_known),
                ids("cppl_referral_id", "R", plans.episode),
                ids(
                    "cppl_icpc_id", "I", conference, since=as_days(np.maximum(conference_known, plans.known))
                ),
                codes("cppl_cp_plan_initial_category", category, ABUSE),
                codes("cppl_cp_plan_latest_category", latest, ABUSE, was=was),
                flags("cppl_cp_plan_ola", away),
                ids("number_of_previous_plans", "", plans.previous),
            ],
            child=child,
        ).where(held)
    )


def _reviews(rng: np.random.Generator, story: Story, plans: _Plans) -> None:
    """Review conferences, each on file from the day the one before was recorded, and held later or never."""
    cases, episodes = story.cases, story.episodes
    horizon = story.horizons.of("cp_reviews")
    case = episodes.case[plans.episode]
    due, held = cases.review_due[case], cases.review_held[case]
    meeting = case[:, None] * REVIEWS + np.arange(REVIEWS)[None, :]
    # The review that ends a plan is held on its last day; what is due later is never held.
    inside = (held > plans.start[:, None]) & (held <= plans.end[:, None]) & (held < FAR)
    before = np.concatenate([plans.start[:, None], held[:, :-1]], axis=1)
    on_file = (before < plans.end[:, None]) & (before >= plans.start[:, None]) & (due < FAR)
    on_file &= due > plans.start[:, None]
    plan, number = np.nonzero(on_file & (np.where(inside, held, plans.end[:, None]) >= horizon))
    held_on = np.where(inside, held, FAR)[plan, number].astype(np.int32)
    due_on = due[plan, number]
    episode = plans.episode[plan]
    lag = story.practice.typing_lag * 0.6
    # Brothers and sisters share a meeting, so they share the day on which it was recorded.
    keys, position = np.unique(meeting[plan, number], return_inverse=True)
    late_typing = np.minimum(rng.exponential(lag, len(keys)), 40).astype(np.int32)[position]
    held_known = as_days(
        np.where(held_on >= FAR, FAR, np.maximum(held_on + late_typing, story.known[episode]))
    )
    set_on = as_days(np.maximum(before[plan, number] + spread(rng, 0, 10, len(plan)), plans.known[plan]))
    set_on = as_days(np.minimum(set_on, np.maximum(held_known, plans.known[plan])))
    held_known = np.where(
        held_on >= FAR, FAR, story.settled(as_days(np.maximum(held_known, set_on)), episode)
    )
    held_known = held_known.astype(np.int32)
    # A review that never took place leaves the record when the plan's end is recorded.
    gone = as_days(np.where(held_on >= FAR, plans.end_known[plan], FAR))
    size = len(plan)
    ends = held_on >= plans.end[plan]
    story.note_end(episode, held_known)
    record = np.arange(size)
    unset = chance(rng, 0.004, size)
    story.add(
        Table(
            "cp_reviews",
            set_on,
            [
                ids("cppr_cp_review_id", "V", record),
                ids("cppr_person_id", "C", episodes.child[episode]),
                ids("cppr_cp_plan_id", "P", plan),
                dates("cppr_cp_review_due", np.where(unset, FAR, due_on).astype(np.int32)),
                dates("cppr_cp_review_date", held_on, since=held_known),
                ids("cppr_cp_review_meeting_id", "H", meeting[plan, number], since=held_known),
                flags("cppr_cp_review_outcome_continue_cp", ~ends, since=held_known),
                flags("cppr_cp_review_quorate", chance(rng, 0.985, size), since=held_known),
            ],
            child=episodes.child[episode],
            gone=gone,
        ).where(plans.end[plan] >= story.horizons.of("cp_plans"))
    )
    done = held_on < FAR
    late = done & (held_on > due_on) & ~unset
    late_reasons(rng, story, "V", 1, record[late], held_on[late], held_known[late])
    _minutes(
        rng,
        story,
        "H",
        1,
        meeting[plan, number][done],
        held_on[done],
        held_known[done],
        story.practice.in_time(0.85),
    )


def _visits(rng: np.random.Generator, story: Story, plans: _Plans) -> None:
    """Visits to children on plans, aimed at each due date of the child's grid: most made in time, most seen.

    Children visited more or less often than every two weeks have a visit requirement on file.
    """
    horizon, until = story.horizons.of("cp_visits"), story.horizons.until
    episodes, practice = story.episodes, story.practice
    grid = np.array([14, 10, 20])[pick(rng, OTHER_GRID, len(plans))]
    last = np.minimum(plans.end, until + 20).astype(np.int32)
    plan, number = steps_in(as_days(plans.start + grid), last, grid, horizon)
    due = plans.start[plan] + (number + 1) * grid[plan]
    size = len(plan)
    early = spread(rng, 0, 4, size)
    made = np.where(chance(rng, practice.in_time(0.94), size), due - early, due + 1 + waits(rng, 3, size))
    made = np.where(chance(rng, 0.9, size), previous_working(made), made)
    # Some children are seen between times as well.
    extra = np.flatnonzero((grid[plan] == 14) & chance(rng, 0.05, size))
    plan, made = (
        np.concatenate([plan, plan[extra]]),
        np.concatenate([made, made[extra] - spread(rng, 5, 8, len(extra))]),
    )
    size = len(plan)
    happened = ~chance(rng, 0.03, size) & (made > plans.start[plan]) & (made <= last[plan]) & (made <= until)
    plan, made = plan[happened], made[happened].astype(np.int32)
    size = len(plan)
    episode = plans.episode[plan]
    known = as_days(np.maximum(recorded(rng, made, 0.5 * practice.typing_lag), plans.known[plan]))
    seen = chance(rng, 0.955, size)
    child = episodes.child[episode]
    story.add(
        Table(
            "cp_visits",
            known,
            [
                ids("cppv_cp_visit_id", "X", np.arange(size)),
                ids("cppv_person_id", "C", child),
                ids("cppv_cp_plan_id", "P", plan),
                dates("cppv_cp_visit_date", made, was=moved(rng, made, plans.start[plan], known, 0.002)),
                flags("cppv_cp_visit_seen", np.where(chance(rng, 0.002, size), -1, seen)),
                flags("cppv_cp_visit_seen_alone", np.where(seen, chance(rng, 0.75, size), -1)),
            ],
            child=child,
            gone=withdrawn(rng, known, 0.001),
        )
    )
    other = np.flatnonzero((grid != 14) & (plans.end >= horizon))
    interval = grid[other]
    require(
        story,
        episodes.child[plans.episode[other]],
        0,
        plans.start[other],
        plans.end[other],
        interval,
        plans.known[other],
        plans.end_known[other],
    )


def late_reasons(
    rng: np.random.Generator, story: Story, prefix: str, kind: int, record: Ints, held: Days, known: Days
) -> None:
    """Reasons for late meetings, for five in six of them."""
    told = chance(rng, 0.84, len(record)) & (held >= story.horizons.of("late_meetings"))
    record, known = record[told], known[told]
    columns = [
        ids("record_id", prefix, record),
        codes("kind_code", np.full(len(record), kind, dtype=np.int16), MEETINGS),
        codes("reason_code", pick(rng, _LATE_REASON, len(record)), LATE_REASONS),
    ]
    story.add(Table("late_meetings", as_days(known + waits(rng, 4, len(record))), columns))


def _minutes(
    rng: np.random.Generator,
    story: Story,
    prefix: str,
    kind: int,
    meeting: Ints,
    held: Days,
    known: Days,
    in_time: float,
) -> None:
    """Minutes of conferences, one row a meeting however many children it was about."""
    meeting, only = np.unique(meeting, return_index=True)
    held, known = held[only], known[only]
    recent = held >= story.horizons.of("conference_minutes")
    meeting, held, known = meeting[recent], held[recent], known[recent]
    size = len(meeting)
    due = working_after(held, 15)
    sent = np.where(
        chance(rng, in_time, size),
        working_after(held, spread(rng, 3, 15, size)),
        due + 1 + waits(rng, 20, size),
    )
    sent = as_days(np.where(chance(rng, 0.004, size), FAR, sent))
    columns = [
        ids("meeting_id", prefix, meeting),
        codes("kind_code", np.full(size, kind, dtype=np.int16), MEETINGS),
        dates("held_date", held),
        dates("minutes_due_date", due),
        dates("minutes_sent_date", sent, since=recorded(rng, sent, 1, known)),
    ]
    story.add(Table("conference_minutes", known, columns))
