"""What a child on any plan is owed between events: a current document, and visits as often as agreed."""

import numpy as np

from synthetic.chance import Ints, chance, recorded, spread, steps_in, waits
from synthetic.days import FAR, Days, as_days, previous_working
from synthetic.story import Story
from synthetic.tables import Table, codes, dates, ids

VISIT_KINDS = ("CP", "CIN", "CLA")
PLAN_KINDS = ("CP", "CIN", "CLA", "PATHWAY", "PEP")
# How long each kind of document is good for, and how often it is rewritten, in days.
GOOD_FOR = (130, 183, 183, 183, 150)
REWRITTEN = (104, 155, 158, 160, 125)


def require(
    story: Story,
    child: Ints,
    kind: int,
    start: Days,
    end: Days,
    interval: Ints,
    known: Days,
    end_known: Days,
) -> None:
    """Add visit requirements: a child's own longest gap, in days, between visits of one of VISIT_KINDS."""
    columns = [
        ids("person_id", "C", child),
        codes("kind_code", np.full(len(child), kind, dtype=np.int16), VISIT_KINDS),
        dates("from_date", start),
        dates("to_date", end, since=end_known),
        ids("interval_days", "", interval),
    ]
    # A child has one requirement of a kind from a day: the key would not stand a second.
    key = child.astype(np.int64) * 100_000 + start
    _, only = np.unique(key, return_index=True)
    keep = np.zeros(len(child), dtype=bool)
    keep[only] = True
    story.add(Table("visit_requirements", known, columns, child=child).where(keep))


def documents(
    rng: np.random.Generator,
    story: Story,
    kind: int,
    child: Ints,
    first: Days,
    end: Days,
    known: Days,
    share: float,
) -> None:
    """Versions of a plan document over each span: one at the start and another at intervals, some skipped.

    `kind` is a place in PLAN_KINDS; `share` of versions are written, the rest leave the plan out of date.
    """
    until = story.horizons.until
    last = np.minimum(end, until).astype(np.int32)
    span, number = steps_in(
        as_days(first), last, REWRITTEN[kind], story.horizons.of("plan_documents") - GOOD_FOR[kind]
    )
    written = first[span] + number * REWRITTEN[kind] + np.minimum(waits(rng, 9, len(span)), 60)
    written = previous_working(written)
    real = chance(rng, np.where(number == 0, 0.5 + share / 2, share), len(span))
    real &= (written >= first[span] - 4) & (written < end[span]) & (written <= until)
    span, written = span[real], written[real].astype(np.int32)
    size = len(span)
    review = as_days(written + GOOD_FOR[kind] - spread(rng, 0, 12, size))
    review = np.where(chance(rng, 0.05, size), FAR, review).astype(np.int32)
    noted = as_days(np.maximum(recorded(rng, written, 0.5 * story.practice.typing_lag), known[span]))
    # Document numbers run on from the kinds already written.
    begun = 1 + max(
        (int(part.columns[0].values.max(initial=-1)) for part in story.parts("plan_documents")), default=-1
    )
    story.add(
        Table(
            "plan_documents",
            noted,
            [
                ids("document_id", "D", np.arange(size) + begun),
                ids("person_id", "C", child[span]),
                codes("kind_code", np.full(size, kind, dtype=np.int16), PLAN_KINDS),
                dates("authorised_date", written),
                dates("next_review_due_date", review),
            ],
            child=child[span],
        )
    )
