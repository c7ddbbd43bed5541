"""An attacker of public packs: everything printed in all of them, and every sum that is known to hold.

Shares nothing with the protection: its own list of sums, its own narrowing, and another solver (CP-SAT). It
is told more than a reader could know: whether a hidden figure is the one of the pack before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from ortools.sat.python import cp_model

MOST = 20_000  # what an attacker would not believe of one authority's month
FEWEST = 4
NEARBY = (2, 5)  # relations away from an unknown, in a first look and in a second
SECONDS = 120  # of a solver, beside others on the same machine
KEY = ["la_code", "indicator_id", "month", "breakdown", "side", "true"]
CHAINS = (
    ("cp_open", "cp_started"),
    ("cla_open", "cla_started"),
    ("shobpa_open", "shobpa_decisions"),
    ("adopters_waiting", "adopters_approved"),
)
PARTS = (
    ("assessments_open_overdue", "assessments_open"),
    ("cp_2y_open_count", "cp_open"),
    ("cases_unallocated", "cin_open"),
)
ADD_UP = (("cp_category_pct", "cp_open"),)
WHOLE_OF = {
    "contacts_to_referral_pct": ("contacts_received",),
    "contact_screened_same_day_pct": ("contacts_received",),
    "re_referrals_12m_pct": ("referrals_received",),
    "referrals_nfa_pct": ("referrals_received",),
    "referrals_to_assessment_pct": ("referrals_received",),
    "ia_intime_pct": ("ia_completed",),
    "ca_35wd_pct": ("ca_completed",),
    "single_45wd_pct": ("single_completed",),
    "assessment_nfa_pct": ("ia_completed", "ca_completed", "single_completed"),
    "assessments_open_overdue_pct": ("assessments_open",),
    "strategy_after_assessment_pct": ("strategy_meetings",),
    "icpc_15wd_pct": ("icpc_held",),
    "icpc_to_plan_pct": ("icpc_held",),
    "cp_subsequent_ever_pct": ("cp_started",),
    "cp_subsequent_2y_pct": ("cp_started",),
    "cp_2y_open_pct": ("cp_open",),
    "cp_plan_uptodate_pct": ("cp_open",),
    "cp_allocated_qualified_pct": ("cp_open",),
    "cla_3plus_placements_pct": ("cla_open",),
    "cla_placed_over_20_miles_pct": ("cla_open",),
}
COUNT_OF = {"assessments_open_overdue_pct": "assessments_open_overdue", "cp_2y_open_pct": "cp_2y_open_count"}
RATE_OF = {
    "cp_rate_10k": "cp_open",
    "cin_rate_10k": "cin_open",
    "cla_rate_10k": "cla_open",
    "referrals_rate_10k": "referrals_received",
    "s47_rate_10k": "s47_started",
}
WITHIN = {
    "contact_decision_1wd_pct": "contacts_received",
    "referral_decision_1wd_pct": "referrals_received",
    "s47_to_icpc_pct": "s47_started",
    "cp_reviews_children_intime_pct": "cp_open",
    "cp_visit_10wd_pct": "cp_open",
    "cp_visit_20wd_pct": "cp_open",
    "cin_plan_uptodate_pct": "cin_open",
    "cin_visit_20wd_pct": "cin_plans_open",
    "cla_visit_intime_pct": "cla_open",
    "cla_care_plan_uptodate_pct": "cla_open",
    "cla_long_term_stable_pct": "cla_open",
    "cla_health_assessment_pct": "cla_open",
    "cla_dental_pct": "cla_open",
    "cla_pep_uptodate_pct": "cla_open",
    "cla_initial_health_20wd_pct": "cla_started",
}


@dataclass
class Known:
    """Unknowns with their truth, which the attack is judged by, and every relation between them."""

    keys: pd.DataFrame
    low: np.ndarray
    high: np.ndarray
    rows: list[np.ndarray] = field(default_factory=list)
    unknowns: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    least: list[np.ndarray] = field(default_factory=list)
    most: list[np.ndarray] = field(default_factory=list)
    count: int = 0

    @property
    def true(self) -> np.ndarray:
        return self.keys["true"].to_numpy()

    def relate(self, terms: pd.DataFrame, limits: pd.DataFrame) -> None:
        """`terms` has row, unknown, weight; `limits` is indexed by row and has least and most."""
        limits = limits[limits.index.isin(terms["row"])]
        number = pd.Series(np.arange(len(limits)), index=limits.index)
        terms = terms[terms["row"].isin(limits.index)]
        self.rows.append(self.count + number.loc[terms["row"]].to_numpy())
        self.unknowns.append(terms["unknown"].to_numpy())
        self.weights.append(terms["weight"].to_numpy().astype(np.int64))
        self.least.append(limits["least"].to_numpy().astype(np.int64))
        self.most.append(limits["most"].to_numpy().astype(np.int64))
        self.count += len(limits)


@dataclass
class Findings:
    """What an attack found of small counts: each known exactly, or to fewer than four values."""

    small: int
    exact: pd.DataFrame
    tight: pd.DataFrame
    inconsistent: int


def _long(base: pd.DataFrame, release: int) -> pd.DataFrame:
    """A pack's truth as unknowns: both sides of each figure, ghosts, and what is left of wholes."""
    whole = base[base["numerator"].notna() & (base["numerator"] == base["numerator"].round())]
    whole = whole[whole["role"].isin(["stock", "starts", "count", "breakdown", "share", "average"])]
    n = whole[whole["role"] != "average"].assign(side="n", true=lambda rows: rows["numerator"])
    share = whole[(whole["role"] == "share") & whole["denominator"].notna()]
    share = share[share["numerator"] <= share["denominator"]]
    d = share.assign(side="d", true=share["denominator"])
    c = share.assign(side="c", true=share["denominator"] - share["numerator"])
    # of an average, how many it is of, where that is children or events
    many = whole[(whole["role"] == "average") & (whole["denominator"] > 0) & (whole["unit"] == "days")]
    found = pd.concat([n, d, c, many.assign(side="d", true=many["denominator"])], ignore_index=True)
    found["true"] = found["true"].astype(int)
    return found.assign(release=release)[["release", *KEY]]


