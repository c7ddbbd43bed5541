"""One authority as one view knows it: its rows, found quickly, and the terms that counting.md defines."""

from collections import defaultdict
from fractions import Fraction
from functools import lru_cache
from typing import Any

from .archive import Archive, Reference
from .calendar import first_day, last_day, month_of
from .law import HISTORY, Indicator
from .reader import Row


def live(start: int | None, end: int | None, day: int) -> bool:
    """What ends on the day is not open at the end of it."""
    return start is not None and start <= day and (end is None or end > day)


def at_or_before(earlier: int | None, later: int | None) -> bool:
    """earlier <= later, where null is false."""
    return earlier is not None and later is not None and earlier <= later


def cell(row: Row | None, field: str) -> Any:
    """The field of a row that a left join may not have found."""
    return None if row is None else row[field]


class Casebook:
    def __init__(self, archive: Archive, reference: Reference, la_code: str, view: int) -> None:
        self._archive = archive
        self.reference = reference
        self.la_code = la_code
        self.view = view
        self._sources: dict[str, int | None] = {}
        self._indexes: dict[tuple[str, str, int | None], dict[Any, list[Row]]] = {}
        self._reported: dict[int, dict[tuple[str, str, int], Row]] = {}
        # Asked for the same day by many indicators.
        self.children_in_care = lru_cache(maxsize=None)(self._children_in_care)
        self.in_care = lru_cache(maxsize=None)(self._in_care)
        self.respite = lru_cache(maxsize=None)(self._respite)

    # Which snapshot: section 5 of returns.md

    def source(self, return_name: str) -> int | None:
        if return_name not in self._sources:
            self._sources[return_name] = self._archive.source(self.la_code, return_name, self.view)
        return self._sources[return_name]

    def is_usable(self, return_name: str, month: int) -> bool:
        """Whether a return that is required answers for a period ending in this month."""
        match HISTORY[return_name]:
            case "state":
                return self._archive.rows(self.la_code, month, return_name) is not None
            case "lookup":
                return True
            case _:
                source = self.source(return_name)
                return source is not None and source >= month

    def rows(self, return_name: str) -> list[Row]:
        """An event return, and any optional one: as last reported by the view."""
        source = self.source(return_name)
        return [] if source is None else self._archive.rows(self.la_code, source, return_name) or []

    def state(self, return_name: str, day: int) -> list[Row]:
        """A state return: the snapshot of that month itself."""
        return self._archive.rows(self.la_code, month_of(day), return_name) or []

    def as_at(self, lead: str) -> int:
        """A: the last day of the snapshot that the lead return is read from."""
        source = self.source(lead)
        assert source is not None, f"{lead} has no snapshot, so nothing can be judged"
        return last_day(source)

    def history_from(self, lead: str) -> int | None:
        source = self.source(lead)
        coverage = self._archive.rows(self.la_code, source, "extract_coverage") if source else None
        return next((row["history_from"] for row in coverage or [] if row["return_name"] == lead), None)

    def reported(self, indicator: Indicator, basis: str, day: int) -> Row | None:
        """Row by row: the newest month, from the period's own to the view, whose file has the key."""
        for month in range(self.view, month_of(day) - 1, -1):
            if month not in self._reported:
                rows = self._archive.rows(self.la_code, month, "indicator_returns") or []
                self._reported[month] = {
                    (row["indicator_id"], row["period_basis"], row["period_end"]): row
                    for row in rows
                    if row["breakdown"] == "all"
                }
            if found := self._reported[month].get((indicator.id, basis, day)):
                return found
        return None

    def since(self, indicator: Indicator, month: int) -> int | None:
        """The month since which a flow is counted to this one, where the targets name one."""
        if indicator.kind != "flow" or "year_to_date" not in indicator.bases:
            return None
        row = self.reference.target(self.la_code, indicator.id, last_day(month), ("since",))
        return None if row is None or row["since"] > month else row["since"]

    # Finding rows

    def by(self, return_name: str, field: str) -> dict[Any, list[Row]]:
        return self._index(return_name, field, None)

    def of(self, return_name: str, field: str, value: Any) -> list[Row]:
        """The rows with this value; null equals nothing."""
        return [] if value is None else self.by(return_name, field).get(value, [])

    def one(self, return_name: str, field: str, value: Any) -> Row | None:
        """The row with this id, where the field is the whole key."""
        return next(iter(self.of(return_name, field, value)), None)

    def state_of(self, return_name: str, field: str, value: Any, day: int) -> Row | None:
        index = self._index(return_name, field, month_of(day))
        return next(iter(index.get(value, [])), None)

    def _index(self, return_name: str, field: str, month: int | None) -> dict[Any, list[Row]]:
        at = (return_name, field, month)
        if at not in self._indexes:
            rows = self.rows(return_name) if month is None else self.state(return_name, last_day(month))
            index: dict[Any, list[Row]] = defaultdict(list)
            for row in rows:
                if row[field] is not None:
                    index[row[field]].append(row)
            self._indexes[at] = dict(index)
        return self._indexes[at]

    # Defined terms: counting.md

    @staticmethod
    def window_start(day: int) -> int:
        """W0: the first day of the twelve months ending at D."""
        return first_day(month_of(day) - 11)

    def born(self, child: str) -> int | None:
        return cell(self.one("persons", "pers_person_id", child), "pers_dob")

    def base_plans(self) -> list[Row]:
        return [plan for plan in self.rows("cp_plans") if plan["cppl_cp_plan_ola"] is not True]

    def base_plans_of(self, child: str) -> list[Row]:
        plans = self.of("cp_plans", "cppl_person_id", child)
        return [plan for plan in plans if plan["cppl_cp_plan_ola"] is not True]

    def live_base_plans(self, child: str, day: int) -> list[Row]:
        return [
            plan
            for plan in self.base_plans_of(child)
            if live(plan["cppl_cp_plan_start_date"], plan["cppl_cp_plan_end_date"], day)
        ]

    def children_on_cp(self, day: int) -> list[str]:
        return [child for child in self.by("cp_plans", "cppl_person_id") if self.on_cp(child, day)]

    def on_cp(self, child: str, day: int) -> bool:
        return bool(self.live_base_plans(child, day))

    def cp_start(self, child: str, day: int) -> int:
        return min(plan["cppl_cp_plan_start_date"] for plan in self.live_base_plans(child, day))

    def _respite(self, child: str, day: int) -> bool:
        return any(
            spell["lega_legal_status"] in ("V3", "V4")
            and live(spell["lega_legal_status_start_date"], spell["lega_legal_status_end_date"], day)
            for spell in self.of("legal_statuses", "lega_person_id", child)
        )

    def live_episodes(self, child: str, day: int) -> list[Row]:
        return [
            episode
            for episode in self.of("cla_episodes", "clae_person_id", child)
            if live(episode["clae_cla_episode_start_date"], episode["clae_cla_episode_ceased_date"], day)
        ]

    def _in_care(self, child: str, day: int) -> bool:
        return bool(self.live_episodes(child, day)) and not self.respite(child, day)

    def _children_in_care(self, day: int) -> tuple[str, ...]:
        return tuple(child for child in self.by("cla_episodes", "clae_person_id") if self.in_care(child, day))

    def care_entry(self, child: str, cla_id: str | None) -> int | None:
        episodes = [
            episode
            for episode in self.of("cla_episodes", "clae_person_id", child)
            if cla_id is not None and episode["clae_cla_id"] == cla_id
        ]
        entered = [
            episode["clae_entered_care_date"]
            for episode in episodes
            if episode["clae_entered_care_date"] is not None
        ]
        return min(entered or [episode["clae_cla_episode_start_date"] for episode in episodes], default=None)

    def care_start(self, child: str, day: int) -> int:
        current = max(
            self.live_episodes(child, day),
            key=lambda episode: (episode["clae_cla_episode_start_date"], episode["clae_cla_episode_id"]),
        )
        entry = self.care_entry(child, current["clae_cla_id"])
        assert entry is not None, "a live episode belongs to a period of care and has a start"
        return entry

    def doc_current(self, child: str, kind: str, day: int) -> bool:
        documents = [
            document
            for document in self.of("plan_documents", "person_id", child)
            if document["kind_code"] == kind and document["authorised_date"] <= day
        ]
        if not documents:
            return False
        latest = max(documents, key=lambda document: (document["authorised_date"], document["document_id"]))
        if latest["next_review_due_date"] is not None:
            return latest["next_review_due_date"] >= day
        return day - latest["authorised_date"] <= 183

    def interval(self, child: str, kind: str, day: int, default: int) -> int:
        """The longest gap allowed between visits, from the child's own requirement live at the day."""
        serving = [
            row
            for row in self.of("visit_requirements", "person_id", child)
            if row["kind_code"] == kind and live(row["from_date"], row["to_date"], day)
        ]
        latest = max(serving, key=lambda row: row["from_date"], default=None)
        return default if latest is None else latest["interval_days"]

    def worker_fte(self, worker: str, day: int) -> Fraction:
        listed = self.state_of("professionals", "prof_professional_id", worker, day)
        fte = cell(listed, "prof_full_time_equivalency")
        return Fraction(1) if fte is None else fte
