"""SSDA903 (a set of CSV files, rules of 2017 to 2026) as SSD returns, by spec/mapping.csv.

Episodes become periods of care, placements and legal statuses by runs: episodes of one child, in order of
date, that belong together until something says otherwise. Runs are marked on sorted integers and the text is
gathered last: the same in SQL windows took ten times as long.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.adapters.base import (
    ConvertedReturns,
    Notes,
    cleaned,
    columns_of_dates,
    note_codes_of_other_times,
    settle_dates,
    unfilled,
    workbench,
)
from ingest.contracts.cell_types import UNREAD
from ingest.contracts.return_schema import HeaderMatch
from ingest.contracts.ssda903_tables import SHEETS, table_of
from ingest.discovery.file_reader import RawTable, RejectedFileError, read_csv
from ingest.privacy.pseudonyms import Pseudonymiser

IDENTIFIERS = {"CHILD": "child", "SW_ID": "worker"}
LOOKED_THROUGH = ("CHILD", "DECOM", "RNE", "LS", "REC")
NO_END = np.iinfo(np.int32).max


FIELDS = {
    "persons": {
        "pers_person_id": "CHILD",
        "pers_sex": "SEX",
        "pers_dob": "DOB",
        "pers_ethnicity": "ETHNIC",
    },
    "cla_episodes": {
        "clae_person_id": "CHILD",
        "clae_cla_episode_start_date": "DECOM",
        "clae_cla_episode_start_reason": "RNE",
        "clae_cla_primary_need_code": "CIN",
        "clae_cla_episode_ceased_date": "DEC",
        "clae_cla_episode_ceased_reason": "REC",
    },
    "legal_statuses": {
        "lega_person_id": "CHILD",
        "lega_legal_status": "LS",
        "lega_legal_status_start_date": "DECOM",
        "lega_legal_status_end_date": "DEC",
    },
    "cla_placements": {
        "clap_person_id": "CHILD",
        "clap_cla_placement_start_date": "DECOM",
        "clap_cla_placement_end_date": "DEC",
        "clap_cla_placement_type": "PLACE",
        "clap_cla_placement_provider": "PLACE_PROVIDER",
        "clap_cla_placement_urn": "URN",
    },
    "cla_reviews": {"clar_cla_review_date": "REVIEW", "clar_cla_review_participation": "REVIEW_CODE"},
    "missing": {
        "miss_person_id": "CHILD",
        "miss_missing_episode_type": "MISSING",
        "miss_missing_episode_start_date": "MIS_START",
        "miss_missing_episode_end_date": "MIS_END",
    },
    "permanence": {
        "perm_person_id": "CHILD",
        "perm_matched_date": "DATE_MATCH",
        "perm_placed_for_adoption_date": "DATE_PLACED",
        "perm_adopted_by_carer_flag": "FOSTER_CARE",
        "perm_decision_reversed_date": "DATE_PLACED_CEASED",
        "perm_decision_reversed_reason": "REASON_PLACED_CEASED",
        "perm_permanence_order_date": "DEC",
    },
    "care_leavers": {
        "clea_person_id": "CHILD",
        "clea_care_leaver_in_touch": "IN_TOUCH",
        "clea_care_leaver_activity": "ACTIV",
        "clea_care_leaver_accommodation": "ACCOM",
        "clea_care_leaver_accom_suitable": "ACCOM",
    },
    "involvements": {
        "invo_professional_id": "SW_ID",
        "invo_person_id": "CHILD",
        "invo_involvement_start_date": "SW_DECOM",
        "invo_involvement_end_date": "SW_DEC",
        "invo_worker_change_reason": "SW_REASON",
    },
}
NEEDS = {
    "persons": {"header"},
    "cla_episodes": {"episodes"},
    "legal_statuses": {"episodes"},
    "cla_placements": {"episodes"},
    "cla_reviews": {"episodes", "reviews"},
    "missing": {"missing"},
    "permanence": {"episodes", "placed_adoption", "ad1"},
    "care_leavers": {"oc3"},
    "involvements": {"social_worker"},
}

SMALL_RETURNS = {
    "persons": """
        select
            row_number, origin, "CHILD" as pers_person_id,
            case clean("SEX") when '1' then 'M' when '2' then 'F' else "SEX" end as pers_sex,  -- before 2025
            "DOB" as pers_dob, "ETHNIC" as pers_ethnicity
        from header
    """,
    "missing": """
        select
            row_number, origin, clean("CHILD") || '|' || day("MIS_START") as miss_table_id,
            "CHILD" as miss_person_id, "MISSING" as miss_missing_episode_type,
            "MIS_START" as miss_missing_episode_start_date, "MIS_END" as miss_missing_episode_end_date
        from missing
    """,
    # ACCOM is a letter and a digit, 0 for neither; whatever is not so stays whole for conform to report.
    "care_leavers": """
        select
            row_number, origin, clean("CHILD") as clea_table_id,
            "CHILD" as clea_person_id, "IN_TOUCH" as clea_care_leaver_in_touch,
            nullif(clean("ACTIV"), '0') as clea_care_leaver_activity,
            case when is_pair then left(pair, 1) else nullif(pair, '0') end as clea_care_leaver_accommodation,
            case when is_pair then right(pair, 1) end as clea_care_leaver_accom_suitable
        from (select *, clean("ACCOM") as pair, regexp_full_match(pair, '[A-Za-z][0-9]') as is_pair from oc3)
    """,
    "involvements": """
        select
            row_number, origin,
            clean("CHILD") || '|' || clean("SW_ID") || '|' || day("SW_DECOM") as invo_involvements_id,
            "SW_ID" as invo_professional_id, "CHILD" as invo_person_id, 'SW' as invo_professional_role_id,
            "SW_DECOM" as invo_involvement_start_date, "SW_DEC" as invo_involvement_end_date,
            "SW_REASON" as invo_worker_change_reason
        from social_worker
    """,
    # One row a placement for adoption. Match and order go to the child's last one: those before it ended.
    # A child with a match or an order and no placement for adoption has a row of its own.
    "permanence": """
        with placed as (
            select *, clean("CHILD") as child, row_number() over (
                partition by child order by day("DATE_PLACED") desc nulls last, row_number desc
            ) = 1 as is_last
            from placed_adoption
        ),
        ordered as (
            select child, cla_id, "DEC", row_number, origin from adoption_orders
            qualify row_number() over (
                partition by child order by day("DEC") desc nulls last, row_number desc
            ) = 1
        ),
        matched as (select *, clean("CHILD") as child from ad1),
        adopted as (
            select
                coalesce(matched.child, ordered.child) as child, cla_id, "DEC", "DATE_MATCH", "FOSTER_CARE",
                coalesce(matched.row_number, ordered.row_number) as row_number,
                coalesce(matched.origin, ordered.origin) as origin
            from matched full join ordered on matched.child = ordered.child
        ),
        joined as (
            select
                coalesce(placed.row_number, adopted.row_number) as row_number,
                coalesce(placed.origin, adopted.origin) as origin,
                coalesce(placed.child, adopted.child) as child,
                cla_id, "DEC", "DATE_MATCH", "FOSTER_CARE",
                "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED",
                coalesce(day("DATE_PLACED"), day("DEC"), day("DATE_MATCH")) as known_by
            from placed full join adopted on placed.child = adopted.child and placed.is_last
        )
        select
            row_number, origin, joined.child || '|' || known_by as perm_table_id,
            joined.child as perm_person_id,
            coalesce(
                joined.cla_id,
                (select max_by(care.cla_id, first_day) from care
                    where care.child = joined.child and first_day <= known_by)
            ) as perm_cla_id,
            "DATE_MATCH" as perm_matched_date, "DATE_PLACED" as perm_placed_for_adoption_date,
            "FOSTER_CARE" as perm_adopted_by_carer_flag,
            "DATE_PLACED_CEASED" as perm_decision_reversed_date,
            "REASON_PLACED_CEASED" as perm_decision_reversed_reason,
            "DEC" as perm_permanence_order_date,
            case when clean("DEC") is not null then 'ADOPTION' end as perm_permanence_order_type
        from joined
        order by origin, row_number
    """,
}

LIMITS = {
    "cla_review_intime_pct": "SSDA903 has no due date of a review",
    "adopt_a2_days": "SSDA903 has no date of a placement order",
    "shobpa_open": "SSDA903 has no date of the decision that a child should be placed for adoption",
    "shobpa_decisions": "SSDA903 has no date of the decision that a child should be placed for adoption",
    "rhi_72h_pct": "SSDA903 does not say when a return interview was held",
}


def open_ssda903(
    files: Mapping[str, bytes], as_at: date | None = None, door: Pseudonymiser | None = None
) -> ConvertedReturns:
    """Read one set of CSV files by name. Raises RejectedFileError where none of them is a table of SSDA903.

    `as_at` is the last day of the snapshot month: it tells the year that the set is good for, and whether
    care leavers may be taken. Without it they are left out: oc3 speaks of birthdays, not of a month end.
    Through a door, children and workers go by pseudonyms, and so does every id made of theirs.
    """
    notes = Notes()
    tables = _open_tables(files, notes)
    with workbench({}) as db:
        for name in tables:  # each is a file of its own
            tables |= settle_dates(db, {name: tables[name]}, columns_of_dates(FIELDS), as_at, notes)
    if door:
        tables = {name: door.through(table, IDENTIFIERS) for name, table in tables.items()}
    takes = {name for name, needs in NEEDS.items() if needs <= tables.keys()}
    limits = dict(LIMITS) | {
        name: f"the set has no table {' and no table '.join(sorted(needs - tables.keys()))}"
        for name, needs in NEEDS.items()
        if not needs <= tables.keys()
    }
    if as_at is None or as_at.month != 3:
        takes.discard("care_leavers")
        limits["care_leavers"] = (
            "oc3 tells of birthdays in the year, so it is taken into a March snapshot only"
        )
    returns: dict[str, pa.Table] = {}
    with workbench(tables) as db:
        if "episodes" in tables:
            runs = _Runs.mark(db, tables["episodes"])
            returns |= {name: made for name, made in runs.returns().items() if name in takes}
            if "LS" in tables["episodes"].column_names and _is_blank(tables["episodes"].column("LS")):
                del returns["legal_statuses"]
                limits["legal_statuses"] = "the table episodes has no legal status"
            runs.note(notes)
            if "cla_reviews" in takes:
                returns["cla_reviews"] = runs.reviews(db, tables["reviews"], notes)
            if "permanence" in takes:
                db.register("care", runs.care())
                db.register("adoption_orders", runs.adoption_orders())
        returns |= {
            name: db.sql(sql).to_arrow_table() for name, sql in SMALL_RETURNS.items() if name in takes
        }
    if as_at:
        note_codes_of_other_times(returns, FIELDS, as_at, notes)
    first_day = _year_before(as_at) if as_at else None
    return ConvertedReturns(
        source_format="ssda903",
        returns=returns,
        findings=notes.table(),
        history_from={name: None if name in ("persons", "care_leavers") else first_day for name in returns},
        not_supplied=unfilled(returns, limits, "SSDA903"),
        source_fields={name: FIELDS[name] for name in returns},
        said_date=as_at.isoformat() if as_at else None,
    )


def read_tables_file(data: bytes) -> RawTable:
    """One file of the set, however its cells are separated and whatever stands above its headings.

    Raises RejectedFileError. Of a file that is no table of SSDA903 its first row passes for the headings.
    """
    return read_csv(data, _match)


def _match(headers: Sequence[str]) -> HeaderMatch:
    name = table_of(tuple(headers))
    columns = {header: place for place, header in enumerate(headers) if header.strip()}
    spelled = {header.strip().casefold(): header for header in columns}
    problem = None if name else "these are the headings of no table"
    key = tuple(header for header in columns if header.strip().upper() == "CHILD")
    return HeaderMatch(columns, (), problem, spelled, key)


def _year_before(as_at: date) -> date:
    """The first day of the last year to 31 March that had ended by `as_at`."""
    ended = as_at.year if as_at >= date(as_at.year, 3, 31) else as_at.year - 1
    return date(ended - 1, 4, 1)


def _open_tables(files: Mapping[str, bytes], notes: Notes) -> dict[str, pa.Table]:
    tables: dict[str, pa.Table] = {}
    twice: set[str] = set()
    for file, data in sorted(files.items()):
        try:
            raw = read_tables_file(data)
        except RejectedFileError as rejected:
            notes.add("rejected_file", str(rejected), "mend the file and send the set again", value=file)
            continue
        name = table_of(raw.headers)
        if name is None:
            notes.add(
                "unknown_file",
                "its headings are not those of a table of SSDA903, so it was not read",
                "check its first row; a table is told by its headings, never by the name of the file",
                value=file,
            )
        elif name in tables or name in twice:
            tables.pop(name, None)
            twice.add(name)
            notes.add(
                "repeated_table",
                f"two files hold the table {name}, so neither was taken",
                "send each table once",
                value=file,
            )
        elif name in SHEETS and (table := _wanted(raw, name, notes)) is not None:
            tables[name] = table
    if not tables and not twice:
        raise RejectedFileError("no file of the set is a table of SSDA903; a table is told by its headings")
    return tables


def _wanted(raw: RawTable, name: str, notes: Notes) -> pa.Table | None:
    """The table's columns by heading, and its findings; None where one heading stands twice."""
    sheet = SHEETS[name]
    held: dict[str, int] = {}
    for position, header in enumerate(raw.headers):
        heading = header.strip().upper()
        if heading in held:
            notes.add(
                "repeated_column",
                f"columns {held[heading] + 1} and {position + 1} have one heading, "
                f"so the table {name} was not taken",
                "send each column once",
                origin=name,
            )
            return None
        if heading:
            held[heading] = position
    for heading, position in held.items():
        if heading not in sheet.wanted and heading not in sheet.unused:
            notes.add(
                "unknown_column",
                f"column {position + 1} is not one of the table {name} and was ignored",
                "check its spelling; SSDA903 names its columns itself",
                origin=name,
                column_name=f"column {position + 1}",
                value=raw.headers[position],
            )
    for heading in sheet.wanted:
        if heading not in held:
            notes.add(
                "missing_column",
                f"the table {name} has no column {heading}; it reads as empty in every row",
                f"send the column {heading}",
                origin=name,
                column_name=heading,
            )
    for finding in raw.findings:
        is_long = finding.finding == "cells_beyond_header"
        notes.add(
            "cells_out_of_place" if is_long else finding.finding,
            f"{finding.reason}; others may stand under a wrong one, so the row was left out"
            if is_long
            else finding.reason,
            finding.next_move,
            origin=name,
            row_number=finding.row_number,
            value=finding.value,
        )
    is_row = pc.not_equal(raw.cells.column(held["CHILD"]), UNREAD)  # else part of one, which is told above
    long = [number for number, cells in raw.beyond.items() if any(map(str.strip, cells))]
    if long:
        is_row = pc.and_not(is_row, pc.is_in(raw.row_numbers, pa.array(long, pa.int64())))
    cells, row_numbers = raw.cells.filter(is_row), raw.row_numbers.filter(is_row.combine_chunks())
    count = cells.num_rows
    absent = pa.chunked_array([pa.nulls(count, pa.string())])
    columns = {h: cells.column(held[h]) if h in held else absent for h in sheet.wanted}
    return pa.table({"row_number": row_numbers, "origin": _always(name, count), **columns})


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column whose cells repeat: whatever is worked out for a spelling is then worked out once."""
    chunks = column.dictionary_encode().chunks or [pa.array([], pa.string()).dictionary_encode()]
    return pa.DictionaryArray.from_arrays(
        pa.concat_arrays([chunk.indices for chunk in chunks]), chunks[0].dictionary
    )


def _always(word: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), pa.array([word]))


def _is_blank(column: pa.ChunkedArray) -> bool:
    return column.null_count == len(column) > 0


def _spellings(column: pa.ChunkedArray) -> pa.Array:
    """What the cells of a column of _encoded can be."""
    return column.chunk(0).dictionary


def _each(column: pa.ChunkedArray, worked_out: NDArray[Any], absent: int = -1) -> NDArray[Any]:
    """For each cell what was worked out for its spelling; `absent` where the column was not sent."""
    at = column.chunk(0).indices
    return np.append(worked_out, worked_out.dtype.type(absent))[
        at.to_numpy() if not at.null_count else pc.fill_null(at, -1).to_numpy()
    ]


def _alike(
    column: pa.ChunkedArray, read: Callable[[pa.Array], pa.Array]
) -> tuple[pa.Array, NDArray[np.int32]]:
    """What the spellings read as, each once, and which of these each cell is; -1 for null."""
    spelled = _spellings(column)
    said = read(spelled)
    if said.equals(spelled):
        return said, _each(column, np.arange(len(said), dtype=np.int32))
    encoded = said.dictionary_encode()
    return encoded.dictionary, _each(column, pc.fill_null(encoded.indices, -1).to_numpy())


@dataclass(frozen=True)
class _Runs:
    """Dated episodes in order of child, day and row, and where runs begin. Grain of an array: an episode."""

    episodes: pa.Table  # in the order of the file
    children: pa.Array  # each child's id once
    rows: NDArray[np.int32]  # the episode's place in the file
    child: NDArray[np.int32]
    day: NDArray[np.int32]
    ids: pa.Array  # child|DECOM
    opens_care: NDArray[np.bool_]
    opens_placement: NDArray[np.bool_]
    opens_status: NDArray[np.bool_]
    is_cut: NDArray[np.bool_]  # opens a period of care without RNE S

    @classmethod
    def mark(cls, db: duckdb.DuckDBPyConnection, episodes: pa.Table) -> "_Runs":
        """Mark the runs. An episode without child or day has no place in any: conform will leave it out."""
        with ThreadPoolExecutor(max_workers=2) as pool:  # Arrow encodes a column on one core
            encoded = pool.map(_encoded, (episodes.column(heading) for heading in LOOKED_THROUGH))
        columns = dict(zip(LOOKED_THROUGH, encoded, strict=True))
        episodes = pa.table({n: columns.get(n, episodes.column(n)) for n in episodes.column_names})
        names, all_children = _alike(episodes.column("CHILD"), cleaned)
        days = _days_of(db, _spellings(episodes.column("DECOM")))
        all_days = _each(episodes.column("DECOM"), _as_numbers(days), NO_END)
        key = (all_children.astype(np.int64) << 32) + all_days
        rows = np.flatnonzero((all_children >= 0) & (all_days != NO_END)).astype(np.int32)
        if not np.all(key[rows[1:]] >= key[rows[:-1]]):
            rows = rows[np.argsort(key[rows], kind="stable")]
        child, day = all_children[rows], all_days[rows]
        reason = _codes(episodes.column("RNE"), ("S", "P", "T", "B", "U"))[rows]
        status = _alike(episodes.column("LS"), _code)[1][rows]
        opens_care = _changes(child) | (reason == 0)
        first_day = _each(episodes.column("DECOM"), np.arange(len(days), dtype=np.int32))[rows]
        words = days.cast(pa.string()).take(pa.array(first_day))
        return cls(
            episodes=episodes,
            children=names,
            rows=rows,
            child=child,
            day=day,
            ids=pc.binary_join_element_wise(names.take(pa.array(child)), words, "|"),
            opens_care=opens_care,
            opens_placement=opens_care | (reason >= 0),
            opens_status=opens_care | _changes(status),
            is_cut=opens_care & (reason != 0),
        )

    def returns(self) -> dict[str, pa.Table]:
        """Episodes, legal statuses and placements."""
        begin, placements = self._spells("cla_placements", "clap_cla_placement_id", self.opens_placement)
        care = _first_of_run(self.opens_care)
        return {
            "cla_episodes": self._episodes(care),
            "legal_statuses": self._spells("legal_statuses", "lega_legal_status_id", self.opens_status)[1],
            "cla_placements": placements.append_column("clap_cla_id", self._ids(care[begin])),
        }

    def _ids(self, episodes: NDArray[np.int32]) -> pa.DictionaryArray:
        """The ids of these episodes, none where it is below 0. All columns of ids share one dictionary."""
        return pa.DictionaryArray.from_arrays(pa.array(episodes, mask=episodes < 0), self.ids)

    def _episodes(self, care: NDArray[np.int32]) -> pa.Table:
        place, care_at = np.full((2, self.episodes.num_rows), -1, np.int32)
        place[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        care_at[self.rows] = care
        ended = _spellings(self.episodes.column("REC"))
        # E43 and E44 told guardianship by a former carer from that by another; since 2018-19 E45 and E46 do.
        for old, new in (("E43", "E45"), ("E44", "E46")):
            ended = pc.replace_substring_regex(ended, rf"^\s*{old}\s*$", new)
        columns = {field: self.episodes.column(heading) for field, heading in FIELDS["cla_episodes"].items()}
        return pa.table(
            {
                "row_number": self.episodes.column("row_number"),
                "origin": self.episodes.column("origin"),
                "clae_cla_episode_id": self._ids(place),
                "clae_cla_id": self._ids(care_at),
                **columns,
                "clae_cla_episode_ceased_reason": pa.DictionaryArray.from_arrays(
                    self.episodes.column("REC").chunk(0).indices, ended
                ),
            }
        )

    def _spells(
        self, name: str, id_field: str, opens: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], pa.Table]:
        """One row a run: what its first episode says, and the end of its last. Also where each run begins."""
        begin = np.flatnonzero(opens).astype(np.int32)
        close = np.append(begin[1:], len(opens))[: len(begin)] - 1
        first, last = pa.array(self.rows[begin]), pa.array(self.rows[close])
        columns = {
            field: self.episodes.column(heading).take(last if heading == "DEC" else first)
            for field, heading in FIELDS[name].items()
        }
        where = {
            "row_number": self.episodes.column("row_number").take(first),
            "origin": _always("episodes", len(begin)),
        }
        return begin, pa.table(where | {id_field: self._ids(begin)} | columns)

    def care(self) -> pa.Table:
        """Grain: one period of care: child, cla_id, first_day."""
        begin = np.flatnonzero(self.opens_care)
        return pa.table(
            {
                "child": self.children.take(pa.array(self.child[begin])),
                "cla_id": self.ids.take(pa.array(begin)),
                "first_day": pa.array(self.day[begin].astype(np.int32)).cast(pa.date32()),
            }
        )

    def adoption_orders(self) -> pa.Table:
        """Grain: one episode that ended in adoption on a day that is filled."""
        is_adopted = _codes(self.episodes.column("REC"), ("E11", "E12")) >= 0
        is_ended = pc.is_valid(cleaned(self.episodes.column("DEC"))).to_numpy()
        adopted = np.flatnonzero((is_adopted & is_ended)[self.rows])
        there = pa.array(self.rows[adopted])
        held = {name: self.episodes.column(name).take(there) for name in ("row_number", "origin", "DEC")}
        child = self.children.take(pa.array(self.child[adopted]))
        care = self._ids(_first_of_run(self.opens_care)[adopted])
        return pa.table({"child": child, "cla_id": care, **held})

    def reviews(self, db: duckdb.DuckDBPyConnection, reviews: pa.Table, notes: Notes) -> pa.Table:
        """Each review with the period of care open on its day; one that has no such period is a finding.

        A period is open until the latest end of its episodes: what ends on a day is not open on it.
        """
        child_id = cleaned(reviews.column("CHILD")).combine_chunks()
        day = _days_of(db, reviews.column("REVIEW"))
        known = pc.fill_null(pc.index_in(child_id, self.children), -1).to_numpy(zero_copy_only=False)
        days = _as_numbers(day)
        begin = np.flatnonzero(self.opens_care)
        is_open = np.zeros(len(days), bool)
        found = np.zeros(len(days), np.int64)
        if len(begin):
            starts = (self.child[begin].astype(np.int64) << 32) + self.day[begin]
            ended = _as_numbers(_days_of(db, self.episodes.column("DEC")))[self.rows]
            ends = np.maximum.reduceat(ended, begin)
            period = np.searchsorted(starts, (known.astype(np.int64) << 32) + days, side="right") - 1
            waiting = np.flatnonzero((period >= 0) & (days != NO_END))
            while len(waiting):  # periods that overlap are looked through from the latest back
                waiting = waiting[self.child[begin][period[waiting]] == known[waiting]]
                fits = ends[period[waiting]] > days[waiting]
                is_open[waiting[fits]] = True
                found[waiting[fits]] = period[waiting[fits]]
                waiting = waiting[~fits]
                period[waiting] -= 1
                waiting = waiting[period[waiting] >= 0]
        cla_id = self.ids.take(pa.array(begin)).take(pa.array(found, mask=~is_open))
        review_id = pc.binary_join_element_wise(child_id, day.cast(pa.string()), "|")
        made = pa.table(
            {
                "row_number": reviews.column("row_number"),
                "origin": reviews.column("origin"),
                "clar_cla_review_id": review_id,
                "clar_cla_id": cla_id,
                "clar_cla_review_date": reviews.column("REVIEW"),
                "clar_cla_review_participation": reviews.column("REVIEW_CODE"),
            }
        )
        outside = pa.array(~is_open & (days != NO_END)) if len(days) else pa.array([], pa.bool_())
        outside = pc.and_(outside, pc.is_valid(child_id))
        db.register("outside", made.filter(outside))
        notes.query(
            db,
            """
            select
                'cla_reviews' as return_name, origin, row_number, 'REVIEW' as column_name,
                clar_cla_review_date as value, 'review_outside_care' as finding,
                'no period of care of the child is open on that day, so the row was left out' as reason,
                'correct REVIEW, or send the episodes of that period' as next_move
            from outside
            """,
        )
        return made.filter(pc.invert(outside))

    def note(self, notes: Notes) -> None:
        """Say what the runs could not keep: care begun before the file, and settings that changed unsaid."""
        cut = int(self.is_cut.sum())
        if cut:
            notes.add(
                "period_of_care_cut",
                f"{cut} of {int(self.opens_care.sum())} periods of care have no episode with RNE S; "
                "each is named by its first episode and its length counts from there",
                "send the episodes back to the start of each period of care",
                return_name="cla_episodes",
                origin="episodes",
                column_name="RNE",
            )
        first = _first_of_run(self.opens_placement)
        for heading in ("PLACE", "PLACE_PROVIDER", "URN"):
            self._note_change(notes, heading, first)

    def _note_change(self, notes: Notes, heading: str, first: NDArray[np.int32]) -> None:
        later = np.flatnonzero(first != np.arange(len(first)))
        column = self.episodes.column(heading)
        now, then = self.rows[later], self.rows[first[later]]
        is_other = pc.not_equal(*(column.take(pa.array(rows)) for rows in (now, then)))
        spelled_otherwise = np.flatnonzero(pc.fill_null(is_other, False).to_numpy())
        now, then = now[spelled_otherwise], then[spelled_otherwise]
        differs = pc.not_equal(*(_upper(column.take(pa.array(rows))) for rows in (now, then)))
        there = pa.array(now).filter(differs.combine_chunks())
        count = len(there)
        if count:
            words = {
                "return_name": "cla_placements",
                "column_name": heading,
                "finding": "placement_changed_unsaid",
                "reason": f"RNE says that the placement went on, yet {heading} is not as it began; "
                "the placement was kept as it began",
                "next_move": f"correct RNE or {heading}",
            }
            notes.add_table(
                count,
                words,
                origin=_always("episodes", count),
                row_number=self.episodes.column("row_number").take(there),
                value=column.take(there),
            )


def _days_of(db: duckdb.DuckDBPyConnection, cells: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The day that each cell means, null where it means none."""
    db.register("spelled", pa.table({"cell": cells}))
    days = db.sql("select day(cell) as day from spelled").to_arrow_table().column("day").combine_chunks()
    db.unregister("spelled")
    return days


def _as_numbers(days: pa.Array) -> NDArray[np.int32]:
    return pc.fill_null(days.cast(pa.int32()), NO_END).to_numpy(zero_copy_only=False)


def _upper(text: pa.Array) -> pa.Array:
    return pc.utf8_upper(pc.utf8_trim_whitespace(text))


def _code(text: pa.Array) -> pa.Array:
    return pc.utf8_upper(cleaned(text))


def _codes(column: pa.ChunkedArray, codes: tuple[str, ...]) -> NDArray[np.int32]:
    """Which of `codes` each cell is, by place; -1 for none of them."""
    read = pc.index_in(_code(_spellings(column)), pa.array(codes))
    return _each(column, pc.fill_null(read, -1).to_numpy())


def _changes(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where a value differs from the one before it; the first always does."""
    return np.append([True], values[1:] != values[:-1])[: len(values)]


def _first_of_run(opens: NDArray[np.bool_]) -> NDArray[np.int32]:
    """For each place, the place where its run begins."""
    begin = np.flatnonzero(opens).astype(np.int32)
    return np.repeat(begin, np.diff(np.append(begin, len(opens))))