def _month(period_end: pd.Series) -> pd.Series:
    return period_end.dt.year * 12 + period_end.dt.month - 1


# a signed term of a sum, as a methodology page writes it
WORD = re.compile(r"([+-])(\d+\*)?([a-z][a-z0-9_]*)(\.d)?(\[\*\])?(?:@(-\d+)(?:\.\.(-?\d+))?)?")
LINE = re.compile(r"^- `(?:(-?\d+) <= )?([^`=<]+?)(?: (<=|=) (-?\d+))?`:", re.MULTILINE)
TOOK_OVER = re.compile(r"^([\d and]+) took over from ([\d and]+)\.$", re.MULTILINE)
Terms = list[tuple[int, str, str, int]]  # weight, indicator, side, months back


@dataclass(frozen=True)
class Said:
    """What the pages of a pack say: sums of terms between two limits, and who took over from whom."""

    sums: tuple[tuple[Terms, int, int], ...] = ()
    took_over: tuple[tuple[list[str], list[str]], ...] = ()


def said_by(folder: Path) -> Said:
    """The pages in the folder `methodology` of a pack, and its dictionary. Sums that have a list of their own
    here are left out."""
    sums: dict[tuple[str, int, int], tuple[Terms, int, int]] = {}
    for page in sorted((folder / "methodology").glob("*.md")):
        for least, written, sign, most in LINE.findall(page.read_text(encoding="utf-8")):
            terms: Terms = []
            for plus, times, name, d, each, first, last in WORD.findall(written):
                months = range(int(first or 0), int(last or first or 0) + 1)
                terms += [(int(f"{plus}{times.rstrip('*') or 1}"), name, each or d, -m) for m in months]
            low, high = int(most) if sign == "=" else int(least or -MOST * 100), int(most or MOST * 100)
            sums[written, low, high] = (terms, low, high)
    # shares of counts, chains, parts and values have their own lists here, with what is left of them
    listed = {frozenset(pair) for pair in (*CHAINS, *PARTS, *ADD_UP, *NEAR)}
    listed |= {frozenset((name, *of)) for name, of in WHOLE_OF.items()}
    listed |= {frozenset(pair) for pair in (*COUNT_OF.items(), *RATE_OF.items())}
    kept = [s for s in sums.values() if frozenset(name for _, name, _, _ in s[0]) not in listed]
    text = (folder / "dictionary.md").read_text(encoding="utf-8")
    groups = [(old.split(" and "), new.split(" and ")) for new, old in TOOK_OVER.findall(text)]
    return Said(tuple(kept), tuple(groups))


def learn(
    packs: Sequence[pd.DataFrame],
    truths: Sequence[pd.DataFrame],
    regions: dict[str, str],
    said: Said | None = None,
) -> Known:
    """All that is known from packs together. `regions` is the region of each authority of England; `said` is
    what their pages say."""
    said = said or Said()
    sides = pd.concat([_long(t, k) for k, t in enumerate(truths)], ignore_index=True)
    ghosts = [_ghosts(sides[sides["release"] == k], said) for k in range(len(packs))]
    every = pd.concat([sides[KEY], *[g[KEY] for g, _ in ghosts]]).drop_duplicates(ignore_index=True)
    index = pd.MultiIndex.from_frame(every)
    hidden: list[pd.DataFrame] = []
    known = Known(every, np.zeros(len(every), int), np.full(len(every), MOST))
    for k, (printed, (ghost, tied)) in enumerate(zip(packs, ghosts, strict=True)):
        now = sides[sides["release"] == k].copy()
        now["unknown"] = index.get_indexer(pd.MultiIndex.from_frame(now[KEY]))
        ghost = ghost.assign(unknown=index.get_indexer(pd.MultiIndex.from_frame(ghost[KEY])))
        tied = tied.merge(ghost[["row", "unknown"]], on="row")
        _identities(known, now, tied)
        _read_sums(known, now, said)
        _read_authorities(known, now, printed, truths[k])
        _read_areas(known, now, printed, regions)
        _read_symbols(known, now, printed)
        _read_averages(known, now, printed)
        hidden.append(_hidden_shares(now, printed))
    _read_hidden_shares(known, pd.concat(hidden).drop_duplicates())
    return known


def _read_averages(known: Known, now: pd.DataFrame, printed: pd.DataFrame) -> None:
    """An average is shown of six or more, and hidden of one to five."""
    of = printed.rename(columns={"area_code": "la_code"}).assign(month=_month(printed["period_end"]))
    of = of[of["period_basis"].isin(["month", "point_in_time"])]
    shares = now.loc[now["side"] == "n", "indicator_id"].unique()
    many = now[(now["side"] == "d") & ~now["indicator_id"].isin(shares)]
    both = many.merge(
        of[["la_code", "indicator_id", "month", "status"]], on=["la_code", "indicator_id", "month"]
    )
    shown = both.loc[both["status"] == "shown", "unknown"].to_numpy(dtype=int)
    np.maximum.at(known.low, shown, 6)
    few = both.loc[(both["status"] == "c") & both["true"].between(1, 5), "unknown"].to_numpy(dtype=int)
    np.maximum.at(known.low, few, 1)
    np.minimum.at(known.high, few, 5)


