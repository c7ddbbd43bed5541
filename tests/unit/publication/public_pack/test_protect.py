"""Protection by hand: worlds of a few cells whose answers can be worked out on paper."""

from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publication.public_pack.disclosure import areas, audit, equations, gate, ledger, programs
from publication.public_pack.disclosure.equations import CELL
from publication.public_pack.disclosure.protect import protect_counts

NOTHING_BEFORE = pd.DataFrame(
    {"release": [], "la_code": [], "indicator_id": [], "month": [], "breakdown": [], "exact": [], "shown": []}
).astype(
    {"release": int, "month": int, "exact": float, "shown": bool}
    | dict.fromkeys(["la_code", "indicator_id", "breakdown"], "str")
)


def cells(*rows: tuple[str, int, str, float]) -> pd.DataFrame:
    """Cells of one authority: indicator, month, breakdown, exact."""
    found = pd.DataFrame(rows, columns=["indicator_id", "month", "breakdown", "exact"]).assign(la_code="001")
    return found[[*CELL, "exact"]]


def hidden(given: pd.DataFrame, before: pd.DataFrame = NOTHING_BEFORE, release: int = 1) -> list[bool]:
    """Which of the cells are hidden, in their order."""
    return protect_counts(given, before, release).is_hidden.tolist()


def as_published(given: pd.DataFrame, is_hidden: list[bool], release: int = 1) -> pd.DataFrame:
    return given.assign(release=release, shown=~np.array(is_hidden))


def test_one_to_five_is_hidden_and_nought_and_six_are_not():
    given = cells(*[("s47_started", month, "all", month) for month in range(7)])

    assert hidden(given) == [False, True, True, True, True, True, False]


def test_starts_are_hidden_where_a_subtraction_would_tell_few_ends():
    # 20 + 8 - 25 = 3 ended
    given = cells(("cp_open", 0, "all", 20), ("cp_started", 1, "all", 8), ("cp_open", 1, "all", 25))

    assert hidden(given) == [False, True, False]


def test_starts_are_shown_where_enough_ended():
    # 20 + 8 - 22 = 6 ended
    given = cells(("cp_open", 0, "all", 20), ("cp_started", 1, "all", 8), ("cp_open", 1, "all", 22))

    assert hidden(given) == [False, False, False]


def test_a_part_is_hidden_where_few_are_left_of_the_whole():
    given = cells(("cp_open", 0, "all", 20), ("cp_2y_open_count", 0, "all", 17))

    assert hidden(given) == [False, True]


def test_a_second_category_is_hidden_with_the_first_and_it_is_the_smallest_that_will_do():
    # 2 alone would follow from the total; with a nought it would be 0, 1 or 2; with 7 it is 0 to 9
    given = cells(
        ("cp_open", 2, "all", 29),
        ("cp_category_pct", 2, "EMO", 20),
        ("cp_category_pct", 2, "MUL", 0),
        ("cp_category_pct", 2, "NEG", 7),
        ("cp_category_pct", 2, "SAB", 2),
    )

    assert hidden(given) == [False, False, False, True, True]


def test_categories_of_a_hidden_total_are_hidden():
    given = cells(
        ("cp_open", 2, "all", 4), ("cp_category_pct", 2, "EMO", 4), ("cp_category_pct", 2, "NEG", 0)
    )

    assert hidden(given) == [True, True, True]


def test_categories_of_a_total_hidden_later_for_another_s_sake_are_hidden_and_public_ones_stay_known():
    given = cells(
        ("cp_open", 2, "all", 43), ("cp_category_pct", 2, "EMO", 19), ("cp_category_pct", 2, "NEG", 24)
    )
    before = as_published(given, [True, False, True])
    protected = protect_counts(given, before[before["breakdown"] == "EMO"], 2)
    assert not protected.is_hidden.any()

    protected.hide(given["indicator_id"].eq("cp_open").to_numpy())

    assert protected.is_hidden.all()
    assert protected.shown[protected.unknown].tolist() == [False, True, False]


