"""Hide small counts, and whatever else would give one away; never again what is public already.

Works on the figures of authorities, one row for a printed cell. A cell once hidden stays hidden; a figure
once public stays shown while it is unchanged. What was decided before comes from the ledger of publications.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from publication.public_pack.disclosure import design
from publication.public_pack.disclosure.equations import (
    CELL,
    NO_LIMIT,
    NOTHING,
    Equations,
    narrow,
    solve,
    tie_together,
)

DEAR = 10**6  # hiding a total, beside hiding what adds up to it
SOLVER_SECONDS = 120.0
UNPROVED = 0  # how many values an unknown has that the solver had no time for


@dataclass
class Protected:
    """Which cells are hidden, and what is still to be reckoned with where figures are added up."""

    cells: pd.DataFrame  # as given
    public: np.ndarray  # of each row, whether its very figure was printed before
    is_hidden: pd.Series  # one for each row of the cells given, in their order
    equations: Equations
    shown: np.ndarray  # of the unknowns, whether printed in this release or before
    unknown: np.ndarray  # of each row, -1 where it has none
    # of the unknowns, whether what is public already tells it, so that hiding helps no more
    is_out: np.ndarray

    def audit(self, down: np.ndarray | None = None, up: np.ndarray | None = None) -> np.ndarray:
        """How many values each unknown can have: none where the solver could not say in time."""
        count = len(self.equations.exact)
        free = np.full(count, NO_LIMIT)
        low, high = narrow(
            self.equations, self.shown, free if down is None else down, free if up is None else up
        )
        low, high, unproved = solve(self.equations, self.shown, low, high, SOLVER_SECONDS)
        values = high - low + 1
        values[unproved] = UNPROVED
        return values

    def failing(
        self, down: np.ndarray | None = None, up: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The unknowns that the printed figures narrow to fewer than four values, or may; and which of them
        only may."""
        values = self.audit(down, up)
        told = self.equations.sensitive_if(self.shown) & (values < design.FEWEST_VALUES) & ~self.is_out
        return np.flatnonzero(told), np.flatnonzero(told & (values == UNPROVED))

    def hide(self, rows: np.ndarray) -> None:
        """Hide more of the cells, and the categories of each total among them: of two shares of a total, to
        one place, few totals could be the whole."""
        self.is_hidden |= rows
        has_unknown = self.unknown > NOTHING
        beneath = _is_of(self.cells, self.is_hidden).to_numpy() & has_unknown
        self.is_hidden |= beneath
        self.shown[self.unknown[(rows & has_unknown) | (beneath & ~self.public)]] = False

    @property
    def left_out(self) -> np.ndarray:
        """Of each row, whether it stands in a sum with a small count that is out: the pack leaves it out."""
        out = np.zeros(len(self.equations.exact), bool)
        out[self.equations.members[self.is_out[self.equations.members].any(axis=1)]] = True
        out |= self.is_out
        out[NOTHING] = False
        has_unknown = self.unknown > NOTHING
        rows = pd.Series(has_unknown & out[self.unknown], index=self.cells.index)
        return rows.to_numpy() | (_is_of(self.cells, rows).to_numpy() & has_unknown)


def is_small(count: pd.Series) -> pd.Series:
    """Whether a count is one to five."""
    return (count > 0) & (count < design.THRESHOLD)


def protect_counts(cells: pd.DataFrame, before: pd.DataFrame, release: int) -> Protected:
    """Hide counts. `cells` has CELL and exact (null where there is no count); `before` has a row
    for each change of a cell in an earlier release: release, CELL, exact, shown."""
    once = _once(cells, before)
    hidden = (is_small(cells["exact"]) | once["was_hidden"]) & cells["exact"].notna()
    # a category is printed as a share of its total: where that is hidden it cannot stay, though it is public
    hidden |= _is_of(cells, hidden) & cells["exact"].notna()
    hidden |= ~_has_a_total(cells) & cells["exact"].notna()  # two of its shares, to one place, tell it
    now = cells[[*CELL, "exact"]].assign(release=release, shown=~hidden)
    equations = tie_together(
        pd.concat([before[["release", *CELL, "exact", "shown"]], now], ignore_index=True)
    )
    place = cells[CELL].merge(equations.cells, on=CELL, how="left")["cell"].to_numpy(dtype=int)
    unknown = equations.unknown_of.get(release, np.empty(0, dtype=int))[place]
    is_out = np.zeros(len(equations.exact), bool)
    # what was read once is known, though a later pack hid it: hiding it again hides nothing
    public = once["is_public"].to_numpy()
    protected = Protected(cells, public, hidden, equations, equations.shown.copy(), unknown, is_out)
    _hide_more(protected)
    return protected


