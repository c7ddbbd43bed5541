"""Who does the work: teams, posts and the people in them, the cases they hold, and what they cost."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthetic.cases import BRIEF, LASTING, NFA
from synthetic.chance import Codes, Flags, Ints, Rows, chance, pick, spread, waits, within
from synthetic.days import FAR, YEAR, Days, as_days, financial_year
from synthetic.practice import Practice
from synthetic.story import Story
from synthetic.tables import Table, codes, dates, ids, words

KINDS = ("Assessment", "Safeguarding", "Children looked after", "Disabled children")
ROLES = ("SW", "SSW", "PSW", "TM", "OTH")
HOLDERS = ("PERMANENT", "AGENCY")
FTES = ("1", "0.8", "0.6", "0.5", "0")
STARTS = ("PERMANENT", "NQSW", "OVERSEAS", "CONVERTED", "INTERNAL")
ENDS = ("LEFT", "INTERNAL", "DIED")
PARTS = ("SW", "PA", "IRO", "FSW", "SUP", "OTH")
REASONS = ("Case transferred between teams", "Worker left", "Worker moved post", "Case closed")
TITLES = (
    "Social worker",
    "Senior social worker",
    "Principal social worker",
    "Team manager",
    "Family support worker",
    "Personal adviser",
    "Independent reviewing officer",
    "Social worker (agency)",
)
CASES_A_POST = 17.0  # children held for each filled post
POSTS_A_TEAM = 7
LINES = ("STAFFING", "AGENCY", "PLACEMENTS", "OTHER")


@dataclass
class Staff:
    """Posts, those who held them, and who holds the cases of each post from day to day."""

    team_kind: Codes  # by team: place in KINDS
    post_team: Ints  # by post: team, or -1
    post_role: Codes
    post_fte: Codes
    post_from: Days
    post_to: Days
    post: Ints  # by assignment, in order of post and start
    worker: Ints
    holder: Codes
    fte: Codes
    start: Days
    end: Days
    offered: Days
    start_route: Codes
    end_route: Codes
    passed: Days
    case_post: Ints  # by spell of case-holding, in order of post and start: no gaps
    case_worker: Ints
    case_start: Days
    posts_of_kind: list[Rows]  # case-holding posts of each kind
    support: Ints  # workers in no post of a social worker: support workers, advisers, reviewing officers
    support_part: Codes


def _segments(rng: np.random.Generator, story: Story) -> tuple[Rows, Codes, Days, Days]:
    """Which kind of team holds each episode of need when: assessment first, then where the need leads."""
    episodes, cases = story.episodes, story.cases
    rows = story.need
    case, path, closed = episodes.case[rows], episodes.path[rows], episodes.closed[rows]
    delay = pick(rng, (0.72, 0.22, 0.03, 0.01, 0.01, 0.01), len(cases))[case]
    first = np.minimum(episodes.referral[rows] + delay, closed)
    onward = cases.authorised[case] + spread(rng, 1, 9, len(cases))[case]
    onward = np.where((path == BRIEF) | (onward >= closed), closed, np.maximum(onward, first))
    care = episodes.care_started[rows] + spread(rng, 12, 40, len(cases))[case]
    care = np.where(care >= closed, closed, care)
    second_end = np.minimum(care, closed)
    kind = np.where(path == LASTING, 3, 1)
    parts = [
        (rows, np.zeros(len(rows), np.int16), first, np.minimum(onward, second_end)),
        (rows, kind.astype(np.int16), onward, second_end),
        (rows, np.full(len(rows), 2, np.int16), care, closed),
    ]
    episode, team, start, end = (np.concatenate([part[i] for part in parts]) for i in range(4))
    real = end > start
    return episode[real], team[real], start[real].astype(np.int32), end[real].astype(np.int32)


def employ(rng: np.random.Generator, story: Story) -> Staff:
    """Posts enough for the cases there are, filled, left, covered by agencies and filled again."""
    episode, kind, start, end = _segments(rng, story)
    middle = (story.horizons.brief + story.horizons.until) // 2
    load = np.bincount(kind[(start <= middle) & (end > middle)], minlength=4)
    per_kind = np.maximum(np.ceil(load / CASES_A_POST).astype(int), 1)
    team_kind: list[int] = []
    team: list[npt.NDArray[np.int64]] = []
    role: list[npt.NDArray[np.int16]] = []
    posts_of_kind: list[Rows] = []
    number = 0
    for of_kind, count in enumerate(per_kind):
        teams = int(np.ceil(count / POSTS_A_TEAM))
        own = np.arange(count) % teams + len(team_kind)
        team_kind += [of_kind] * teams
        cover = np.arange(len(team_kind) - teams, len(team_kind))
        posts_of_kind.append(np.arange(number, number + count))
        team += [own, cover, cover]
        role += [np.where(chance(rng, 0.16, count), 1, 0), np.full(teams, 1), np.full(teams, 3)]
        number += count + 2 * teams
    team += [np.full(1, -1), np.zeros(1, int)]
    role += [np.full(1, 2), np.full(1, 0)]
    post_team, post_role = np.concatenate(team), np.concatenate(role).astype(np.int16)
    posts = len(post_team)
    holding = np.zeros(posts, dtype=bool)
    holding[np.concatenate(posts_of_kind)] = True

    begun = story.horizons.of("workforce_posts") - 400
    until = story.horizons.until
    new = holding & chance(rng, 0.04, posts)
    post_from = as_days(np.where(new, begun + 420 + spread(rng, 0, 300, posts), FAR))
    post_fte = np.where(holding, pick(rng, (0.86, 0.08, 0.04, 0.02, 0), posts), 0).astype(np.int16)
    post_fte[-1] = 4  # a supernumerary post: nothing funded, someone in it
    staff = _assignments(rng, holding, post_fte, post_from, begun, until)
    _move_inside(rng, staff, begun)
    covers = np.full(len(team_kind), -1)
    seniors = np.flatnonzero((post_role == 1) & ~holding)
    covers[post_team[seniors]] = seniors
    support = int(max(6, story.practice.open_children // 35))
    part = pick(rng, (0, 3, 3, 4, 0, 0), support)
    part[:3] = (1, 2, 3)
    full = Staff(
        team_kind=np.array(team_kind, dtype=np.int16),
        post_team=post_team,
        post_role=post_role,
        post_fte=post_fte,
        post_from=post_from,
        post_to=np.full(posts, FAR, dtype=np.int32),
        **staff,
        case_post=np.zeros(0, int),
        case_worker=np.zeros(0, int),
        case_start=np.zeros(0, np.int32),
        posts_of_kind=posts_of_kind,
        support=int(staff["worker"].max()) + 1 + np.arange(support),
        support_part=part,
    )
    _hold_cases(full, holding, covers)
    _allocate(rng, story, full, (episode, kind, start, end))
    _workforce_tables(rng, story, full)
    return full


def _assignments(
    rng: np.random.Generator, holding: Flags, post_fte: Codes, post_from: Days, begun: int, until: int
) -> dict[str, npt.NDArray[Any]]:
    """One tenure after another in each case-holding post; managers and seniors who cover stay throughout."""
    posts = len(holding)
    every = np.arange(posts)
    columns: dict[str, list[npt.NDArray[Any]]] = {
        name: [] for name in words("post holder fte start end offered start_route end_route passed")
    }
    at = np.where(post_from < FAR, post_from, begun - spread(rng, 0, 2500, posts)).astype(np.int64)
    alive = every
    first = True
    converted = np.zeros(posts, dtype=bool)
    for _ in range(40):
        size = len(alive)
        if not size:
            break
        agency = holding[alive] & chance(rng, 0.1 if first else 0.34, size) & ~converted[alive]
        route = np.where(converted[alive], 3, pick(rng, (50, 38, 12), size))
        length = np.where(agency, 60 + waits(rng, 260, size), 200 + waits(rng, 1750, size))
        ends = at[alive] + length
        # Whoever is in post when the story begins has some of the tenure still to serve.
        ends = np.where(first & (ends < begun), begun + waits(rng, 900, size), ends)
        ends = np.where(holding[alive], np.minimum(ends, FAR), FAR)
        start = at[alive]
        passes = ~agency & (route == 1) & (start + 340 < ends) & chance(rng, 0.93, size)
        columns["post"].append(alive)
        columns["holder"].append(agency.astype(np.int16))
        columns["fte"].append(
            np.where(
                agency,
                0,
                np.where(chance(rng, 0.12, size), pick(rng, (0, 5, 3, 2, 0.4), size), post_fte[alive]),
            )
        )
        columns["start"].append(start)
        columns["end"].append(ends)
        columns["offered"].append(np.where(agency, FAR, start - spread(rng, 28, 95, size)))
        columns["start_route"].append(np.where(agency, -1, route))
        columns["end_route"].append(
            np.where(agency | (ends >= FAR), -1, np.where(chance(rng, 0.04, size), 2, 0))
        )
        columns["passed"].append(np.where(passes, start + 355 + spread(rng, 0, 50, size), FAR))
        now_own = agency & chance(rng, 0.22, size)
        converted[alive] = now_own
        gap = np.where(
            now_own, 0, np.where(chance(rng, 0.4, size), spread(rng, 0, 6, size), spread(rng, 20, 130, size))
        )
        at[alive] = ends + gap
        alive = alive[(at[alive] <= until + 110) & holding[alive]]
        first = False
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.lexsort((joined["start"], joined["post"]))
    staff = {name: values[order] for name, values in joined.items()}
    for name in ("start", "end", "offered", "passed"):
        staff[name] = as_days(staff[name])
    staff["passed"] = np.where(staff["passed"] < staff["end"], staff["passed"], FAR).astype(np.int32)
    staff["worker"] = np.arange(len(order))
    # An agency worker made permanent is the same worker.
    same = np.flatnonzero((staff["start_route"] == 3) & (staff["post"] == np.roll(staff["post"], 1)))
    staff["worker"][same] = staff["worker"][same - 1]
    for name in ("fte", "start_route", "end_route", "holder"):
        staff[name] = staff[name].astype(np.int16)
    # Nobody is promised to a post funded at nothing, and nobody converts out of nothing.
    staff["start_route"] = np.where(
        (staff["start_route"] == 3) & ~np.isin(np.arange(len(order)), same), 0, staff["start_route"]
    ).astype(np.int16)
    return staff


def _move_inside(rng: np.random.Generator, staff: dict[str, npt.NDArray[Any]], begun: int) -> None:
    """Some who leave a post take another: they stay until the day they start in it."""
    post, start, end = staff["post"], staff["start"], staff["end"]
    next_start = np.append(np.where(post[1:] == post[:-1], start[1:], FAR), FAR)
    once = np.bincount(staff["worker"], minlength=len(post))[staff["worker"]] == 1
    leaves = np.flatnonzero((staff["end_route"] == 0) & (end < FAR) & once & chance(rng, 0.8, len(post)))
    joins = np.flatnonzero((staff["start_route"] >= 0) & (start > begun) & once & chance(rng, 0.5, len(post)))
    wait = start[joins][:, None] - end[leaves][None, :]
    fits = (wait >= 0) & (wait < 130) & (start[joins][:, None] <= next_start[leaves][None, :])
    fits &= post[joins][:, None] != post[leaves][None, :]
    found = fits.any(axis=1)
    joiner = joins[found]
    leaver = leaves[fits[found].argmax(axis=1)] if found.any() else leaves[:0]
    # A worker moves once in this story, so that one move never undoes another.
    once_only = np.unique(leaver, return_index=True)[1]
    left, joined = leaver[once_only], joiner[once_only]
    apart = np.isin(joined, left, invert=True) & np.isin(left, joined, invert=True)
    left, joined = left[apart], joined[apart]
    staff["end"][left] = start[joined]
    staff["end_route"][left] = 1
    staff["start_route"][joined] = 4
    staff["worker"][joined] = staff["worker"][left]
    staff["passed"][joined] = FAR


def _hold_cases(staff: Staff, holding: Flags, covers: Ints) -> None:
    """Who holds each post's cases from day to day: whoever is in post, and in a vacancy the team's senior."""
    rows = np.flatnonzero(holding[staff.post] & (staff.end > staff.start))
    post, start, end = staff.post[rows], staff.start[rows], staff.end[rows]
    follows = np.append(np.where(post[1:] == post[:-1], start[1:], FAR), FAR).astype(np.int32)
    gap = np.flatnonzero(end < follows)
    first = np.insert(post[1:] != post[:-1], 0, True)
    senior_of = np.full(int(staff.post.max()) + 1, -1)
    senior_of[staff.post] = staff.worker
    cover = senior_of[covers[staff.post_team[post]]]
    early = np.flatnonzero(first & (start > 0))
    parts_post = np.concatenate([post, post[gap], post[early]])
    parts_worker = np.concatenate([staff.worker[rows], cover[gap], cover[early]])
    parts_start = np.concatenate([start, end[gap], np.zeros(len(early), np.int32)]).astype(np.int32)
    order = np.lexsort((parts_start, parts_post))
    staff.case_post, staff.case_worker, staff.case_start = (
        parts_post[order],
        parts_worker[order],
        parts_start[order],
    )


def _allocate(
    rng: np.random.Generator, story: Story, staff: Staff, segments: tuple[Rows, Codes, Days, Days]
) -> None:
    """Involvements: each segment of an episode goes to a post, and so to one worker after another."""
    episode, kind, start, end = segments
    cases, episodes = story.cases, story.episodes
    post = np.zeros(len(episode), dtype=np.int64)
    for of_kind, posts in enumerate(staff.posts_of_kind):
        drawn = posts[rng.integers(0, len(posts), len(cases))]
        mine = kind == of_kind
        post[mine] = drawn[episodes.case[episode[mine]]]
    scale = 2 * int(FAR)
    key = staff.case_post.astype(np.int64) * scale + staff.case_start
    first = np.searchsorted(key, post * scale + start, side="right") - 1
    last = np.searchsorted(key, post * scale + end, side="left") - 1
    count = np.maximum(last - first + 1, 1)
    of = np.repeat(np.arange(len(episode)), count)
    spell = first[of] + within(count)
    begins = np.maximum(start[of], staff.case_start[spell])
    follows = np.append(staff.case_start[1:], FAR)[spell]
    ends = np.minimum(end[of], np.where(spell < last[of], follows, FAR))
    worker = staff.case_worker[spell]
    story.worker[:] = -1
    story.team[:] = -1
    opening = np.flatnonzero(np.insert(episode[of][1:] != episode[of][:-1], 0, True)[: len(of)])
    begun = opening[np.argsort(begins[opening], kind="stable")[::-1]]
    story.worker[episode[of][begun]] = worker[begun]
    story.team[episode[of][begun]] = staff.post_team[post[of][begun]] + 1
    brief = np.flatnonzero((episodes.path == NFA) & story.kept)
    duty = staff.posts_of_kind[0]
    duty_post = duty[rng.integers(0, len(duty), len(cases))][episodes.case[brief]]
    story.team[brief] = staff.post_team[duty_post] + 1
    at = np.searchsorted(key, duty_post * scale + episodes.referral[brief], side="right") - 1
    story.worker[brief] = staff.case_worker[at]

    known = story.recorded(rng, begins, episode[of], 0.25)
    closing = ends >= end[of]
    moved_on = np.zeros(len(of), dtype=bool)
    moved_on[:-1] = episode[of][1:] == episode[of][:-1]
    why = np.where(~closing, 1, np.where(ends < episodes.closed[episode[of]], 0, 3)).astype(np.int16)
    ended_known = as_days(np.maximum(story.recorded(rng, ends, episode[of], 0.4), known))
    story.note_end(episode[of], ended_known)
    _involvements(
        story,
        0,
        episode[of],
        worker,
        np.zeros(len(of), np.int16),
        staff.post_team[post[of]] + 1,
        begins,
        ends,
        known,
        ended_known,
        why,
    )
    _others(rng, story, staff)


def _involvements(
    story: Story,
    first_number: int,
    episode: Rows,
    worker: Ints,
    part: Codes,
    team: Ints,
    start: Days,
    end: Days,
    known: Days,
    end_known: Days,
    why: Codes,
) -> None:
    child = story.episodes.child[episode]
    story.add(
        Table(
            "involvements",
            as_days(known),
            [
                ids("invo_involvements_id", "N", np.arange(len(episode)) + first_number),
                ids("invo_professional_id", "W", worker),
                ids("invo_person_id", "C", child),
                codes("invo_professional_role_id", part, PARTS),
                ids("invo_professional_team", "T", team),
                dates("invo_involvement_start_date", as_days(start)),
                dates("invo_involvement_end_date", as_days(end), since=end_known),
                codes("invo_worker_change_reason", why, REASONS, since=end_known),
            ],
            child=child,
        ).where(end >= story.horizons.of("involvements"))
    )


def _others(rng: np.random.Generator, story: Story, staff: Staff) -> None:
    """Those beside the social worker: support workers for some, reviewing officers and advisers in care."""
    episodes, cases = story.episodes, story.cases
    rows = story.need
    closed = episodes.closed[rows]
    begun = np.minimum(cases.authorised[episodes.case[rows]], closed) + 3
    helped = (
        chance(rng, 0.3, len(cases))[episodes.case[rows]] & (episodes.path[rows] != BRIEF) & (begun < closed)
    )
    cared = (episodes.care_started[rows] < closed) & (episodes.care_ended[rows] > episodes.care_started[rows])
    grown = story.children.born[episodes.child[rows]] + int(16.5 * YEAR)
    advised = cared & (grown < closed) & (closed - episodes.care_started[rows] > 91)
    choices = [
        (3, helped, begun),
        (2, cared, episodes.care_started[rows] + 2),
        (1, advised, np.maximum(grown, episodes.care_started[rows] + 30)),
    ]
    number = 1 + max(int(part.columns[0].values.max(initial=-1)) for part in story.parts("involvements"))
    for part, who, start in choices:
        mine = np.flatnonzero(who & (start < closed))
        pool = staff.support[staff.support_part == part]
        worker = pool[rng.integers(0, len(pool), len(cases))][episodes.case[rows[mine]]]
        end = np.where(
            part == 3,
            closed[mine],
            np.minimum(closed[mine], episodes.care_ended[rows[mine]] if part == 2 else closed[mine]),
        )
        start_on = as_days(start[mine])
        real = end >= start_on
        mine, worker, end, start_on = mine[real], worker[real], as_days(end[real]), start_on[real]
        known = story.recorded(rng, start_on, rows[mine], 0.5)
        end_known = as_days(np.maximum(story.recorded(rng, end, rows[mine], 0.5), known))
        story.note_end(rows[mine], end_known)
        size = len(mine)
        team = np.full(size, 0) if part == 2 else story.team[rows[mine]]
        _involvements(
            story,
            number,
            rows[mine],
            worker,
            np.full(size, part, np.int16),
            team,
            start_on,
            end,
            known,
            end_known,
            np.full(size, 3, np.int16),
        )
        number += size


def _workforce_tables(rng: np.random.Generator, story: Story, staff: Staff) -> None:
    posts = len(staff.post_team)
    story.add(
        Table(
            "workforce_posts",
            as_days(np.where(staff.post_from < FAR, staff.post_from, 0)),
            [
                ids("post_id", "PO", np.arange(posts)),
                ids("team_id", "T", np.where(staff.post_team < 0, -1, staff.post_team + 1)),
                codes("role_code", staff.post_role, ROLES),
                codes("established_fte", staff.post_fte, FTES),
                dates("established_from_date", staff.post_from),
                dates("established_to_date", staff.post_to),
            ],
        )
    )
    size = len(staff.post)
    own = staff.holder == 0
    known = np.where(own & (staff.offered < FAR), staff.offered + 2, staff.start + spread(rng, 0, 4, size))
    known = as_days(
        np.maximum(known, np.where(staff.post_from[staff.post] < FAR, staff.post_from[staff.post], 0))
    )
    end_known = as_days(np.maximum(staff.end + np.minimum(waits(rng, 3, size), 20), known))
    passed_known = as_days(np.maximum(staff.passed + 5, known))
    story.add(
        Table(
            "workforce_assignments",
            known,
            [
                ids("assignment_id", "AS", np.arange(size)),
                ids("post_id", "PO", staff.post),
                ids("worker_id", "W", staff.worker),
                codes("holder_type", staff.holder, HOLDERS),
                codes("fte", staff.fte, FTES),
                dates("start_date", staff.start),
                dates("end_date", staff.end, since=end_known),
                dates("offer_accepted_date", staff.offered),
                codes("start_route", staff.start_route, STARTS),
                codes("end_route", staff.end_route, ENDS, since=end_known),
                dates("asye_passed_date", staff.passed, since=passed_known),
            ],
        ).where(staff.end >= story.horizons.of("workforce_assignments"))
    )
    teams = len(staff.team_kind)
    order = within(np.bincount(staff.team_kind, minlength=4))
    names = [
        f"{KINDS[kind]} {number + 1}"
        for kind, number in zip(staff.team_kind.tolist(), order.tolist(), strict=True)
    ]
    names = ["Reviewing and quality assurance", *names, *(f"{kind} service" for kind in KINDS)]
    number = np.concatenate([[0], np.arange(teams) + 1, np.arange(4) + 900])
    parent = np.concatenate([[-1], staff.team_kind.astype(int) + 900, np.full(4, -1)])
    story.add(
        Table(
            "departments",
            np.zeros(len(number), dtype=np.int32),
            [
                ids("dept_team_id", "T", number),
                codes("dept_team_name", np.arange(len(number)), names),
                ids("dept_team_parent_id", "T", parent),
            ],
        )
    )


def professionals(rng: np.random.Generator, story: Story, staff: Staff, as_at: Days) -> None:
    """Each month's workers: everyone in post on the day, and those who support them."""
    workers = int(max(staff.worker.max(), staff.support.max())) + 1
    number = np.arange(workers) * 7919 % 900_000 + 100_000 + story.practice.number
    unregistered = chance(rng, 0.02, workers)
    silent = chance(rng, 0.04, workers)
    homeless = chance(rng, 0.005, workers)
    parts: list[tuple[Ints, ...]] = []
    for month, day in enumerate(as_at.tolist()):
        rows = np.flatnonzero((staff.start <= day) & (staff.end > day))
        worker, only = np.unique(staff.worker[rows], return_index=True)
        rows = rows[only]
        role = staff.post_role[staff.post[rows]].astype(np.int64)
        title = np.where(staff.holder[rows] == 1, 7, np.minimum(role, 3))
        team = staff.post_team[staff.post[rows]] + 1
        parts.append((worker, title, team, staff.fte[rows].astype(np.int64), np.full(len(rows), month)))
        support = staff.support
        job = np.array([0, 5, 6, 4, 3, 4])[staff.support_part]
        home = np.where(staff.support_part == 2, 0, 1)
        parts.append((support, job, home, np.zeros(len(support), int), np.full(len(support), month)))
    worker, title, team, fte, month_of = (np.concatenate([part[i] for part in parts]) for i in range(5))
    qualified = ~unregistered[worker] & ~np.isin(title, (4, 5))
    story.add(
        Table(
            "professionals",
            as_at[month_of],
            [
                ids("prof_professional_id", "W", worker),
                ids("prof_social_worker_registration_no", "SW", np.where(qualified, number[worker], -1)),
                codes("prof_professional_job_title", title, TITLES),
                ids("prof_professional_department", "T", np.where(homeless[worker] | (team < 0), -1, team)),
                codes("prof_full_time_equivalency", np.where(silent[worker], -1, fte), FTES),
            ],
            gone=(as_at[month_of] + 1).astype(np.int32),
        )
    )