def test_what_was_hidden_stays_hidden_after_a_revision():
    first = cells(("s47_started", 0, "all", 3))
    before = as_published(first, [True])

    assert hidden(cells(("s47_started", 0, "all", 9)), before, 2) == [True]


def test_what_is_public_stays_shown_and_a_revised_total_gives_way_instead():
    first = cells(("cp_open", 0, "all", 30), ("cp_started", 1, "all", 9), ("cp_open", 1, "all", 31))
    before = as_published(first, hidden(first))
    assert before["shown"].all()  # 8 ended
    # 30 + 9 - 36 = 3 ended, and the starts are public
    again = cells(("cp_open", 0, "all", 30), ("cp_started", 1, "all", 9), ("cp_open", 1, "all", 36))

    assert hidden(again, before, 2) == [False, False, True]


def test_what_was_public_once_is_known_though_a_later_pack_hid_it():
    first = cells(("cp_open", 0, "all", 30), ("cp_started", 1, "all", 9), ("cp_open", 1, "all", 31))
    starts = first[first["indicator_id"] == "cp_started"]
    before = pd.concat([as_published(first, hidden(first)), as_published(starts, [True], 2)])
    # 30 + 9 - 36 = 3 ended: the starts are hidden now, and were read when they were not
    again = cells(("cp_open", 0, "all", 30), ("cp_started", 1, "all", 9), ("cp_open", 1, "all", 36))

    assert hidden(again, before, 3)[2]


def test_a_hidden_count_that_stands_in_no_sum_is_known_to_be_one_to_five():
    given = cells(("s47_started", 0, "all", 3), ("cp_open", 0, "all", 3), ("cp_2y_open_count", 0, "all", 1))

    tied = equations.tie_together(as_published(given, [True, True, True]))

    far = np.full(len(tied.exact), equations.NO_LIMIT)
    low, high = equations.narrow(tied, tied.shown, far, far)
    of_enquiries, of_plans = (
        int(tied.unknown_of[1][tied.cells["indicator_id"].eq(name).to_numpy()].item())
        for name in ("s47_started", "cp_open")
    )
    assert (low[of_enquiries], high[of_enquiries]) == (1, 5)
    assert (low[of_plans], high[of_plans]) == (
        0,
        equations.NO_LIMIT,
    )  # hidden for others too: it may be nought


def test_what_the_solver_cannot_say_in_time_is_hidden_with_what_stands_beside_it(monkeypatch):
    def month(opening: int, starts: int, closing: int) -> pd.DataFrame:
        return cells(
            ("cp_open", 0, "all", opening), ("cp_started", 1, "all", 2), ("cp_open", 1, "all", 5),
            ("cp_started", 2, "all", starts), ("cp_open", 2, "all", closing),
        )  # fmt: skip

    first, again = month(9, 7, 3), month(7, 6, 4)
    before = as_published(first, hidden(first))
    # the two releases have their middle in common: a circle, which only the solver undoes
    assert hidden(again, before, 2) == [False, True, True, False, True]
    solved = equations.milp
    answers = iter([SimpleNamespace(status=1)])
    monkeypatch.setattr(equations, "milp", lambda *a, **k: next(answers, None) or solved(*a, **k))

    assert hidden(again, before, 2) == [False, True, True, True, True]


def test_a_hidden_figure_of_posts_may_be_of_many_and_one_of_agency_staff_is_of_few():
    names = ["wf_agency_fte", "wf_vacancies_fte"]
    figures = pd.DataFrame(
        {
            "release": 1, "la_code": "001", "indicator_id": names, "month": 0, "breakdown": "all",
            "numerator": 5.0, "denominator": np.nan, "is_shown": False, "figure": [0, 1],
        }
    )  # fmt: skip
    system = audit.build(figures, 1)

    assert system.high[system.counted.to_numpy()].tolist() == [6, equations.NO_LIMIT]


