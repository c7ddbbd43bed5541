"""What printed figures tell of a hidden one together though none does by itself, by linear programs.

Only where working time comes in parts: rates over one establishment, and their steps, run in circles, along
which the narrowing of `audit` stays wide.
"""

from collections.abc import Collection
from copy import copy

import highspy
import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from publication.public_pack.disclosure import design
from publication.public_pack.disclosure.audit import NONE, TINY, System, many_values
from publication.public_pack.disclosure.equations import NO_LIMIT

SECONDS = 10.0  # that one program may take
APART = 4  # of the figures that a program moves at once, before one at a time is asked for
SOLVED = highspy.HighsModelStatus.kOptimal
NO_SOLUTION = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


def behind_circles(system: System, quiet: np.ndarray, dear: np.ndarray) -> set[int]:
    """The printed figures to hide, the least dear first, where these unknowns are narrowed to fewer than four
    values by rows taken together, though by none by itself."""
    count, many = len(system.exact), len(system.least)
    graph = coo_matrix(
        (np.ones(len(system.row)), (system.unknown, count + system.row)), shape=(count + many,) * 2
    )
    _, part = connected_components(graph, directed=False)
    in_parts = np.unique(part[:count][~system.is_whole])
    asked = quiet[np.isin(part[quiet], in_parts)]
    found: set[int] = set()
    for number in np.unique(part[asked]):
        unknowns, rows = np.flatnonzero(part[:count] == number), np.flatnonzero(part[count:] == number)
        program = _Program(system, unknowns, rows)
        found |= program.give_way(program.number[asked[part[asked] == number]], dear)
    return found


class _Unproved(Exception):
    """The solver could not say in time."""


class _Program:
    """One part of a system as a linear program. The truth is its first solution; whatever lies between two
    solutions is another. Unknowns are numbered as in the part."""

    def __init__(self, system: System, unknowns: np.ndarray, rows: np.ndarray) -> None:
        to_row, self.number = np.full(len(system.least), NONE), np.full(len(system.exact), NONE)
        to_row[rows], self.number[unknowns] = np.arange(len(rows)), np.arange(len(unknowns))
        of = to_row[system.row] != NONE
        place = (to_row[system.row[of]], self.number[system.unknown[of]])
        self.matrix = csr_matrix((system.weight[of], place), shape=(len(rows), len(unknowns)))
        self.least, self.most, self.figure = system.least[rows], system.most[rows], system.figure[rows]
        self.bounds = np.column_stack([system.low[unknowns], system.high[unknowns]])
        self.shown_by = system.shown_by[unknowns]
        self.is_whole = system.is_whole[unknowns]
        self.low, self.high = system.exact[unknowns].copy(), system.exact[unknowns].copy()
        self.solver = self._solver()

    def _solver(self) -> highspy.Highs:
        """HiGHS with the program in it: it begins each aim where the one before ended."""
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("presolve", "off")  # each is small: presolving takes longer than solving
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = self.matrix.shape
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = self.bounds.T
        lp.row_lower_, lp.row_upper_ = self.least, self.most
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = self.matrix.shape
        lp.a_matrix_.start_, lp.a_matrix_.index_ = self.matrix.indptr, self.matrix.indices
        lp.a_matrix_.value_ = self.matrix.data
        solver.passModel(lp)
        return solver

    def give_way(self, asked: np.ndarray, dear: np.ndarray) -> set[int]:
        """Figures hidden one by one, until none of these unknowns keeps fewer than four values, but those
        known as well without any figure of this pack: for them, hiding would be for nothing."""
        for up in (True, False):  # months of one sum cannot all go far at once: every fourth can
            for first in range(APART):
                few = asked[first::APART]
                few = few[self._values(few) < design.FEWEST_VALUES]
                if len(few):
                    self._solve(few, up)
        bare, gone = self._bare(), set()
        for unknown in asked:
            try:
                while behind := self._behind(unknown):
                    bare._behind(unknown)
                    if self._values(unknown) >= bare._values(unknown):
                        break
                    least = min(behind, key=lambda figure: (dear[figure], figure))
                    gone.add(least)
                    self._drop({least})
            except _Unproved:  # what is not proved safe is hidden, with all that is printed beside it
                beside = self._beside(unknown)
                gone |= beside
                self._drop(beside)
        return gone

    def _beside(self, unknown: int) -> set[int]:
        """The printed figures of this pack in a row with an unknown, or that print what is."""
        rows = np.unique(self.matrix[:, [unknown]].nonzero()[0])
        unknowns = np.unique(self.matrix[rows].nonzero()[1])
        found = {*self.figure[rows].tolist(), *self.shown_by[unknowns].tolist()}
        return {figure for figure in found if figure >= 0}

    def _bare(self) -> "_Program":
        """The same with no figure of this pack printed."""
        bare = copy(self)
        for name in ("least", "most", "figure", "bounds", "shown_by"):
            setattr(bare, name, getattr(self, name).copy())
        bare.solver = bare._solver()
        bare._drop({*self.figure[self.figure >= 0].tolist(), *self.shown_by[self.shown_by >= 0].tolist()})
        return bare

    def _drop(self, figures: Collection[int]) -> None:
        """Go on as if some figures were not printed."""
        rows = np.flatnonzero(np.isin(self.figure, list(figures))).astype(np.int32)
        self.least[rows], self.most[rows], self.figure[rows] = -np.inf, np.inf, NONE
        self.solver.changeRowsBounds(len(rows), rows, self.least[rows], self.most[rows])
        hidden = np.flatnonzero(np.isin(self.shown_by, list(figures))).astype(np.int32)
        self.bounds[hidden], self.shown_by[hidden] = (0, NO_LIMIT), NONE
        self.solver.changeColsBounds(len(hidden), hidden, *self.bounds[hidden].T.copy())

    def _behind(self, unknown: int) -> set[int]:
        """The printed figures that keep an unknown to fewer than four values; none where it has as many."""
        found: set[int] = set()
        for up in (True, False):
            if self._values(unknown) >= design.FEWEST_VALUES:
                return set()
            edge, reached = self.bounds[unknown, int(up)], (self.high if up else self.low)[unknown]
            if abs(edge - reached) <= TINY:
                found |= {int(self.shown_by[unknown])}
                continue
            ended = self._solve(np.array([unknown]), up)
            if ended in NO_SOLUTION:  # rounding contradicts itself by a hair: it tells nothing
                return set()
            if ended != SOLVED:
                raise _Unproved
            solution = self.solver.getSolution()
            held = np.abs(np.array(solution.col_dual)) > TINY
            rows = np.abs(np.array(solution.row_dual)) > TINY
            found |= {*self.figure[rows].tolist(), *self.shown_by[held].tolist()}
        few = self._values(unknown) < design.FEWEST_VALUES
        return {figure for figure in found if figure >= 0} if few else set()

    def _values(self, unknowns: np.ndarray | int) -> np.ndarray:
        return many_values(self.low[unknowns], self.high[unknowns], self.is_whole[unknowns])

    def _solve(self, unknowns: np.ndarray, up: bool) -> highspy.HighsModelStatus:
        """Find the solution where these together are greatest, or least. How it ended."""
        aim = np.zeros(len(self.low))
        aim[unknowns] = -1.0 if up else 1.0
        self.solver.changeColsCost(len(aim), np.arange(len(aim), dtype=np.int32), aim)
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + SECONDS)
        self.solver.run()
        ended = self.solver.getModelStatus()
        if ended == SOLVED:
            found = np.array(self.solver.getSolution().col_value)
            self.low, self.high = np.minimum(self.low, found), np.maximum(self.high, found)
        return ended
