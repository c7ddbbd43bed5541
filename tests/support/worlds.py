"""Invented figures of authorities, integers only, in the shape the public pack is made from.

Stocks, starts and ends of a chain agree; parts lie within wholes; values of a breakdown add up.
"""

import csv

import numpy as np
import pandas as pd

from ingest.paths import DBT_PROJECT
from publication.public_pack.disclosure import design

CATEGORIES = ("NEG", "PHY", "SAB", "EMO", "MUL")
OF_CATEGORIES = (0.45, 0.08, 0.05, 0.38, 0.04)
# children on a plan, about: a Rutland, a small unitary, a borough, a county, a large county
SIZES = (14, 45, 140, 320, 900)


def catalogue() -> pd.DataFrame:
    """The indicators as the catalogue has them."""
    with (DBT_PROJECT / "seeds" / "indicator_catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    about = pd.DataFrame(rows).set_index("indicator_id")
    about["scale"] = about["scale"].astype(int)
    return about


def real_authorities() -> pd.DataFrame:
    """la_code, new_la_code, la_name, region_code and region_name of the authorities that stand."""
    with (DBT_PROJECT / "seeds" / "authorities.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if not r["to_date"] and r["region_code"]]
    return pd.DataFrame(rows)[["la_code", "new_la_code", "la_name", "region_code", "region_name"]]


def members(count: int | None = None) -> pd.DataFrame:
    """Authorities of an England: all of the real, or `count` in three regions of a small one."""
    if count is None:
        return real_authorities()[["la_code", "region_code"]]
    return pd.DataFrame(
        {
            "la_code": [f"{n:03d}" for n in range(1, count + 1)],
            "region_code": [f"R{n % 3}" for n in range(count)],
        }
    )


def world(
    of: pd.DataFrame, months: list[int], seed: int, only: tuple[str, ...] = (), small: float = 0.3
) -> pd.DataFrame:
    """Base figures of every printed indicator (or `only` those), for authorities `of`. A share `small` of the
    authorities is the size of Rutland."""
    chance = np.random.default_rng(seed)
    n, t = len(of), len(months)
    weights = np.array([small, *([(1 - small) / 4] * 4)])
    size = np.array(SIZES)[chance.choice(len(SIZES), n, p=weights)] * chance.uniform(0.7, 1.4, n)
    counts: dict[str, np.ndarray] = {}
    for stock, starts in design.chains():
        scale = {"cp_open": 1.0, "cla_open": 1.6}.get(stock, 0.12)
        opening = chance.poisson(size * scale)
        starting = chance.poisson(size[:, None] * scale / 11, (n, t))
        ending = np.zeros((n, t), int)
        held = np.zeros((n, t), int)
        now = opening
        for m in range(t):
            ending[:, m] = np.minimum(chance.poisson(size * scale / 11), now + starting[:, m])
            now = now + starting[:, m] - ending[:, m]
            held[:, m] = now
        counts[stock], counts[starts] = held, starting
    wholes = dict(design.parts())
    for role in design.roles().values():
        name = role.indicator_id
        if role.role != "count" or name in wholes:
            continue
        counts[name] = chance.poisson(size[:, None] * chance.choice([0.05, 0.2, 0.6, 2.0]), (n, t))
    counts["cin_open"] = _in_need(counts["referrals_received"], chance)
    for part, whole in design.parts():
        counts[part] = chance.binomial(counts[whole], chance.uniform(0.02, 0.3))
    counts["cp_2y_open_count"] = _for_two_years(counts, chance)
    # a plan starts at the conference that decides on it, three times in four in the same month
    plans = counts["cp_started"]
    decided = np.maximum(0, plans + np.where(chance.random((n, t)) < 0.75, 0, chance.integers(-2, 3, (n, t))))
    allocated = counts["cin_open"] - counts["cases_unallocated"]
    counts["wf_caseload_total"] = np.maximum(0, allocated + np.where(chance.random((n, t)) < 0.75, 0, 3))
    counts["wf_caseload_over_threshold"] = chance.binomial(counts["wf_caseload_total"] // 26, 0.3)
    counts["icpc_held"] = decided + chance.poisson(0.3 * decided + 0.2)
    made = {"icpc_to_plan_pct": (decided, counts["icpc_held"])} | _workforce(size, t, counts, chance)
    return _laid_out(of, months, counts, made, _wholes(size, counts, chance), size, chance, only)


def _in_need(referrals: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Children in need: those before, some of the referred, less some of them."""
    held = np.zeros_like(referrals)
    now = chance.poisson(referrals.mean(axis=1) * 6)
    for m in range(referrals.shape[1]):
        now = chance.binomial(now, 0.9) + chance.binomial(referrals[:, m], 0.6)
        held[:, m] = now
    return held


def _for_two_years(counts: dict[str, np.ndarray], chance: np.random.Generator) -> np.ndarray:
    """Children on a plan for two years: most of those before, and few of who started two years ago."""
    held = counts["cp_2y_open_count"].copy()
    for m in range(1, held.shape[1]):
        then = counts["cp_started"][:, m - 24] if m >= 24 else chance.poisson(0.5, len(held))
        held[:, m] = np.minimum(
            chance.binomial(held[:, m - 1], 0.95) + np.minimum(then, 3), counts["cp_open"][:, m]
        )
    return held


def _wholes(
    size: np.ndarray, counts: dict[str, np.ndarray], chance: np.random.Generator
) -> dict[str, np.ndarray]:
    """What shares and averages are of, where the rules tie it to a count or to what another is of."""
    shape = counts["cp_open"].shape

    def older(open_: np.ndarray, of: np.ndarray, share: float) -> np.ndarray:
        """Those open without so many of some who came lately."""
        return np.asarray(open_ - chance.binomial(np.minimum(of, open_), share))

    def once(chances: float) -> np.ndarray:
        return (chance.random(shape) < chances).astype(int)

    plans, begun, care = counts["cp_open"], counts["cp_started"], counts["cla_open"]
    ten = older(plans, begun, 0.4)
    twenty = np.maximum(ten - begun, older(ten, np.maximum(0, begun - (plans - ten)), 0.9))
    lately = np.zeros(shape, int)
    lately[:, 2:] = begun[:, 1:-1] + begun[:, :-2]
    visited = older(care, counts["cla_started"], 0.2)
    planned = older(visited, np.maximum(0, counts["cla_started"] - (care - visited)), 0.3)
    a_year = chance.binomial(planned, 0.8)
    leavers, adopted = chance.poisson(size[:, None] * 0.4, shape), chance.poisson(size[:, None] * 0.04, shape)
    found = {
        "cp_visit_10wd_pct": ten,
        "cp_visit_20wd_pct": twenty,
        "cp_reviews_children_intime_pct": older(twenty, lately, 0.8),
        "cla_visit_intime_pct": visited,
        "cla_care_plan_uptodate_pct": planned,
        "cla_dental_pct": a_year,
        "cla_health_assessment_pct": np.maximum(0, a_year - once(0.1)),
        "cla_long_term_stable_pct": chance.binomial(a_year, 0.5),
        "cla_pep_uptodate_pct": chance.binomial(planned, 0.6),
        "cl_in_touch_pct": leavers,
        "cl_eet_pct": leavers,
        "cl_suitable_accom_pct": chance.binomial(leavers, 0.97),
        "cl_pathway_plan_uptodate_pct": leavers + chance.poisson(size[:, None] * 0.1, shape),
        "adopt_a1_days": adopted,
        "adopt_a10_days": adopted + once(0.1),
        "adopt_a2_days": np.maximum(0, adopted - once(0.1)),
    }
    of_count = {
        "contact_decision_1wd_pct": "contacts_received",
        "referral_decision_1wd_pct": "referrals_received",
        "s47_to_icpc_pct": "s47_started",
        "cla_initial_health_20wd_pct": "cla_started",
    }
    # of most months nobody is undecided by the time they are closed
    return found | {name: np.maximum(0, counts[count] - once(0.2)) for name, count in of_count.items()}


def _workforce(
    size: np.ndarray, t: int, counts: dict[str, np.ndarray], chance: np.random.Generator
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Posts, vacancies, agency staff and leavers that hang together; what is not here goes into `counts`."""
    n = len(size)
    posts = np.round(size * 0.12 + 14)
    left, begun = chance.poisson(posts[:, None] * 0.014, (n, t + 12)), np.zeros((n, t + 12), int)
    hours = np.where(chance.random((n, t + 12)) < 0.8, 1.0, 0.6)
    permanent = np.zeros((n, t + 12))
    now = np.round(posts * chance.uniform(0.75, 0.95, n))
    for m in range(t + 12):
        begun[:, m] = np.minimum(
            chance.poisson(posts * 0.014), np.floor(posts - now + left[:, m] * hours[:, m])
        )
        now = now + begun[:, m] - left[:, m] * hours[:, m]
        permanent[:, m] = now
    turned = np.cumsum(left * hours, axis=1)
    turned = (turned[:, 12:] - turned[:, :-12]).round(1)
    permanent = permanent[:, 12:].round(1)
    established = np.tile(posts[:, None], (1, t))
    vacant = (established - permanent).round(1)
    agency = np.floor(vacant * chance.uniform(0, 1, (n, t))) + (chance.random((n, t)) < 0.05)
    uncovered = np.maximum(0, vacant - agency).round(1)
    staff = (permanent + agency).round(1)
    counts["wf_leavers"], counts["wf_starters"] = left[:, 12:], begun[:, 12:]
    return {
        "wf_vacancies_fte": (vacant, None),
        "wf_vacancy_rate": (vacant, established),
        "wf_vacancy_rate_net_agency": (uncovered, established),
        "wf_vacancy_rate_projected": (
            np.maximum(0, vacant - chance.poisson(0.5, (n, t))).round(1),
            established,
        ),
        "wf_agency_fte": (agency, None),
        "wf_agency_rate": (agency, staff),
        "wf_turnover_rate": (turned, permanent),
    }


def _laid_out(
    of: pd.DataFrame,
    months: list[int],
    counts: dict[str, np.ndarray],
    made: dict[str, tuple[np.ndarray, np.ndarray | None]],
    wholes: dict[str, np.ndarray],
    size: np.ndarray,
    chance: np.random.Generator,
    only: tuple[str, ...],
) -> pd.DataFrame:
    about = catalogue()
    n, t = len(of), len(months)
    population = np.round(size * 250).astype(int)
    frames = []
    for role in design.roles().values():
        name = role.indicator_id
        if role.role not in design.PRINTED or (only and name not in only):
            continue
        whole: np.ndarray | None = None
        if role.role == "breakdown":
            values = chance.multinomial(counts[role.part_of], OF_CATEGORIES)
            for k, category in enumerate(CATEGORIES):
                frames.append(_frame(of, months, name, category, values[:, :, k], counts[role.part_of]))
            continue
        if name in counts:
            up = counts[name]
        elif name in made:
            up, whole = made[name]
        else:
            ties = [counts[d] for d in role.denominator_indicators]
            whole = sum(ties) if ties else chance.poisson(size[:, None] * 0.4, (n, t))
            if name in wholes:
                whole = np.asarray(wholes[name])
            elif role.within_indicator:
                whole = chance.binomial(counts[role.within_indicator], 0.9)
            if role.role == "rate":
                whole = np.tile(population[:, None], (1, t))
            up = counts.get(role.numerator_indicator)
            if role.role == "average":
                up = np.asarray(whole) * chance.integers(5, 40, (n, t))
            elif up is None:
                up = chance.binomial(np.asarray(whole), chance.uniform(0.5, 0.95))
        frames.append(_frame(of, months, name, "all", up, whole))
    base = pd.concat(frames, ignore_index=True)
    for column in ("unit", "scale", "kind", "count_unit"):
        base[column] = base["indicator_id"].map(about[column])
    base["role"] = base["indicator_id"].map({r.indicator_id: r.role for r in design.roles().values()})
    base["period_basis"] = base["indicator_id"].map(about["bases"]).map(_basis)
    base = base[(base["role"] != "breakdown") | (base["month"] % 3 == 2)]
    return refigured(base).sort_values(["la_code", "indicator_id", "month", "breakdown"], ignore_index=True)


def _frame(
    of: pd.DataFrame, months: list[int], name: str, breakdown: str, up: np.ndarray, whole: np.ndarray | None
) -> pd.DataFrame:
    n, t = len(of), len(months)
    return pd.DataFrame(
        {
            "la_code": np.repeat(of["la_code"].to_numpy(), t),
            "region_code": np.repeat(of["region_code"].to_numpy(), t),
            "indicator_id": name,
            "month": np.tile(months, n),
            "breakdown": breakdown,
            "numerator": np.asarray(up).ravel().astype(float),
            "denominator": np.nan if whole is None else np.asarray(whole).ravel().astype(float),
        }
    )


def placed(of: pd.DataFrame, *figures: tuple) -> pd.DataFrame:
    """Base figures one by one: authority (or none: the first of `of`), indicator, month, count or (numerator,
    denominator), and the breakdown where there is one."""
    roles, about = design.roles(), catalogue()
    regions = dict(zip(of["la_code"], of["region_code"], strict=True))
    rows = []
    for figure in figures:
        la_code, name, month, count, *breakdown = (
            figure if figure[0] in regions else (of["la_code"].iloc[0], *figure)
        )
        up, whole = count if isinstance(count, tuple) else (count, np.nan)
        rows.append((la_code, regions[la_code], name, month, *(breakdown or ["all"]), up, whole))
    columns = ["la_code", "region_code", "indicator_id", "month", "breakdown", "numerator", "denominator"]
    base = pd.DataFrame(rows, columns=columns).astype({"numerator": float, "denominator": float})
    for column in ("unit", "scale", "kind", "count_unit"):
        base[column] = base["indicator_id"].map(about[column])
    base["role"] = base["indicator_id"].map({r.indicator_id: r.role for r in roles.values()})
    base["period_basis"] = base["indicator_id"].map(about["bases"]).map(_basis)
    return refigured(base).sort_values(["la_code", "indicator_id", "month", "breakdown"], ignore_index=True)


def _basis(bases: str) -> str:
    if "point_in_time" in bases:
        return "point_in_time"
    return "month" if bases.startswith("month") else "rolling_12_months"


def refigured(base: pd.DataFrame) -> pd.DataFrame:
    """Value and status from numerator and denominator."""
    none = base["denominator"].isna()
    empty = base["denominator"] == 0
    value = base["numerator"].where(none, base["scale"] * base["numerator"] / base["denominator"])
    return base.assign(value=value.where(~empty), value_status=np.where(empty, "no_cases", "calculated"))


def revised(base: pd.DataFrame, la_code: str, months: list[int], seed: int) -> pd.DataFrame:
    """The same after one authority sends some months again, and what follows from it."""
    chance = np.random.default_rng(seed)
    base = base.copy()
    mine = base["la_code"] == la_code
    for stock, starts in design.chains():
        moved = 0
        for month in sorted(base["month"].unique()):
            this = mine & (base["month"] == month)
            of_starts, of_stock = (
                this & (base["indicator_id"] == starts),
                this & (base["indicator_id"] == stock),
            )
            if month in months and of_starts.any():
                was = base.loc[of_starts, "numerator"]
                new = (was + chance.integers(-3, 4)).clip(lower=0)
                moved += int((new - was).iloc[0])
                base.loc[of_starts, "numerator"] = new
            base.loc[of_stock, "numerator"] = (base.loc[of_stock, "numerator"] + moved).clip(lower=0)
    for breakdown, whole in design.breakdowns():
        rows = base[mine & (base["indicator_id"] == breakdown) & (base["month"] >= min(months))]
        for month, values in rows.groupby("month"):
            total = base.loc[
                mine & (base["indicator_id"] == whole) & (base["month"] == month), "numerator"
            ].iloc[0]
            base.loc[values.index, "numerator"] = chance.multinomial(int(total), OF_CATEGORIES).astype(float)
            base.loc[values.index, "denominator"] = total
    totals = base[base["breakdown"] == "all"].set_index(["la_code", "month", "indicator_id"])["numerator"]
    for role in design.roles().values():
        rows = base[mine & (base["indicator_id"] == role.indicator_id) & (base["month"] >= min(months))]
        if role.role not in ("share", "ratio") or len(role.denominator_indicators) != 1:
            continue
        key = pd.MultiIndex.from_arrays(
            [rows["la_code"], rows["month"], [role.denominator_indicators[0]] * len(rows)]
        )
        base.loc[rows.index, "denominator"] = totals.reindex(key).to_numpy()
        if role.role == "share":
            base.loc[rows.index, "numerator"] = np.minimum(
                rows["numerator"], base.loc[rows.index, "denominator"]
            )
    for part, whole in design.parts():
        rows = base[mine & (base["indicator_id"] == part) & (base["month"] >= min(months))]
        key = pd.MultiIndex.from_arrays([rows["la_code"], rows["month"], [whole] * len(rows)])
        base.loc[rows.index, "numerator"] = np.minimum(rows["numerator"], totals.reindex(key).to_numpy())
    totals = base[base["breakdown"] == "all"].set_index(["la_code", "month", "indicator_id"])["numerator"]
    for role in design.roles().values():
        rows = base[mine & (base["indicator_id"] == role.indicator_id) & (base["month"] >= min(months))]
        if role.numerator_indicator in set(base["indicator_id"]):
            names = [role.numerator_indicator] * len(rows)
            key = pd.MultiIndex.from_arrays([rows["la_code"], rows["month"], names])
            base.loc[rows.index, "numerator"] = totals.reindex(key).to_numpy()
    return refigured(base)
