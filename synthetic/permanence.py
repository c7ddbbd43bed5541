"""Where care leads: adoption, guardianship and, for those who grow up in care, the years as a care leaver."""

import numpy as np

from synthetic.care import ADOPTED, AGREEMENT, GUARDIAN, ORDINARY, Periods
from synthetic.chance import Ints, chance, pick, recorded, spread, waits
from synthetic.days import FAR, YEAR, Days, as_days
from synthetic.story import Story
from synthetic.tables import Table, codes, dates, flags, ids, words

REVERSED = ("RD1", "RD2", "RD3", "RD4")
ORDERS = ("ADOPTION", "SGO", "CAO")
KINDS = ("IN_HOUSE", "AGENCY")
ELIGIBILITY = ("RELEVANT", "FORMER_RELEVANT", "ELIGIBLE", "QUALIFYING", "NONE")
TOUCH = ("YES", "NO", "DIED", "REFU", "NREQ", "RHOM")
HOMES = tuple("BCDEGHKRSTUVWXYZ")
_HOME = (11, 1, 17, 6, 0.7, 0.3, 3, 3, 1.5, 1, 37, 1, 0.7, 3, 2, 11.8)
_UNKNOWN_HOME = np.isin(HOMES, ("G", "H", "R"))
_POOR_HOME = np.isin(HOMES, ("S", "V", "W", "X"))
ACTIVITY = words("F1 P1 F2 P2 F4 P4 F5 P5 G4 G5 G6")
_ACTIVITY = (6, 0.5, 20, 2, 4, 0.5, 19, 5, 11, 25, 7)


def permanence(rng: np.random.Generator, story: Story, care: Periods) -> None:
    """Plans for adoption, whether they come to an order, wait or are reversed; and guardianship orders."""
    horizon = story.horizons.of("permanence")
    rows = care.ordinary
    wanted = rows[care.kind[rows] == ADOPTED]
    length = care.end[rows] - care.start[rows]
    young = care.start[rows] - story.children.born[care.child[rows]] < 6 * YEAR
    changed = rows[(care.kind[rows] == ORDINARY) & young & (length > 420) & chance(rng, 0.16, len(rows))]
    guarded = rows[care.kind[rows] == GUARDIAN]
    of = np.concatenate([wanted, changed, guarded])
    size = len(of)
    kind = np.repeat([0, 1, 2], [len(wanted), len(changed), len(guarded)])
    adopt, changes = kind == 0, kind == 1

    decided = np.where(
        adopt, np.maximum(care.ordered[of] - spread(rng, 20, 70, size), care.start[of] + 20), FAR
    )
    decided = as_days(np.where(changes, care.start[of] + spread(rng, 120, 260, size), decided))
    placed = as_days(np.where(adopt, care.placed[of], FAR))
    matched = np.maximum(placed - spread(rng, 8, 45, size), care.ordered[of])
    matched = as_days(np.where(adopt, matched, FAR))
    ordered = care.ordered[of]
    reversed_on = as_days(np.where(changes, decided + 40 + np.minimum(waits(rng, 160, size), 400), FAR))
    reversed_on = np.where(reversed_on < care.end[of], reversed_on, FAR).astype(np.int32)
    # A plan given up without a date would leave the child waiting for ever: it goes when the child does.
    reversed_on = np.where(changes & (reversed_on >= FAR), care.end[of], reversed_on).astype(np.int32)
    made = np.where(chance(rng, 0.75, size), 0, 1)
    order_date = as_days(np.where(changes, FAR, care.end[of]))
    order = np.where(adopt, 0, np.where(made == 0, 1, 2)).astype(np.int16)
    by_carer = adopt & chance(rng, 0.16, size)
    early = as_days(np.maximum(placed - spread(rng, 100, 260, size), care.start[of] + 5))
    fostered_first = as_days(np.where(by_carer & chance(rng, 0.8, size), early, FAR))

    lag = story.practice.typing_lag

    def noted(values: Days) -> Days:
        return as_days(np.maximum(recorded(rng, values, lag), care.known[of]))

    decided_known, ordered_known, matched_known = noted(decided), noted(ordered), noted(matched)
    placed_known, reversed_known = noted(placed), noted(reversed_on)
    order_known = as_days(np.maximum(care.end_known[of], order_date))
    known = np.where(kind == 2, order_known, decided_known).astype(np.int32)
    child = care.child[of]
    ends = np.where(kind == 2, order_date, np.minimum(care.end[of], reversed_on))
    by_carer_known = as_days(np.maximum(placed_known, known))
    story.add(
        Table(
            "permanence",
            known,
            [
                ids("perm_table_id", "Z", np.arange(size)),
                ids("perm_person_id", "C", child),
                ids("perm_cla_id", "L", of),
                dates("perm_adm_decision_date", decided),
                dates("perm_placement_order_date", ordered, since=as_days(np.maximum(ordered_known, known))),
                dates("perm_matched_date", matched, since=as_days(np.maximum(matched_known, known))),
                dates(
                    "perm_placed_for_adoption_date", placed, since=as_days(np.maximum(placed_known, known))
                ),
                flags("perm_adopted_by_carer_flag", np.where(adopt, by_carer, -1), since=by_carer_known),
                dates("perm_placed_foster_carer_date", fostered_first, since=by_carer_known),
                dates("perm_decision_reversed_date", reversed_on, since=reversed_known),
                codes(
                    "perm_decision_reversed_reason",
                    np.where(changes, pick(rng, (4, 2, 2, 2), size), -1),
                    REVERSED,
                    since=reversed_known,
                ),
                dates("perm_permanence_order_date", order_date, since=order_known),
                codes("perm_permanence_order_type", np.where(changes, -1, order), ORDERS, since=order_known),
            ],
            child=child,
        ).where((ends >= horizon) & (known < FAR))
    )
    _adopters(rng, story, int((adopt & (placed >= horizon)).sum()), matched[adopt & (placed >= horizon)])


