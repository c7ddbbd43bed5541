"""A child's id that another child had the month before: flagged and counted, and not guessed about.

No episode is joined across: every snapshot is read with its own list of persons.
"""

from pathlib import Path

import duckdb

from ingest.contracts.findings import Finding

REUSED = Finding(
    "id_reused",
    "the id stands for a child of another birth date or sex than in the snapshot before",
    "give each child an id of its own; where the record was mended, nothing need be done",
)


def find_reused_ids(db: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Add to `ledger.findings` one for each id in an authority's newest list of persons and the one before.

    Input: accepted (ingest.warehouse.source_selection).
    """
    db.execute(
        """
        create or replace temp table persons_lists as
        select la_code, source_month as reporting_month, file, content_id, landed,
            row_number() over (partition by la_code order by source_month desc) as age
        from accepted
        where return_name = 'persons' and is_newest
        qualify age <= 2
        """
    )
    landed = db.sql("select distinct landed from persons_lists where landed is not null").fetchall()
    if not landed:
        return
    db.execute(
        f"""
        insert into ledger.findings by name
        with persons as (
            select lists.*, rows.pers_person_id, rows.pers_dob, rows.pers_sex
            from read_parquet({[str(landing / name) for (name,) in landed]}) as rows
            inner join persons_lists as lists using (content_id)
        )
        select
            now.la_code, now.reporting_month, 'persons' as return_name, now.file, now.content_id,
            'pers_person_id' as column_name, $finding as finding, $reason as reason, $next_move as next_move
        from persons as now
        inner join persons as earlier
            on now.la_code = earlier.la_code and now.pers_person_id = earlier.pers_person_id
            and now.age = 1 and earlier.age = 2
        where
            now.pers_dob <> earlier.pers_dob
            or (now.pers_sex <> earlier.pers_sex and earlier.pers_sex in ('M', 'F'))
        """,
        {"finding": REUSED.finding, "reason": REUSED.reason, "next_move": REUSED.next_move},
    )