def of_agency(figures: list[int], low: float, high: float) -> audit.System:
    """One agency worker, and vacancies of 9: 10 and a half at most together, and 7 and a half or 8 apart."""
    nobody = np.full(2, audit.NONE)
    return audit.System(
        exact=np.array([1.0, 9.0]), low=np.array([low, 0.0]), high=np.array([high, 100.0]),
        is_whole=np.array([False, False]), is_people=np.array([True, False]), shown_by=nobody,
        row=np.array([0, 0, 1, 1]), unknown=np.array([0, 1, 0, 1]), weight=np.array([1.0, 1.0, -1.0, 1.0]),
        least=np.array([10.0, 7.5]), most=np.array([10.5, 8.0]), figure=np.array(figures),
        counted=pd.Series(dtype=int), limited=nobody,
    )  # fmt: skip


def test_what_two_figures_tell_together_and_neither_alone_is_found_and_the_cheaper_is_hidden():
    system = of_agency([0, 1], low=0, high=6)
    # step by step, 0 to 3 agency workers; twice as many are 3 at most, so they are 1 to 1.5
    assert not len(audit.told(system, audit.narrow(system)))

    assert programs.behind_circles(system, np.array([0]), np.array([2, 1])) == {1}
    assert programs.behind_circles(system, np.array([0]), np.array([1, 2])) == {0}


def test_what_a_linear_program_cannot_say_in_time_is_hidden_with_what_stands_beside_it(monkeypatch):
    monkeypatch.setattr(programs, "SECONDS", 0.0)
    system = of_agency([0, 1], low=0, high=6)

    assert programs.behind_circles(system, np.array([0]), np.array([2, 1])) == {0, 1}


def test_nothing_is_hidden_for_what_is_known_without_any_figure():
    # an earlier pack's figure and a relation
    assert (
        programs.behind_circles(of_agency([audit.OLD, audit.NONE], 0, 6), np.array([0]), np.array([1]))
        == set()
    )
    # what its own symbol says
    assert programs.behind_circles(of_agency([0, audit.NONE], 1, 1.5), np.array([0]), np.array([1])) == set()


@pytest.mark.parametrize(
    ("exact", "down", "up"),
    [(0, 0, 0), (1, 0, 3), (4, 3, 0), (5, 0, 9), (14, 9, 0), (15, 0, 9), (103, 8, 1)],
)
def test_the_window_of_a_rounded_sum(exact, down, up):
    assert [int(w.iloc[0]) for w in areas.window(pd.Series([exact]))] == [down, up]


def test_the_ledger_keeps_only_what_changed():
    now = pd.DataFrame(
        {
            "area_code": "001", "indicator_id": ["cp_open", "cla_open"], "month": 0, "breakdown": "all",
            "numerator": [20.0, 3.0], "denominator": np.nan, "is_shown": [True, False],
        }
    )  # fmt: skip
    first = ledger.changes(ledger.empty(), now, 1)
    then = ledger.changes(first, now.assign(numerator=[21.0, 3.0]), 2)

    assert len(first) == 2
    assert then[["release", "indicator_id", "numerator"]].values.tolist() == [[2, "cp_open", 21.0]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9)), min_size=3, max_size=4),
    st.integers(0, 15),
)
def test_no_solution_but_the_truth_can_be_counted_out(flows, opening):
    """Every printed figure together leaves each small count four values: found by trying them all."""
    stock, rows = opening, [("cp_open", 0, "all", opening)]
    for month, (starts, ends) in enumerate(flows, start=1):
        ends = min(ends, stock + starts)
        stock += starts - ends
        rows += [("cp_started", month, "all", starts), ("cp_open", month, "all", stock)]
    given_cells = cells(*rows)
    protected = protect_counts(given_cells, NOTHING_BEFORE, 1)
    shown = {
        (i, m): e
        for i, m, e, h in zip(
            given_cells["indicator_id"],
            given_cells["month"],
            given_cells["exact"],
            protected.is_hidden,
            strict=True,
        )
        if not h
    }
    reach = range(41)
    # the stocks that each month can have, forwards and backwards; then the starts and ends between them
    months = len(flows)

    def starts_of(month: int) -> list[int]:
        return [shown[("cp_started", month)]] if ("cp_started", month) in shown else list(reach)

    def stocks_of(month: int) -> list[int]:
        return [shown[("cp_open", month)]] if ("cp_open", month) in shown else list(reach)

    def steps(month: int) -> list[tuple[int, int, int, int]]:
        return [
            (before, starts, before + starts - after, after)
            for before in stocks_of(month - 1)
            for starts in starts_of(month)
            for after in stocks_of(month)
            if before + starts >= after
        ]

    ways = [steps(month) for month in range(1, months + 1)]
    for k in range(1, months):
        ends_at = {w[3] for w in ways[k - 1]}
        ways[k] = [w for w in ways[k] if w[0] in ends_at]
    for k in range(months - 2, -1, -1):
        begins_at = {w[0] for w in ways[k + 1]}
        ways[k] = [w for w in ways[k] if w[3] in begins_at]
    true = {
        (i, m): e
        for i, m, e in zip(
            given_cells["indicator_id"], given_cells["month"], given_cells["exact"], strict=True
        )
    }
    for month in range(1, months + 1):
        before, starts, after = (
            true[("cp_open", month - 1)],
            true[("cp_started", month)],
            true[("cp_open", month)],
        )
        for place, value in enumerate((before, starts, before + starts - after, after)):
            if 0 < value < 6:
                assert len({way[place] for way in ways[month - 1]}) >= 4


