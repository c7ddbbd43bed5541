"""The last look at a public pack, at its files as they lie there: what screening for upload does not catch.

Great Expectations judges each figure by itself (suites/public_pack.json); the queries here find what two
figures tell together and whether the files agree. One fault, or a check that crashes, and nothing is
published of it: where the check names figures, those can be left out and the pack looked at again.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from expectations.public_pack import Judge
from publication.error_reports import FORMULA
from publication.public_pack.disclosure import design, workbook
from publication.public_pack.disclosure.long_table import Pack

NUMBER_OR_SYMBOL = r"^(-?\d+(\.\d+)?|c|low|x|z)$"
# every EES file is read as text, whatever it holds
OF_FILES = {
    "a cell is neither a number nor a symbol": """
        select count(*) from cells where not regexp_matches(cell, $number_or_symbol)""",
    "a cell is blank": "select count(*) from cells where cell is null or cell = ''",
    "a text starts as a formula does": f"""
        select count(*) from texts where regexp_matches(text, '{FORMULA}')""",
}
OF_TABLE = {
    "a figure is shown whose count is hidden": """
        select shown.area_code, shown.indicator_id, shown.period_end from figures as shown
        inner join ties using (indicator_id)
        inner join figures as hidden
            on ties.hangs_on = hidden.indicator_id and shown.area_code = hidden.area_code
            and shown.period_end = hidden.period_end
            and hidden.period_basis in ('month', 'point_in_time') and hidden.status in ('c', 'left_out')
            and hidden.breakdown = 'all'
        where shown.status = 'shown' and shown.period_basis in ('month', 'point_in_time')
            and (shown.area_code, shown.indicator_id, shown.period_end) not in (from already_public)""",
    "a rate is shown whose count is not": """
        select rate.area_code, rate.indicator_id, rate.period_end from figures as rate
        inner join rates using (indicator_id)
        left join figures as counted
            on rates.made_of = counted.indicator_id and rate.area_code = counted.area_code
            and counted.period_basis in ('month', 'point_in_time') and counted.breakdown = 'all'
            and counted.period_end <= rate.period_end
            and counted.period_end > last_day(rate.period_end - to_months(case
                when rate.period_basis = 'rolling_12_months' then 12 else 1 end))
            and counted.status = 'shown'
        where rate.status = 'shown'
        group by all
        having count(counted.status)
            < max(case when rate.period_basis = 'rolling_12_months' then 12 else 1 end)""",
    "a sum of months is shown with a month hidden": """
        select area_code, indicator_id, longer.period_end from figures as longer
        inner join figures as month
            using (geographic_level, area_code, indicator_id, breakdown)
        where longer.period_basis in ('quarter', 'year_to_date') and month.period_basis = 'month'
            and longer.status = 'shown' and month.status in ('c', 'left_out')
            and month.period_end <= longer.period_end
            and month.period_end > last_day(longer.period_end - case
                when longer.period_basis = 'quarter' then interval 3 month
                else to_months(((month(longer.period_end) + 8) % 12 + 1)::int) end)""",
}


FIGURE = ["area_code", "indicator_id", "period_end"]
NAMED = 3  # authorities and indicators that a sentence names


@dataclass(frozen=True)
class Finding:
    """What is wrong, how many times, and with which figures (FIGURE) where the check can say."""

    what: str
    count: int
    figures: pd.DataFrame

    @property
    def in_words(self) -> str:
        """The fault with the first of its authorities and indicators, and no figure."""
        said = f"{self.what} ({self.count} found"
        for name, column in (("of", "area_code"), ("in", "indicator_id")):
            names = sorted(self.figures[column].unique())
            if names:
                more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
                said += f" {name} {', '.join(names[:NAMED])}{more}"
        return said + ")"


def _finding(what: str, count: int) -> Finding:
    return Finding(what, count, pd.DataFrame(columns=FIGURE))


def wrong(folder: Path, pack: Pack, last: str, judge: Judge) -> list[Finding]:
    """What is wrong with the pack in a folder; nothing where all is well."""
    found = [_finding(what, 1) for what in workbook.what_it_hides(folder / "public.xlsx")]
    with duckdb.connect() as db:
        db.execute(f"attach '{folder / 'public.duckdb'}' as pack (read_only)")
        for table in ("figures", "dim_indicator"):
            db.execute(f"create view {table} as from pack.{table}")
        ties = [(r.indicator_id, on) for r in design.roles().values() for on in r.hangs_on]
        db.execute("create table ties (indicator_id varchar, hangs_on varchar)")
        db.executemany("insert into ties values (?, ?)", ties)
        rates = [(r.indicator_id, r.numerator_indicator) for r in design.roles().values() if r.role == "rate"]
        db.execute("create table rates (indicator_id varchar, made_of varchar)")
        db.executemany("insert into rates values (?, ?)", rates)
        found += _judged(judge, judge.figures(db, last))
        db.register("public", pack.already_public)
        db.execute(
            "create table already_public as select area_code, indicator_id, period_end::date from public"
        )
        _read_files(db, folder)
        given = {"last": last, "number_or_symbol": NUMBER_OR_SYMBOL}
        for name, question in {**OF_TABLE, **OF_FILES}.items():
            asked = {key: value for key, value in given.items() if f"${key}" in question}
            answer = db.execute(question, asked)
            if name in OF_TABLE:
                rows = answer.df()
                rows["period_end"] = pd.to_datetime(rows["period_end"])
                if len(rows):
                    found.append(Finding(name, len(rows), rows.drop_duplicates()))
                continue
            [(count,)] = answer.fetchall()
            if count:
                found.append(_finding(name, count))
        for name in ("csv", "parquet"):
            other = f"'{folder / name / 'figures'}.{name}'"
            kinds = ", all_varchar=true" if name == "csv" else ""
            reader = f"read_{name}({other}{kinds})"
            [(count,)] = db.sql(
                f"""
                select count(*) from (
                    (select columns(*)::varchar from {reader} except all
                    select columns(*)::varchar from pack.figures)
                    union all
                    (select columns(*)::varchar from pack.figures except all
                    select columns(*)::varchar from {reader})
                )
                """
            ).fetchall()
            if count:
                found.append(_finding(f"the {name} file says other than the table", count))
    told = len(pack.protected.failing()[0])
    if told:
        found.append(_finding("what is printed tells a small count", told))
    return found


def _judged(judge: Judge, frame: pd.DataFrame) -> list[Finding]:
    found = []
    for check in judge.judge(frame):
        said = f"it does not hold that {check.sentence}"
        if check.state == "failed":
            rows = frame[frame["row_no"].isin(check.failing)][FIGURE]
            rows = rows.assign(period_end=pd.to_datetime(rows["period_end"]))
            found.append(Finding(said, len(rows), rows.drop_duplicates()))
        elif check.state == "crashed":
            found.append(_finding(f"it could not be judged whether {check.sentence}", check.looked_at))
    return found


def _read_files(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    db.execute("create table cells (cell varchar)")
    db.execute("create table texts (text varchar)")
    for file in sorted((folder / "ees").glob("*.csv")):
        relation = f"read_csv('{file}', all_varchar = true, header = true)"
        columns = db.sql(f"from {relation} limit 0").columns
        numbers = [c for c in columns if c in design.roles()]
        for kind, names in (("cells", numbers), ("texts", [c for c in columns if c not in numbers])):
            for name in names:
                # what reads as null was blank; a text may be, a cell may not
                db.execute(f'insert into {kind} select "{name}" from {relation}')
    for table in ("figures", "dim_area", "dim_indicator"):
        file = folder / "csv" / f"{table}.csv"
        relation = f"read_csv('{file}', all_varchar = true, header = true)"
        for name in db.sql(f"from {relation} limit 0").columns:
            if name not in ("value", "rounded_to"):
                db.execute(f'insert into texts select distinct "{name}" from {relation}')
