"""An invented England: every return of every authority, month by month, with nobody real in it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from synthetic.days import last_day, months_later
from synthetic.practice import Practice, practices
from synthetic.reference import write_reference
from synthetic.snapshot import Faults, Sent, send

__all__ = ["InventSummary", "invent"]


@dataclass(frozen=True)
class InventSummary:
    """What was written. Rows are counted over all returns; shortfalls are (month, la_code, return_name)."""

    authorities: int
    months: tuple[str, ...]
    rows_by_month: dict[str, int]
    rows_by_return: dict[str, int]  # in the last month
    bytes: int
    missing: tuple[tuple[str, str, str], ...]  # files left out on purpose
    header_only: tuple[tuple[str, str, str], ...]  # files with a header and no rows, on purpose
    late_history: tuple[str, ...]  # authorities whose history starts too late for some figures
    initial_and_core: tuple[str, ...]  # authorities that did initial and core assessments until lately


def invent(
    authorities: int,
    months: Sequence[str],
    children: int,
    seed: int,
    out: Path,
    progress: Callable[[str], None] | None = None,
    jobs: int = 1,
) -> InventSummary:
    """Write out/raw/<month>/<la_code>/<return>.csv for every return, and out/reference.

    `months` are consecutive and in order, as 2025-01. `children` is the mean number of children in need
    open at a time in an authority: 153 authorities of 2,600 make an England. The same arguments give the
    same bytes, whatever `jobs` (processes).
    """
    _check(authorities, months, children)
    everyone = practices(authorities, children, seed, last_day(months[-1]))
    faults = _faults(everyone, months)
    write_reference(everyone, months, seed, out / "reference")
    sent: dict[str, Sent] = {}
    for one in _send_all(everyone, months, seed, out, faults, jobs):
        sent[one.la_code] = one
        if progress:
            total = sum(sum(rows.values()) for rows in one.rows.values())
            progress(f"{one.la_code}: {total:,} rows ({len(sent)} of {authorities})")
    rows_by_month = {month: sum(sum(one.rows[month].values()) for one in sent.values()) for month in months}
    names = sorted({name for one in sent.values() for name in one.rows[months[-1]]})
    return InventSummary(
        authorities=authorities,
        months=tuple(months),
        rows_by_month=rows_by_month,
        rows_by_return={name: sum(s.rows[months[-1]].get(name, 0) for s in sent.values()) for name in names},
        bytes=sum(one.bytes for one in sent.values()),
        missing=tuple((m, la, name) for la, f in faults.items() for m, name in f.missing),
        header_only=tuple((m, la, name) for la, f in faults.items() for m, name in f.header_only),
        late_history=tuple(p.la_code for p in everyone if p.late_history),
        initial_and_core=tuple(p.la_code for p in everyone if p.initial_and_core_until),
    )


def _check(authorities: int, months: Sequence[str], children: int) -> None:
    if not 1 <= authorities <= 153:
        raise ValueError(f"authorities is {authorities}; England has 153, so ask for 1 to 153")
    if children < 1:
        raise ValueError(f"children is {children}; ask for at least 1 open at a time")
    if not months or any(months_later(a, 1) != b for a, b in zip(months, months[1:], strict=False)):
        raise ValueError("months must be one or more consecutive months in order, as 2025-01, 2025-02")


def _faults(everyone: Sequence[Practice], months: Sequence[str]) -> dict[str, Faults]:
    """With three authorities or more, one leaves a file out and another sends a header with no rows."""
    faults = {practice.la_code: Faults() for practice in everyone}
    if len(everyone) >= 3:
        middle = months[len(months) // 2]
        faults[everyone[2].la_code] = Faults(missing=((middle, "cla_visits"),))
        faults[everyone[0].la_code] = Faults(header_only=((middle, "early_help_episodes"),))
    return faults


def _send_all(
    everyone: Sequence[Practice],
    months: Sequence[str],
    seed: int,
    out: Path,
    faults: dict[str, Faults],
    jobs: int,
) -> Iterator[Sent]:
    if jobs <= 1:
        for practice in everyone:
            yield send(practice, months, seed, out, faults[practice.la_code])
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [
            pool.submit(send, practice, months, seed, out, faults[practice.la_code]) for practice in everyone
        ]
        for done in as_completed(waiting):
            yield done.result()
