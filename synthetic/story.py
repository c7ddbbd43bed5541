"""What one authority's returns are written from: its people, its cases, and when things were recorded."""

from dataclasses import dataclass, field

import numpy as np

from synthetic.cases import NFA, Cases, Children, Episodes
from synthetic.chance import Codes, Flags, Ints, Rows, chance, recorded, waits
from synthetic.days import FAR, Days, as_days, first_day, months_later
from synthetic.practice import Practice
from synthetic.tables import Table, Was, words

# Which look-back each return must serve: repeat plans 730 days before a rolling year, re-referrals 365, most
# others the rolling year alone, and some only the weeks before a month end.
REACH = {
    "cp_plans": "plans",
    **dict.fromkeys(
        words(
            "cin_episodes s47_enquiries initial_cp_conferences cp_reviews cla_episodes cla_placements "
            "legal_statuses cla_reviews permanence care_proceedings adopters workforce_posts "
            "workforce_assignments immigration_statuses ehcp_active_plans"
        ),
        "long",
    ),
    **dict.fromkeys(
        words(
            "cin_assessments cin_plans contacts contact_decisions referral_decisions early_help_episodes "
            "strategy_meetings cp_visits cla_health missing conference_minutes late_meetings"
        ),
        "brief",
    ),
    **dict.fromkeys(["cin_visits", "cla_visits", "plan_documents", "involvements"], "recent"),
}


@dataclass(frozen=True)
class Horizons:
    """How far back an authority's records go, in days: `plans` furthest, `recent` least."""

    plans: int
    long: int
    brief: int
    recent: int
    until: int  # the last as-at date

    @classmethod
    def for_months(cls, first: str, last_as_at: int, late_start: bool) -> "Horizons":
        """Complete for every figure of every month from the first, unless the records start late.

        A rolling year begins eleven months before its last; the look-backs of one and two years come on top.
        """
        plans, long, brief, recent = (first_day(months_later(first, -back)) for back in (36, 24, 11, 3))
        if late_start:
            plans = long = brief = recent
        return cls(plans, long, brief, recent, last_as_at)

    def of(self, name: str) -> int:
        """The first day from which a return is complete."""
        return int(getattr(self, REACH[name]))


@dataclass
class Story:
    """One authority's story. Modules add returns to `tables`, and note by episode what later ones need."""

    practice: Practice
    horizons: Horizons
    cases: Cases
    children: Children
    episodes: Episodes
    kept: Flags  # by episode: whether the extracts still hold it
    known: Days  # by episode: when the referral was recorded
    settled_by: Days  # by episode: when the child's next referral was recorded, and this one must be closed
    ends_known: Days  # by episode: when the last thing inside it was recorded as ended
    team: Ints  # by episode: team that took the referral
    worker: Ints  # by episode: worker that took it
    adopted: Flags  # by episode: whether it ended in adoption
    guardianship: Flags  # by episode: whether it ended in special guardianship
    tables: dict[str, list[Table]] = field(default_factory=dict)  # a return may be written in parts

    @property
    def need(self) -> Rows:
        """Episodes that the extracts hold and that went beyond the first decision."""
        return np.flatnonzero(self.kept & (self.episodes.path != NFA))

    def add(self, table: Table) -> None:
        """Keep a return, or a part of one, less what no snapshot will ever show."""
        seen = table.known <= self.horizons.until
        self.tables.setdefault(table.name, []).append(table if seen.all() else table.where(seen))

    def parts(self, name: str) -> list[Table]:
        """What has been written of a return so far."""
        return self.tables.get(name, [])

    def recorded(self, rng: np.random.Generator, event: Days, episode: Rows, ease: float = 1.0) -> Days:
        """When an event of an episode was recorded: not before the episode, nor after the child's next."""
        known = recorded(rng, event, ease * self.practice.typing_lag, self.known[episode])
        return as_days(np.where(event >= FAR, FAR, self.settled(known, episode)))

    def settled(self, known: Days, episode: Rows) -> Days:
        """A day of recording brought forward, if need be, to when the child's next referral was taken."""
        return as_days(np.minimum(known, self.settled_by[episode]))

    def note_end(self, episode: Rows, known: Days) -> None:
        """An episode is not recorded as closed while something inside it is still recorded as running."""
        real = known < FAR
        np.maximum.at(self.ends_known, episode[real], known[real])


def corrected(rng: np.random.Generator, values: Codes, known: Days, kinds: int, share: float) -> Was:
    """A few codes that were first entered wrongly, and put right some weeks after they were known."""
    rows = np.flatnonzero(chance(rng, share, len(values)) & (values >= 0))
    wrong = (values[rows] + rng.integers(1, kinds, len(rows))) % kinds
    return Was(rows, wrong, as_days(known[rows] + 10 + waits(rng, 40, len(rows))))


def moved(rng: np.random.Generator, values: Days, earliest: Days, known: Days, share: float) -> Was:
    """A few dates that were first entered a day or more too early, though never before `earliest`."""
    rows = np.flatnonzero(chance(rng, share, len(values)) & (values < FAR) & (values > earliest))
    wrong = np.maximum(values[rows] - 1 - waits(rng, 2, len(rows)), earliest[rows])
    return Was(rows, wrong, as_days(known[rows] + 10 + waits(rng, 40, len(rows))))


def withdrawn(rng: np.random.Generator, known: Days, share: float, may: Flags | None = None) -> Days:
    """When a few records vanish again, having been entered on the wrong child; FAR for the rest."""
    drawn = chance(rng, share, len(known))
    if may is not None:
        drawn &= may
    return as_days(np.where(drawn, known + 10 + waits(rng, 70, len(known)), FAR))