def _later(of: pd.Series, months: int) -> pd.Series:
    """The same under a month so much later."""
    places = of.index.to_frame(index=False)
    places["month"] += months
    return of.set_axis(pd.MultiIndex.from_frame(places))


def _read_sums(known: Known, now: pd.DataFrame, said: Said) -> None:
    """The sums that the pages say, of each authority and month where the records keep them."""
    whole = now[now["breakdown"] == "all"]
    unknown = {
        key: rows.set_index(["la_code", "month"])["unknown"]
        for key, rows in whole.groupby(["indicator_id", "side"])
    }
    for terms, least, most in said.sums:
        if any((name, side and "d" or "n") not in unknown or side == "[*]" for _, name, side, _ in terms):
            continue
        found = []
        for _, name, side, back in terms:
            of = unknown[name, "d" if side else "n"]
            found.append(_later(of, back))
        at = pd.concat(found, axis=1, join="inner").to_numpy(dtype=int)
        weights = np.array([weight for weight, *_ in terms])
        total = (known.true[at] * weights).sum(axis=1)
        at = at[(total >= least) & (total <= most)]
        row = pd.DataFrame({"row": np.repeat(np.arange(len(at)), len(weights)), "unknown": at.ravel()})
        limits = pd.DataFrame({"least": least, "most": most}, index=np.arange(len(at)))
        known.relate(row.assign(weight=np.tile(weights, len(at))), limits)
    for old, new in said.took_over:
        every = [of for key, of in unknown.items() if key[1] == "n"]
        for of in every:
            at = of.unstack("la_code").reindex(columns=[*old, *new]).dropna().to_numpy(dtype=int)
            weights = np.repeat([1, -1], [len(old), len(new)])
            at = at[(known.true[at] * weights).sum(axis=1) == 0] if len(at) else at
            row = pd.DataFrame({"row": np.repeat(np.arange(len(at)), len(weights)), "unknown": at.ravel()})
            limits = pd.DataFrame({"least": 0, "most": 0}, index=np.arange(len(at)))
            known.relate(row.assign(weight=np.tile(weights, len(at))), limits)


# near enough always the same, to within one: a plan starts at the conference that decides on it
NEAR = (("icpc_to_plan_pct", "cp_started"),)
IN_SUMS = {name for pair in (*CHAINS, *PARTS, *ADD_UP) for name in pair}


def _read_symbols(known: Known, now: pd.DataFrame, printed: pd.DataFrame) -> None:
    """Nought is printed: a hidden count that stands in no sum is one to five. And what is nearly the same."""
    hidden = printed[(printed["status"] == "c") & (printed["breakdown"] == "all")]
    hidden = hidden[hidden["period_basis"].isin(["month", "point_in_time"])]
    hidden = hidden[~hidden["indicator_id"].isin(IN_SUMS)]
    place = ["la_code", "indicator_id", "month"]
    hidden = hidden.rename(columns={"area_code": "la_code"}).assign(month=_month(hidden["period_end"]))[place]
    n = now[(now["side"] == "n") & (now["breakdown"] == "all")]
    shares = now.loc[now["side"] == "d", "indicator_id"].unique()
    said = n.merge(hidden, on=place)
    said = said[~said["indicator_id"].isin(shares) & said["true"].between(1, 5)]
    at = said["unknown"].to_numpy(dtype=int)
    np.maximum.at(known.low, at, 1)
    np.minimum.at(known.high, at, 5)
    for one, other in NEAR:
        both = n[n["indicator_id"] == one].merge(
            n[n["indicator_id"] == other], on=["la_code", "month"], suffixes=("", "_other")
        )
        both = both[(both["true"] - both["true_other"]).abs() <= 1].reset_index(drop=True)
        terms = [
            pd.DataFrame({"row": both.index, "unknown": both["unknown"], "weight": 1}),
            pd.DataFrame({"row": both.index, "unknown": both["unknown_other"], "weight": -1}),
        ]
        known.relate(pd.concat(terms), pd.DataFrame({"least": -1, "most": 1}, index=both.index))