def _adopters(rng: np.random.Generator, story: Story, placed: int, matches: Days) -> None:
    """Adoptive families: those who were matched, those still waiting and those who left."""
    horizon, until = story.horizons.of("adopters"), story.horizons.until
    matches = matches[matches < FAR]
    spare = max(2, placed // 2)
    waiting = spread(rng, horizon - 200, until, spare)
    approved = np.concatenate([matches - 30 - waits(rng, 200, len(matches)), waiting]).astype(np.int32)
    matched = np.concatenate([matches, np.full(spare, FAR)]).astype(np.int32)
    size = len(approved)
    left = np.where((matched >= FAR) & chance(rng, 0.6, size), approved + 60 + waits(rng, 300, size), FAR)
    left = as_days(left)
    # A few are still being assessed: known to the authority, not approved.
    pending = (matched >= FAR) & chance(rng, 0.12, size) & (left >= FAR)
    first_known = recorded(rng, approved, 3)
    approved = np.where(pending, FAR, approved).astype(np.int32)
    story.add(
        Table(
            "adopters",
            first_known,
            [
                ids("family_id", "AF", np.arange(size)),
                codes("kind_code", pick(rng, (82, 18), size), KINDS),
                dates("approved_date", approved),
                dates(
                    "matched_date", matched, since=as_days(np.maximum(recorded(rng, matched, 4), first_known))
                ),
                dates("left_date", left, since=as_days(np.maximum(recorded(rng, left, 4), first_known))),
            ],
        ).where(np.minimum(matched, left) >= horizon)
    )


def care_leavers(rng: np.random.Generator, story: Story, care: Periods, as_at: Days) -> None:
    """Each month's state of everyone aged 16 to 21 who is, or once was, in care at 16 or 17."""
    ordinary = np.flatnonzero(care.kind < AGREEMENT)
    # Of a child's periods of care the last decides.
    _, last = np.unique(care.child[ordinary][::-1], return_index=True)
    period = ordinary[len(ordinary) - 1 - last]
    child = care.child[period]
    born, adult = story.children.born[child], story.children.adult[child]
    teens = (care.end[period] > born + int(16 * YEAR)) & (adult + int(3.9 * YEAR) > int(as_at[0]))
    period, child, born, adult = period[teens], child[teens], born[teens], adult[teens]
    size = len(period)
    length = care.end[period] - care.start[period]

    touch = _changing(rng, (90, 5.5, 0.3, 1.6, 1.4, 1.2), size, as_at)
    home = _changing(rng, _HOME, size, as_at)
    activity = _changing(rng, _ACTIVITY, size, as_at)
    poor_anyway = chance(rng, 0.04, size)
    phase, every = spread(rng, 0, 400, size), spread(rng, 30, 62, size)
    review_every = np.where(chance(rng, 0.88, size), spread(rng, 140, 182, size), spread(rng, 200, 320, size))
    lapsed = chance(rng, 0.012, size)
    rows: list[Ints] = []
    values: list[tuple[Ints, ...]] = []
    for month, day in enumerate(as_at.tolist()):
        age = (day - born) / YEAR
        known = (
            (care.known[period] <= day) & (born + int(16 * YEAR) <= day) & (day < adult + int(3.95 * YEAR))
        )
        inside = care.end_known[period] > day
        status = np.where(inside, 2, np.where(age >= 18, 1, 0))
        status = np.where(~inside & (length < 91), 3, status)
        status = np.where(lapsed, 4, status)
        here = np.flatnonzero(known & ((age < 18) | ~inside) & (day - care.start[period] > 0))
        latest = day - (day - phase) % every
        reviewed = day - (day - phase) % review_every
        out = touch[month] != 0
        no_answer = out & (touch[month] >= 1) & (touch[month] <= 4)
        lodging = np.where(no_answer & (touch[month] == 1), HOMES.index("R"), home[month])
        lodging = np.where(inside | (touch[month] >= 2), -1, lodging)
        fit = np.where(_POOR_HOME[lodging] | poor_anyway, 1, 0)
        fit = np.where((lodging < 0) | _UNKNOWN_HOME[lodging], -1, fit)
        does = np.where(inside | (touch[month] >= 1), -1, activity[month])
        latest = np.where(out, day - 75 - phase, latest)
        rows.append(here)
        values.append(
            tuple(
                x[here]
                for x in (status, touch[month], latest, lodging, fit, does, reviewed, np.full(size, month))
            )
        )
    of = np.concatenate(rows)
    status, contact, latest, lodging, fit, does, reviewed, month_of = (
        np.concatenate([value[i] for value in values]) for i in range(8)
    )
    story.add(
        Table(
            "care_leavers",
            as_at[month_of],
            [
                ids("clea_table_id", "CL", child[of]),
                ids("clea_person_id", "C", child[of]),
                codes("clea_care_leaver_eligibility", status, ELIGIBILITY),
                codes("clea_care_leaver_in_touch", contact, TOUCH),
                dates("clea_care_leaver_latest_contact", as_days(latest)),
                codes("clea_care_leaver_accommodation", lodging, HOMES),
                codes("clea_care_leaver_accom_suitable", fit, ("1", "2")),
                codes("clea_care_leaver_activity", does, ACTIVITY),
                dates("clea_pathway_plan_review_date", as_days(reviewed)),
                ids("clea_care_leaver_allocated_team", "T", np.full(len(of), 1)),
            ],
            child=child[of],
            gone=(as_at[month_of] + 1).astype(np.int32),
        )
    )


def _changing(rng: np.random.Generator, weights: tuple[float, ...], size: int, as_at: Days) -> Ints:
    """Month by person: a code that, for one person in three, changes at some point of the story."""
    before, after = pick(rng, weights, size), pick(rng, weights, size)
    span = int(as_at[-1] - as_at[0]) + 1
    change = as_at[0] + (rng.random(size) * 3 * max(span, 60)).astype(np.int32)
    return np.where(as_at[:, None] < change[None, :], before[None, :], after[None, :])
