"""What is on file of children beside their cases: disabilities, immigration statuses, education plans."""

import numpy as np

from synthetic.care import Periods
from synthetic.chance import chance, pick, spread
from synthetic.days import FAR, YEAR, as_days
from synthetic.story import Story
from synthetic.tables import Table, codes, dates, ids, words

DISABILITIES = words("NONE MOB HAND PC INC COMM LD HEAR VIS BEH CON AUT DDA")
_SHARES = (0, 8, 2, 7, 4, 10, 24, 3, 3, 16, 3, 22, 5)
STATUSES = ("UASC", "Indefinite leave to remain", "Refugee status")


def circumstances(rng: np.random.Generator, story: Story, care: Periods) -> None:
    """The three returns. Grains: a child and code; a spell of a status; a plan."""
    [persons] = story.parts("persons")
    assert persons.child is not None
    _disabilities(rng, story, persons.child, persons.known)
    _immigration(rng, story, care)
    _education_plans(rng, story, persons.child, persons.known)


def _disabilities(rng: np.random.Generator, story: Story, child: np.ndarray, known: np.ndarray) -> None:
    """Half are asked of; one in seven of those has one, some two."""
    asked = np.flatnonzero(chance(rng, 0.5, len(child)))
    first = np.where(chance(rng, 0.14, len(asked)), pick(rng, _SHARES, len(asked)), 0)
    second = np.flatnonzero((first > 0) & chance(rng, 0.3, len(asked)))
    rows = np.concatenate([asked, asked[second]])
    code = np.concatenate([first, first[second] % (len(DISABILITIES) - 1) + 1])
    story.add(
        Table(
            "disabilities",
            known[rows],
            [
                ids("disa_table_id", "D", np.arange(len(rows))),
                ids("disa_person_id", "C", child[rows]),
                codes("disa_disability_code", code, DISABILITIES),
            ],
            child=child[rows],
        )
    )


def _immigration(rng: np.random.Generator, story: Story, care: Periods) -> None:
    """Some who come into care from 15 on are unaccompanied, until they are given leave or come of age."""
    born = story.children.born[care.child]
    rows = care.ordinary
    came = rows[
        ((care.start[rows] - born[rows]) / YEAR >= 15)
        & (care.start[rows] <= story.horizons.until)
        & chance(rng, 0.3, len(rows))
    ]
    start = care.start[came]
    leave = np.where(chance(rng, 0.4, len(came)), start + spread(rng, 120, 700, len(came)), FAR)
    ends = as_days(np.minimum(leave, born[came] + round(18 * YEAR)))
    later = np.flatnonzero(ends <= story.horizons.until)
    known = care.known[came]
    story.add(
        Table(
            "immigration_statuses",
            np.concatenate([known, as_days(np.maximum(ends[later], known[later]))]),
            [
                ids("immi_immigration_status_id", "IM", np.arange(len(came) + len(later))),
                ids("immi_person_id", "C", np.concatenate([care.child[came], care.child[came][later]])),
                codes(
                    "immi_immigration_status",
                    np.concatenate([np.zeros(len(came)), 1 + later % 2]).astype(np.int16),
                    STATUSES,
                ),
                dates("immi_immigration_status_start_date", as_days(np.concatenate([start, ends[later]]))),
                dates(
                    "immi_immigration_status_end_date",
                    as_days(np.concatenate([ends, np.full(len(later), FAR)])),
                    since=as_days(np.concatenate([np.maximum(ends, known), np.full(len(later), FAR)])),
                ),
            ],
            child=np.concatenate([care.child[came], care.child[came][later]]),
        )
    )


def _education_plans(rng: np.random.Generator, story: Story, child: np.ndarray, known: np.ndarray) -> None:
    """One child in eight has one from some age on; a few of them cease."""
    rows = np.flatnonzero(chance(rng, 0.125, len(child)))
    start = story.children.born[child[rows]] + spread(rng, 4 * YEAR, 14 * YEAR, len(rows))
    end = np.where(chance(rng, 0.2, len(rows)), start + spread(rng, 200, 1500, len(rows)), FAR)
    seen = as_days(np.maximum(known[rows], start + 20))
    story.add(
        Table(
            "ehcp_active_plans",
            seen,
            [
                ids("ehcp_active_ehcp_id", "EH", np.arange(len(rows))),
                ids("ehcp_person_id", "C", child[rows]),
                dates("start_date", as_days(start)),
                dates("end_date", as_days(end), since=as_days(np.maximum(end, seen))),
            ],
            child=child[rows],
        )
    )