def _hidden_shares(now: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """The halves of shares that are hidden while what they are of, or lie within, is printed, and their count
    is printed or has none."""
    place = ["la_code", "indicator_id", "month"]
    said = printed.rename(columns={"area_code": "la_code"}).assign(month=_month(printed["period_end"]))
    said = said[said["period_basis"].isin(["month", "point_in_time"]) & (said["breakdown"] == "all")]
    shown = set(said.loc[said["status"] == "shown", place].itertuples(index=False, name=None))
    hidden = said.loc[(said["status"] == "c") & ~said["indicator_id"].isin(COUNT_OF), place]
    halves = _by_side(now[now["breakdown"] == "all"], place).dropna().astype(int).reset_index().merge(hidden)
    is_known = [
        all((la_code, whole, month) in shown for whole in WHOLE_OF.get(name) or (WITHIN.get(name, ""),))
        for la_code, name, month in halves[place].itertuples(index=False, name=None)
    ]
    return halves.loc[is_known, ["n", "d", "c"]]


def _read_hidden_shares(known: Known, shares: pd.DataFrame) -> None:
    """A share of eleven or more is hidden where a half of it is one to five: that of nobody, or of all, is
    printed. Which half, is told where the other cannot be so few."""
    rows, unknowns, weights = (np.concatenate(x) for x in (known.rows, known.unknowns, known.weights))
    bounds = np.concatenate(known.least), np.concatenate(known.most)
    low, high = narrowed(rows, unknowns, weights, *bounds, known.low, known.high)
    for n, d, c in shares.itertuples(index=False, name=None):
        for half, other in ((n, c), (c, n)):
            few = low[d] >= 11 and low[other] > 5 and 1 <= known.true[half] <= 5
            if few:
                known.low[half], known.high[half] = max(known.low[half], 1), min(known.high[half], 5)


def _ghosts(sides: pd.DataFrame, said: Said) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What no pack prints and a subtraction would tell: ends, and what is left of wholes."""
    n = sides[(sides["side"] == "n") & (sides["breakdown"] == "all")]
    by = {name: rows.set_index(["la_code", "month"])["true"] for name, rows in n.groupby("indicator_id")}
    found = []
    for stock, starts in CHAINS:
        if stock not in by or starts not in by:
            continue
        before = by[stock].rename("s0").reset_index()
        before["month"] += 1
        rows = before.set_index(["la_code", "month"]).join(
            [by[starts].rename("a"), by[stock].rename("s1")], how="inner"
        )
        rows = rows.reset_index()
        rows["true"] = rows["s0"] + rows["a"] - rows["s1"]
        rows["side"] = (
            "end " + rows["s0"].astype(str) + " " + rows["a"].astype(str) + " " + rows["s1"].astype(str)
        )
        found.append(
            rows.assign(indicator_id=stock, breakdown="all", first=rows["month"] - 1, old=rows["la_code"])
        )
        found.append(_over_gaps(stock, by[stock], by[starts]))
        found.append(_over_a_merger(stock, by[stock], by[starts], said))
    for part, whole in PARTS:
        if part not in by or whole not in by:
            continue
        rows = by[part].rename("p").to_frame().join(by[whole].rename("w"), how="inner").reset_index()
        rows["true"] = rows["w"] - rows["p"]
        rows["side"] = "rest " + rows["p"].astype(str) + " " + rows["w"].astype(str)
        found.append(rows.assign(indicator_id=part, breakdown="all"))
    if not found:
        nothing = pd.DataFrame(columns=[*KEY, "row", "first", "old"])
        return nothing, nothing[TIED]
    ghosts = pd.concat(found, ignore_index=True)
    ghosts = ghosts[ghosts["true"] >= 0].reset_index(drop=True)  # an identity the records do not keep
    ghosts["row"] = np.arange(len(ghosts))
    return ghosts[[*KEY, "row"]], ghosts[TIED]


# of a ghost of a chain: from which month's stock, and whose
TIED = ["row", "la_code", "month", "indicator_id", "first", "old"]


def _over_gaps(stock: str, held: pd.Series, begun: pd.Series) -> pd.DataFrame:
    """Ends over months whose stock is missing, where all that started in them is there."""
    found = []
    for la_code, mine in held.groupby("la_code"):
        months = sorted(mine.index.get_level_values("month"))
        for first, last in zip(months, months[1:], strict=False):
            between = [(la_code, month) for month in range(first + 1, last + 1)]
            if last - first == 1 or not all(key in begun.index for key in between):
                continue
            started = int(begun.reindex(between).sum())
            true = mine.loc[(la_code, first)] + started - mine.loc[(la_code, last)]
            side = f"end since {first} {mine.loc[(la_code, first)]} {started} {mine.loc[(la_code, last)]}"
            found.append((la_code, stock, last, "all", side, true, first, la_code))
    return pd.DataFrame(found, columns=[*KEY, "first", "old"])


def _over_a_merger(stock: str, held: pd.Series, begun: pd.Series, said: Said) -> pd.DataFrame:
    """Ends in the first month of authorities that took over from others."""
    found = []
    for old, new in said.took_over:
        for month in sorted(held.index.get_level_values("month").unique()):
            before, now = [(la, month - 1) for la in old], [(la, month) for la in new]
            there = all(key in held.index for key in (*before, *now)) and all(k in begun.index for k in now)
            if not there or any((la, month - 1) in held.index for la in new):
                continue
            true = held.reindex(before).sum() + begun.reindex(now).sum() - held.reindex(now).sum()
            found.append((" ".join(new), stock, month, "all", "end", int(true), month - 1, " ".join(old)))
    return pd.DataFrame(found, columns=[*KEY, "first", "old"])


def _by_side(now: pd.DataFrame, place: list[str]) -> pd.DataFrame:
    """The unknowns of a figure: its count, what it is a share of, and the rest; null where it is no share."""
    return now.pivot(index=place, columns="side", values="unknown").reindex(columns=["n", "d", "c"])


def _identities(known: Known, now: pd.DataFrame, ghosts: pd.DataFrame) -> None:
    n = now[(now["side"] == "n") & (now["breakdown"] == "all")]
    at = n.set_index(["la_code", "month", "indicator_id"])["unknown"]

    def unknown(rows: pd.DataFrame, name: str | pd.Series, back: int = 0) -> np.ndarray:
        names = pd.Series(name, index=rows.index)
        return at.reindex(
            pd.MultiIndex.from_arrays([rows["la_code"], rows["month"] - back, names])
        ).to_numpy()

    def state(
        rows: pd.DataFrame, columns: list[tuple[np.ndarray, int]], least: int = 0, most: int = 0
    ) -> None:
        whole = np.all([~np.isnan(u.astype(float)) for u, _ in columns], axis=0)
        terms = [
            pd.DataFrame({"row": rows.index[whole], "unknown": u[whole].astype(int), "weight": w})
            for u, w in columns
        ]
        known.relate(pd.concat(terms), pd.DataFrame({"least": least, "most": most}, index=rows.index[whole]))

    for stock, starts in CHAINS:
        of_stock = ghosts[ghosts["indicator_id"] == stock]
        for many, rows in of_stock[of_stock["old"] == of_stock["la_code"]].groupby(
            of_stock["month"] - of_stock["first"]
        ):
            state(
                rows,
                [
                    (unknown(rows, stock, int(many)), 1),
                    *[(unknown(rows, starts, back), 1) for back in range(int(many))],
                    (unknown(rows, stock), -1),
                    (rows["unknown"].to_numpy(), -1),
                ],
            )
        for _, row in of_stock[of_stock["old"] != of_stock["la_code"]].iterrows():
            old, new = row["old"].split(), row["la_code"].split()
            every = [(at[la, row["month"] - 1, stock], 1) for la in old]
            every += [(at[la, row["month"], starts], 1) for la in new]
            every += [(at[la, row["month"], stock], -1) for la in new] + [(row["unknown"], -1)]
            terms = pd.DataFrame(every, columns=["unknown", "weight"]).assign(row=0)
            known.relate(terms, pd.DataFrame({"least": 0, "most": 0}, index=[0]))
    for part, whole in PARTS:
        rows = ghosts[ghosts["indicator_id"] == part]
        state(rows, [(unknown(rows, whole), 1), (unknown(rows, part), -1), (rows["unknown"].to_numpy(), -1)])
    shares = _by_side(now, ["la_code", "month", "indicator_id", "breakdown"]).dropna().reset_index()
    if len(shares):
        n_, d_, c_ = (shares[s].to_numpy() for s in "ndc")
        state(shares, [(n_, 1), (c_, 1), (d_, -1)])
        for name, wholes in WHOLE_OF.items():
            rows = shares[shares["indicator_id"] == name]
            state(rows, [(rows["d"].to_numpy(), -1), *[(unknown(rows, w), 1) for w in wholes]])
        for name, count in COUNT_OF.items():
            rows = shares[shares["indicator_id"] == name]
            state(rows, [(rows["n"].to_numpy(), 1), (unknown(rows, count), -1)])
        for name, whole in WITHIN.items():
            rows = shares[shares["indicator_id"] == name]
            state(rows, [(unknown(rows, whole), 1), (rows["d"].to_numpy(), -1)], 0, MOST)
    for name, whole in ADD_UP:
        values = now[(now["indicator_id"] == name) & (now["side"] == "n")]
        totals = values.groupby(["la_code", "month"])["true"].sum()
        place = pd.MultiIndex.from_frame(values[["la_code", "month"]])
        total = at.reindex(
            pd.MultiIndex.from_arrays(
                [totals.index.get_level_values(0), totals.index.get_level_values(1), [whole] * len(totals)]
            )
        )
        agree = total.notna().to_numpy(copy=True)
        agree &= known.true[total.fillna(0).astype(int)] == totals.to_numpy()
        good = totals.index[agree]
        number = pd.Series(np.arange(len(good)), index=good)
        mine = values[place.isin(good)]
        of_mine = number.loc[pd.MultiIndex.from_frame(mine[["la_code", "month"]])].to_numpy()
        terms = pd.concat(
            [
                pd.DataFrame({"row": of_mine, "unknown": mine["unknown"].to_numpy(), "weight": 1}),
                pd.DataFrame(
                    {"row": number.to_numpy(), "unknown": total[agree].astype(int).to_numpy(), "weight": -1}
                ),
            ]
        )
        known.relate(terms, pd.DataFrame({"least": 0, "most": 0}, index=number.to_numpy()))


def _share_limits(known: Known, terms_n: pd.DataFrame, terms_d: pd.DataFrame, value: pd.Series) -> None:
    """A percentage to one place: 1000 n is within half of value x 10 d. Terms have row and unknown."""
    tenths = (value * 10).round().astype(int)
    for sign in (1, -1):
        weight = sign * (2 * tenths + sign)  # sign (2t + sign) d - sign 2000 n >= 0
        terms = pd.concat(
            [
                terms_n.assign(weight=-sign * 2000),
                terms_d.assign(weight=weight.loc[terms_d["row"]].to_numpy()),
            ]
        )
        known.relate(terms, pd.DataFrame({"least": 0, "most": 10**12}, index=value.index))


def _read_authorities(known: Known, now: pd.DataFrame, printed: pd.DataFrame, truth: pd.DataFrame) -> None:
    la = printed[printed["geographic_level"] == "Local authority"].rename(columns={"area_code": "la_code"})
    la = la.assign(month=_month(la["period_end"]))
    place = ["la_code", "indicator_id", "month", "breakdown"]
    point = la[la["period_basis"].isin(["month", "point_in_time"])]
    said = point.merge(_by_side(now, place).reset_index(), on=place)
    said = said[said["n"].notna()]
    is_share = said["d"].notna()
    is_broken_down = said["breakdown"] != "all"
    counts = said[(said["status"] == "shown") & ~is_share & ~is_broken_down]
    _fix(known, counts["n"], counts["value"])
    shares = said[(said["status"] == "shown") & is_share].reset_index(drop=True)
    _share_limits(
        known,
        pd.DataFrame({"row": shares.index, "unknown": shares["n"].astype(int)}),
        pd.DataFrame({"row": shares.index, "unknown": shares["d"].astype(int)}),
        shares["value"],
    )
    none = said[(said["status"] == "z") & is_share]
    _fix(known, none["d"], none["n"] * 0)
    totals = now[(now["side"] == "n") & (now["breakdown"] == "all")].set_index(
        ["la_code", "month", "indicator_id"]
    )
    for name, whole in ADD_UP:
        values = said[(said["status"] == "shown") & (said["indicator_id"] == name)].reset_index(drop=True)
        of = pd.MultiIndex.from_arrays([values["la_code"], values["month"], [whole] * len(values)])
        _share_limits(
            known,
            pd.DataFrame({"row": values.index, "unknown": values["n"].astype(int)}),
            pd.DataFrame(
                {"row": values.index, "unknown": totals["unknown"].reindex(of).astype(int).to_numpy()}
            ),
            values["value"],
        )
    _read_longer(known, now, la, truth)


def _fix(known: Known, unknown: pd.Series, value: pd.Series) -> None:
    at = unknown.astype(int).to_numpy()
    given = value.round().astype(int).to_numpy()
    np.maximum.at(known.low, at, given)
    np.minimum.at(known.high, at, given)


def _read_longer(known: Known, now: pd.DataFrame, la: pd.DataFrame, truth: pd.DataFrame) -> None:
    """Quarters, the year to date, and rates."""
    people = truth[truth["role"] == "rate"].set_index(["la_code", "indicator_id", "month"])["denominator"]
    last = la["month"]
    first = last.where(la["period_basis"].isin(["point_in_time", "month"]), last - 2)
    first = first.where(la["period_basis"] != "year_to_date", last - (last + 9) % 12)
    first = first.where(la["period_basis"] != "rolling_12_months", last - 11)
    rates = la["indicator_id"].isin(RATE_OF)
    added_up = rates | la["indicator_id"].isin(now["indicator_id"])
    asked = la[
        (la["status"] == "shown") & added_up & (rates | ~la["period_basis"].isin(["point_in_time", "month"]))
    ]
    asked = asked.assign(first=first[asked.index], source=asked["indicator_id"].replace(RATE_OF)).reset_index(
        drop=True
    )
    asked["row"] = asked.index
    sides = now[now["breakdown"] == "all"].rename(columns={"indicator_id": "source", "month": "of"})
    terms = asked[["row", "la_code", "source", "first", "month"]].merge(
        sides[["la_code", "source", "of", "side", "unknown"]], on=["la_code", "source"]
    )
    terms = terms[(terms["of"] >= terms["first"]) & (terms["of"] <= terms["month"])]
    shares = terms.loc[terms["side"] == "d", "row"].unique()
    n = terms[terms["side"] == "n"][["row", "unknown"]]
    rated = asked["indicator_id"].isin(RATE_OF)
    counted = asked[~rated & ~asked.index.isin(shares)]
    limits = pd.DataFrame({"least": counted["value"].round(), "most": counted["value"].round()})
    known.relate(n[n["row"].isin(counted.index)].assign(weight=1), limits)
    _share_limits(
        known,
        n[n["row"].isin(shares)],
        terms.loc[terms["side"] == "d", ["row", "unknown"]],
        asked.loc[asked.index.isin(shares), "value"],
    )
    of = asked[rated]
    heads = people.reindex(pd.MultiIndex.from_frame(of[["la_code", "indicator_id", "month"]])).to_numpy()
    tenths = (of["value"] * 10).round()
    limits = pd.DataFrame(
        {
            "least": np.ceil((tenths - 0.5) * heads / 100_000),
            "most": np.floor((tenths + 0.5) * heads / 100_000),
        }
    )
    known.relate(n[n["row"].isin(of.index)].assign(weight=1), limits)


def _read_areas(known: Known, now: pd.DataFrame, printed: pd.DataFrame, regions: dict[str, str]) -> None:
    """Rounded sums. A share of rounded sums tells the rounded sum above, where the one below is printed."""
    areas = printed[
        (printed["geographic_level"] != "Local authority") & printed["status"].isin(["shown", "low"])
    ]
    areas = areas[areas["period_basis"].isin(["month", "point_in_time"])]
    areas = areas.assign(month=_month(areas["period_end"]))
    n = now[(now["side"] == "n") & (now["breakdown"] == "all")]
    n = n.assign(region=n["la_code"].map(regions)).dropna(subset=["region"])
    both = pd.concat([n.assign(area_code=n["region"]), n.assign(area_code="E92000001")])
    counts = areas[areas["rounded_to"] == 10].reset_index(drop=True)
    counts["row"] = counts.index
    terms = counts[["row", "area_code", "indicator_id", "month"]].merge(
        both, on=["area_code", "indicator_id", "month"]
    )
    value = counts["value"].fillna(0).round()
    least = (value - 5).clip(lower=0).where(counts["status"] != "low", 1)
    most = (value + 4).where((value > 0) | (counts["status"] == "low"), 0)
    known.relate(terms[["row", "unknown"]].assign(weight=1), pd.DataFrame({"least": least, "most": most}))
    wholes = counts.set_index(["area_code", "month", "indicator_id"])["value"]
    for name, parts in WHOLE_OF.items():
        if len(parts) != 1:
            continue
        shares = areas[(areas["indicator_id"] == name) & (areas["status"] == "shown")].reset_index(drop=True)
        shares["row"] = shares.index
        below = wholes.reindex(
            pd.MultiIndex.from_arrays([shares["area_code"], shares["month"], [parts[0]] * len(shares)])
        ).to_numpy()
        # every ten that prints so: a share of many is the share of several
        fewest = np.ceil((shares["value"] - 0.05) * below / 1000 - 1e-9) * 10
        greatest = np.floor((shares["value"] + 0.05) * below / 1000 + 1e-9) * 10
        limits = pd.DataFrame({"least": (fewest - 5).clip(lower=0), "most": greatest + 4})
        terms = shares[["row", "area_code", "indicator_id", "month"]].merge(
            both, on=["area_code", "indicator_id", "month"]
        )
        known.relate(terms[["row", "unknown"]].assign(weight=1), limits.dropna())


def attack(known: Known, insider: str | None = None, solves: int = 6, seed: int = 1) -> Findings:
    """Every small count that the packs narrow to fewer than four values. An insider knows all of its own."""
    rows, unknowns, weights = (np.concatenate(x) for x in (known.rows, known.unknowns, known.weights))
    least, most = np.concatenate(known.least), np.concatenate(known.most)
    true = known.true
    truth_sums = np.bincount(rows, weights=weights * true[unknowns].astype(float), minlength=known.count)
    inconsistent = int(((truth_sums < least) | (truth_sums > most)).sum())
    inconsistent += int(((true < known.low) | (true > known.high)).sum())
    low, high = known.low.copy(), known.high.copy()
    mine = (known.keys["la_code"] == insider).to_numpy()
    low[mine], high[mine] = true[mine], true[mine]
    low, high = narrowed(rows, unknowns, weights, least, most, low, high)
    inconsistent += int((low > high).sum())
    small = (true > 0) & (true < 6) & ~mine
    open_ = low < high
    is_exact = small & (low == high)
    values = _witnessed(rows, unknowns, weights, least, most, low, high, small & open_, solves, seed, true)
    seen = np.where(open_, values, 1)
    is_tight = small & open_ & (seen < FEWEST)
    is_exact |= is_tight & (seen == 1)
    said = known.keys.assign(values=seen, low=low, high=high)
    return Findings(int(small.sum()), said[is_exact], said[is_tight & (seen > 1)], inconsistent)


def narrowed(
    rows: np.ndarray, unknowns: np.ndarray, weights: np.ndarray, least: np.ndarray, most: np.ndarray,
    low: np.ndarray, high: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    plus = weights > 0
    size = np.abs(weights)
    low, high = low.copy(), high.copy()
    for _ in range(300):
        down = np.where(plus, weights * low[unknowns], weights * high[unknowns])
        up = np.where(plus, weights * high[unknowns], weights * low[unknowns])
        all_down = np.bincount(rows, down, minlength=len(least)).astype(np.int64)
        all_up = np.bincount(rows, up, minlength=len(least)).astype(np.int64)
        ceiling = most[rows] - (all_down[rows] - down)  # weight x unknown is at most this
        floor = least[rows] - (all_up[rows] - up)
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, unknowns, np.where(plus, -((-floor) // size), -(ceiling // size)))
        np.minimum.at(new_high, unknowns, np.where(plus, ceiling // size, (-floor) // size))
        is_settled = (new_low == low).all() and (new_high == high).all()
        low, high = new_low, new_high
        if is_settled or (low > high).any():  # what contradicts itself narrows without end
            break
    return low, high


def _witnessed(
    rows: np.ndarray, unknowns: np.ndarray, weights: np.ndarray, least: np.ndarray, most: np.ndarray,
    low: np.ndarray, high: np.ndarray, asked: np.ndarray, solves: int, seed: int, true: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """How many values each unknown asked for can have, up to four: each one seen in a whole solution."""
    free = (low < high)[unknowns]
    left = unknowns[free]
    known_sum = np.bincount(rows[~free], (weights * low[unknowns])[~free], minlength=len(least)).astype(
        np.int64
    )
    parent = _components(rows[free], left, len(least), len(low))
    chance = np.random.default_rng(seed)
    seen: dict[int, set[int]] = {int(u): set() for u in np.flatnonzero(asked)}
    by_part = pd.Series(np.flatnonzero(asked)).groupby(parent[np.flatnonzero(asked)])
    row_part = pd.Series(np.arange(len(rows))[free]).groupby(parent[left]).indices
    positions = np.flatnonzero(free)
    certain = _trees(rows[free], left, weights[free], parent)
    for part, wanted in by_part:
        if part not in row_part or part in certain:  # every value within its limits has a solution
            for u in wanted:
                seen[int(u)] = set(range(int(low[u]), min(int(high[u]), int(low[u]) + FEWEST) + 1))
            continue
        here = positions[row_part[part]]
        of = (rows[here], unknowns[here], weights[here], least, most, known_sum, low, high)
        targets = [int(u) for u in wanted]
        for reach in NEARBY:
            _look_nearby(*of, true, targets, seen, reach)
        targets = [u for u in targets if len(seen[u]) < FEWEST]
        if not targets:
            continue
        model, variables = _model(*of)
        _look(model, variables, targets, seen, solves, chance)
    counts = np.zeros(len(low), int)
    for u, values in seen.items():
        counts[u] = len(values)
    return counts


def _components(rows: np.ndarray, unknowns: np.ndarray, many_rows: int, many: int) -> np.ndarray:
    label = np.arange(many)
    while True:  # the least label spreads along relations
        of_row = np.full(many_rows, many)
        np.minimum.at(of_row, rows, label[unknowns])
        spread = label.copy()
        np.minimum.at(spread, unknowns, of_row[rows])
        spread = spread[spread]
        if (spread == label).all():
            return label
        label = spread


def _trees(rows: np.ndarray, unknowns: np.ndarray, weights: np.ndarray, parent: np.ndarray) -> set[int]:
    """The parts without a circle, of ones only: there, narrowing has said all there is."""
    part = parent[unknowns]
    edges = pd.Series(part).value_counts()
    nodes = pd.Series(parent[np.unique(unknowns)]).value_counts()
    relations = pd.DataFrame({"row": rows, "part": part}).drop_duplicates()["part"].value_counts()
    heavy = set(part[np.abs(weights) != 1])
    tree = edges == nodes.reindex(edges.index) + relations.reindex(edges.index) - 1
    return set(edges.index[tree]) - heavy


def _model(
    rows: np.ndarray, unknowns: np.ndarray, weights: np.ndarray, least: np.ndarray, most: np.ndarray,
    known_sum: np.ndarray, low: np.ndarray, high: np.ndarray,
) -> tuple[cp_model.CpModel, dict[int, cp_model.IntVar]]:  # fmt: skip
    model = cp_model.CpModel()
    variables = {int(u): model.new_int_var(int(low[u]), int(high[u]), f"x{u}") for u in np.unique(unknowns)}
    order = np.argsort(rows, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(rows[order]) != 0])
    for group in np.split(order, starts[1:]):
        row = rows[group[0]]
        total = sum(int(weights[g]) * variables[int(unknowns[g])] for g in group)
        model.add_linear_constraint(total, int(least[row] - known_sum[row]), int(most[row] - known_sum[row]))
    return model, variables


def _look_nearby(
    rows: np.ndarray, unknowns: np.ndarray, weights: np.ndarray, least: np.ndarray, most: np.ndarray,
    known_sum: np.ndarray, low: np.ndarray, high: np.ndarray, true: np.ndarray, targets: list[int],
    seen: dict[int, set[int]], reach: int,
) -> None:  # fmt: skip
    """Solutions where only what is near an unknown is other than the truth: what they show is so, and of most
    unknowns they show enough. Soon found, for they are small."""
    of_row = pd.Series(np.arange(len(rows))).groupby(rows).indices
    of_unknown = pd.Series(np.arange(len(rows))).groupby(unknowns).indices
    wanted = set(targets)
    for u in targets:
        if len(seen[u]) >= FEWEST:
            continue
        near, edge = {u}, {u}
        for _ in range(reach):
            touched = {int(r) for x in edge for r in rows[of_unknown[x]]}
            edge = {int(x) for r in touched for x in unknowns[of_row[r]]} - near
            near |= edge
        touched = {int(r) for x in near for r in rows[of_unknown[x]]}
        here = np.concatenate([of_row[r] for r in sorted(touched)])
        is_near = np.isin(unknowns[here], list(near))
        rest = known_sum.copy()
        np.add.at(rest, rows[here][~is_near], (weights[here] * true[unknowns[here]])[~is_near])
        here = here[is_near]
        model, variables = _model(rows[here], unknowns[here], weights[here], least, most, rest, low, high)
        beside = [x for x in near if x in wanted]
        for x in near:
            model.add_hint(variables[x], int(true[x]))
        for value in seen[u]:
            model.add(variables[u] != value)
        while len(seen[u]) < FEWEST and _solve(model, variables, beside, seen):
            for value in seen[u]:
                model.add(variables[u] != value)


def _look(
    model: cp_model.CpModel,
    variables: dict[int, cp_model.IntVar],
    targets: list[int],
    seen: dict[int, set[int]],
    solves: int,
    chance: np.random.Generator,
) -> None:
    """Solutions far apart first: each is a witness for every unknown at once. Then one unknown at a time."""
    for number in range(solves):
        wanting = [u for u in targets if len(seen[u]) < FEWEST]
        if not wanting:
            return
        # 2 to 7 rather than the farthest: near the truth is where four values must be
        aims = {u: int(chance.integers(0, 9)) for u in wanting}
        signs = {u: (1 if (number + k) % 2 else -1) for k, u in enumerate(wanting)}
        if number < 2:
            model.maximize(sum(signs[u] * variables[u] for u in wanting))
        else:
            model.clear_objective()
            model.clear_hints()
            for u in wanting:
                model.add_hint(variables[u], aims[u])
        _solve(model, variables, targets, seen)
    model.clear_objective()
    for u in targets:
        while len(seen[u]) < FEWEST:
            more = model.clone()
            x = more.get_int_var_from_proto_index(variables[u].index)
            for value in seen[u]:
                more.add(x != value)
            if not _solve(more, variables, targets, seen):
                break


def _solve(
    model: cp_model.CpModel,
    variables: dict[int, cp_model.IntVar],
    targets: list[int],
    seen: dict[int, set[int]],
) -> bool:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = SECONDS
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        if status == cp_model.UNKNOWN:
            raise TimeoutError("the attacker's solver ran out of time")
        return False
    for u in targets:
        seen[u].add(solver.value(variables[u]))
    return True
