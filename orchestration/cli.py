"""The command line: what a performance analyst types each month, and what a script can rely on."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.table import Table

from ingest.contracts.limits import LimitsRefused
from ingest.contracts.reporting_policy import PolicyRefused
from ingest.paths import KEPT_MONTHS, Places
from ingest.privacy import key_file
from ingest.privacy.key_file import KEY_FILE, KeyRefused
from ingest.warehouse import months as month_states
from orchestration.overrides import overrides_of
from orchestration.pipeline import (
    NothingToReport,
    close_months,
    list_releases,
    record_stop,
    refresh_warehouse,
    reopen_months,
    return_to,
)
from orchestration.runtime.error_messages import check_memory, in_words
from orchestration.runtime.lock import Busy, only_refresh
from orchestration.runtime.outcome import Outcome, counted, lines_of
from orchestration.runtime.signals import heeded
from publication import queries as answers
from publication.release.publish import NotThere, current_number

PUBLISHED, WITHHELD, HELD, BUSY = 0, 3, 4, 75  # and 2, which click ends with on wrong usage
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, resolve_path=True)
MONTH = click.DateTime(["%Y-%m"])
WIDE = None if sys.stdout.isatty() else 200  # a pipe has no edge to wrap at
out = Console(highlight=False, width=WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)  # one line for one thing, in a log too

release_option = click.option(
    "--release", type=FOLDER, envvar="LINE_OF_SIGHT_RELEASE", default="release", show_default=True,
    help="Where releases are; readers follow RELEASE/current.",
)  # fmt: skip
restricted_option = click.option(
    "--restricted", type=FOLDER, envvar="LINE_OF_SIGHT_RESTRICTED",
    help="Where children's records are worked on; closed to other users.  [default: RELEASE-restricted]",
)  # fmt: skip
raw_option = click.option(
    "--raw", type=FOLDER, envvar="LINE_OF_SIGHT_RAW", default="raw", show_default=True,
    help="The returns as received: RAW/<YYYY-MM>/<la_code>/<return_name>.csv",
)  # fmt: skip
reference_option = click.option(
    "--reference", type=FOLDER, envvar="LINE_OF_SIGHT_REFERENCE", default="reference", show_default=True,
    help="Populations, targets and DfE statistics, exactly as downloaded.",
)  # fmt: skip
key_option = click.option(
    "--key", type=click.Path(dir_okay=False, path_type=Path), envvar=KEY_FILE,
    help="The file of the key that pseudonyms are made with.  [default: ~/.config/line-of-sight/key]",
)  # fmt: skip
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for a script instead of a table."
)


class QuotesNothing(click.Group):
    """Commands whose unforeseen errors are told without their words: these may quote a record."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            from orchestration.runtime.error_redaction import kind_and_place

            said = kind_and_place(error)
        err.print(f"Something broke, and nothing that readers see was changed: {said}")
        sys.exit(1)


