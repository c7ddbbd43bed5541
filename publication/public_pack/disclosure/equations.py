"""The sums that tie printed figures together, and how far they narrow what is hidden.

A cell is one figure of one authority: (la_code, indicator_id, month, breakdown). What is known of it may
change from release to release, so the unknowns are its versions: a cell and an exact count. Ends of a stock
and the rest of a whole are ghosts: unknowns that nothing prints, but that a subtraction would tell.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from publication.public_pack.disclosure import design

CELL = ["la_code", "indicator_id", "month", "breakdown"]
NO_LIMIT = 10**7  # nobody outside knows a smaller one
NOTHING = 0  # the unknown that fills a short equation: always zero


@dataclass
class Equations:
    """Unknowns and their sums. `members` and `signs` have a row for each sum, which comes to zero."""

    exact: np.ndarray
    shown: np.ndarray
    la_code: np.ndarray  # whose unknown: nothing but regional totals ties one authority's to another's
    members: np.ndarray
    signs: np.ndarray
    least: np.ndarray  # what its mere symbol says of an unknown that is hidden
    most: np.ndarray
    unknown_of: dict[int, np.ndarray]  # release: the unknown of each cell, -1 where it has none
    cells: pd.DataFrame

    def sensitive_if(self, shown: np.ndarray) -> np.ndarray:
        """The unknowns that must stay so, given those shown: small counts not among them."""
        return (self.exact > 0) & (self.exact < design.THRESHOLD) & ~shown


def tie_together(history: pd.DataFrame) -> Equations:
    """The equations of all releases. `history` has a row for each change of a cell: release, the cell, exact
    (null where it has no count), shown. The greatest release is the one being made."""
    history = history.sort_values(["release", *CELL], ignore_index=True)
    cells = history[CELL].drop_duplicates().sort_values(CELL, ignore_index=True)
    cells["cell"] = np.arange(len(cells))
    history = history.merge(cells, on=CELL, how="left", validate="many_to_one")
    counted = history.dropna(subset=["exact"]).astype({"exact": "int64"})
    versions = counted.groupby(["cell", "exact"])["shown"].any().reset_index()
    versions["unknown"] = np.arange(1, len(versions) + 1)
    of_change = counted.merge(versions[["cell", "exact", "unknown"]], on=["cell", "exact"])

    layout, signs = _layout(cells)
    now = np.full(len(cells) + 1, -1)
    now[-1] = NOTHING
    found, unknown_of = [], {}
    changes = history[["release", "cell", "exact"]].merge(
        of_change[["release", "cell", "unknown"]], on=["release", "cell"], how="left"
    )
    for release in sorted(changes["release"].unique()):
        changed = changes[changes["release"] == release]
        now[changed["cell"]] = changed["unknown"].fillna(-1).astype(int)
        instances = now[layout]
        touched = np.isin(layout, changed["cell"].to_numpy()).any(axis=1)
        whole = (instances >= 0).all(axis=1)
        keep = np.flatnonzero(whole & touched)
        found.append(np.column_stack([keep, instances[keep]]))
        unknown_of[release] = now[:-1].copy()
    every = np.vstack(found) if found else np.empty((0, layout.shape[1] + 1), int)
    rows = np.unique(every, axis=0)
    which, members = rows[:, 0], rows[:, 1:]

    exact = np.concatenate([[0], versions["exact"].to_numpy()])
    rest = (exact[members] * signs[which]).sum(axis=1)
    # an identity that the records themselves do not keep tells nobody anything
    holds = rest >= 0
    # the values of a breakdown add up: what is left is a ghost only where something is
    which, members, rest = which[holds], members[holds], rest[holds]
    ghost = np.arange(len(members)) + len(exact)
    adds_up = _is_breakdown(cells, layout)[which] & (rest == 0)
    ghost[adds_up] = NOTHING
    la = np.concatenate([[""], cells["la_code"].to_numpy()[versions["cell"]]])
    owner = la[members[:, 0]] if len(members) else np.empty(0, object)
    every_exact = np.concatenate([exact, rest])
    least, most = _said_by_symbol(every_exact, np.column_stack([members, ghost]))
    return Equations(
        exact=every_exact,
        shown=np.concatenate([[True], versions["shown"].to_numpy(dtype=bool), np.zeros(len(rest), bool)]),
        la_code=np.concatenate([la, owner]),
        members=np.column_stack([members, ghost]),
        signs=np.column_stack([signs[which], np.where(adds_up, 0, -1)]),
        least=least,
        most=most,
        unknown_of=unknown_of,
        cells=cells,
    )


def _said_by_symbol(exact: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nought is printed: a small count that stands in no sum is hidden for nothing but being 1 to 5."""
    alone = np.ones(len(exact), bool)
    alone[members] = False
    alone &= (exact > 0) & (exact < design.THRESHOLD)
    return np.where(alone, 1, 0), np.where(alone, design.THRESHOLD - 1, NO_LIMIT)


