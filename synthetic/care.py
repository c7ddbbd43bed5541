"""Looked after children: periods of care, and the placements, statuses and episodes that they fall into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthetic.cases import LASTING
from synthetic.chance import Codes, Flags, Ints, Rows, chance, pick, pick_by, spread, steps_in, waits
from synthetic.days import FAR, YEAR, Days, as_days, day
from synthetic.front_door import NEEDS
from synthetic.story import Story
from synthetic.tables import Table, codes, dates, flags, ids, words

ORDINARY, ADOPTED, GUARDIAN, AGREEMENT, BREAK = range(5)

RNE = ("S", "L", "P", "T", "B", "U")
REC = words("X1 E11 E12 E2 E3 E4A E4B E13 E41 E45 E46 E47 E48 E5 E6 E7 E9 E14 E15 E16 E17 E8")
LEGAL = words("C1 C2 D1 E1 V2 V3 V4 L1 L2 L3 J1 J2 J3")
PLACES = words("A3 A4 A5 A6 K1 K2 K3 P1 P3 R1 R2 R3 R5 S1 T0 T1 T2 T3 T4 U1 U2 U3 U4 U5 U6 Z1")
PROVIDERS = ("PR0", "PR1", "PR2", "PR3", "PR4", "PR5")
SUPPORTED_FROM = day("2023-10-28")  # supported accommodation was not a placement of its own before

_C1, _C2, _E1, _V2, _V3, _V4, _L1, _L2, _J1 = (
    LEGAL.index(code) for code in words("C1 C2 E1 V2 V3 V4 L1 L2 J1")
)
# Ways through the courts, each a run of statuses; -1 where the run has ended.
_RUNS = np.array(
    [
        (_V2, -1, -1),
        (_V2, _C1, _C2),
        (_L2, _C1, _C2),
        (_C1, _C2, -1),
        (_L1, _V2, -1),
        (_C2, -1, -1),
        (_J1, -1, -1),
        (_C1, _E1, -1),  # on the way to adoption
        (_V4, -1, -1),
        (_V3, -1, -1),
    ]
)
_RUN = (40, 15, 12, 25, 4, 3, 1, 0, 0, 0)
_BY_AGE = (
    {"U6": 47, "U4": 14, "U1": 9, "U3": 14, "U5": 2, "U2": 1, "P1": 10, "R3": 2, "R2": 1},
    {"U6": 36, "U4": 27, "U1": 11, "U3": 9, "P1": 8, "K2": 8, "S1": 0.5, "R1": 0.5},
    {
        "U6": 22,
        "U4": 24,
        "U1": 6,
        "U3": 4,
        "K2": 26,
        "P1": 6,
        "K1": 1,
        "S1": 2,
        "R1": 3,
        "R2": 1,
        "R5": 1,
        "Z1": 4,
    },
    {"U6": 10, "U4": 20, "U1": 4, "K2": 18, "K3": 38, "P1": 4, "R5": 2, "K1": 1, "Z1": 3},
)
_ENDINGS = (
    {"E4A": 46, "E4B": 12, "E3": 3, "E8": 24, "E41": 6, "E9": 2, "E13": 3, "E16": 1, "E14": 1.5},
    {"E11": 55, "E12": 45},
    {"E45": 22, "E46": 8, "E47": 40, "E48": 30},
    {"E4A": 90, "E8": 10},
    {"E4A": 100},
    {"E5": 34, "E6": 16, "E7": 9, "E17": 31, "E8": 10},  # on turning 18
)


def _weights(named: Sequence[Mapping[str, float]], order: Sequence[str]) -> list[list[float]]:
    return [[float(of.get(code, 0)) for code in order] for of in named]


@dataclass
class Periods:
    """Grain: one period of care. The number of a period is its place here."""

    episode: Rows
    child: Rows
    start: Days
    end: Days
    kind: Codes
    known: Days
    end_known: Days
    placed: Days  # moved in with adopters
    ordered: Days  # placement order
    held: Flags  # whether the extracts still hold it

    def __len__(self) -> int:
        return len(self.episode)

    @property
    def ordinary(self) -> Rows:
        """Periods that are not short breaks, and are held."""
        return np.flatnonzero((self.kind < AGREEMENT) & self.held)


def periods(rng: np.random.Generator, story: Story) -> Periods:
    """Every period of care there ever was, short breaks included. Old ones matter to care leavers only."""
    episodes, children = story.episodes, story.children
    rows = np.flatnonzero(episodes.care_started < FAR)
    start, end = episodes.care_started[rows], episodes.care_ended[rows]
    real = (start < episodes.closed[rows]) & (end > start)
    rows, start, end = rows[real], start[real], end[real]
    length = end - start
    age = (start - children.born[episodes.child[rows]]) / YEAR
    wanted = (age < 5.5) & (length > 480) & chance(rng, 0.42, len(rows))
    guardian = ~wanted & (length > 150) & chance(rng, 0.14, len(rows))
    of_age = end >= children.adult[episodes.child[rows]]
    kind = np.where(of_age, ORDINARY, np.where(wanted, ADOPTED, np.where(guardian, GUARDIAN, ORDINARY)))

    # Short breaks: a disabled child's agreement over years, or single breaks of a night or two.
    lasting = story.need[episodes.path[story.need] == LASTING]
    luck = rng.random(len(lasting))
    agreed, broken = lasting[luck < 0.12], lasting[(luck >= 0.12) & (luck < 0.2)]
    agreed_from = episodes.referral[agreed] + spread(rng, 60, 300, len(agreed))
    first_break = episodes.referral[broken] + spread(rng, 60, 200, len(broken))
    until = np.minimum(episodes.closed[broken] - 4, story.horizons.until).astype(np.int32)
    which, number = steps_in(as_days(first_break), until, 61, story.horizons.of("cla_episodes"))
    break_from = first_break[which] + number * 61 + spread(rng, 0, 20, len(which))

    episode = np.concatenate([rows, agreed, broken[which]])
    start = as_days(np.concatenate([start, agreed_from, break_from]))
    end = as_days(np.concatenate([end, episodes.closed[agreed], break_from + spread(rng, 1, 3, len(which))]))
    kind = np.concatenate([kind, np.full(len(agreed), AGREEMENT), np.full(len(which), BREAK)]).astype(
        np.int16
    )
    real = (
        (start < end) & (end <= episodes.closed[episode]) & (start > children.born[episodes.child[episode]])
    )
    order = np.flatnonzero(real)
    order = order[np.lexsort((start[order], episodes.child[episode[order]]))]
    episode, start, end, kind = episode[order], start[order], end[order], kind[order]
    size = len(order)

    placed = as_days(np.where(kind == ADOPTED, end - spread(rng, 170, 310, size), FAR))
    ordered = np.maximum(placed - spread(rng, 50, 210, size), start + 90)
    ordered = as_days(np.where(kind == ADOPTED, ordered, FAR))
    known = story.recorded(rng, start, episode, 0.6)
    end_known = as_days(np.maximum(story.recorded(rng, end, episode, 0.8), known))
    held = story.kept[episode] & (end >= story.horizons.of("cla_episodes"))
    story.note_end(episode, end_known)
    story.adopted[episode[kind == ADOPTED]] = True
    story.guardianship[episode[kind == GUARDIAN]] = True
    return Periods(
        episode, episodes.child[episode], start, end, kind, known, end_known, placed, ordered, held
    )


@dataclass
class _Placements:
    """Grain: one placement, in order of period and start."""

    period: Rows
    start: Days
    end: Days
    place: Codes
    provider: Codes
    urn: npt.NDArray[np.int64]
    distance: npt.NDArray[np.int64]  # tenths of a mile
    away: Flags
    same_carer: Flags  # a change on paper, with the carer as before

    def take(self, rows: Ints) -> "_Placements":
        return _Placements(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


_TEMPORARY = np.array([code.startswith("T") for code in PLACES])
_FOSTER = np.array([code.startswith("U") for code in PLACES])


def _last(period: Rows) -> Flags:
    """The last row of each period, of rows in their order. A small council may have nobody in care."""
    return np.append(period[1:] != period[:-1], True)[: len(period)]


def _starts(rng: np.random.Generator, care: Periods, rows: Rows) -> tuple[Rows, Days]:
    """First day of each placement of each period, temporary ones aside: quick changes, then calm."""
    last_change = np.minimum(care.end[rows] - 4, care.placed[rows] - 4)
    settled = rng.gamma(1.6, 0.8, len(rows))  # some children are moved and moved again, others hardly at all
    period, start = [rows], [care.start[rows]]
    at = care.start[rows].astype(np.int64)
    for mean in (330, 560, 800, 900, 1000, 1000, 1200, 1200, 1200, 1200):
        at = at + 3 + waits(rng, mean * settled, len(rows))
        moved = (at < last_change) & (care.kind[rows] < AGREEMENT)
        period.append(rows[moved])
        start.append(at[moved].astype(np.int32))
    adopted = rows[care.kind[rows] == ADOPTED]
    period.append(adopted)
    start.append(care.placed[adopted])
    periods_of, starts = np.concatenate(period), np.concatenate(start).astype(np.int32)
    order = np.lexsort((starts, periods_of))
    return periods_of[order], starts[order]


def _placements(rng: np.random.Generator, story: Story, care: Periods, rows: Rows) -> _Placements:
    period, start = _starts(rng, care, rows)
    size = len(period)
    end = np.append(start[1:], 0)[:size].astype(np.int32)
    last = _last(period)
    end[last] = care.end[period[last]]
    age = (start - story.children.born[care.child[period]]) / YEAR
    band = np.digitize(age, (5, 11, 16))
    place = pick_by(rng, _weights(_BY_AGE, PLACES), band)
    place = np.where((place == PLACES.index("K3")) & (start < SUPPORTED_FROM), PLACES.index("U4"), place)
    adopter = start == care.placed[period]
    place = np.where(adopter, PLACES.index("A6"), place)
    respite = care.kind[period] >= AGREEMENT
    place = np.where(
        respite, np.array([PLACES.index(c) for c in ("K2", "U6", "R1")])[pick(rng, (4, 5, 2), size)], place
    )
    place = place.astype(np.int16)
    provider = pick_by(
        rng, [(0, 55, 3, 0, 35, 7), (0, 15, 2, 1, 77, 5), (1, 0, 0, 0, 0, 0)], _provision(place)
    )
    distance = np.minimum(rng.exponential(110, size), 1900).astype(np.int64)
    placements = _Placements(
        period=period,
        start=start,
        end=end,
        place=place,
        provider=provider,
        urn=np.where(_provision(place) == 2, -1, rng.integers(0, 4000, size)),
        distance=np.where(chance(rng, 0.02, size), -1, distance),
        away=chance(rng, np.clip(distance / 260, 0.05, 0.97), size),
        same_carer=np.zeros(size, dtype=bool),
    )
    # A child adopted by the foster carer stays where they are: only the kind of placement changes.
    first = np.insert(period[1:] != period[:-1], 0, True)
    before = np.maximum(np.arange(size) - 1, 0)
    foster = _FOSTER[placements.place[before]] & ~first
    stays = foster & np.where(adopter, chance(rng, 0.16, size), _FOSTER[place] & chance(rng, 0.07, size))
    _stay(placements, stays, adopter)
    return _with_temporary(rng, placements)


def _provision(place: Ints) -> Ints:
    """0 for fostering and adoption, 1 for a setting, 2 for parents."""
    kind = np.array([2 if code == "P1" else 0 if code[0] in "UA" else 1 for code in PLACES])
    return kind[place]


def _stay(placements: _Placements, stays: Flags, adopter: Flags) -> None:
    rows = np.flatnonzero(stays)
    placements.same_carer[rows] = True
    for values in (placements.provider, placements.urn, placements.distance, placements.away):
        values[rows] = values[rows - 1]
    placements.place[rows] = np.where(adopter[rows], PLACES.index("A5"), PLACES.index("U4"))
    same_again = (
        stays & ~adopter & (placements.place[np.maximum(np.arange(len(stays)) - 1, 0)] == PLACES.index("U4"))
    )
    placements.place[same_again] = PLACES.index("U5")


def _with_temporary(rng: np.random.Generator, placements: _Placements) -> _Placements:
    """A few placements are broken by a holiday or a hospital stay, after which the child goes back.

    A few more follow a place that was left on the day it began.
    """
    length = placements.end - placements.start
    broken = np.flatnonzero((length > 60) & chance(rng, 0.035, len(length)) & (placements.end < FAR))
    away_from = (
        placements.start[broken] + 10 + (rng.random(len(broken)) * (length[broken] - 45)).astype(np.int32)
    )
    back = away_from + spread(rng, 1, 16, len(broken))
    during, after = placements.take(broken), placements.take(broken)
    during.start, during.end = away_from.astype(np.int32), back.astype(np.int32)
    temporary = ("T0", "T1", "T2", "T3", "T4")
    kind = pick(rng, (2, 3, 1, 4, 3), len(broken))
    kind = np.where((kind == 4) & (back - away_from > 7), 0, kind)
    during.place = np.array([PLACES.index(code) for code in temporary], dtype=np.int16)[kind]
    during.provider = np.where(kind == 1, PROVIDERS.index("PR3"), during.provider).astype(np.int16)
    during.urn = np.full(len(broken), -1)
    during.same_carer = np.zeros(len(broken), dtype=bool)
    after.start, after.same_carer = back.astype(np.int32), during.same_carer
    placements.end = placements.end.copy()
    placements.end[broken] = away_from
    parts = (placements, during, after)
    joined = _Placements(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in placements.__dataclass_fields__)
    )
    return joined.take(np.lexsort((joined.start, joined.period)))


@dataclass
class _Statuses:
    """Grain: one spell of a legal status, in order of period and start."""

    period: Rows
    start: Days
    end: Days
    status: Codes


def _statuses(rng: np.random.Generator, care: Periods, rows: Rows, placements: _Placements) -> _Statuses:
    """Each period's run of statuses. For some children the first change comes with the first move."""
    second = np.flatnonzero(np.diff(placements.period, prepend=-1, n=1) == 0)
    moves, first_move = np.unique(placements.period[second], return_index=True)
    moved_on = np.full(len(care), FAR)
    moved_on[moves] = placements.start[second[first_move]]
    with_move = np.where(chance(rng, 0.12, len(rows)), moved_on[rows], FAR)
    run = pick(rng, _RUN, len(rows))
    kind = care.kind[rows]
    run = np.where(kind == ADOPTED, 7, np.where(kind == AGREEMENT, 8, np.where(kind == BREAK, 9, run)))
    waits_by = {_V2: (15, 160), _C1: (150, 300), _L1: (2, 3), _L2: (4, 8)}
    low, high = np.zeros(len(LEGAL)), np.ones(len(LEGAL))
    for code, (least, most) in waits_by.items():
        low[code], high[code] = least, most
    at = care.start[rows].astype(np.int32)
    period, start, status = [rows], [at], [_RUNS[run, 0]]
    alive = np.ones(len(rows), dtype=bool)
    for step in (1, 2):
        was, now = _RUNS[run, step - 1], _RUNS[run, step]
        at = (at + low[was] + rng.random(len(rows)) * (high[was] - low[was])).astype(np.int32)
        at = np.where((step == 1) & (with_move < FAR), with_move, at)
        at = np.where(now == _E1, care.ordered[rows], at).astype(np.int32)
        alive &= (now >= 0) & (at < care.end[rows] - 2) & (at > care.start[rows])
        period.append(rows[alive])
        start.append(at[alive])
        status.append(now[alive])
    periods_of, starts = np.concatenate(period), np.concatenate(start).astype(np.int32)
    order = np.lexsort((starts, periods_of))
    periods_of, starts = periods_of[order], starts[order]
    end = np.append(starts[1:], 0)[: len(starts)].astype(np.int32)
    last = _last(periods_of)
    end[last] = care.end[periods_of[last]]
    return _Statuses(periods_of, starts, end, np.concatenate(status)[order].astype(np.int16))