@click.group(cls=QuotesNothing, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Monthly performance figures for children's safeguarding, from raw returns to a trusted release.

    \b
    A month in three steps:
      1. put the month's returns in raw/2025-04/372/, one CSV a return
      2. line-of-sight refresh
      3. line-of-sight status, and query release/current/marts.duckdb
    """


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@key_option
@click.option("--month", type=MONTH, help="The month to report.  [default: the newest folder in RAW]")
@click.option(
    "--override",
    "overrides",
    multiple=True,
    metavar="GROUND:AUTHORITY:RETURN",
    help="Give the figures that GROUND holds for RETURN. Needs --reason and --by; may be given again.",
)
@click.option("--reason", help="Why the override is right. Kept in the release's manifest.")
@click.option("--by", "by_name", help="Who answers for the override. Kept in the release's manifest.")
@click.option("--until", type=MONTH, help="The last month that it holds for.  [default: the month reported]")
@json_option
def refresh(
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    key: Path | None,
    month: Any,
    overrides: tuple[str, ...],
    reason: str | None,
    by_name: str | None,
    until: Any,
    as_json: bool,
) -> None:
    """Land what has arrived, work out every indicator, check it, and publish it.

    A figure is held only where what it rests on is in doubt: the outcome says on what ground, how many
    figures, and what frees them, and the authority's error report says what to mend, row by row. Earlier
    sound figures stand meanwhile. To give figures that are held all the same, for one return, until a month:

    \b
      line-of-sight refresh --override stopped:372:contacts --until 2025-06 \\
          --reason "the front door was closed, checked by hand" --by "A. Name"

    \b
    Exit codes:  0 published, nothing held      4 published, some figures held, with the grounds
                 3 withheld by the gate, with the reasons; the last release stays current
                 2 wrong usage   75 another refresh is running   1 something broke; nothing was changed
                 130 stopped by Ctrl-C           143 stopped by SIGTERM
    """
    if not raw.is_dir():
        raise click.UsageError(f"there is no folder {raw}; give the folder of the returns with --raw")
    places = Places.of(raw, reference, release, restricted)
    try:
        last = until or month
        overridden = overrides_of(overrides, reason, by_name, last and last.strftime("%Y-%m"))
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    try:
        check_memory()
        with heeded(lambda: record_stop(places), lambda: _tell_stopped(places)):
            ended = _with_progress(
                lambda tell: refresh_warehouse(
                    places, month and month.strftime("%Y-%m"), tell, key, overridden
                )
            )
    except Busy as busy:
        err.print(str(busy))
        sys.exit(BUSY)
    except (NothingToReport, KeyRefused, PolicyRefused, LimitsRefused) as wrong:
        raise click.UsageError(str(wrong)) from None
    except Exception as error:  # a traceback tells an analyst nothing, and may quote a cell
        err.print(f"The refresh broke and changed nothing that readers see: {in_words(error, places)}")
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(ended.as_json(), indent=1))
    else:
        _tell_outcome(ended, places)
    sys.exit(_exit_code(ended))


def _with_progress(work: Callable[[Callable[[str], None]], Outcome]) -> Outcome:
    if not err.is_terminal:
        return work(lambda line: err.print(line))
    with err.status("starting") as status:
        return work(lambda line: status.update(line))


def _tell_outcome(ended: Outcome, places: Places) -> None:
    if ended.state == "published":
        out.print(f"Published release {ended.release}, reporting {ended.month}, in {places.current}")
        out.print(f"{ended.month}: {answers.states_in_words(ended.month_states, ended.month)}")
        out.print(answers.public_in_words(ended.public_month, ended.public_pack))
    elif ended.state == "withheld":
        err.print(f"Withheld: {ended.month} was not published. {_still(ended)}")
    else:
        err.print(f"The refresh broke and changed nothing that readers see. {_still(ended)}")
    for reason in ended.reasons:
        err.print(f"  - {reason}")
    if ended.state == "published":
        for line in lines_of(ended):
            out.print(line, soft_wrap=True, markup=False)


by_option = click.option("--by", "by_name", required=True, help="Who decides: a person's name.")


@main.command()
@click.argument("month")
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    metavar="CODE",
    help=("Whose month, as 372; may be given again.  [default: every authority whose month is not final]"),
)
@by_option
@click.option("--reason", help="Why it is closed incomplete. It stands in the release and on the report.")
@click.option("--incomplete", is_flag=True, help="Close it although required returns have not come.")
@raw_option
@reference_option
@release_option
@restricted_option
@json_option
def close(
    month: str,
    authorities: tuple[str, ...],
    by_name: str,
    reason: str | None,
    incomplete: bool,
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    as_json: bool,
) -> None:
    """Close MONTH (as 2025-03, or 2024-10..2025-03), and publish it as final.

    \b
    A closing stands on what had been received by then; no new file is read. It pins the figures as first
    published and lets them into the public pack of the release that it ends in. What comes later moves the
    figures of the restricted edition alone, until the month is opened again and closed again.

    \b
    Example:  line-of-sight close 2025-03 --by "A. Director"
    Exit codes:  as of refresh; 2 where it is refused, with the reason, and nothing is on record
    """
    places = Places.of(raw, reference, release, restricted)
    _settle(
        lambda asked, tell: close_months(places, asked, tell),
        places, month, authorities, by_name, reason, incomplete, as_json,
    )  # fmt: skip


@main.command()
@click.argument("month")
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    required=True,
    metavar="CODE",
    help="Whose month, as 372; may be given again.",
)
@by_option
@click.option("--reason", required=True, help="Why. It stands in the release and on the report.")
@raw_option
@reference_option
@release_option
@restricted_option
@json_option
def reopen(
    month: str,
    authorities: tuple[str, ...],
    by_name: str,
    reason: str,
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    as_json: bool,
) -> None:
    """Open a closed MONTH again, as 2025-03, and publish it as reopened.

    \b
    What was first published stands. The month leaves the public pack until it is closed again; both closings'
    figures are kept.

    \b
    Example:  line-of-sight reopen 2025-03 --authority 372 --by "A. Director" --reason "visits were sent late"
    """
    places = Places.of(raw, reference, release, restricted)
    _settle(
        lambda asked, tell: reopen_months(places, asked, tell),
        places, month, authorities, by_name, reason, False, as_json,
    )  # fmt: skip


def _settle(
    work: Callable[[month_states.Decision, Callable[[str], None]], Outcome],
    places: Places,
    month: str,
    authorities: tuple[str, ...],
    by_name: str,
    reason: str | None,
    incomplete: bool,
    as_json: bool,
) -> None:
    """Put a decision on record and publish what follows, or say why not."""
    with _refused(month_states.Refused, PolicyRefused, NotADirectoryError):
        asked = month_states.Decision(
            month_states.months_in(month), by_name, authorities, (reason or "").strip() or None, incomplete
        )
        check_memory()
        with heeded(lambda: record_stop(places), lambda: _tell_stopped(places)):
            ended = _with_progress(lambda tell: work(asked, tell))
    if as_json:
        click.echo(json.dumps(ended.as_json(), indent=1))
    else:
        _tell_outcome(ended, places)
        if ended.state != "published":
            err.print("The decision is on record; the next refresh that is published follows it.")
    sys.exit(_exit_code(ended))


def _exit_code(ended: Outcome) -> int:
    published = HELD if ended.held else PUBLISHED
    return {"published": published, "withheld": WITHHELD}.get(ended.state, 1)


def _tell_stopped(places: Places) -> None:
    err.show_cursor()
    number = current_number(places)
    err.print(
        f"Stopped. {f'Release {number} is current' if number else 'There is no release'}; refresh again."
    )


def _still(ended: Outcome) -> str:
    return f"Release {ended.release} stays current." if ended.release else "There is no earlier release."


@contextmanager
def _refused(*kinds: type[Exception]) -> Iterator[None]:
    """Ends with 75 while a refresh is running, and with 2 and the words of an error of these kinds."""
    try:
        yield
    except Busy as busy:
        err.print(str(busy))
        sys.exit(BUSY)
    except kinds as refused:
        raise click.UsageError(str(refused)) from None


@main.group()
def key() -> None:
    """Make and change the key that children's ids become pseudonyms with."""


@key.command("new")
@key_option
def key_new(key: Path | None) -> None:
    """Draw a key at random and write it where only you can read it.

    \b
    Keep a copy where you keep other secrets, and never beside the data: with the key ids can be tried
    one by one until a pseudonym fits, and without it nothing that has landed can be added to.
    """
    path = key_file.key_file(key)
    with _refused(KeyRefused, OSError):
        made = key_file.new_key(path)
    out.print(f"Wrote key {made.key_id} to {path}")


@key.command("rotate")
@release_option
@restricted_option
@key_option
@click.option(
    "--new",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where to write the new key.",
)
def key_rotate(release: Path, restricted: Path | None, key: Path | None, new: Path) -> None:
    """Change the key: every pseudonym is made anew, and no figure changes.

    \b
    Afterwards name the new key with --key or LINE_OF_SIGHT_KEY_FILE, and destroy the old file: the new one
    holds what is needed of it.
    """
    from ingest.maintenance.rotate_key import rekey

    places = Places.of(Path("raw"), Path("reference"), release, restricted)
    with _refused(KeyRefused, OSError):
        old = key_file.pseudonyms_for(places.key_id, key)
        places.prepare()
        with only_refresh(places):
            new_path = new.absolute()
            made = (
                key_file.read_key(new_path)  # of a rotation that was cut short
                if new_path.exists()
                else key_file.new_key(new_path, goes_on_from=key_file.key_file(key))
            )
            if not made.goes_on_from(old):
                raise KeyRefused(f"the key at {new_path} does not go on from the one in use")
            count = rekey(places, old, made)
    out.print(f"{count} files of records are now under key {made.key_id}, at {new_path}")


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@click.option("--to", type=FOLDER, required=True, help="A new folder; it is made, and open to you alone.")
def backup(raw: Path, reference: Path, release: Path, restricted: Path | None, to: Path) -> None:
    """Copy what cannot be made again: raw files, records, the ledgers, closings and releases. Not the key.

    \b
    Example:  line-of-sight backup --to /backup/line-of-sight-2025-04-07
    """
    from ingest.maintenance.backup import NotBackedUp, back_up

    places = Places.of(raw, reference, release, restricted)
    with _refused(NotBackedUp):
        if places.ledger.exists():
            places.prepare()
        with only_refresh(places) if places.ledger.exists() else nullcontext():
            copied = back_up(places, to.absolute())
    out.print(
        f"Copied {copied.files:,} files ({copied.size:,} bytes) to {to}. Encrypt it; the key is not in it."
    )


@main.command("restore")
@raw_option
@reference_option
@release_option
@restricted_option
@click.option("--from", "source", type=FOLDER, required=True, help="The folder that `backup` made.")
def restore_from(raw: Path, reference: Path, release: Path, restricted: Path | None, source: Path) -> None:
    """Put a backup back into empty folders, every byte checked. A refresh then makes the rest again.

    \b
    Example:  line-of-sight restore --from /backup/line-of-sight-2025-04-07 && line-of-sight refresh
    """
    from ingest.maintenance.backup import NotBackedUp, restore

    places = Places.of(raw, reference, release, restricted)
    with _refused(NotBackedUp):
        copied = restore(places, source.absolute())
        places.prepare()
    out.print(f"Put back {copied.files:,} files ({copied.size:,} bytes); run line-of-sight refresh")


@main.command()
@raw_option
@release_option
@restricted_option
@click.option(
    "--months",
    default=KEPT_MONTHS,
    show_default=True,
    type=click.IntRange(1),
    help="How many months to keep.",
)
@click.option("--yes", is_flag=True, help="Take them away; without it, only say what would go.")
def purge(raw: Path, release: Path, restricted: Path | None, months: int, yes: bool) -> None:
    """Take away the raw files of old months. Hashes, receipts, figures and releases stay as they are."""
    from ingest.discovery import raw_folder
    from ingest.ledger import Ledger
    from ingest.maintenance.purge import NotPurged, old_months
    from ingest.maintenance.purge import purge as take_away

    places = Places.of(raw, Path("reference"), release, restricted)
    with _refused(NotPurged, NotADirectoryError):
        found = raw_folder.look(places.raw)
        going = old_months(found, months)
        if not going or not yes:
            out.print(
                f"Older than {months} months: {', '.join(going) or 'none'}" + (" (--yes)" if going else "")
            )
            return
        places.prepare()
        with only_refresh(places), closing(Ledger(places.ledger)) as ledger:
            gone = take_away(places, ledger, found, months)
    out.print(f"Took away {gone.files} files ({gone.size:,} bytes) of {', '.join(gone.months)}")


@main.command()
@click.argument("wanted", nargs=-1, metavar="[PSEUDONYM]...")
@click.option("--authority", required=True, help="Three-digit DfE code, as 372.")
@raw_option
@release_option
@restricted_option
@key_option
def reveal(
    wanted: tuple[str, ...],
    authority: str,
    raw: Path,
    release: Path,
    restricted: Path | None,
    key: Path | None,
) -> None:
    """Show the council its own ids for pseudonyms, from its raw files and the key. Written to no file.

    \b
    Example:  line-of-sight reveal --authority 372 3b3e8caec61ce41497b4c66ec68a2c70
              line-of-sight reveal --authority 372 < pseudonyms.txt
    Exit codes:  0 all found   2 wrong usage, or one stands in no raw file that is still kept
    """
    from ingest.discovery import raw_folder
    from ingest.maintenance.reidentify import reveal as look_behind

    places = Places.of(raw, Path("reference"), release, restricted)
    asked = [word.replace("-", "") for word in wanted or sys.stdin.read().split()]
    with _refused(KeyRefused, NotADirectoryError):
        made_with = key_file.pseudonyms_for(places.key_id, key)
        found = raw_folder.look(places.raw)
    met = look_behind(found, authority, made_with, asked)
    for pseudonym in dict.fromkeys(asked):
        if pseudonym in met:
            click.echo(f"{pseudonym}\t{met[pseudonym].identifies}\t{met[pseudonym].said}")
    absent = len(set(asked) - met.keys())
    if absent:
        raise click.UsageError(f"{absent} stand in no raw file of {authority} that is still kept in {raw}")


@main.command("release")
@click.option("--to", "number", type=int, help="The number of the release that readers are to be given.")
@release_option
@restricted_option
@json_option
def releases(number: int | None, release: Path, restricted: Path | None, as_json: bool) -> None:
    """List the releases, or go back to an earlier one.

    \b
    Going back points RELEASE/current at that release, byte for byte as it was published, after its files are
    checked against its manifest. Nothing is deleted, and `--to` a later number goes forward again.
    The next refresh reads whatever is in RAW then, and publishes it under a new number; what was first
    published of a month stays so. Take what was wrong out of RAW before it, or it will be published again.

    \b
    Example:  line-of-sight release --to 3
    Exit codes:  0 done   2 no such release, or it is damaged   75 a refresh is running
    """
    places = Places.of(Path("raw"), Path("reference"), release, restricted)
    with _refused(NotThere):
        if number is not None:
            return_to(places, number)
        said = list_releases(places)
    if as_json:
        click.echo(json.dumps([asdict(r) for r in said], indent=1))
        return
    if number is not None:
        out.print(f"Release {number} is current, as it was published: {places.current}")
        return
    _print_table(
        ["release", "month", "published", "current"],
        [[r.release, r.view_month, r.published_at, "current" if r.is_current else ""] for r in said],
    )


@main.command()
@click.argument("indicator")
@click.option("--authority", required=True, help="Three-digit DfE code, as 372.")
@click.option("--month", required=True, type=MONTH, help="The month asked about, as 2025-04.")
@release_option
@json_option
def explain(indicator: str, authority: str, month: Any, release: Path, as_json: bool) -> None:
    """Show a figure, what it was worked out from, the rule in words, and the checks behind it.

    \b
    Example:  line-of-sight explain icpc_15wd_pct --authority 001 --month 2025-03
    """
    try:
        said = answers.explain(release, indicator, authority, month.strftime("%Y-%m"))
    except answers.NoAnswer as none:
        raise click.UsageError(str(none)) from None
    if as_json:
        click.echo(json.dumps(said, indent=1, default=str))
        return
    out.print(f"[bold]{said['title']}[/bold] ({indicator}), {said['authority']}, {said['month']}")
    if said["state"]:
        out.print(said["state"])
    for doubt in said["held"]:
        stands = "; an earlier figure stands" if doubt["is_earlier_figure_given"] else ""
        bases = ", ".join(answers.in_words(basis) for basis in doubt["bases"])
        out.print(
            f"Held ({bases}): {doubt['ground_sentence']} ({doubt['ground']}){stands}. "
            f"To free it: {doubt['suggested_action']}",
            soft_wrap=True,
            markup=False,
        )
    for doubt in said["warnings"]:
        out.print(f"Warning: {doubt['ground_sentence']} ({doubt['ground']})", soft_wrap=True, markup=False)
    _print_table(
        ["basis", "breakdown", "value", "numerator", "denominator", "status", "first published"],
        [
            [
                f["period_basis"],
                f["breakdown_value"],
                answers.shown(f["value"], said["unit"]),
                answers.shown(f["numerator"], "count"),
                answers.shown(f["denominator"], "count"),
                f["value_status"],
                answers.shown(f["first_value"], said["unit"]),
            ]
            for f in said["figures"]
        ],
    )
    out.print(f"Counted: {said['numerator_rule']}")
    out.print(f"Out of:  {said['denominator_rule']}")
    if said["decision_note"]:
        out.print(f"Note:    {said['decision_note']}")
    out.print("Read from what counts of what came:")
    _print_table(
        ["return", "counts", "file", "version", "status", "SHA-256"],
        [
            [
                r["return_name"],
                "yes" if r["is_current"] else "no",
                r["file"],
                r["version"],
                r["submission_status"],
                r["sha256"],
            ]
            for r in said["returns"]
        ],
    )
    out.print("Checks:")
    checks = answers.by_check(said["checks"])
    _print_table(
        ["check", "state", "on", "what it asks"],
        [[c["check"], c["state"], ", ".join(c["subjects"]), c["sentence"]] for c in checks],
    )


@main.command()
@click.option("--authority", required=True, help="Three-digit DfE code, as 372.")
@click.option("--month", type=MONTH, help="The month asked about.  [default: the month the release reports]")
@release_option
@json_option
def scorecard(authority: str, month: Any, release: Path, as_json: bool) -> None:
    """Show every indicator of an authority for a month, area by area, and what it is set beside."""
    try:
        said = answers.scorecard(release, authority, month and month.strftime("%Y-%m"))
    except answers.NoAnswer as none:
        raise click.UsageError(str(none)) from None
    if as_json:
        click.echo(json.dumps(said, indent=1, default=str))
        return
    out.print(f"[bold]{said['authority']}, {said['month']}[/bold]")
    if said["state"]:
        out.print(said["state"])
    _print_table(
        [
            "area",
            "indicator",
            "month",
            "year to date",
            "12 months",
            "target",
            "since last month",
            "England",
            "neighbours",
            "signal",
            "status",
        ],
        [
            [
                r["area"],
                r["title"],
                answers.shown(r["now"], r["unit"]),
                answers.shown(r["year_to_date"], r["unit"]),
                answers.shown(r["rolling_12_months"], r["unit"]),
                r["target"],
                answers.shown_change(r["change"], r["direction"], r["unit"]),
                answers.shown(r["england"], r["unit"]),
                answers.shown(r["neighbours"], r["unit"]),
                answers.in_words(r["signal"]),
                r["value_status"],
            ]
            for r in said["rows"]
        ],
    )


@main.command()
@click.option("--authorities", default=3, show_default=True, help="How many authorities.")
@click.option("--months", required=True, help="The months to write, first and last, as 2024-04..2025-03.")
@click.option("--children", default=300, show_default=True, help="Children in need at a time, on average.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--out", "folder", type=FOLDER, required=True, help="Writes OUT/raw and OUT/reference.")
@click.option("--jobs", default=1, show_default=True, help="How many processes to write with.")
def invent(authorities: int, months: str, children: int, seed: int, folder: Path, jobs: int) -> None:
    """Write realistic, wholly fictional returns, to try before you trust.

    \b
    Example:  line-of-sight invent --months 2024-04..2025-03 --out try
              line-of-sight refresh --raw try/raw --reference try/reference --release try/release
    """
    import pandas as pd

    from synthetic import invent as write

    try:
        first, _, last = months.partition("..")
        chosen = [month.strftime("%Y-%m") for month in pd.period_range(first, last or first, freq="M")]
        summary = write(authorities, chosen, children, seed, folder, err.print, jobs)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    rows = summary.rows_by_month[chosen[-1]]
    out.print(
        f"Wrote {len(chosen)} months of {authorities} authorities to {folder}; "
        f"{rows:,} rows in the last month"
    )


@main.command()
@click.option("--authority", help="Whose report: a three-digit DfE code, as 372, or all.")
@click.option("--region", help="Authorities side by side instead: the name of a region, or all.")
@click.option("--month", type=MONTH, help="The month to report.  [default: the month the release reports]")
@click.option(
    "--edition",
    type=click.Choice(["restricted", "public"]),
    default="restricted",
    show_default=True,
    help="Exact figures for the authority itself, or only what the public pack says.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(["html", "pdf", "xlsx"]),
    multiple=True,
    help="Which files to write; may be given more than once.  [default: all three]",
)
@click.option(
    "--braille-ready", is_flag=True, help="Also write plain text for a braille display or embosser."
)
@click.option("--large-print", is_flag=True, help="Large print in the page and the PDF.")
@click.option("--out", type=FOLDER, help="Where to write.  [default: RELEASE-restricted/reports]")
@release_option
@restricted_option
def report(
    authority: str | None,
    region: str | None,
    month: Any,
    edition: str,
    formats: tuple[str, ...],
    braille_ready: bool,
    large_print: bool,
    out: Path | None,
    release: Path,
    restricted: Path | None,
) -> None:
    """Write the monthly performance report of an authority or a region, from the current release alone.

    \b
    Example:  line-of-sight report --authority 372 --month 2025-03
    Writes    <out>/2025-03/372/performance-2025-03-372.html, .pdf and .xlsx
    """
    from publication.reports import make
    from publication.reports.figures import NoReport

    if (authority is None) == (region is None):
        raise click.UsageError("say whose report: --authority 372, --authority all or --region 'North West'")
    wanted = [*(formats or ("html", "pdf", "xlsx")), *(["txt"] if braille_ready else [])]
    folder = out or Places.of(Path("raw"), Path("reference"), release, restricted).reports
    try:
        source = make.edition_of(release, edition)
        chosen = make.month_of(source, month and month.date())
        if region:
            click.echo(make.make_region(source, region, chosen, folder, large_print))
            return
        codes = list(source.authorities(chosen)) if authority == "all" else [authority or ""]
        for made in make.make_reports(source, codes, chosen, folder, wanted, large_print):
            for file in made.files:
                click.echo(file)
    except NoReport as none:
        raise click.UsageError(str(none)) from None


@main.command()
@click.option("--authority", required=True, help="Three-digit DfE code, as 372.")
@release_option
@restricted_option
def worklist(authority: str, release: Path, restricted: Path | None) -> None:
    """List the children behind what is overdue, by team and worker. Restricted: never part of a release.

    \b
    Writes  RELEASE-restricted/work_lists/372/work_lists.html and a CSV a list, as the newest refresh has it
    """
    import duckdb

    from publication.reports.figures import NoReport
    from publication.worklists import write_work_lists

    try:
        for file in write_work_lists(
            Places.of(Path("raw"), Path("reference"), release, restricted), authority
        ):
            click.echo(file)
    except NoReport as none:
        raise click.UsageError(str(none)) from None
    except duckdb.IOException:
        err.print("a refresh is writing the warehouse; try again when it has ended")
        sys.exit(BUSY)


@main.command()
@click.option(
    "--from", "url", required=True, envvar="LINE_OF_SIGHT_DATABASE", metavar="postgresql://USER@HOST/DATABASE",
    help="The database. Keep its password in LINE_OF_SIGHT_DATABASE_PASSWORD, or the driver's own file.",
)  # fmt: skip
@click.option("--month", type=MONTH, required=True, help="The month that the extract is of.")
@click.option("--authority", required=True, help="Three-digit DfE code, as 372.")
@click.option("--schema", help="Where the tables are.  [default: that of the account]")
@click.option("--prefix", help="What the names of the tables begin with, in place of ssd_.")
@click.option("--queries", type=FOLDER, help="A folder of RETURN.sql, where a council's names differ.")
@click.option("--timeout", default=600, show_default=True, help="Seconds that one query may take.")
@raw_option
def extract(
    url: str, month: Any, authority: str, schema: str | None, prefix: str | None, queries: Path | None,
    timeout: int, raw: Path,
) -> None:  # fmt: skip
    """Read the Standard Safeguarding Dataset out of a database into RAW, all of it or none.

    \b
    Example:  line-of-sight extract --from postgresql://reader@db/ssd --month 2025-03 --authority 372
    Exit codes:  0 put in place   1 nothing was, and why is said   2 wrong usage
    """
    from ingest.receiving.extract import NotExtracted, Source
    from ingest.receiving.extract import extract as read_out

    if not re.fullmatch(r"\d{3}", authority):
        raise click.UsageError("--authority is a three-digit DfE code, as 372")
    source = click.get_current_context().get_parameter_source("url")
    if source is ParameterSource.COMMANDLINE and re.search("//[^/@]*:[^/@]*@", url):
        raise click.UsageError("a password on the command line is seen by others; see --help for its place")
    password = os.environ.get("LINE_OF_SIGHT_DATABASE_PASSWORD")
    where = Source(url, password, schema, prefix, queries, timeout)
    try:
        said = read_out(where, raw, month.strftime("%Y-%m"), authority)
    except NotExtracted as why:
        err.print(f"Nothing was put in place: {why}", markup=False)
        sys.exit(1)
    _print_table(
        ["return", "rows", "file", "why"],
        [[one.return_name, one.row_count, one.file, one.why] for one in said],
    )


@main.command()
@click.argument(
    "sent", nargs=-1, required=True, metavar="FILE|FOLDER...",
    type=click.Path(exists=True, path_type=Path),
)  # fmt: skip
@click.option("--month", type=MONTH, help="The month that they are of, where neither name nor content says.")
@click.option("--authority", help="Three-digit DfE code, as 372, where neither name nor content says.")
@raw_option
@reference_option
@click.option("--yes", is_flag=True, help="Put them in place without asking.")
def receive(
    sent: tuple[Path, ...], month: Any, authority: str | None, raw: Path, reference: Path, yes: bool
) -> None:
    """Put files that were sent in their place in RAW and REFERENCE, and say what could not be placed.

    Return, authority and month are told by name, header and content together; where they disagree the file
    stays where it is. Nothing is written over: what comes again is a new version beside what is there.

    \b
    Example:  line-of-sight receive ~/Downloads/march --month 2025-03 --authority 372
    Exit codes:  0 all is in its place   2 wrong usage   4 some could not be placed, and why is said
    """
    from ingest.contracts.findings import Rejected
    from ingest.receiving import inbox

    said = month.strftime("%Y-%m") if month else None
    planned = inbox.plan(sent, raw, reference, said, authority)
    _print_table(
        ["file", "what it is", "goes to", "why"],
        [[one.file.file, one.what, one.target, one.why] for one in planned],
    )
    going = [one for one in planned if one.target]
    refused = sum(one.is_refused for one in planned)
    if going and not yes and not click.confirm(f"Put {len(going)} of {len(planned)} files in their place?"):
        sys.exit(HELD)
    placed = 0
    for one in going:
        try:
            inbox.put(one)
            placed += 1
        except (OSError, Rejected) as error:
            refused += 1
            err.print(f"{one.file.file} was not put in place: {error}", markup=False)
    out.print(f"{placed} files put in their place, {refused} not placed")
    sys.exit(HELD if refused else 0)


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@json_option
@click.option("--files", is_flag=True, help="Show what each file of the newest month was taken for.")
def status(
    raw: Path, reference: Path, release: Path, restricted: Path | None, as_json: bool, files: bool
) -> None:
    """Show what has arrived, what is missing, what was withheld, and the current release."""
    places = Places.of(raw, reference, release, restricted)
    if files:
        listed = answers.files_found(places)
        if as_json:
            click.echo(json.dumps(listed, indent=1))
        else:
            _print_table(["file", "what it is", "how it stands"], [list(one.values()) for one in listed])
        return
    said = answers.status(places)
    if as_json:
        click.echo(json.dumps(said, indent=1, default=str))
        return
    current = said["release"]
    if current:
        out.print(
            f"Current release: {current['release']}, reporting {current['view_month']}, {current['place']}"
        )
    else:
        out.print("There is no release yet; run `line-of-sight refresh`")
    if said["last_refresh"]:
        last = said["last_refresh"]
        out.print(
            f"Last refresh: {last['outcome']}, reporting {last['view_month'] or 'nothing'}, at {last['at']}"
        )
        for reason in (last["reasons"] or "").splitlines():
            out.print(f"  - {reason}")
    if current:
        out.print(answers.public_in_words(current["public_month"], current["public_pack"]))
    for one in said["held"]:
        out.print(
            f"Authority {one['la_code']}: {counted(one['figure_count'], 'figure')} held: "
            f"{one['ground_sentence']} ({one['ground']}). To free them: {one['suggested_action']}. "
            f"Row by row: {one['error_report']}",
            soft_wrap=True,
            markup=False,
        )
    for one in said["left_out"]:
        out.print(f"Not taken: {one['file']}: {one['reason']}. {one['suggested_action']}", markup=False)
    if said["waiting"]:
        out.print(f"Waiting to be read: {', '.join(said['waiting'])}")
    if said["policy"]:
        out.print(said["policy"])
    out.print(f"Newest month: {said['month'] or 'none'}")
    _print_table(
        ["authority", "accepted", "missing", "refused", "the month"],
        [
            [a["la_code"], a["accepted"], a["missing"], a["refused"], a.get("state_in_words")]
            for a in said["authorities"]
        ],
    )
    for refused in said["refused"]:
        out.print(f"Refused: {refused['file']} (version {refused['version']}): {refused['reason']}")
    if said["missing"]:
        out.print("Missing:")
        _print_table(
            ["authority", "returns"], [[m["la_code"], ", ".join(m["returns"])] for m in said["missing"]]
        )
    if said["not_supplied"]:
        out.print("What the formats that came cannot supply:")
        _print_table(
            ["authority", "format", "what", "why"],
            [[n["la_code"], n["source_format"], n["what"], n["why"]] for n in said["not_supplied"]],
        )
    if said["findings"]:
        out.print("Findings:")
        _print_table(
            ["file", "column", "finding", "how many", "what to do"],
            [
                [f["file"], f["column_name"], f["finding"], f["finding_count"], f["next_move"]]
                for f in said["findings"]
            ],
        )


@main.command("copy")
@release_option
@click.option(
    "--to", required=True, envvar="LINE_OF_SIGHT_POSTGRES", metavar="postgresql://HOST/DATABASE",
    help="The database. Keep the password in ~/.pgpass, or the whole address in LINE_OF_SIGHT_POSTGRES.",
)  # fmt: skip
@click.option("--schema", default="line_of_sight", show_default=True, help="Where readers find the marts.")
@click.option(
    "--reader", default="line_of_sight_reader", show_default=True,
    help="A role that may read the marts and change nothing; made where it is not there.",
)  # fmt: skip
def copy_to(release: Path, to: str, schema: str, reader: str) -> None:
    """Copy the current release to PostgreSQL, whole or not at all, for BI tools that read a server.

    These are the exact figures of the release, small numbers included: for a database inside the council.
    Let a person or a tool read them with `grant line_of_sight_reader to ...`.

    \b
    Example:  line-of-sight copy --to postgresql://warehouse.council.internal/performance
    """
    from publication.exports.postgres import NotCopied, copy_release

    try:
        copied = copy_release(release / "current", to, schema, reader, err.print)
    except NotCopied as why:
        raise click.ClickException(str(why)) from None
    was = "Copied" if copied.is_new else "Already there:"
    out.print(
        f"{was} release {copied.release}, {len(copied.rows)} marts and {sum(copied.rows.values()):,} rows, "
        f"in the schema {copied.schema}; the role {reader} may read it"
    )


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@key_option
@click.option("--port", default=3000, show_default=True, help="The port to listen on.")
@click.option(
    "--host", default="127.0.0.1", show_default=True,
    help="The address to listen on. Beyond this machine it takes all of the options that follow.",
)  # fmt: skip
@click.option(
    "--name", "names", multiple=True, help="A host name that the page is known by, as its proxy has it."
)
@click.option("--certificate", type=FILE, help="The TLS certificate, a PEM file.")
@click.option("--certificate-key", type=FILE, help="Its key, a PEM file.")
@click.option("--login-header", help="The header in which the proxy says who has signed in.")
@click.option(
    "--proxy-secret",
    type=FILE,
    help="A file of what only the proxy sends, in X-Line-Of-Sight-Proxy.",
)
@click.option("--sign-in", is_flag=True, help="Print the next one-time address of the page that is open.")
def ui(
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    key: Path | None,
    sign_in: bool,
    **served: Any,
) -> None:
    """Open the Dagster page over these folders, for whoever has the one-time address that this prints.

    It ends, with all that it started, by Ctrl-C, by SIGTERM, and when whoever started it ends.
    """
    from orchestration.page.processes import keep
    from orchestration.page.settings import NotServed, Settings
    from orchestration.runtime.dagster_home import use_dagster_home

    places = Places.of(raw, reference, release, restricted)
    if sign_in:
        if not places.page_address.exists():
            raise click.UsageError("the page is not open; open it with `line-of-sight ui`")
        click.echo(places.page_address.read_text(encoding="utf-8"))
        return
    settings = Settings(**served)
    with _refused(NotServed):
        settings.check()
    places.prepare()
    for name, place in (("RAW", places.raw), ("REFERENCE", places.reference), ("RELEASE", places.release)):
        os.environ[f"LINE_OF_SIGHT_{name}"] = str(place)
    os.environ["LINE_OF_SIGHT_RESTRICTED"] = str(places.restricted)
    os.environ[KEY_FILE] = str(key_file.key_file(key))
    use_dagster_home(places)
    settings.hand_on()
    os.chdir(Path(__file__).parent.parent)
    out.print(f"The Dagster page is opening at {settings.base}")
    ended = keep([sys.executable, "-m", "orchestration.page.serve"])
    places.page_address.unlink(missing_ok=True)
    sys.exit(ended)


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table)
