"""Read figures into a notebook: of the newest release or a named one, as a table of Arrow."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pyarrow as pa

from publication.select import has, read_only, table_of


def read_figures(
    release: str | Path,
    *,
    indicators: str | Collection[str] = (),
    authorities: str | Collection[str] = (),
    period_basis: str | None = None,
    breakdown_type: str = "all",
    since: date | None = None,
    until: date | None = None,
    number: int | None = None,
) -> pa.Table:
    """The rows of rpt_wide that are asked for, in order of authority, indicator, period and part.

    `release` is the folder that `line-of-sight refresh --release` names. Without `indicators` or
    `authorities` (slugs, and three-digit codes as text), of all; without a `period_basis`, on the one that
    each indicator is reported on first. Periods end from `since` to `until`. `number` names an earlier
    release; the newest is read without. `.to_pandas()` makes a data frame.

    One row for an authority, indicator, basis, period and part. `value` is unrounded, in the indicator's
    `unit`, and null where there is no figure. Raises FileNotFoundError where there is no such release, and
    ValueError where it has no such indicator, authority, basis or breakdown, or was made before it had these
    rows.
    """
    place = Path(release) / ("current" if number is None else f"releases/{number:06d}")
    if not (place / "marts.duckdb").exists():
        raise FileNotFoundError(
            f"there is no release in {place}; run `line-of-sight refresh`, or see `status`"
        )
    given = {
        "indicator_id": [indicators] if isinstance(indicators, str) else list(indicators),
        "la_code": [authorities] if isinstance(authorities, str) else list(authorities),
        "period_basis": [period_basis] if period_basis else [],
        "breakdown_type": [breakdown_type],
    }
    asked = [f"list_contains(${column}, {column})" for column, values in given.items() if values]
    if not period_basis:
        asked.append("is_headline_basis")
    days = {"since": since, "until": until}
    for name, sign in (("since", ">="), ("until", "<=")):
        if days[name]:
            asked.append(f"period_end {sign} ${name}")
    with read_only(place / "marts.duckdb") as db:
        if not has(db, "rpt_wide"):
            raise ValueError(
                f"the release in {place} was made by an earlier version; run `line-of-sight refresh`"
            )
        for column, values in given.items():
            known = set(table_of(db, "rpt_wide", f"distinct {column}").column(column).to_pylist())
            if unknown := set(values) - known:
                there = ", ".join(sorted(known))
                raise ValueError(f"the release has no {column} {', '.join(sorted(unknown))}; it has {there}")
        return table_of(
            db,
            "rpt_wide",
            where=" and ".join(asked),
            given={name: value for name, value in (given | days).items() if value},
            order="la_code, display_order, period_basis, period_end, breakdown_type, breakdown_value",
        )