def _once(cells: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Of each cell, whether it was ever hidden and whether its very figure is public."""
    counted = before.dropna(subset=["exact"])
    hidden = counted[~counted["shown"]][CELL].drop_duplicates().assign(was_hidden=True)
    public = counted[counted["shown"]][[*CELL, "exact"]].drop_duplicates().assign(is_public=True)
    said = (
        cells[[*CELL, "exact"]]
        .merge(hidden, on=CELL, how="left")
        .merge(public, on=[*CELL, "exact"], how="left")
    )
    said.index = cells.index
    return said[["was_hidden", "is_public"]].notna()


def _has_a_total(cells: pd.DataFrame) -> pd.Series:
    """Whether the total that a value of a breakdown is a share of came; of what is no such value, true."""
    whole = cells["indicator_id"].map(dict(design.breakdowns()))
    return whole.isna() | _is_of(cells, cells["exact"].notna())


def _is_of(cells: pd.DataFrame, totals: pd.Series) -> pd.Series:
    """Whether a value of a breakdown belongs to one of some totals."""
    whole = cells["indicator_id"].map(dict(design.breakdowns()))
    named = cells.loc[totals & (cells["breakdown"] == "all"), ["la_code", "month", "indicator_id"]]
    asked = pd.MultiIndex.from_arrays([cells["la_code"], cells["month"], whole.fillna("")])
    return pd.Series(asked.isin(pd.MultiIndex.from_frame(named)), index=cells.index)


def _hide_more(protected: Protected) -> None:
    """Hide the cheapest figure beside each unknown that is told, until none is but those that are out."""
    equations, cells, public = protected.equations, protected.cells, protected.public
    row_of = np.full(len(equations.exact), -1)
    has_unknown = protected.unknown > NOTHING
    row_of[protected.unknown[has_unknown]] = np.flatnonzero(has_unknown)
    is_total = (
        ~cells["indicator_id"]
        .isin([*design.in_role("starts", "breakdown"), *(part for part, _ in design.parts())])
        .to_numpy()
    )
    while True:
        told, unproved = protected.failing()
        if not len(told):
            return
        may_hide = (row_of >= 0) & protected.shown
        may_hide[may_hide] &= ~public[row_of[may_hide]]
        if len(unproved):  # a further search would take as long again
            chosen = _all_of(equations, unproved, may_hide & ~is_total[row_of])
        else:
            chosen = _cheapest_beside(equations, told, may_hide, row_of, is_total, protected)
        if not len(chosen):
            chosen = _all_of(equations, told, may_hide)
        if not len(chosen):
            protected.is_out[told] = True
            continue
        rows = np.zeros(len(cells), bool)
        rows[row_of[chosen]] = True
        protected.hide(rows)


def _cheapest_beside(
    equations: Equations,
    told: np.ndarray,
    may_hide: np.ndarray,
    row_of: np.ndarray,
    is_total: np.ndarray,
    protected: Protected,
) -> np.ndarray:
    """One unknown for each sum that a told one stands in: leaves before totals, the smallest that will do."""
    is_told = np.zeros(len(equations.exact), bool)
    is_told[told] = True
    used = equations.signs != 0
    sums = np.flatnonzero((is_told[equations.members] & used).any(axis=1))
    members, used = equations.members[sums], used[sums]
    free = used & may_hide[members]
    exact = equations.exact[members].astype(float)
    # of a breakdown, what hides must itself be able to grow by what is lacking
    lacking = (
        design.FEWEST_VALUES
        - 1
        - np.where(used & ~protected.shown[members], exact, 0).sum(axis=1, keepdims=True)
    )
    cost = exact + np.where(exact < np.maximum(lacking, 0), DEAR / 10, 0)
    cost += np.where(is_total[np.maximum(row_of[members], 0)], DEAR, 0)
    cost = np.where(free, cost, np.inf)
    best = cost.argmin(axis=1)
    found = np.isfinite(cost[np.arange(len(sums)), best])
    return np.unique(members[np.arange(len(sums)), best][found])


def _all_of(equations: Equations, told: np.ndarray, may_hide: np.ndarray) -> np.ndarray:
    """The last resort: every figure of the authorities concerned that stands in a sum and is not public."""
    whose = set(equations.la_code[told])
    stands = np.zeros(len(equations.exact), bool)
    stands[equations.members[equations.signs != 0]] = True
    return np.flatnonzero(may_hide & stands & pd.Series(equations.la_code).isin(whose).to_numpy())