YEAR = [str(end.date()) for end in pd.date_range("2024-04-30", "2025-03-31", freq="ME")]


@pytest.mark.parametrize(
    ("basis", "counts", "found"),
    [
        ("point_in_time", [("2025-03-31", "shown")], 0),
        ("point_in_time", [("2025-03-31", "x")], 1),
        ("point_in_time", [("2025-03-31", "c"), ("2025-02-28", "shown")], 1),
        ("point_in_time", [], 1),
        ("rolling_12_months", [(f"2025-{month:02d}-28", "shown") for month in (1, 2, 3)], 1),
        ("rolling_12_months", [(end, "shown") for end in YEAR], 0),
        ("rolling_12_months", [(end, "shown" if end < "2025" else "x") for end in YEAR], 1),
    ],
)
def test_the_gate_finds_a_rate_whose_count_is_hidden_or_did_not_come(basis, counts, found):
    with duckdb.connect() as db:
        db.execute(
            """
            create table figures (
                indicator_id varchar, period_basis varchar, period_end date, status varchar,
                area_code varchar default '857', breakdown varchar default 'all'
            )
            """
        )
        db.execute("create table rates as select 'rate' as indicator_id, 'count' as made_of")
        db.execute("insert into figures values ('rate', ?, '2025-03-31', 'shown', '857', 'all')", [basis])
        for end, status in counts:
            db.execute("insert into figures values ('count', 'month', ?, ?, '857', 'all')", [end, status])

        assert len(db.sql(gate.OF_TABLE["a rate is shown whose count is not"]).fetchall()) == found


@pytest.mark.parametrize(
    ("basis", "end", "hidden", "found"),
    [
        ("quarter", "2024-06-30", "2024-03-31", 0),  # 30 June less three months is 30 March
        ("quarter", "2024-06-30", "2024-04-30", 1),
        ("quarter", "2024-09-30", "2024-06-30", 0),
        ("year_to_date", "2024-06-30", "2024-03-31", 0),
        ("year_to_date", "2024-06-30", "2024-04-30", 1),
        ("year_to_date", "2025-03-31", "2024-04-30", 1),
        ("year_to_date", "2025-03-31", "2024-03-31", 0),
    ],
)
def test_the_gate_finds_a_sum_shown_with_one_of_its_own_months_hidden(basis, end, hidden, found):
    rows = [(basis, end, "shown"), ("month", hidden, "c"), ("month", end, "shown")]
    with duckdb.connect() as db:
        db.execute(
            """
            create table figures (
                geographic_level varchar default 'Local authority', area_code varchar default '857',
                indicator_id varchar default 'contacts', breakdown varchar default 'all',
                period_basis varchar, period_end date, status varchar
            )
            """
        )
        db.executemany("insert into figures (period_basis, period_end, status) values (?, ?, ?)", rows)
        question = gate.OF_TABLE["a sum of months is shown with a month hidden"]

        assert len(db.sql(question).fetchall()) == found
