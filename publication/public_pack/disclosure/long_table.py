"""The public pack's one table: every figure it prints, with a status beside it.

A figure is a value, or no value and the reason: c hidden, left_out where what is out already tells a small
count, x not available, z not applicable; low is a sum that rounds to nothing and is not. All that is worked
out here is worked out from figures as printed.
"""

from dataclasses import dataclass, replace
from itertools import count

import duckdb
import numpy as np
import pandas as pd

from publication.public_pack.disclosure import areas, audit, design, ledger, programs
from publication.public_pack.disclosure.equations import CELL, NO_LIMIT, narrow, room
from publication.public_pack.disclosure.protect import Protected, is_small, protect_counts
from publication.select import frame_of

MONTHS_PRINTED = 24
GRAIN = ["geographic_level", "area_code", "indicator_id", "period_basis", "period_end", "breakdown"]
PRINTED = [*GRAIN, "value", "status", "rounded_to"]
LEVELS = ("Local authority", "Regional", "National")
QUARTER, YEAR_TO_DATE, TWELVE_MONTHS = "quarter", "year_to_date", "rolling_12_months"
# distinct children over the whole period: its months do not add up
NOT_ADDED_UP = ("cla_missing_children",)
LEFT_OUT = "left_out"
HIDING = ("c", LEFT_OUT)

BASE = (
    "la_code, region_code, indicator_id, role, unit, scale, kind, count_unit, month_number as month, "
    "period_basis, breakdown_value as breakdown, numerator, denominator, value, value_status"
)
# a breakdown is printed by quarter, and all else as a whole
PRINTABLE = (
    "is_printed and period_end <= $last::date and period_end > $last::date - to_months($months) "
    "and (breakdown_type = 'all') = (role <> 'breakdown') "
    "and (role <> 'breakdown' or month(period_end) % 3 = 0)"
)


@dataclass
class Pack:
    """A public pack: what is printed, what the ledger is to keep of it, and the proof it rests on."""

    printed: pd.DataFrame  # PRINTED, one row for a figure
    now: pd.DataFrame  # every figure as the ledger keeps it
    changes: pd.DataFrame  # those that the ledger does not have so
    protected: Protected
    already_public: pd.DataFrame  # area_code, indicator_id, period_end of what stays as it was printed before
    stopped: frozenset[tuple[str, str]] = frozenset()  # area_code, indicator_id of what the gate stopped

    @property
    def left_out(self) -> pd.DataFrame:
        """area_code, indicator_id and period_end of authorities' figures that could not be made safe."""
        of = self.printed["status"].eq(LEFT_OUT) & self.printed["geographic_level"].eq(LEVELS[0])
        place = ["area_code", "indicator_id", "period_end"]
        return self.printed.loc[of, place].drop_duplicates(ignore_index=True)


def read_base(db: duckdb.DuckDBPyConnection, last: str) -> pd.DataFrame:
    """The exact figures of a pack up to a day: one row for authority, indicator, month and breakdown."""
    known = pd.DataFrame(
        {"indicator_id": r.indicator_id, "role": r.role, "is_printed": r.role in design.PRINTED}
        for r in design.roles().values()
    )
    db.register("roles", known)
    base = frame_of(
        db, "intermediate.int_indicators__printable inner join roles using (indicator_id)", BASE,
        where=PRINTABLE, given={"last": last, "months": MONTHS_PRINTED},
        order="la_code, indicator_id, period_end, breakdown_value",
    )  # fmt: skip
    db.unregister("roles")
    return base


