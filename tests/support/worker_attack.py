"""An attacker of the workforce figures of public packs, who starts from the methodology pages.

A program of its own reads what each figure counts and what that is out of, as the pages say it in words; what
hangs together but for a little is looked for in the figures shown. Then linear programming over everything
printed of one authority, all months and packs together. Nothing of the protection is read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

FEW, FEWEST = 6, 4
NEAR = 1.0
Form = tuple[tuple[str, int], ...]  # components with their signs: comes to nothing


@dataclass(frozen=True)
class Page:
    """One page: the two rules of an indicator, and its unit."""

    name: str
    unit: str
    up: str
    whole: str


def pages(folder: Path) -> dict[str, Page]:
    """Every methodology page of a pack."""
    found = {}
    for file in sorted(folder.glob("*.md")):
        text = file.read_text(encoding="utf-8")
        unit = re.search(r"^`[^`]+`: [^;]*; (\w+),", text, re.MULTILINE)
        up, whole = (
            re.search(rf"^\*\*{word}\.\*\* (.*)$", text, re.MULTILINE)
            for word in ("Numerator", "Denominator")
        )
        assert unit and up and whole, file.name
        found[file.stem] = Page(file.stem, unit[1], up[1], whole[1])
    return found


def components(known: Mapping[str, Page]) -> tuple[dict[str, str], list[Form]]:
    """Each side of each figure as a component, two that the pages say are the same being one; and the sums
    that their words give: staff of this kind and that kind are staff of this kind, and of that."""
    said: dict[str, str] = {}
    for page in known.values():
        for side, rule in (("n", page.up), ("d", page.whole)):
            if rule == "none":
                continue
            words = re.sub(r"^(sum of |count\(|count distinct )", "", rule).rstrip(")")
            if rule in known:
                said[f"{page.name}.{side}"] = f"{rule}.n"
            elif as_other := re.fullmatch(r"as (\w+)", rule):
                said[f"{page.name}.{side}"] = f"{as_other[1]}.{side}"
            else:
                said[f"{page.name}.{side}"] = words
    names: dict[str, str] = {}
    for key in said:
        words, at = said[key], key
        while words in said:
            words, at = said[words], words
        names[key] = words if words not in said else at
    words = set(names.values())
    sums: list[Form] = []
    for whole in words:
        if two := re.fullmatch(r"(.*)\b([A-Z]{4,}) and ([A-Z]{4,})\b(.*)", whole):
            parts = [f"{two[1]}{kind}{two[4]}" for kind in (two[2], two[3])]
            if set(parts) <= words:
                sums.append(((whole, 1), (parts[0], -1), (parts[1], -1)))
    return names, sums


def _printed(packs: Sequence[pd.DataFrame], names: Mapping[str, str], of: list[str]) -> pd.DataFrame:
    rows = [p[p["indicator_id"].isin(of) & p["geographic_level"].eq("Local authority")] for p in packs]
    every = pd.concat([r.assign(pack=k) for k, r in enumerate(rows)], ignore_index=True)
    every = every[every["period_basis"].isin(["month", "point_in_time", "rolling_12_months"])]
    every["month"] = every["period_end"].dt.year * 12 + every["period_end"].dt.month - 1
    return every[every["breakdown"] == "all"]


def midpoints(shown: pd.DataFrame, known: Mapping[str, Page], names: Mapping[str, str]) -> pd.DataFrame:
    """What each component comes to where the figures shown say so: rows an authority and month."""
    last = shown[shown["status"] == "shown"].drop_duplicates(
        ["area_code", "month", "indicator_id"], keep="last"
    )
    wide = last.pivot(index=["area_code", "month"], columns="indicator_id", values="value")
    found: dict[str, pd.Series] = {}
    for _ in range(4):  # a count, then what a share makes of it, then what another share makes of that
        for name in wide:
            page, up, whole = known[name], f"{name}.n", f"{name}.d"
            if page.whole == "none":
                found.setdefault(names[up], wide[name])
                continue
            share = wide[name] / (100 if page.unit == "percent" else 1)
            a, b = names[up], names[whole]
            if a in found:
                made = (found[a] / share).where(share > 0)
                found[b] = found[b].fillna(made) if b in found else made
            if b in found:
                made = found[b] * share
                found[a] = found[a].fillna(made) if a in found else made
    return pd.DataFrame(found).dropna(axis=1, how="all")


def near_forms(middle: pd.DataFrame, most: int = 4) -> list[Form]:
    """Sums of two to four components, with signs, that come to nothing but for one, nearly always."""
    found: list[Form] = []
    columns = [c for c in middle if middle[c].abs().mean() > 0.5]
    for many in range(2, most + 1):
        for chosen in combinations(columns, many):
            rows = middle[list(chosen)].dropna().to_numpy()
            if len(rows) < 30:
                continue
            for signs in product((1, -1), repeat=many - 1):
                total = rows @ np.array([1, *signs])
                # by chance many would: what is near must be near beside the size of what it is made of
                if (np.abs(total) <= NEAR).mean() >= 0.6 and np.abs(rows).mean() > 2:
                    form = tuple(zip(chosen, (1, *signs), strict=True))
                    if not any({c for c, _ in f} <= set(chosen) for f in found):
                        found.append(form)
    return found


@dataclass
class Worker:
    """Findings: how many hidden figures of few people there are, known to one, known to fewer than four."""

    hidden: int
    exact: int
    tight: int
    by_indicator: dict[str, int]


def attack(
    packs: Sequence[pd.DataFrame], truths: Sequence[pd.DataFrame], folder: Path, keep_near: bool = True
) -> Worker:
    """Linear programs over every authority's printed workforce figures. The truth judges, and says where what
    nearly always holds does hold."""
    known = {name: page for name, page in pages(folder).items() if name.startswith("wf_")}
    names, sums = components(known)
    shown = _printed(packs, names, list(known))
    forms = [*sums, *(near_forms(midpoints(shown, known, names)) if keep_near else [])]
    exact_forms = len(sums)
    truth = truths[-1][truths[-1]["indicator_id"].isin(known)]
    result = Worker(0, 0, 0, {})
    for la_code, mine in shown.groupby("area_code"):
        _one(mine, truth[truth["la_code"] == la_code], known, names, forms, exact_forms, result)
    return result


def _one(
    shown: pd.DataFrame, truth: pd.DataFrame, known: Mapping[str, Page], names: Mapping[str, str],
    forms: list[Form], exact_forms: int, result: Worker,
) -> None:  # fmt: skip
    true: dict[tuple[str, int], float] = {}
    # posts are hidden for others' sake alone, few or many
    workers = set(truth.loc[truth["count_unit"] == "worker", "indicator_id"])
    for row in truth.itertuples():
        true[names[f"{row.indicator_id}.n"], row.month] = row.numerator
        if known[row.indicator_id].whole != "none" and f"{row.indicator_id}.d" in names:
            true[names[f"{row.indicator_id}.d"], row.month] = row.denominator
    at = {key: k for k, key in enumerate(true)}
    low, high = np.zeros(len(at)), np.full(len(at), 5000.0)
    rows: list[dict[int, float]] = []
    most: list[float] = []

    def state(terms: dict[int, float], below: float) -> None:
        rows.append(terms)
        most.append(below)

    for row in shown.itertuples():
        page, up = known[row.indicator_id], at.get((names[f"{row.indicator_id}.n"], row.month))
        if up is None:
            continue
        if (
            row.status == "c"
            and row.indicator_id in workers
            and page.whole == "none"
            and 0 < true[names[f"{row.indicator_id}.n"], row.month] < FEW
        ):
            low[up], high[up] = (
                max(low[up], 1.0 if page.unit == "count" else 0.0),
                min(high[up], 6.0 if page.unit == "fte" else 5.0),
            )
        if row.status != "shown":
            continue
        if page.whole == "none":
            half = 0.05 if page.unit == "fte" else 0.0
            low[up], high[up] = max(low[up], row.value - half), min(high[up], row.value + half)
            continue
        whole, scale = at[names[f"{row.indicator_id}.d"], row.month], 100 if page.unit == "percent" else 1
        state({up: 1.0, whole: -(row.value + 0.0501) / scale}, 0.0)
        state({up: -1.0, whole: (row.value - 0.0501) / scale}, 0.0)
    months = sorted({month for _, month in at})
    for number, form in enumerate(forms):
        give = 0.0 if number < exact_forms else NEAR
        for month in months:
            if all((name, month) in at for name, _ in form):
                total = sum(sign * true[name, month] for name, sign in form)
                if abs(total) <= give + 1e-6:
                    terms = {at[name, month]: float(sign) for name, sign in form}
                    state(terms, give + 1e-6)
                    state({k: -w for k, w in terms.items()}, give + 1e-6)
    _steps(at, true, names, months, state)
    matrix = np.zeros((len(rows), len(at)))
    for k, terms in enumerate(rows):
        for unknown, weight in terms.items():
            matrix[k, unknown] += weight
    seen = set(
        zip(
            shown.loc[shown["status"] == "shown", "indicator_id"],
            shown.loc[shown["status"] == "shown", "month"],
            strict=True,
        )
    )
    for row in truth.itertuples():
        page = known[row.indicator_id]
        if (
            page.unit not in ("fte", "count", "percent")
            or row.count_unit != "worker"
            or (row.indicator_id, row.month) in seen
        ):
            continue
        if not 0 < row.numerator < FEW:
            continue
        result.hidden += 1
        aim = np.zeros(len(at))
        aim[at[names[f"{row.indicator_id}.n"], row.month]] = 1
        ends = [
            linprog(
                s * aim,
                matrix if len(rows) else None,
                most if len(rows) else None,
                bounds=np.column_stack([low, high]),
            )
            for s in (1, -1)
        ]
        if any(e.status != 0 for e in ends):
            result.by_indicator[f"{row.indicator_id} unsolved"] = (
                result.by_indicator.get(f"{row.indicator_id} unsolved", 0) + 1
            )
            continue
        least, greatest = ends[0].fun, -ends[1].fun
        whole_ones = (
            np.floor(greatest + 1e-6) - np.ceil(least - 1e-6) + 1
            if page.unit == "count"
            else np.floor(greatest - least + 1e-6) + 1
        )
        if whole_ones < FEWEST:
            result.tight += whole_ones > 1
            result.exact += whole_ones <= 1
            result.by_indicator[row.indicator_id] = result.by_indicator.get(row.indicator_id, 0) + 1


def _steps(
    at: Mapping[tuple[str, int], int],
    true: Mapping[tuple[str, int], float],
    names: Mapping[str, str],
    months: list[int],
    state: Callable[[dict[int, float], float], None],
) -> None:
    """Twelve months of leavers are a year's; a stock of staff is the one before with who came and went."""
    year, staff = names["wf_turnover_rate.n"], names["wf_turnover_rate.d"]
    left, begun = names["wf_leavers.n"], names["wf_starters.n"]
    for month in months:
        of_year = [(left, month - back) for back in range(12)]
        if (year, month) in at and all(key in at for key in of_year):
            total = sum(true[key] for key in of_year) - true[year, month]
            if abs(total) <= NEAR:
                terms = {at[key]: 1.0 for key in of_year} | {at[year, month]: -1.0}
                state(terms, NEAR)
                state({k: -w for k, w in terms.items()}, NEAR)
        flow = [
            ((staff, month - 1), 1.0),
            ((begun, month), 1.0),
            ((left, month), -1.0),
            ((staff, month), -1.0),
        ]
        if all(key in at for key, _ in flow) and abs(sum(true[k] * w for k, w in flow)) <= NEAR:
            state({at[k]: w for k, w in flow}, NEAR)
            state({at[k]: -w for k, w in flow}, NEAR)
