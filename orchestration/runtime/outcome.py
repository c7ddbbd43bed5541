"""How a refresh ended, in counts and sentences: what came, what is held and why, what changed, what next."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.paths import WarehousePaths
from ingest.reference.outcome import reference_outcome
from publication.error_reports import error_report, error_report_rows
from publication.select import read_only, rows_of

HELD = (
    "la_code, ground, return_name, rule_id, ground_sentence as sentence, suggested_action, "
    "figure_count as figures, earlier_figure_count as earlier_figures"
)

SHOWN_CHANGES = 6
CHANGES = """
select
    changes.la_code, changes.indicator_id, strftime(changes.period_end, '%Y-%m'),
    changes.previous_value, changes.previous_value_status, changes.value, changes.value_status, changes.causes
from marts.fct_indicator_changes as changes
inner join marts.dim_indicator as indicators using (indicator_id)
where changes.period_basis = indicators.headline_basis and changes.breakdown_type = 'all'
order by changes.period_end desc, indicators.display_order, changes.la_code
limit $1
"""


@dataclass(frozen=True)
class Held:
    """One doubt that holds figures of the month reported."""

    la_code: str
    ground: str
    return_name: str
    rule_id: str
    sentence: str
    suggested_action: str
    figures: int
    earlier_figures: int  # of them, those for which an earlier sound return's figure stands
    error_report: str

    @property
    def in_words(self) -> str:
        stand = f"; earlier figures stand for {self.earlier_figures}" if self.earlier_figures else ""
        held = f"{counted(self.figures, 'figure')} held"
        return f"{held}: {self.sentence} ({self.ground}){stand}. {_first_up(self.suggested_action)}."


@dataclass(frozen=True)
class LeftOut:
    """A file of the month reported that was not taken, and why."""

    la_code: str
    file: str
    reason: str
    suggested_action: str


@dataclass(frozen=True)
class Change:
    """One figure, as the release before had it and as it now stands, and what moved it."""

    la_code: str
    indicator_id: str
    period: str  # YYYY-MM
    before: str
    now: str
    cause: str

    @property
    def in_words(self) -> str:
        cause = self.cause.replace("_", " ")
        return f"{self.la_code} {self.indicator_id}, {self.period}: {self.before} -> {self.now} ({cause})"


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended: published, withheld or broken; the release now current; the reasons in words."""

    state: str
    month: str
    release: int | None
    reasons: tuple[str, ...] = ()
    accepted: int = 0  # returns of the month reported
    missing: int = 0
    findings: int = 0
    reference_findings: int = 0
    reference_sentences: tuple[str, ...] = ()  # the first of them in words
    held: tuple[Held, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    changed: tuple[tuple[str, int], ...] = ()  # figures changed since the last release, by cause
    changes: tuple[Change, ...] = ()  # the first of them, those of the headline bases and newest months first
    changes_file: str = ""  # where all of them are
    error_report_rows: int = 0
    # of what was published: how many authorities' months are in which state, and the newest public one
    month_states: Mapping[str, int] = field(default_factory=dict)
    public_month: str | None = None
    public_pack: Mapping[str, Any] = field(default_factory=dict)  # why there is none, or what was left out
    run_id: str | None = None  # of Dagster: where the page and the log speak of the same run
    not_judged: tuple[str, ...] = ()  # checks that crashed or that nobody asked for, in words

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def held_figures(self) -> int:
        """How many doubts' figures are held, a figure counted once for each doubt."""
        return sum(one.figures for one in self.held)


def read_outcome(places: WarehousePaths, month: str, number: int | None, checks: Iterable[str]) -> Outcome:
    """What the warehouse says of the release just published. `checks` are those that did not end."""
    with read_only(places.warehouse) as db:
        held = [
            Held(**row, error_report=str(error_report(places, row["la_code"])))
            for row in rows_of(
                db,
                "marts.rpt_held_by_ground",
                HELD,
                order="la_code, figure_count desc, ground, return_name, rule_id",
            )  # fmt: skip
        ]
        left_out = [
            LeftOut(**row)
            for row in rows_of(
                db,
                "marts.rpt_files_left_out",
                "la_code, file, reason, suggested_action",
                order="la_code, file",
            )  # fmt: skip
        ]
        changed = db.sql(
            "select causes, count(*) from marts.fct_indicator_changes group by causes order by 2 desc, 1"
        ).fetchall()
        changes = [
            Change(row[0], row[1], row[2], _figure(row[3], row[4]), _figure(row[5], row[6]), row[7])
            for row in db.execute(CHANGES, [SHOWN_CHANGES]).fetchall()
        ]
        codes = [code for (code,) in db.sql("select distinct la_code from ledger.vintages").fetchall()]
        sent = rows_of(db, "marts.rpt_returns", "is_accepted, is_required", reporting_month=month)
        accepted = sum(one["is_accepted"] for one in sent)
        missing = sum(one["is_required"] and not one["is_accepted"] for one in sent)
        [(findings,)] = db.execute(
            "select coalesce(sum(finding_count), 0)::int from marts.fct_findings where reporting_month = $1",
            [month],
        ).fetchall()
        of_reference = reference_outcome(db)
    return Outcome(
        "published",
        month,
        number,
        accepted=accepted,
        missing=missing,
        findings=findings,
        reference_findings=of_reference.findings,
        reference_sentences=of_reference.sentences,
        held=tuple(held),
        left_out=tuple(left_out),
        changed=tuple(changed),
        changes=tuple(changes),
        changes_file=str(places.current / "csv" / "fct_indicator_changes.csv") if changed else "",
        error_report_rows=error_report_rows(places, codes),
        not_judged=tuple(checks),
    )


def counted(count: int, thing: str) -> str:
    """So many things, in words: `1 figure`, `2 figures`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _figure(value: float | None, status: str | None) -> str:
    """A figure in a line: its value, or why there is none."""
    return f"{round(value, 1):,.10g}" if value is not None else (status or "not there").replace("_", " ")


def _first_up(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def lines_of(ended: Outcome) -> list[str]:
    """The outcome of a published refresh as lines for a terminal, the last one the whole in short."""
    lines = [f"Returns of {ended.month}: {ended.accepted} accepted, {ended.missing} missing"]
    lines += [
        f"Not taken: {one.file}: {one.reason}. {_first_up(one.suggested_action)}." for one in ended.left_out
    ]
    for la_code in dict.fromkeys(one.la_code for one in ended.held):
        of_authority = [one for one in ended.held if one.la_code == la_code]
        lines.append(f"Authority {la_code}:")
        lines += [f"  - {one.in_words}" for one in of_authority]
        lines.append(f"  What to mend, row by row, what frees most first: {of_authority[0].error_report}")
    lines += [f"Reference: {said}" for said in ended.reference_sentences]
    if ended.changed:
        by_cause = ", ".join(f"{count} by {cause.replace('_', ' ')}" for cause, count in ended.changed)
        lines.append(f"Figures changed since the last release: {by_cause}")
        lines += [f"  - {one.in_words}" for one in ended.changes]
        lines.append(f"  All of them, old and new: {ended.changes_file}")
    lines += [f"Not judged: {said}" for said in ended.not_judged]
    amiss = [
        *([f"{counted(len(ended.left_out), 'file')} not taken"] if ended.left_out else []),
        *([f"{counted(ended.missing, 'return')} missing"] if ended.missing else []),
        *([f"figures held on {counted(len(ended.held), 'ground')}"] if ended.held else []),
        *([counted(ended.findings, "finding")] if ended.findings else []),
        *([f"{counted(ended.error_report_rows, 'row')} to mend"] if ended.error_report_rows else []),
        *([f"{ended.reference_findings} of the reference folder"] if ended.reference_findings else []),
    ]
    whole = (
        "; ".join(amiss) + "; see `line-of-sight status`" if amiss else "everything sent was read and given"
    )
    return [*lines, f"Release {ended.release}, reporting {ended.month}: {whole}"]