def members_of_england(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """la_code and region_code of the authorities that stand today and make up England."""
    return frame_of(
        db, "marts.dim_authority", "la_code, region_code", order="la_code",
        where="not is_invented and to_date is null and region_code is not null",
    )  # fmt: skip


def make(base: pd.DataFrame, members: pd.DataFrame, before: pd.DataFrame, release: int) -> Pack:
    """Protect the base figures, given all earlier publications."""
    base = base.reset_index(drop=True)
    said = ["calculated", "reported", "derived", "no_cases"]  # a breakdown of nobody is nought in each value
    base["answered"] = base["value_status"].isin(said) & base["numerator"].notna()
    base["exact"] = base["numerator"].round().where(base["answered"] & base["role"].isin(design.COUNTS))
    base["status"] = "x"
    is_count = base["role"].isin(design.COUNTS)
    cells = base.loc[is_count]
    protected = protect_counts(cells, _counts_before(before, members), release)
    of_nobody = (base["role"] == "breakdown") & (base["denominator"] == 0)
    base["gives_way"] = False
    every = asked = unsolved = base["la_code"].unique()
    for turn in count():
        out = protected.is_out.sum()
        base.loc[is_count & base["exact"].notna(), "status"] = "shown"
        base.loc[cells.index[protected.is_hidden], "status"] = "c"
        base.loc[cells.index[protected.left_out], "status"] = LEFT_OUT
        base.loc[of_nobody & (base["status"] == "shown"), "status"] = "z"
        _judge_the_rest(base, before)
        asked = _gives_way(base, before, asked, release, 2 ** max(0, turn - 2))
        if not len(asked) and len(unsolved):  # what takes long is asked where nothing else is found, once
            asked = _gives_way_in_circles(base, before, unsolved, release)
            unsolved = unsolved[:0]
        if len(asked):  # nothing ties other authorities to these: the rest need not be asked again
            protected.hide(base.loc[cells.index, "gives_way"].to_numpy())
            continue
        system = _system(base, before, every, release)
        sums = _protect_sums(base, cells.index, protected, members, before, system)
        if protected.is_out.sum() == out:
            break
        asked = unsolved = every
    base["month_end"] = _month_end(base["month"])
    printed = pd.concat(
        [_of_authorities(base), _longer(base), _of_areas(base, sums, members)], ignore_index=True
    )
    printed = printed[PRINTED].astype({"value": "float64", "rounded_to": "float64"})
    printed["period_end"] = pd.to_datetime(printed["period_end"])
    printed = printed.sort_values(GRAIN, ignore_index=True)
    now = pd.concat([_for_ledger(base), _sums_for_ledger(sums)], ignore_index=True)
    public = base.loc[base["is_public"], ["la_code", "indicator_id", "month_end"]]
    public.columns = ["area_code", "indicator_id", "period_end"]
    return Pack(printed, now, ledger.changes(before, now, release), protected, public)


def leave_out(pack: Pack, figures: pd.DataFrame, before: pd.DataFrame, release: int) -> Pack:
    """The pack without the figures of some areas, indicators and ends of periods, on any basis and breakdown;
    and of authorities, without what is a longer sum of them."""
    printed = pack.printed.copy()
    place = ["area_code", "indicator_id", "period_end"]
    tied = figures.merge(_hanging().rename(columns={"on": "indicator_id", "indicator_id": "tied"}))
    tied = tied.drop(columns="indicator_id").rename(columns={"tied": "indicator_id"})
    figures = pd.concat([figures[place], tied[place]], ignore_index=True)
    out = pd.MultiIndex.from_frame(printed[place]).isin(pd.MultiIndex.from_frame(figures[place]))
    longer = printed["period_basis"].isin([QUARTER, YEAR_TO_DATE, TWELVE_MONTHS])
    of_them = pd.MultiIndex.from_frame(printed[place[:2]]).isin(pd.MultiIndex.from_frame(figures[place[:2]]))
    out |= (longer & of_them & (printed["period_end"] >= figures["period_end"].min())).to_numpy()
    out &= printed["status"].ne("x").to_numpy()
    printed["value"] = printed["value"].mask(out)
    printed["status"] = printed["status"].mask(out, LEFT_OUT)
    gone = printed.loc[out, [*place, "breakdown"]].drop_duplicates()
    gone["month"] = 12 * gone["period_end"].dt.year + gone["period_end"].dt.month - 1
    of_gone = pd.MultiIndex.from_frame(gone[ledger.FIGURE])
    now = pack.now.copy()
    now["is_shown"] &= ~pd.MultiIndex.from_frame(now[ledger.FIGURE]).isin(of_gone)
    stopped = frozenset(gone[place[:2]].itertuples(index=False, name=None))
    return replace(
        pack, printed=printed, now=now, changes=ledger.changes(before, now, release), stopped=stopped
    )


def _month_end(month: pd.Series) -> pd.Series:
    return pd.to_datetime({"year": month // 12, "month": month % 12 + 1, "day": 1}) + pd.offsets.MonthEnd(0)


def _counts_before(before: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    counts = design.in_role(*design.COUNTS)
    regions = {*members["region_code"], areas.ENGLAND}
    of_counts = before[before["indicator_id"].isin(counts) & ~before["area_code"].isin(regions)]
    return of_counts.rename(columns={"area_code": "la_code", "numerator": "exact", "is_shown": "shown"})


def _judge_the_rest(base: pd.DataFrame, before: pd.DataFrame) -> None:
    """Shares, rates, averages and measures: of enough people, and not of all or none of few."""
    rest = ~base["role"].isin(design.COUNTS)
    of_people = base["count_unit"].isin(design.PEOPLE) & (base["unit"] != "gbp")
    up, whole = base["numerator"], base["denominator"]
    answered = base["answered"] | (
        base["value_status"].isin(["calculated", "reported", "derived"]) & base["value"].notna()
    )
    few = whole < design.THRESHOLD
    hidden = {
        "share": is_small(up)
        | is_small(whole - up)
        | few
        | ((up == 0) | (up == whole)) & (whole < design.SURE_OF_ALL),
        "ratio": is_small(up) | is_small((whole - up).where(base["unit"] == "percent", 0)) | few,
        "average": few,
        "measure": is_small(base["value"]),
        "rate": is_small(up) | ~_count_is_shown(base),
    }
    for role, is_hidden in hidden.items():
        of_role = base["role"] == role
        base.loc[of_role & answered, "status"] = "shown"
        base.loc[of_role & answered & is_hidden & of_people, "status"] = "c"
    # reported as a value, alone or with one of its halves, nobody can say what it is made of
    made = base["role"].isin(["share", "ratio", "rate"]) & (up.isna() | whole.isna())
    blind = answered & (made | (base["role"] == "average") & whole.isna())
    base.loc[blind, "status"] = "x"
    base.loc[rest & (base["value_status"] == "no_cases"), "status"] = "z"
    _stand_by_what_was_said(base, rest, before)
    base.loc[rest & base["status"].isin(["shown", "z"]) & base["gives_way"], "status"] = "c"
    base["hangs_on_hidden"] = _hangs_on_hidden(base)  # on what gave way too: posts are no counts of people
    base.loc[rest & (base["status"] != "x") & base["hangs_on_hidden"] & ~base["is_public"], "status"] = "c"


# what gives way first: the number of figures that a reader loses with it, and the dearer for a headline
DEAR = {
    "average": 1,
    "ratio": 2,
    "share": 2,
    "breakdown": 3,
    "starts": 4,
    "count": 5,
    "measure": 6,
    "stock": 60,
}


def _gives_way(
    base: pd.DataFrame, before: pd.DataFrame, authorities: np.ndarray, release: int, many: int
) -> np.ndarray:
    """Choose what else to hide, where all that is printed of some authorities narrows a hidden figure: the
    cheapest figures behind each, so many at once. The authorities that lose one."""
    system = _system(base, before, authorities, release)
    ranges = audit.narrow(system)
    cost, late = _dear(base)
    behind = [audit.explain(system, ranges, unknown)[0] for unknown in audit.told(system, ranges)]
    times = pd.Series([figure for figures in behind for figure in figures], dtype=int).value_counts()
    chosen = {
        figure
        for figures in behind
        for figure in sorted(figures, key=lambda f: (cost[f] / times[f], cost[f], late[f], f))[:many]
    }
    return _hide(base, chosen)


def _gives_way_in_circles(
    base: pd.DataFrame, before: pd.DataFrame, authorities: np.ndarray, release: int
) -> np.ndarray:
    """The same, of what only linear programs find. Once is enough: to hide more narrows nothing."""
    system = _system(base, before, authorities, release)
    quiet = np.setdiff1d(audit.sensitive(system), audit.told(system, audit.narrow(system)))
    cost, late = _dear(base)
    order = np.lexsort((late, cost))
    rank = np.empty(len(order), int)
    rank[order] = np.arange(len(order))
    return _hide(base, programs.behind_circles(system, quiet, rank))


def _dear(base: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """What it costs a reader to lose each figure; and of those that cost as much, which comes first."""
    dear = base["role"].map(DEAR).fillna(0)
    lost = pd.Series([on for r in design.roles().values() for on in r.hangs_on]).value_counts()
    order = {name: -k for k, name in enumerate(design.roles())}
    cost = (dear + base["indicator_id"].map(lost).fillna(0)).to_numpy()
    return cost, base["indicator_id"].map(order).to_numpy()


def _hide(base: pd.DataFrame, chosen: set[int]) -> np.ndarray:
    """Let figures give way. The authorities of those that had not."""
    new = list(chosen - set(base.index[base["gives_way"]]))
    base.loc[new, "gives_way"] = True
    return base.loc[new, "la_code"].unique()


def _system(base: pd.DataFrame, before: pd.DataFrame, authorities: np.ndarray, release: int) -> audit.System:
    """All that the packs print of some authorities, and of their predecessors and successors."""
    asked = design.with_kin(authorities)
    of = base[base["la_code"].isin(asked)]
    now = _for_ledger(of).assign(release=release, figure=of.index[of["role"] != "rate"])
    now["is_shown"] &= of.loc[now["figure"], "status"].ne("x").to_numpy()
    history = pd.concat([before[before["area_code"].isin(asked)], now], ignore_index=True)
    return audit.build(history.rename(columns={"area_code": "la_code"}), release)


def _stand_by_what_was_said(base: pd.DataFrame, rest: pd.Series, before: pd.DataFrame) -> None:
    """Once hidden, hidden; and what is public in this very form stays."""
    then = before.rename(columns={"area_code": "la_code"})
    was_hidden = then.loc[~then["is_shown"], CELL].drop_duplicates().assign(was_hidden=True)
    same = [*CELL, "numerator", "denominator"]
    public = (
        then.loc[then["is_shown"] & then["denominator"].notna(), same].drop_duplicates().assign(public=True)
    )
    said = base[same].merge(was_hidden, on=CELL, how="left").merge(public, on=same, how="left")
    hidden = said["was_hidden"].notna().to_numpy() & rest
    base["is_public"] = said["public"].notna().to_numpy() & rest & ~hidden
    base.loc[hidden & base["status"].isin(["shown", "z"]), "status"] = "c"


def _count_is_shown(base: pd.DataFrame) -> pd.Series:
    """Whether the count that a rate is made of is printed: with the population, which is public, it tells it.
    A rate of twelve months is judged where its months are added up."""
    ties = {r.indicator_id: r.numerator_indicator for r in design.roles().values() if r.role == "rate"}
    count = base["indicator_id"].map(ties)
    is_shown = (base["status"] == "shown") & (base["breakdown"] == "all")
    shown = pd.MultiIndex.from_frame(base.loc[is_shown, ["la_code", "month", "indicator_id"]])
    asked = pd.MultiIndex.from_arrays([base["la_code"], base["month"], count.fillna("")])
    return (base["period_basis"] == TWELVE_MONTHS) | asked.isin(shown)


def _hanging() -> pd.DataFrame:
    """Each indicator and each count without which it is not shown (on)."""
    return pd.DataFrame(
        [(r.indicator_id, on) for r in design.roles().values() for on in r.hangs_on],
        columns=["indicator_id", "on"],
    )


def _hangs_on_hidden(base: pd.DataFrame) -> pd.Series:
    """Whether a count that the figure is made of, or lies within, is hidden."""
    place = ["la_code", "month"]
    counts = base.loc[base["status"].isin(HIDING) & (base["breakdown"] == "all")]
    hidden = pd.MultiIndex.from_frame(counts[[*place, "indicator_id"]])
    ties = _hanging()
    # a rate of twelve months is judged where the months are added up
    asked = base.loc[base["period_basis"] != TWELVE_MONTHS, [*place, "indicator_id"]].reset_index()
    asked = asked.merge(ties, on="indicator_id")
    caught = asked.loc[pd.MultiIndex.from_frame(asked[[*place, "on"]]).isin(hidden), "index"]
    return pd.Series(base.index.isin(caught), index=base.index)


def _protect_sums(
    base: pd.DataFrame,
    of_counts: pd.Index,
    protected: Protected,
    members: pd.DataFrame,
    before: pd.DataFrame,
    system: audit.System,
) -> pd.DataFrame:
    """The sums of regions and England, hidden where they would narrow an authority's figure: by themselves,
    by the sums of its counts, or by anything else that is printed of it."""
    parts, rows = _parts(base, of_counts, protected)
    for way, slack in zip(("down", "up"), audit.slack(system), strict=True):
        alone = slack.reindex(rows["at"]).fillna(NO_LIMIT).to_numpy()
        parts[way] = np.minimum(parts[way], alone).astype("int64")
    place = ["area_code", *areas.COLUMN]
    regions = {*members["region_code"], areas.ENGLAND}
    earlier = before[before["area_code"].isin(regions)].rename(columns={"numerator": "exact"})
    earlier = earlier.assign(is_hidden=~earlier["is_shown"])[[*place, "exact", "is_hidden"]]
    earlier = earlier.astype({"exact": "int64"}).reset_index(drop=True)
    kept = pd.DataFrame(columns=place)
    while True:
        found = areas.add_up(parts, members, earlier, kept)
        count = len(protected.equations.exact)
        down, up = np.full(count, NO_LIMIT), np.full(count, NO_LIMIT)
        unknown = rows["unknown"].to_numpy()
        has = unknown > 0
        down[unknown[has]], up[unknown[has]] = found.down.to_numpy()[has], found.up.to_numpy()[has]
        told, _ = protected.failing(down, up)
        if not len(told):
            beside = _limited_beside(system, parts, rows["at"].to_numpy(), found)
            if not len(beside):
                return found.sums
            kept = pd.concat([kept, beside], ignore_index=True)
            continue
        more = _sums_beside(protected, told, parts.assign(unknown=unknown), found.sums)
        if not len(more):  # an earlier sum of authorities tells it
            protected.is_out[told] = True
            continue
        kept = pd.concat([kept, more], ignore_index=True)


def _limited_beside(
    system: audit.System, parts: pd.DataFrame, at: np.ndarray, found: areas.Areas
) -> pd.DataFrame:
    """The region's sums, or else England's, of the figures whose limits narrow one too far with all else."""
    hidden = parts["is_hidden"].to_numpy()
    limits = (at[hidden], found.down.to_numpy()[hidden], found.up.to_numpy()[hidden])
    limited = audit.limit(system, *limits)
    ranges = audit.narrow(limited)
    told = audit.told(limited, ranges)
    figures = {figure for unknown in told for figure in audit.explain(limited, ranges, unknown)[1]}
    return _still_shown(parts[np.isin(at, list(figures))], found.sums)


def _still_shown(beside: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Of the sums that some figures are in: the region's, where one is shown, or else England's."""
    place = ["area_code", *areas.COLUMN]
    shown = sums.loc[~sums["is_hidden"], place]
    of_region = beside.rename(columns={"region_code": "area_code"})[place].drop_duplicates()
    region = of_region.merge(shown, on=place)
    if len(region):
        return region
    england = beside[areas.COLUMN].drop_duplicates().assign(area_code=areas.ENGLAND)[place]
    return england.merge(shown, on=place)


def _sums_beside(
    protected: Protected, told: np.ndarray, parts: pd.DataFrame, sums: pd.DataFrame
) -> pd.DataFrame:
    """The region's sums, or else England's, of the hidden figures in a sum with one that is told."""
    members, signs = protected.equations.members, protected.equations.signs
    near = np.unique(members[np.isin(members, told).any(axis=1)])
    near = np.union1d(near, np.unique(members[(np.isin(members, near) & (signs != 0)).any(axis=1)]))
    beside = parts[parts["unknown"].isin(near) & parts["is_hidden"]]
    return _still_shown(beside, sums)


def _parts(
    base: pd.DataFrame, of_counts: pd.Index, protected: Protected
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What sums are made of, and how far each hidden figure can go."""
    equations, shown = protected.equations, protected.shown
    free = np.full(len(equations.exact), NO_LIMIT)
    low, high = narrow(equations, shown, free, free)
    down, up = room(equations)
    tells_small = np.zeros(len(equations.exact), bool)
    small = equations.sensitive_if(shown)
    told = equations.members[small[equations.members].any(axis=1)]
    tells_small[told] = True
    tells_small |= small
    counts = base.loc[of_counts]
    u = protected.unknown
    parts = counts[["la_code", "region_code", *areas.COLUMN, "exact", "role"]].assign(
        is_hidden=counts["status"].isin(HIDING),
        must_keep=tells_small[u],
        down=down[u],
        up=up[u],
        reach_down=(equations.exact - low)[u],
        reach_up=(high - equations.exact)[u],
        unknown=u,
        at=counts.index,
    )
    shares = base[(base["role"] == "share") & base["denominator"].notna() & (base["status"] != "x")]
    rest = shares["denominator"] - shares["numerator"]
    of_printed = _is_of_what_is_printed(counts, shares)
    least, most = _said_of_shares(shares, of_printed)
    parts = _above_their_parts(parts, shares)
    of_shares = shares[["la_code", "region_code", *areas.COLUMN, "role"]].assign(
        exact=shares["numerator"],
        is_hidden=shares["status"].eq("c"),
        must_keep=is_small(shares["numerator"]) | is_small(rest),
        down=shares["numerator"] - least,
        up=np.minimum(rest, most - shares["numerator"]),
        reach_down=shares["numerator"] - least,
        reach_up=np.minimum(
            rest.where(of_printed, NO_LIMIT),
            most - shares["numerator"],
        ),
        unknown=-1,
        at=shares.index,
    )
    parts = pd.concat([parts, of_shares], ignore_index=True)
    parts = parts[parts["role"].isin(design.ADDED_UP)].reset_index(drop=True)
    parts["grows_with"] = _hidden_whole(parts)
    return parts.drop(columns=["role", "unknown", "at"]), parts[["unknown", "at"]]


def _is_of_what_is_printed(counts: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """Whether what a share is of is a printed count, or a sum of some: by rule, or all of the count that it
    lies within, as it is most months."""
    within = {r.indicator_id: r.within_indicator for r in design.roles().values() if r.within_indicator}
    asked = shares[["la_code", "month"]].assign(indicator_id=shares["indicator_id"].map(within))
    known = counts.loc[counts["breakdown"] == "all", [*asked.columns, "exact"]]
    whole = asked.merge(known, on=[*asked.columns], how="left")["exact"].to_numpy()
    return shares["indicator_id"].isin(_ties()["indicator_id"]) | (shares["denominator"] == whole)


def _said_of_shares(shares: pd.DataFrame, of_printed: pd.Series) -> tuple[pd.Series, pd.Series]:
    """What the mere symbol says of a hidden share where a reader knows that it is of enough: a half of it is
    1 to 5, since that of nobody or of all is printed, of so many. Where the whole is hidden, it says nothing.
    What lies within a printed count is mostly of enough; how much is left is known of a known whole alone."""
    up, whole = shares["numerator"], shares["denominator"]
    few = design.THRESHOLD - 1
    within = {r.indicator_id for r in design.roles().values() if r.within_indicator}
    # of which one half alone can be few
    is_of_enough = ~shares["hangs_on_hidden"] & (whole >= design.SURE_OF_ALL)
    below = is_of_enough & (of_printed | shares["indicator_id"].isin(within)) & up.between(1, few)
    above = is_of_enough & of_printed & (whole - up).between(1, few)
    least = pd.Series(0.0, index=shares.index).mask(below, 1).mask(above, whole - few)
    most = pd.Series(float(NO_LIMIT), index=shares.index).mask(below, few).mask(above, whole - 1)
    return least, most


def _ties() -> pd.DataFrame:
    """Each share and the counts that add up to its denominator."""
    return pd.DataFrame(
        [(r.indicator_id, d) for r in design.roles().values() for d in r.denominator_indicators],
        columns=["indicator_id", "whole"],
    )


def _above_their_parts(counts: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Counts that are wholes go down, alone, no further than what is left of them above each share."""
    rest = (shares["denominator"] - shares["numerator"]).rename("rest")
    left = shares[["la_code", "month", "indicator_id"]].assign(rest=rest).merge(_ties(), on="indicator_id")
    within = {r.indicator_id: r.within_indicator for r in design.roles().values() if r.within_indicator}
    inside = shares[["la_code", "month"]].assign(
        whole=shares["indicator_id"].map(within), inside=shares["denominator"]
    )
    place = ["la_code", "month", "indicator_id"]
    left = left.drop(columns="indicator_id").rename(columns={"whole": "indicator_id"})
    inside = inside.dropna().rename(columns={"whole": "indicator_id"})
    found = counts.merge(left.groupby(place, as_index=False)["rest"].min(), on=place, how="left")
    found = found.merge(inside.groupby(place, as_index=False)["inside"].max(), on=place, how="left")
    limit = found[["rest"]].assign(above=found["exact"] - found["inside"]).min(axis=1).clip(lower=0)
    at_most = limit.fillna(NO_LIMIT).astype("int64").to_numpy()
    return counts.assign(
        down=np.minimum(counts["down"], at_most), reach_down=np.minimum(counts["reach_down"], at_most)
    )


def _hidden_whole(parts: pd.DataFrame) -> np.ndarray:
    """The row of a hidden count that each share's denominator is, or is made of; -1 where none."""
    place = ["la_code", "month"]
    hidden = parts.loc[parts["is_hidden"], [*place, "indicator_id"]].reset_index(names="row")
    asked = parts[[*place, "indicator_id"]].reset_index(names="asked").merge(_ties(), on="indicator_id")
    found = asked.merge(hidden.rename(columns={"indicator_id": "whole"}), on=[*place, "whole"])
    first = found.groupby("asked")["row"].first()
    return first.reindex(range(len(parts))).fillna(-1).astype(int).to_numpy()


def _as_printed(value: pd.Series, unit: pd.Series) -> pd.Series:
    return value.round().where(unit.isin(["count", "gbp"]), audit.one_place(value))


def _of_authorities(base: pd.DataFrame) -> pd.DataFrame:
    """The figures of a month or a day. A rate of twelve months is not among them: it is added up."""
    rows = base[
        base["status"].notna() & ~((base["role"] == "rate") & (base["period_basis"] == TWELVE_MONTHS))
    ]
    value = rows["value"].where(rows["role"] != "breakdown", 100 * rows["numerator"] / rows["denominator"])
    return rows[["indicator_id", "period_basis", "breakdown", "status"]].assign(
        geographic_level=LEVELS[0],
        area_code=rows["la_code"],
        period_end=rows["month_end"],
        value=_as_printed(value, rows["unit"]).where(rows["status"] == "shown"),
        rounded_to=np.where(rows["unit"].isin(["count", "gbp"]), 1.0, 0.1),
    )


def _longer(base: pd.DataFrame) -> pd.DataFrame:
    """Quarters, the year to date at their ends, and rates of twelve months: of months all shown."""
    flows = base[(base["period_basis"] == "month") & base["role"].isin(["starts", "count", "share"])]
    flows = flows[~flows["indicator_id"].isin(NOT_ADDED_UP)]
    newest = base["month"].max()
    found = []
    quarter_ends = [m for m in range(base["month"].min(), newest + 1) if m % 3 == 2]
    for end in quarter_ends:
        found.append(_added(flows, end - 2, end, QUARTER))
        found.append(_added(flows, end - (end + 9) % 12, end, YEAR_TO_DATE))
    rates = base[(base["role"] == "rate") & (base["period_basis"] == TWELVE_MONTHS)]
    sources = {r.indicator_id: r.numerator_indicator for r in design.roles().values() if r.role == "rate"}
    counted = flows.rename(columns={"indicator_id": "source"})
    for end in sorted(rates["month"].unique()):
        asked = rates[rates["month"] == end]
        asked = asked.assign(source=asked["indicator_id"].map(sources))
        months = counted[(counted["month"] > end - 12) & (counted["month"] <= end)]
        months = months[["la_code", "source", "month", "numerator", "status"]].merge(
            asked[["la_code", "source", "indicator_id", "denominator", "unit", "scale"]],
            on=["la_code", "source"],
        )
        found.append(_summed(months.assign(per=months["denominator"]), 12, end, TWELVE_MONTHS))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=PRINTED)


def _added(flows: pd.DataFrame, first: int, end: int, basis: str) -> pd.DataFrame:
    months = flows[(flows["month"] >= first) & (flows["month"] <= end)]
    return _summed(months.assign(per=np.nan), end - first + 1, end, basis)


def _summed(months: pd.DataFrame, many: int, end: int, basis: str) -> pd.DataFrame:
    """Months added up, where all are there; hidden where one is hidden."""
    months = months.assign(hidden=months["status"].isin(HIDING), missing=months["status"] == "x")
    by = months.groupby(["la_code", "indicator_id", "unit", "scale"], as_index=False).agg(
        numerator=("numerator", "sum"),
        denominator=("denominator", "sum"),
        per=("per", "first"),
        many=("month", "nunique"),
        hidden=("hidden", "any"),
        missing=("missing", "any"),
    )
    by = by[by["many"] == many]
    whole = by["per"].where(by["unit"] == "per_10k", by["denominator"])
    status = pd.Series("shown", index=by.index)
    status[(by["unit"] == "percent") & ~(whole > 0)] = "z"
    status[(by["unit"] == "per_10k") & ~(whole > 0)] = "x"
    status[by["hidden"]] = "c"
    status[by["missing"]] = "x"
    value = by["numerator"].where(by["unit"] == "count", by["scale"] * by["numerator"] / whole)
    return pd.DataFrame(
        {
            "geographic_level": LEVELS[0],
            "area_code": by["la_code"],
            "indicator_id": by["indicator_id"],
            "period_basis": basis,
            "period_end": _month_end(pd.Series(end, index=by.index)),
            "breakdown": "all",
            "value": _as_printed(value, by["unit"]).where(status == "shown"),
            "status": status,
            "rounded_to": np.where(by["unit"] == "count", 1.0, 0.1),
        }
    )


def _of_areas(base: pd.DataFrame, sums: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Regions and England: counts to the nearest ten, and shares and rates of such counts."""
    if sums.empty:
        return pd.DataFrame(columns=PRINTED)
    about = base.drop_duplicates("indicator_id").set_index("indicator_id")
    inside = base[base["la_code"].isin(members["la_code"]) & base["role"].isin(["share", "rate"])]
    inside = inside[inside["period_basis"] != TWELVE_MONTHS]
    by_region = inside.rename(columns={"region_code": "area_code"})
    wholes = pd.concat([by_region, inside.assign(area_code=areas.ENGLAND)])
    place = ["area_code", *areas.COLUMN]
    wholes = wholes.groupby(place, as_index=False).agg(
        whole=("denominator", "sum"), whole_of=("denominator", "count"), owed=("la_code", "count")
    )
    counts = sums.assign(role=sums["indicator_id"].map(about["role"]))
    ties = {r.indicator_id: r.numerator_indicator for r in design.roles().values() if r.role == "rate"}
    per_head = (
        wholes[wholes["indicator_id"].isin(ties)]
        .assign(source=lambda w: w["indicator_id"].map(ties))
        .merge(
            counts.drop(columns="role").rename(columns={"indicator_id": "source"}),
            on=["area_code", "source", "month"],
        )
    )
    per_head = per_head[per_head["whole_of"] == per_head["owed"]]
    shares = counts[counts["role"] == "share"].merge(wholes, on=place)
    shares["is_hidden"] |= _whole_is_hidden(shares, counts)
    shares["whole"] = areas.rounded(shares["whole"])
    of_people = counts[counts["role"] != "share"].assign(whole=np.nan)
    rows = pd.concat([of_people, shares, per_head], ignore_index=True)
    unit, scale = rows["indicator_id"].map(about["unit"]), rows["indicator_id"].map(about["scale"])
    ten = areas.rounded(rows["exact"])
    status = pd.Series("shown", index=rows.index)
    status[(ten == 0) & (rows["exact"] > 0)] = "low"
    all_or_none = (
        (unit == "percent") & ((ten == 0) | (ten == rows["whole"])) & (rows["whole"] < design.SURE_OF_ALL)
    )
    status[rows["is_hidden"] | all_or_none] = "c"
    status[(unit == "percent") & (rows["whole"] == 0) & ~rows["is_hidden"]] = "z"
    value = ten.where(unit == "count", scale * ten / rows["whole"])
    return pd.DataFrame(
        {
            "geographic_level": np.where(rows["area_code"] == areas.ENGLAND, LEVELS[2], LEVELS[1]),
            "area_code": rows["area_code"],
            "indicator_id": rows["indicator_id"],
            "period_basis": rows["indicator_id"].map(about["period_basis"]),
            "period_end": _month_end(rows["month"]),
            "breakdown": "all",
            "value": _as_printed(value, unit).where(status == "shown"),
            "status": status,
            "rounded_to": np.where(unit == "count", float(design.ROUNDED_TO), 0.1),
        }
    )


def _whole_is_hidden(shares: pd.DataFrame, counts: pd.DataFrame) -> np.ndarray:
    """Whether a count that an area's share is made of is hidden for that area."""
    hidden = counts.loc[counts["is_hidden"], ["area_code", "month", "indicator_id"]]
    ties = _hanging()
    asked = shares[["area_code", "month", "indicator_id"]].reset_index().merge(ties, on="indicator_id")
    hit = pd.MultiIndex.from_frame(asked[["area_code", "month", "on"]]).isin(pd.MultiIndex.from_frame(hidden))
    return shares.index.isin(asked.loc[hit, "index"])


def _for_ledger(base: pd.DataFrame) -> pd.DataFrame:
    """What the ledger keeps of authorities' figures; a rate follows from them."""
    rows = base[base["role"] != "rate"]
    is_count = rows["role"].isin(design.COUNTS)
    return pd.DataFrame(
        {
            "area_code": rows["la_code"],
            "indicator_id": rows["indicator_id"],
            "month": rows["month"].astype("int64"),
            "breakdown": rows["breakdown"],
            "numerator": rows["exact"].where(is_count, rows["numerator"]),
            "denominator": rows["denominator"].where(~is_count),
            "is_shown": ~rows["status"].isin(HIDING),
        }
    )


def _sums_for_ledger(sums: pd.DataFrame) -> pd.DataFrame:
    return sums[["area_code", *areas.COLUMN]].assign(
        breakdown="all",
        numerator=sums["exact"].astype("float64"),
        denominator=np.nan,
        is_shown=~sums["is_hidden"],
        month=sums["month"].astype("int64"),
    )
