"""What a reader with every pack can work out of each hidden figure: its range, over all vintages together.

Unknowns are the numerators and denominators of authorities' figures, in each version that a pack knew, and
what is left of wholes. What is printed is an interval, as wide as its rounding; a relation holds where the
records keep it. Ranges are narrowed along both until nothing moves. Each remembers what narrowed it, so that
the printed figures behind one that is too narrow are known, and the cheapest of them can give way.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from publication.public_pack.disclosure import design, relations
from publication.public_pack.disclosure.equations import NO_LIMIT

FIGURE = ["la_code", "indicator_id", "month", "breakdown"]
TINY = 1e-6
ROUNDS = 60
MOST_MISSING = 11  # months in a row, over which a stock is followed
OLD = -1  # a figure of an earlier pack: it cannot be hidden any more
SHARES = (*design.SHARES,)
AVERAGE = "average"  # of it only what it is of: how many
HALF = 0.05  # of the last place printed


@dataclass
class System:
    """Unknowns, and rows of weights over them that lie between two bounds; `figure` says which printed figure
    of this pack a row is, or an unknown is printed by (OLD for an earlier pack's, NONE for none)."""

    exact: np.ndarray
    low: np.ndarray
    high: np.ndarray
    is_whole: np.ndarray  # a whole number
    is_people: np.ndarray  # a count of people, or their working time
    shown_by: np.ndarray
    row: np.ndarray
    unknown: np.ndarray
    weight: np.ndarray
    least: np.ndarray
    most: np.ndarray
    figure: np.ndarray
    counted: pd.Series  # the unknown that each figure of this pack counts, by its number
    limited: np.ndarray  # of an unknown: the figure that a sum of authorities limits it as, or NONE
    # of shares that are hidden for themselves: the numerator, the denominator and the rest
    hidden: np.ndarray = field(default_factory=lambda: np.empty((0, 3), int))

    @cached_property
    def by_row(self) -> tuple[np.ndarray, np.ndarray]:
        """The places of `row` in its order, and where each row starts among them."""
        order = np.argsort(self.row, kind="stable")
        return order, np.searchsorted(self.row[order], np.arange(len(self.least) + 1))


NONE = -2


def build(history: pd.DataFrame, release: int) -> System:
    """The system of all packs. `history` has a row for each change of a figure: release, FIGURE, numerator,
    denominator, is_shown; of the greatest release, `figure` numbers those that could be hidden."""
    history = history.merge(_abouts(), on="indicator_id").sort_values(["release", *FIGURE], ignore_index=True)
    builder = _Builder(history)
    builder.printed(release)
    builder.halves()
    builder.related()
    return builder.system()


def _abouts() -> pd.DataFrame:
    return pd.DataFrame(
        [(r.indicator_id, r.role, r.is_people, r.scale, r.unit) for r in design.roles().values()],
        columns=["indicator_id", "role", "is_people", "scale", "unit"],
    )


def _added_up() -> set[str]:
    """The counts that stand in a sum of counts: any of them may be hidden for another's sake."""
    sums = [r for r in relations.relations() if r.kind in ("stock_flow", "part_of", "sum_of")]
    return {name for r in sums for name in (r.indicator_id, *r.others)}


# a component of a sum in one month: weight, indicator, side, months back
Part = tuple[int, str, str, int]


class _Builder:
    def __init__(self, history: pd.DataFrame) -> None:
        self.history = history
        whole = history["role"].isin([*design.COUNTS, *SHARES, "measure", AVERAGE]) & history["unit"].ne(
            "gbp"
        )
        found = []
        for side, column in (("n", "numerator"), ("d", "denominator")):
            has = whole & history[column].notna()
            has &= history["role"].isin([*SHARES, AVERAGE]) if side == "d" else history["role"].ne(AVERAGE)
            found.append(
                history.loc[has, ["release", *FIGURE, "role", "is_people", "is_shown", "figure"]].assign(
                    side=side, value=history.loc[has, column].round(6), at=np.flatnonzero(has)
                )
            )
        sides = pd.concat(found, ignore_index=True)
        key = [*FIGURE, "side", "value"]
        sides["unknown"] = sides.groupby(key, sort=True).ngroup()
        self.uses = sides
        first = sides.drop_duplicates("unknown").sort_values("unknown")
        self.exact = first["value"].to_numpy(dtype=float)
        self.is_whole = (self.exact == np.round(self.exact)) & first["role"].ne("measure").to_numpy()
        # posts and working time come in parts, and a whole number of them is chance
        of_workers = first["indicator_id"].str.startswith("wf_") & first["role"].isin(
            ["measure", "ratio", AVERAGE]
        )
        self.is_whole &= ~of_workers.to_numpy()
        self.is_people = first["is_people"].to_numpy(dtype=bool)
        self.low = np.zeros(len(first))
        self.high = np.full(len(first), float(NO_LIMIT))
        self.shown_by = np.full(len(first), NONE)
        self.rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.bounds: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.many = 0
        self.hidden = np.empty((0, 3), int)
        self.rests: dict[tuple[Part, ...], list[tuple[np.ndarray, np.ndarray]]] = {}

    def add(
        self,
        terms: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
        least: np.ndarray,
        most: np.ndarray,
        figure: np.ndarray,
    ) -> None:
        """`terms` are row (a number of the bounds), unknown and weight; the rest is one for each row."""
        self.rows += [(row + self.many, unknown, weight) for row, unknown, weight in terms]
        self.bounds.append((least, most, figure))
        self.many += len(least)

    def ghosts(self, exact: np.ndarray, is_people: np.ndarray, is_whole: np.ndarray) -> np.ndarray:
        """New unknowns that nothing prints."""
        first = len(self.exact)
        self.exact = np.concatenate([self.exact, exact])
        self.is_whole = np.concatenate([self.is_whole, is_whole])
        self.is_people = np.concatenate([self.is_people, is_people])
        self.low = np.concatenate([self.low, np.zeros(len(exact))])
        self.high = np.concatenate([self.high, np.full(len(exact), float(NO_LIMIT))])
        self.shown_by = np.concatenate([self.shown_by, np.full(len(exact), NONE)])
        return np.arange(first, first + len(exact))

    def printed(self, release: int) -> None:
        """Counts as they are; measures, shares and ratios as wide as their rounding; what symbols say."""
        uses = self.uses
        now = uses[(uses["release"] == release) & (uses["side"] == "n") & uses["figure"].notna()]
        self.counted = pd.Series(now["unknown"].to_numpy(), index=now["figure"].astype(int).to_numpy())
        figure = uses["figure"].where(uses["release"] == release, OLD).fillna(OLD).astype(int)
        n = uses["side"] == "n"
        counts = uses["is_shown"] & n & uses["role"].isin(design.COUNTS)
        self._fix(uses.loc[counts, "unknown"], figure[counts], 0.0)
        measures = uses["is_shown"] & n & uses["role"].eq("measure")
        self._fix(uses.loc[measures, "unknown"], figure[measures], HALF)
        # a small measure of people is hidden for nothing else; posts are hidden for others' sake, few or many
        small = uses["role"].eq("measure") & n & uses["value"].between(0, design.THRESHOLD, "neither")
        small &= uses["is_people"]
        np.minimum.at(self.high, uses.loc[small, "unknown"].to_numpy(), float(design.THRESHOLD))
        # nought is printed: of a count that gives way to no other, the symbol says 1 to 5
        by_itself = uses["role"].isin(design.COUNTS) & n & ~uses["indicator_id"].isin(_added_up())
        by_itself &= uses["value"].between(1, design.THRESHOLD - 1)
        alone = uses.loc[by_itself, "unknown"].to_numpy()
        np.maximum.at(self.low, alone, 1.0)
        np.minimum.at(self.high, alone, design.THRESHOLD - 1.0)
        self._averages(figure)
        both = uses[uses["role"].isin(SHARES)].pivot(index="at", columns="side", values="unknown")
        if {"n", "d"} <= set(both.columns):
            both = both.dropna().astype(int)
            about = self.history.loc[both.index]
            current = about["figure"].where(about["release"] == release, OLD).fillna(OLD).astype(int)
            whole = about["denominator"]
            printed = about["is_shown"] & (whole > 0)
            value = one_place(about["scale"] * about["numerator"] / whole)
            for sign in (1, -1):  # n is at least, and at most, so much of d
                edge = (value - sign * HALF) / about["scale"]
                of, of_whole = both[printed], -sign * edge[printed].to_numpy()
                number = np.arange(len(of))
                each = np.ones(len(of))
                terms = [
                    (number, of["n"].to_numpy(), sign * each),
                    (number, of["d"].to_numpy(), of_whole),
                ]
                self.add(terms, -TINY * each, np.inf * each, current[printed].to_numpy())
            of_nobody = about["is_shown"] & (whole == 0)
            for side in "nd":
                self._fix(both.loc[of_nobody, side], current[of_nobody], 0.0)

    def _averages(self, figure: pd.Series) -> None:
        """An average is shown of six or more, and hidden of one to five."""
        uses = self.uses
        of = uses[uses["role"].eq(AVERAGE) & uses["is_people"]]
        shown = of[of["is_shown"] & (of["value"] >= design.THRESHOLD)]
        each = np.ones(len(shown))
        terms = [(np.arange(len(shown)), shown["unknown"].to_numpy(), each)]
        self.add(terms, design.THRESHOLD * each, np.inf * each, figure[shown.index].to_numpy())
        few = of.loc[~of["is_shown"] & of["value"].between(0, design.THRESHOLD, "neither"), "unknown"]
        at = few.to_numpy()
        np.maximum.at(self.low, at, np.where(self.is_whole[at], 1.0, 0.0))
        np.minimum.at(self.high, at, np.where(self.is_whole[at], design.THRESHOLD - 1.0, design.THRESHOLD))

    def _fix(self, unknown: pd.Series, figure: pd.Series, give: float) -> None:
        at = unknown.to_numpy(dtype=int)
        value = self.exact[at] if give == 0 else one_place(pd.Series(self.exact[at])).to_numpy()
        np.maximum.at(self.low, at, value - give)
        np.minimum.at(self.high, at, value + give)
        # an earlier pack's figure cannot be hidden: OLD is less than any number
        now = figure.to_numpy(dtype=int)
        known = self.shown_by[at] == OLD
        self.shown_by[at] = np.where(known, OLD, now)
        self.shown_by[at[now == OLD]] = OLD

    def halves(self) -> None:
        """The two halves of a share: both are counts, and the second is protected as the first."""
        both = self.uses[self.uses["role"].eq("share")].pivot(index="at", columns="side", values="unknown")
        if not {"n", "d"} <= set(both.columns):
            return
        both = both.dropna().astype(int).drop_duplicates()
        n, d = both["n"].to_numpy(), both["d"].to_numpy()
        name = self.history.loc[both.index, "indicator_id"].to_numpy()
        rest = self.exact[d] - self.exact[n]
        n, d, name, rest = n[rest >= 0], d[rest >= 0], name[rest >= 0], rest[rest >= 0]
        c = self.ghosts(rest, self.is_people[n], self.is_whole[n] & self.is_whole[d])
        self._equal([(d, 1.0), (n, -1.0), (c, -1.0)])
        for one in np.unique(name):  # the second half stands for both in every sum that has them
            of = name == one
            for sign in (1, -1):
                halves: tuple[Part, ...] = ((sign, one, "d", 0), (-sign, one, "n", 0))
                self.rests[halves] = [(np.column_stack([d[of], n[of]]), c[of])]
        # one that is the share of a hidden count goes with it, whatever its halves
        counted = [r.indicator_id for r in design.roles().values() if r.numerator_indicator]
        of = self.uses[~self.uses["is_shown"] & ~self.uses["indicator_id"].isin(counted)]
        of_hidden = set(of.loc[of["role"].eq("share") & of["side"].eq("n"), "unknown"])
        is_hidden = np.isin(n, list(of_hidden))
        self.hidden = np.column_stack([n, d, c])[is_hidden]

    def _equal(self, terms: list[tuple[np.ndarray, float]]) -> None:
        each = np.ones(len(terms[0][0]))
        number = np.arange(len(each))
        self.add([(number, u, w * each) for u, w in terms], 0 * each, 0 * each, np.full(len(each), NONE))

    def related(self) -> None:
        """Every relation, in every pack in which it is new."""
        uses = self.uses
        authorities = {code: k for k, code in enumerate(sorted(uses["la_code"].unique()))}
        start, end = uses["month"].min(), uses["month"].max()
        column = uses["indicator_id"] + "." + uses["side"] + "." + uses["breakdown"]
        columns = {name: k for k, name in enumerate(sorted(column.unique()))}
        values = {
            str(name): sorted(rows["breakdown"].unique())
            for name, rows in uses[uses["breakdown"] != "all"].groupby("indicator_id")
        }
        now = np.full((len(columns), len(authorities), end - start + 1), -1)
        place = (
            column.map(columns).to_numpy(),
            uses["la_code"].map(authorities).to_numpy(),
            (uses["month"] - start).to_numpy(),
        )
        seen: dict[tuple[int, int], np.ndarray] = {}
        for release in sorted(uses["release"].unique()):
            of = (uses["release"] == release).to_numpy()
            gone = self._gone(release, columns, authorities, start)
            now[gone] = -1
            now[tuple(p[of] for p in place)] = uses.loc[of, "unknown"].to_numpy()
            # what is left of a sum stands for it in the sums that have all of it, so it is made first
            for number, relation in sorted(
                enumerate(relations.relations()), key=lambda one: not one[1].rest_is_people
            ):
                self._instances((number, 1), relation, now, columns, values, seen)
                stock = columns.get(f"{relation.indicator_id}.n.all")
                if relation.kind in relations.STEPS and stock is not None:
                    self._over_gaps(number, relation, now, stock, columns, seen)
                    self._over_a_merger(relation, now, columns, authorities)
            self._same_of_successors(now, columns, authorities)

    def _gone(self, release: int, columns: dict, authorities: dict, start: int) -> tuple[np.ndarray, ...]:
        """Places of figures that a release has no count of any more."""
        of = self.history[(self.history["release"] == release) & self.history["numerator"].isna()]
        name = of["indicator_id"] + ".n." + of["breakdown"]
        of = of[name.isin(columns) & of["la_code"].isin(authorities)]
        name = name[of.index].map(columns)
        return (
            name.to_numpy(dtype=int),
            of["la_code"].map(authorities).to_numpy(dtype=int),
            (of["month"] - start).to_numpy(dtype=int),
        )

    def _over_gaps(
        self, number: int, relation: relations.Relation, now: np.ndarray, stock: int, columns: dict[str, int],
        seen: dict[tuple[int, int], np.ndarray],
    ) -> None:  # fmt: skip
        """A stock over months that are missing: all of what started in between, and what ended."""
        have = now[stock] >= 0
        for many in range(2, MOST_MISSING + 2):
            is_gap = np.zeros(have.shape, bool)
            is_gap[:, many:] = have[:, many:] & have[:, :-many]
            for back in range(1, many):
                is_gap[:, back:] &= ~have[:, :-back]
            if is_gap.any():
                over = relations.over_months(relation, many)
                self._instances((number, many), over, now, columns, {}, seen, is_gap.ravel())

    def _instances(
        self, number: tuple[int, int], relation: relations.Relation, now: np.ndarray,
        columns: dict[str, int], values: dict[str, list[str]], seen: dict[tuple[int, int], np.ndarray],
        where: np.ndarray | None = None,
    ) -> None:  # fmt: skip
        """A relation of each authority and month, or of those `where`."""
        many, months = now.shape[1:]
        found, signs, optional, parts, names = [], [], [], [], []
        for term in relation.terms:
            for value in values.get(term.indicator_id, []) if term.is_each_value else ["all"]:
                at = columns.get(f"{term.indicator_id}.{term.side}.{value}")
                for back in term.months:
                    shifted = np.full((many, months), -1)
                    if at is not None and -back < months:
                        shifted[:, -back:] = now[at][:, : months + back]
                    found.append(shifted.ravel())
                    signs.append(term.weight)
                    # a month long before the first pack, or a value that nobody has, is merely unknown
                    optional.append(back <= -11 or len(term.months) > 1 or term.is_each_value)
                    parts.append(term.is_each_value)
                    names.append((term.weight, term.indicator_id, term.side, back))
        if not found:
            return
        u, sign, may_lack = np.column_stack(found), np.array(signs), np.array(optional)
        use = ((u >= 0) | may_lack).all(axis=1) & (u >= 0).any(axis=1)
        use &= (u[:, ~may_lack] >= 0).any(axis=1) if (~may_lack).any() else True
        use &= True if where is None else where
        if number in seen:
            use &= (u != seen[number]).any(axis=1)
        seen[number] = u
        u = u[use]
        if not len(u):
            return
        has = u >= 0
        lacks = ~has & ~np.array(parts)
        total = np.where(has, sign * self.exact[u], 0).sum(axis=1)
        least = np.where((lacks & (sign > 0)).any(axis=1), -np.inf, relation.least)
        most = np.where((lacks & (sign < 0)).any(axis=1), np.inf, relation.most)
        # what the records themselves do not keep tells nobody anything
        holds = (total >= least - TINY) & (total <= most + TINY) & (np.isfinite(least) | np.isfinite(most))
        u, has, total, least, most = u[holds], has[holds], total[holds], least[holds], most[holds]
        if not len(u):
            return
        rest = self._bound(relation, u, sign, least, most)
        if rest is not None:
            self.rests.setdefault(tuple(names), []).append((u, rest))
        else:
            self._by_what_is_left(names, u, sign, least, most)

    def _by_what_is_left(
        self, names: list[Part], u: np.ndarray, sign: np.ndarray, least: np.ndarray, most: np.ndarray
    ) -> None:
        """The same rows by what is left of a sum that they hold whole: its terms one by one say less."""
        for of, made in self.rests.items():
            if not set(of) < set(names):
                continue
            whole = [names.index(name) for name in of]
            others = np.setdiff1d(np.arange(len(names)), whole)
            terms = list(np.vstack([rows for rows, _ in made]).T)
            left = pd.Series(
                np.concatenate([rest for _, rest in made]), index=pd.MultiIndex.from_arrays(terms)
            )
            left = left[~left.index.duplicated()]
            at = left.index.get_indexer(pd.MultiIndex.from_arrays(list(u[:, whole].T)))
            mine = u[at >= 0]
            row, place = np.nonzero(mine[:, others] >= 0)
            held = [(row, mine[:, others][row, place], sign[others][place].astype(float))]
            first = float(of[0][0])  # a rest is what begins with a plus
            held.append((np.arange(len(mine)), left.to_numpy()[at[at >= 0]], np.full(len(mine), first)))
            self.add(held, least[at >= 0], most[at >= 0], np.full(len(mine), NONE))

    def _bound(
        self,
        relation: relations.Relation,
        u: np.ndarray,
        sign: np.ndarray,
        least: np.ndarray,
        most: np.ndarray,
    ) -> np.ndarray | None:
        """Rows of unknowns (-1 for none) between bounds; where the rest is of people, with one for it, given
        back."""
        rest = None
        has = u >= 0
        row, place = np.nonzero(has)
        terms = [(row, u[row, place], sign[place].astype(float))]
        if relation.rest_is_people:
            total = np.where(has, sign * self.exact[u], 0).sum(axis=1)
            whole = np.asarray(np.where(has, self.is_whole[u], True).all(axis=1))
            rest = self.ghosts(total, np.ones(len(u), bool), whole)
            terms.append((np.arange(len(u)), rest, -np.ones(len(u))))
            least, most = np.zeros(len(u)), np.zeros(len(u))
        self.add(terms, least, most, np.full(len(u), NONE))
        return rest

    def _over_a_merger(
        self,
        relation: relations.Relation,
        now: np.ndarray,
        columns: dict[str, int],
        authorities: dict[str, int],
    ) -> None:
        """A stock in the first month of successors: the month before is their predecessors', added up."""
        term = {t.months: t for t in relation.terms}
        before, here = term[(-1,)], columns[f"{relation.indicator_id}.n.all"]
        flows = [t for t in relation.terms if t.indicator_id != relation.indicator_id]
        names = [f"{t.indicator_id}.{t.side}.all" for t in flows]
        if any(t.months != (0,) for t in flows) or not set(names) <= set(columns):
            return
        at = columns[f"{before.indicator_id}.n.all"]
        for old, new in self._succeeded(authorities):
            u = np.vstack(
                [
                    now[at][old][:, :-1],
                    *[now[columns[name]][new][:, 1:] for name in names],
                    now[here][new][:, 1:],
                ]
            ).T
            sign = np.repeat(
                [1, *[t.weight for t in flows], -1], [len(old), *[len(new)] * len(flows), len(new)]
            )
            starts_here = (now[here][new][:, :-1] < 0).all(axis=0)
            u = u[(u >= 0).all(axis=1) & starts_here]
            u = u[(sign * self.exact[u]).sum(axis=1) >= relation.least]
            least = np.full(len(u), relation.least)
            self._bound(relation, u, sign, least, np.full(len(u), relation.most))

    def _same_of_successors(
        self, now: np.ndarray, columns: dict[str, int], authorities: dict[str, int]
    ) -> None:
        """Of a month that both gave, the figures of successors are their predecessors', added up."""
        counts = [at for name, at in columns.items() if name.endswith(".n.all")]
        for old, new in self._succeeded(authorities):
            u = np.concatenate([now[counts][:, old], now[counts][:, new]], axis=1)
            u = u.transpose(0, 2, 1).reshape(-1, len(old) + len(new))
            sign = np.repeat([1.0, -1.0], [len(old), len(new)])
            u = u[(u >= 0).all(axis=1)]
            u = u[np.abs((sign * self.exact[u]).sum(axis=1)) <= TINY]
            number = np.repeat(np.arange(len(u)), u.shape[1])
            none = np.zeros(len(u))
            self.add([(number, u.ravel(), np.tile(sign, len(u)))], none, none, np.full(len(u), NONE))

    @staticmethod
    def _succeeded(authorities: dict[str, int]) -> list[tuple[list[int], list[int]]]:
        """The places of predecessors and of who succeeds them, where all of them are there."""
        return [
            ([authorities[code] for code in old], [authorities[code] for code in new])
            for old, new in design.successions()
            if {*old, *new} <= set(authorities)
        ]

    def system(self) -> System:
        nothing = (np.empty(0), np.empty(0), np.empty(0))
        row, unknown, weight = (np.concatenate(x) for x in zip(nothing, *self.rows, strict=True))
        least, most, figure = (np.concatenate(x) for x in zip(nothing, *self.bounds, strict=True))
        return System(
            exact=self.exact,
            low=self.low,
            high=self.high,
            is_whole=self.is_whole,
            is_people=self.is_people,
            shown_by=self.shown_by,
            row=row.astype(int),
            unknown=unknown.astype(int),
            weight=weight,
            least=least,
            most=most,
            figure=figure.astype(int),
            counted=self.counted,
            limited=np.full(len(self.exact), NONE),
            hidden=self.hidden,
        )


def one_place(value: pd.Series) -> pd.Series:
    """Rounded once, to one place, half away from zero."""
    tenths = (value.abs() * 10 + 0.5 + 1e-9) // 1
    return tenths / 10 * np.sign(value)


@dataclass
class Ranges:
    """The range of each unknown, and the row that last narrowed it from below and from above (NONE)."""

    low: np.ndarray
    high: np.ndarray
    why_low: np.ndarray
    why_high: np.ndarray


def narrow(system: System) -> Ranges:
    """Ranges narrowed along every row until nothing moves. An outer limit, exact where there is no circle."""
    every, unsaid = np.arange(len(system.row)), np.full(len(system.exact), NONE)
    start = Ranges(system.low.copy(), system.high.copy(), unsaid.copy(), unsaid.copy())
    ranges = _narrow(system, start, every)
    heard = _hear_symbols(system, ranges)
    rows = np.zeros(len(system.least), bool)
    rows[system.row[heard[system.unknown]]] = True
    return _narrow(system, ranges, every[rows[system.row]])


def _hear_symbols(system: System, ranges: Ranges) -> np.ndarray:
    """Narrow ranges by what the symbols of hidden shares say: nobody, or all, of eleven is printed, so where
    one half cannot be so few the other is 1 to 5. The unknowns that it narrows."""
    heard = np.zeros(len(system.exact), bool)
    for half, other in ((0, 2), (2, 0)):
        unknowns, whole, rest = (system.hidden[:, side] for side in (half, 1, other))
        says = (ranges.low[whole] == ranges.high[whole]) & (ranges.low[whole] >= design.SURE_OF_ALL)
        says &= (ranges.low[rest] >= design.THRESHOLD) & (system.exact[unknowns] >= 1)
        few = unknowns[says & (system.exact[unknowns] < design.THRESHOLD)]
        from_below = few[ranges.low[few] < 1]
        from_above = few[ranges.high[few] >= design.THRESHOLD]
        ranges.low[from_below], ranges.why_low[from_below] = 1, NONE
        ranges.high[from_above], ranges.why_high[from_above] = design.THRESHOLD - 1, NONE
        heard[from_below] = heard[from_above] = True
    return heard


def _narrow(system: System, start: Ranges, asked: np.ndarray) -> Ranges:
    """Ranges narrowed further, from such terms of rows on."""
    many = len(system.least)
    low, high, why_low, why_high = start.low, start.high, start.why_low, start.why_high
    for _ in range(ROUNDS):
        row, u, w = system.row[asked], system.unknown[asked], system.weight[asked]
        plus, size = w > 0, np.abs(w)
        least = np.where(plus, w * low[u], w * high[u])
        most = np.where(plus, w * high[u], w * low[u])
        ceiling = system.most[row] - (np.bincount(row, least, many)[row] - least)  # of weight x unknown
        floor = system.least[row] - (np.bincount(row, most, many)[row] - most)
        at_least = np.where(plus, floor, -ceiling) / size
        at_most = np.where(plus, ceiling, -floor) / size
        whole = system.is_whole[u]
        at_least = np.where(whole, np.ceil(at_least - TINY), at_least)
        at_most = np.where(whole, np.floor(at_most + TINY), at_most)
        raised, lowered = low.copy(), high.copy()
        np.maximum.at(raised, u, at_least)
        np.minimum.at(lowered, u, at_most)
        up, down = (
            raised > low + TINY * (1 + np.abs(low)) * 10,
            lowered < high - TINY * (1 + np.abs(high)) * 10,
        )
        if not (up.any() or down.any()):
            break
        by = up[u] & (at_least >= raised[u])
        why_low[u[by]] = row[by]
        by = down[u] & (at_most <= lowered[u])
        why_high[u[by]] = row[by]
        low, high = np.where(up, raised, low), np.where(down, lowered, high)
        moved = np.zeros(many, bool)  # a row of which nothing moved says what it said
        moved[system.row[(up | down)[system.unknown]]] = True
        asked = np.flatnonzero(moved[system.row])
    return Ranges(low, high, why_low, why_high)


def slack(system: System) -> tuple[pd.Series, pd.Series]:
    """How far each figure's count goes down and up alone within what is near enough always the same, by the
    number of the figure."""
    total = np.bincount(system.row, system.weight * system.exact[system.unknown], len(system.least))
    near = np.isfinite(system.least) & np.isfinite(system.most) & (system.least < system.most)
    of = near[system.row]
    row, u, w = system.row[of], system.unknown[of], system.weight[of]
    more, less = system.most[row] - total[row], total[row] - system.least[row]
    down, up = np.full(len(system.exact), float(NO_LIMIT)), np.full(len(system.exact), float(NO_LIMIT))
    np.minimum.at(down, u, np.floor(np.where(w > 0, less, more) / np.abs(w) + TINY))
    np.minimum.at(up, u, np.floor(np.where(w > 0, more, less) / np.abs(w) + TINY))
    at = system.counted.to_numpy(dtype=int)
    return pd.Series(down[at], index=system.counted.index), pd.Series(up[at], index=system.counted.index)


def limit(system: System, figures: np.ndarray, down: np.ndarray, up: np.ndarray) -> System:
    """The system where some figures can go no further than so much down and up from what they are."""
    known = np.isin(figures, system.counted.index)
    at = system.counted.loc[figures[known]].to_numpy(dtype=int)
    low, high, limited = system.low.copy(), system.high.copy(), system.limited.copy()
    np.maximum.at(low, at, system.exact[at] - down[known])
    np.minimum.at(high, at, system.exact[at] + up[known])
    is_narrower = (low[at] > system.low[at]) | (high[at] < system.high[at])
    limited[at[is_narrower]] = figures[known][is_narrower]
    return replace(system, low=low, high=high, limited=limited)


def sensitive(system: System) -> np.ndarray:
    """The unknowns that must keep four values: people counted above nothing and below six, not printed."""
    few = (system.exact > TINY) & (system.exact < design.THRESHOLD - TINY)
    return np.flatnonzero(few & system.is_people & (system.shown_by == NONE))


def values(system: System, ranges: Ranges) -> np.ndarray:
    """How many values each unknown can have; of working time, how many apart by one."""
    return many_values(ranges.low, ranges.high, system.is_whole)


def many_values(low: np.ndarray, high: np.ndarray, is_whole: np.ndarray) -> np.ndarray:
    whole = np.floor(high + TINY) - np.ceil(low - TINY) + 1
    return np.where(is_whole, whole, np.floor(high - low + TINY) + 1)


def told(system: System, ranges: Ranges) -> np.ndarray:
    """The unknowns that all packs together narrow to fewer than four values."""
    few = sensitive(system)
    return few[values(system, ranges)[few] < design.FEWEST_VALUES]


def explain(system: System, ranges: Ranges, unknown: int) -> tuple[set[int], set[int]]:
    """The printed figures of this pack without which a range would be wider; and those that a sum of
    authorities limits."""
    order, starts = system.by_row
    found: set[int] = set()
    by_sums: set[int] = set()
    stack = [(unknown, True), (unknown, False)]
    seen = set(stack)
    while stack:
        at, is_low = stack.pop()
        row = (ranges.why_low if is_low else ranges.why_high)[at]
        if row == NONE:
            if system.shown_by[at] >= 0:
                found.add(int(system.shown_by[at]))
            elif system.limited[at] >= 0:
                by_sums.add(int(system.limited[at]))
            continue
        if system.figure[row] >= 0:
            found.add(int(system.figure[row]))
        members = order[starts[row] : starts[row + 1]]
        mine = members[system.unknown[members] == at][0]
        for other in members:
            if system.unknown[other] == at:
                continue
            # from below: what stands on the same side holds it up by its greatest, on the other by its least
            same = (system.weight[other] > 0) == (system.weight[mine] > 0)
            step = (int(system.unknown[other]), bool(is_low != same))
            if step not in seen:
                seen.add(step)
                stack.append(step)
    return found, by_sums
