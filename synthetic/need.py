"""Children in need: their plans, and the visits made under them."""

import numpy as np

from synthetic.chance import chance, pick, recorded, spread, steps_in
from synthetic.days import FAR, as_days, previous_working
from synthetic.duties import documents, require
from synthetic.story import Story, moved, withdrawn
from synthetic.tables import Table, dates, flags, ids


def need_plans(rng: np.random.Generator, story: Story) -> None:
    """Child in need plans and the visits made under them."""
    episodes, cases, practice = story.episodes, story.cases, story.practice
    rows = story.need
    case = episodes.case[rows]
    start = cases.need_started[case]
    closed = episodes.closed[rows]
    end = as_days(np.minimum(cases.need_ended[case], closed))
    # Nobody is on a child in need plan while in care.
    end = np.minimum(end, np.maximum(episodes.care_started[rows], start)).astype(np.int32)
    real = (start < closed) & (start < FAR) & (end >= start)
    rows, start, end = rows[real], start[real], end[real]
    size = len(rows)
    known = story.recorded(rng, start, rows)
    end_known = as_days(np.maximum(story.recorded(rng, end, rows), known))
    story.note_end(rows, end_known)
    child = episodes.child[rows]
    horizon = story.horizons.of("cin_plans")
    story.add(
        Table(
            "cin_plans",
            known,
            [
                ids("cinp_cin_plan_id", "N", rows),
                ids("cinp_person_id", "C", child),
                ids("cinp_referral_id", "R", rows),
                dates("cinp_cin_plan_start_date", start),
                dates("cinp_cin_plan_end_date", end, since=end_known),
                ids("cinp_cin_plan_team", "T", story.team[rows]),
            ],
            child=child,
        ).where(end >= horizon)
    )

    # Visits every three to five weeks; a disabled child's plan may ask for fewer, and then says so.
    seldom = (cases.path[case[real]] == 5) & chance(rng, 0.6, size)
    step = np.where(seldom, 56, np.array([25, 29, 40])[pick(rng, (3, 4, 3), size)])
    until = story.horizons.until
    plan, number = steps_in(
        as_days(start + 7), np.minimum(end, until).astype(np.int32), step, story.horizons.of("cin_visits")
    )
    made = start[plan] + 7 + number * step[plan] + spread(rng, -4, 6, len(plan))
    made = np.where(chance(rng, 0.93, len(plan)), previous_working(made), made)
    happened = ~chance(rng, 0.06, len(plan)) & (made >= start[plan]) & (made <= end[plan]) & (made <= until)
    plan, made = plan[happened], made[happened].astype(np.int32)
    size = len(plan)
    visit_known = as_days(np.maximum(recorded(rng, made, 0.7 * practice.typing_lag), known[plan]))
    seen = chance(rng, 0.93, size)
    story.add(
        Table(
            "cin_visits",
            visit_known,
            [
                ids("cinv_cin_visit_id", "Y", np.arange(size)),
                ids("cinv_person_id", "C", child[plan]),
                dates("cinv_cin_visit_date", made, was=moved(rng, made, start[plan], visit_known, 0.002)),
                flags("cinv_cin_visit_seen", np.where(chance(rng, 0.002, size), -1, seen)),
                flags("cinv_cin_visit_seen_alone", np.where(seen, chance(rng, 0.6, size), -1)),
            ],
            child=child[plan],
            gone=withdrawn(rng, visit_known, 0.001),
        )
    )
    slow = np.flatnonzero(seldom & (end >= horizon))
    require(
        story, child[slow], 1, start[slow], end[slow], np.full(len(slow), 56), known[slow], end_known[slow]
    )
    documents(rng, story, 1, child, start + 10, end, known, 0.9)