def budgets(rng: np.random.Generator, practice: Practice, story: Story, as_at: Days) -> None:
    """Each month's budget and forecast, by cost centre and kind of spending, in pounds."""
    scale = practice.open_children / 2600
    lines = [(centre, line) for centre in range(4) for line in range(4) if line != 2 or centre == 2]
    base = np.array([{0: 5.2e6, 1: 6e5, 2: 3.1e7, 3: 9e5}[line] for _, line in lines]) * scale
    base = base * np.exp(rng.normal(0, 0.15, len(lines)))
    years = sorted({financial_year(day) for day in as_at.tolist()})
    drift = rng.normal(0.02, 0.05, (len(years), len(lines)))
    agency = np.array([line == 1 for _, line in lines])
    savings = rng.random((len(years), len(lines))) * 0.03
    amounts: list[Ints] = []
    for year, (began, _) in enumerate(years):
        annual = np.rint(base * 1.03 ** (began - years[0][0]) / 100) * 100
        for month, day in enumerate(as_at.tolist()):
            if financial_year(day) != years[year]:
                continue
            gone = (day - np.datetime64(f"{began}-04-01").astype("datetime64[D]").astype(int) + 1) / 365
            pressure = drift[year] * (0.5 + gone) + np.where(agency, 0.25, 0) * (1.1 - practice.prompt / 4)
            forecast = np.rint(annual * (1 + pressure))
            before = np.rint(forecast * (1 + savings[year]))
            actual = np.rint(forecast * np.minimum(gone, 1) * (1 + rng.normal(0, 0.01, len(lines))))
            amounts.append(
                np.stack(
                    [np.full(len(lines), month), np.full(len(lines), year), annual, forecast, before, actual]
                )
            )
    stacked = np.concatenate(amounts, axis=1).astype(np.int64)
    month_of, year_of, annual, forecast, before, actual = stacked
    centre = np.tile(np.array([centre for centre, _ in lines]), len(amounts))
    line = np.tile(np.array([line for _, line in lines]), len(amounts))
    before = np.where(line == 3, -1, before)
    story.add(
        Table(
            "budgets",
            as_at[month_of],
            [
                codes("cost_centre", centre, ("CC100", "CC200", "CC300", "CC400")),
                codes("line_code", line, LINES),
                codes("financial_year", year_of, [name for _, name in years]),
                ids("annual_budget", "", annual),
                ids("forecast_outturn", "", forecast),
                ids("baseline_forecast", "", before),
                ids("actual_to_date", "", actual),
            ],
            gone=(as_at[month_of] + 1).astype(np.int32),
        )
    )
