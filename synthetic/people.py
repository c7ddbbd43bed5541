"""Who the records are about: a person row for everyone of whom something is recorded, from the day it is."""

import numpy as np

from synthetic.cases import ETHNICITIES, SEXES
from synthetic.chance import chance, spread, waits
from synthetic.days import FAR, YEAR, as_days
from synthetic.story import Story
from synthetic.tables import Table, Was, codes, dates, ids

_NOT_YET = ETHNICITIES.index("NOBT")
UPN_REASONS = ("UN1", "UN2", "UN3", "UN4", "UN5", "UN6", "UN7")


def persons(rng: np.random.Generator, story: Story) -> None:
    """Grain: one child. The unborn have a due date, and no sex or birth date until the birth is recorded."""
    children = story.children
    known = np.full(len(children), FAR, dtype=np.int32)
    for parts in story.tables.values():
        for part in parts:
            if part.child is not None:
                np.minimum.at(known, part.child, part.known)
    rows = np.flatnonzero(known <= story.horizons.until)
    known, born = known[rows], children.born[rows]
    size = len(rows)
    unborn = known < born
    born_known = as_days(np.where(unborn, born + spread(rng, 2, 18, size), known))
    waiting = np.flatnonzero(unborn)
    due = (born[waiting] + spread(rng, -12, 12, len(waiting))).astype(np.int32)
    ethnicity = children.ethnicity[rows]
    asked = np.flatnonzero(chance(rng, 0.03, size))
    young = (story.horizons.until - born) / YEAR < 4
    reason = np.where(young & chance(rng, 0.5, size), 0, np.where(chance(rng, 0.01, size), 4, -1))
    legacy = rows * 7 % 1_000_003 if story.practice.late_history else np.full(size, -1)
    story.add(
        Table(
            "persons",
            known,
            [
                ids("pers_person_id", "C", rows),
                codes(
                    "pers_sex",
                    children.sex[rows],
                    SEXES,
                    was=Was(waiting, np.full(len(waiting), 2, np.int16), born_known[waiting]),
                ),
                codes(
                    "pers_ethnicity",
                    ethnicity,
                    ETHNICITIES,
                    was=Was(
                        asked,
                        np.full(len(asked), _NOT_YET, np.int16),
                        as_days(known[asked] + 15 + waits(rng, 40, len(asked))),
                    ),
                ),
                dates("pers_dob", born, since=born_known),
                dates(
                    "pers_expected_dob",
                    np.full(size, FAR, dtype=np.int32),
                    was=Was(waiting, due, born_known[waiting]),
                ),
                dates("pers_death_date", np.full(size, FAR, dtype=np.int32)),
                codes("pers_upn_unknown", reason, UPN_REASONS),
                ids("pers_legacy_id", "OLD", legacy),
            ],
            child=rows,
        )
    )