def _layout(cells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Each sum as positions in `cells`, the last position meaning none; and the signs of its members."""
    by = {
        name: rows[["la_code", "month", "cell"]]
        for name, rows in cells[cells["breakdown"] == "all"].groupby("indicator_id")
    }
    nothing = cells.loc[[], ["la_code", "month", "cell"]]
    place = ["la_code", "month"]
    sums: list[tuple[np.ndarray, list[int]]] = []
    for stock, starts in design.chains():
        now = by.get(stock, nothing)
        before = now.assign(month=now["month"] + 1)
        tied = before.merge(by.get(starts, nothing), on=place, suffixes=("", "_starts"))
        tied = tied.merge(now, on=place, suffixes=("", "_now"))
        sums.append((tied[["cell", "cell_starts", "cell_now"]].to_numpy(), [1, 1, -1]))
    for part, whole in design.parts():
        tied = by.get(whole, nothing).merge(by.get(part, nothing), on=place, suffixes=("", "_part"))
        sums.append((tied[["cell", "cell_part"]].to_numpy(), [1, -1]))
    for breakdown, whole in design.breakdowns():
        values = cells[(cells["indicator_id"] == breakdown) & (cells["breakdown"] != "all")]
        wide = values.pivot(index=place, columns="breakdown", values="cell").reset_index()
        tied = by.get(whole, nothing).merge(wide, on=place)
        positions = tied.drop(columns=place).to_numpy(dtype=float)
        positions = np.where(np.isnan(positions), len(cells), positions).astype(int)
        sums.append((positions, [1] + [-1] * (positions.shape[1] - 1)))
    width = max(len(signs) for _, signs in sums)
    layout = np.vstack(
        [np.pad(p, ((0, 0), (0, width - p.shape[1])), constant_values=len(cells)) for p, _ in sums]
    )
    signs = np.vstack([np.tile(np.pad(s, (0, width - len(s))), (len(p), 1)) for p, s in sums])
    return layout.astype(int), np.where(layout == len(cells), 0, signs)


def _is_breakdown(cells: pd.DataFrame, layout: np.ndarray) -> np.ndarray:
    broken_down = np.append(cells["breakdown"].ne("all").to_numpy(), False)
    return broken_down[layout].any(axis=1)


def narrow(
    equations: Equations, shown: np.ndarray, down: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest value that each unknown can have, given those shown and how far each may move.

    Exact where the sums of one authority have no cycle, which is so until a revision makes one: a chain of
    sums, each unknown in two of them at most. An outer limit otherwise; `solve` is exact.
    """
    exact, members, signs = equations.exact, equations.members, equations.signs
    low = np.where(shown, exact, np.maximum(equations.least, exact - down))
    high = np.where(shown, exact, np.minimum(equations.most, exact + up))
    plus, used = signs > 0, signs != 0
    while True:
        least = np.where(used, np.where(plus, low[members], -high[members]), 0)
        most = np.where(used, np.where(plus, high[members], -low[members]), 0)
        others_least = least.sum(axis=1, keepdims=True) - least
        others_most = most.sum(axis=1, keepdims=True) - most
        raised, lowered = low.copy(), high.copy()
        np.maximum.at(raised, members[used], np.where(plus, -others_most, others_least)[used])
        np.minimum.at(lowered, members[used], np.where(plus, -others_least, others_most)[used])
        if (raised == low).all() and (lowered == high).all():
            return low, high
        low, high = raised, lowered


def room(equations: Equations) -> tuple[np.ndarray, np.ndarray]:
    """How far each unknown can go down and up alone, with nothing but ghosts giving way."""
    down = equations.exact - np.minimum(equations.least, equations.exact)
    up = np.minimum(NO_LIMIT, equations.most - equations.exact)
    members, signs = equations.members, equations.signs
    ghost_left = np.where(signs[:, -1] != 0, equations.exact[members[:, -1]], 0)
    ghost_right = np.where(signs[:, -1] != 0, NO_LIMIT, 0)
    for place in range(members.shape[1] - 1):
        used, plus = signs[:, place] != 0, signs[:, place] > 0
        np.minimum.at(down, members[used, place], np.where(plus, ghost_left, ghost_right)[used])
        np.minimum.at(up, members[used, place], np.where(plus, ghost_right, ghost_left)[used])
    return down, up


def solve(
    equations: Equations, shown: np.ndarray, low: np.ndarray, high: np.ndarray, seconds: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The limits made exact where the sums of what is hidden run in a circle; and the unknowns for which
    time did not suffice."""
    low, high = low.copy(), high.copy()
    hidden = ~shown
    hidden[NOTHING] = False
    tie = (equations.signs != 0) & hidden[equations.members]
    sums, places = np.nonzero(tie)
    tied = equations.members[sums, places]
    count, many = len(equations.exact), len(equations.members)
    graph = coo_matrix((np.ones(len(sums)), (tied, count + sums)), shape=(count + many, count + many))
    _, label = connected_components(graph, directed=False)
    size = np.bincount(label)
    edges = np.bincount(label[tied], minlength=len(size))
    in_circle = (edges > size - 1)[label]
    doubtful = equations.sensitive_if(shown) & in_circle[:count]
    started, unproved = time.monotonic(), []
    for part in np.unique(label[:count][doubtful]):
        unknowns = np.flatnonzero((label[:count] == part) & hidden)
        within = np.unique(sums[label[count + sums] == part])
        members, signs = equations.members[within], equations.signs[within]
        known = (signs * np.where(shown[members], equations.exact[members], 0)).sum(axis=1)
        where = np.full(count, -1)
        where[unknowns] = np.arange(len(unknowns))
        row, place = np.nonzero((signs != 0) & ~shown[members] & (members != NOTHING))
        matrix = coo_matrix(
            (signs[row, place], (row, where[members[row, place]])), shape=(len(within), len(unknowns))
        ).tocsr()
        for unknown in unknowns[doubtful[unknowns]]:
            if time.monotonic() - started > seconds:
                unproved.append(unknown)
                continue
            aim = np.zeros(len(unknowns))
            aim[where[unknown]] = 1
            for sign, limit in ((1, low), (-1, high)):
                answer = milp(
                    sign * aim,
                    constraints=LinearConstraint(matrix, -known, -known),
                    integrality=np.ones(len(unknowns)),
                    bounds=Bounds(low[unknowns], high[unknowns]),
                    options={"time_limit": 10.0},
                )
                if answer.status != 0:
                    unproved.append(unknown)
                    break
                limit[unknown] = round(sign * answer.fun)
    return low, high, np.array(unproved, dtype=int)