def in_care(rng: np.random.Generator, story: Story, care: Periods) -> None:
    """Placements, legal statuses and SSDA903 episodes: one begins whenever either of the others changes."""
    rows = np.flatnonzero(care.held & (care.start <= story.horizons.until))
    placements = _placements(rng, story, care, rows)
    statuses = _statuses(rng, care, rows, placements)
    scale = 2 * int(FAR)
    placement_key = placements.period.astype(np.int64) * scale + placements.start
    status_key = statuses.period.astype(np.int64) * scale + statuses.start
    key = np.unique(np.concatenate([placement_key, status_key]))
    period, start = (key // scale).astype(np.intp), (key % scale).astype(np.int32)
    size = len(key)

    first = np.insert(period[1:] != period[:-1], 0, True)[:size]
    last = _last(period)
    end = np.append(start[1:], 0).astype(np.int32)[:size]
    end[last] = care.end[period[last]]

    # A change of placement or status ends one row and begins the next, so it is recorded once, and in order.
    noted = story.recorded(rng, start, care.episode[period], 0.5)
    noted[first] = care.known[period[first]]
    run = np.maximum.accumulate(period.astype(np.int64) * scale + noted)
    noted = as_days(run - period.astype(np.int64) * scale)
    care.end_known = as_days(np.maximum(care.end_known, _last_by(period, noted, last, care.end_known)))
    story.note_end(care.episode[rows], care.end_known[rows])
    ended = as_days(np.append(noted[1:], 0))[:size]
    ended[last] = care.end_known[period[last]]

    placed = np.searchsorted(placement_key, key, side="right") - 1
    status = np.searchsorted(status_key, key, side="right") - 1
    new_place, new_status = placement_key[placed] == key, status_key[status] == key
    same = placements.same_carer[placed]
    why = np.where(new_place & new_status, np.where(same, 5, 4), np.where(new_place, np.where(same, 3, 2), 1))
    why = np.where(first, 0, why).astype(np.int16)
    leaving = pick_by(rng, _weights(_ENDINGS, REC), _ending(story, care))
    reason = np.where(last, leaving[period], 0).astype(np.int16)
    need = pick(rng, (61, 4, 3, 7, 14, 2, 0.3, 8.7), len(story.cases))[
        story.episodes.case[care.episode[period]]
    ]
    child = care.child[period]
    order = np.argsort(noted, kind="stable")
    number = np.empty(size, dtype=np.int64)
    number[order] = np.arange(size)
    story.add(
        Table(
            "cla_episodes",
            noted,
            [
                ids("clae_cla_episode_id", "B", number),
                ids("clae_person_id", "C", child),
                ids("clae_cla_id", "L", period),
                dates("clae_cla_episode_start_date", start),
                codes("clae_cla_episode_start_reason", why, RNE),
                codes("clae_cla_primary_need_code", need, NEEDS),
                dates("clae_cla_episode_ceased_date", end, since=ended),
                codes("clae_cla_episode_ceased_reason", reason, REC, since=ended),
                ids("clae_referral_id", "R", care.episode[period]),
                dates("clae_entered_care_date", care.start[period]),
            ],
            child=child,
        )
    )
    _placement_table(rng, story, care, placements, np.searchsorted(key, placement_key), noted, key)
    at = np.searchsorted(key, status_key)
    over = np.searchsorted(key, statuses.period.astype(np.int64) * scale + statuses.end)
    child = care.child[statuses.period]
    story.add(
        Table(
            "legal_statuses",
            noted[at],
            [
                ids("lega_legal_status_id", "S", np.arange(len(at))),
                ids("lega_person_id", "C", child),
                codes("lega_legal_status", statuses.status, LEGAL),
                dates("lega_legal_status_start_date", statuses.start),
                dates(
                    "lega_legal_status_end_date",
                    statuses.end,
                    since=_end_noted(care, statuses, over, noted, key),
                ),
            ],
            child=child,
        )
    )
    _proceedings(rng, story, care, statuses, noted[at])


def _last_by(period: Rows, noted: Days, last: Flags, like: Days) -> Days:
    """For each period, when its last change was noted; 0 for periods without any."""
    found = np.zeros(len(like), dtype=np.int32)
    found[period[last]] = noted[last]
    return found


def _end_noted(care: Periods, spells: "_Statuses | _Placements", over: Rows, noted: Days, key: Ints) -> Days:
    """When a spell's end was noted: with the change that ended it, or with the end of the whole period."""
    goes_on = spells.end < care.end[spells.period]
    found = noted[np.minimum(over, len(key) - 1)]
    return as_days(np.where(goes_on, found, care.end_known[spells.period]))


def _ending(story: Story, care: Periods) -> Ints:
    of_age = (care.end >= story.children.adult[care.child]) & (care.kind == ORDINARY)
    return np.where(of_age, 5, care.kind).astype(np.int64)


def _placement_table(
    rng: np.random.Generator,
    story: Story,
    care: Periods,
    placements: _Placements,
    at: Rows,
    noted: Days,
    key: Ints,
) -> None:
    over = np.searchsorted(key, placements.period.astype(np.int64) * 2 * int(FAR) + placements.end)
    ended = _end_noted(care, placements, over, noted, key)
    known = noted[at]
    child = care.child[placements.period]
    size = len(at)
    # A few children were left for an hour at a first place: begun and ended that day, and never open.
    brief = np.flatnonzero(chance(rng, 0.003, size))
    both = np.concatenate([np.arange(size), brief])
    same_day = np.concatenate([np.zeros(size, bool), np.ones(len(brief), bool)])
    start = placements.start[both]
    end = np.where(same_day, start, placements.end[both]).astype(np.int32)
    end_known = np.where(same_day, known[both], ended[both]).astype(np.int32)
    place = np.where(same_day, PLACES.index("U6"), placements.place[both]).astype(np.int16)
    miles = [f"{tenths / 10:.1f}" for tenths in range(1901)]
    story.add(
        Table(
            "cla_placements",
            known[both],
            [
                ids("clap_cla_placement_id", "U", np.arange(len(both))),
                ids("clap_person_id", "C", child[both]),
                ids("clap_cla_id", "L", placements.period[both]),
                dates("clap_cla_placement_start_date", start),
                dates("clap_cla_placement_end_date", end, since=end_known),
                codes("clap_cla_placement_type", place, PLACES),
                codes("clap_cla_placement_provider", placements.provider[both], PROVIDERS),
                codes("clap_cla_placement_distance", placements.distance[both], miles),
                ids("clap_cla_placement_urn", "SC9", placements.urn[both]),
                flags("placement_out_of_area", placements.away[both]),
            ],
            child=child[both],
        )
    )


def _proceedings(
    rng: np.random.Generator, story: Story, care: Periods, statuses: _Statuses, known: Days
) -> None:
    """Care proceedings: an interim care order follows an application issued a few days before."""
    interim = np.flatnonzero(statuses.status == _C1)
    period = statuses.period[interim]
    issued = np.maximum(
        statuses.start[interim] - spread(rng, 0, 9, len(interim)),
        story.episodes.referral[care.episode[period]],
    )
    child = care.child[period]
    _, only = np.unique(child.astype(np.int64) * 100_000 + issued, return_index=True)
    only = only[issued[only] >= story.horizons.of("care_proceedings")]
    story.add(
        Table(
            "care_proceedings",
            known[interim[only]],
            [ids("person_id", "C", child[only]), dates("application_date", issued[only].astype(np.int32))],
            child=child[only],
        )
    )
