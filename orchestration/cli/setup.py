"""Settle a council's settings once, and see whether the machine is ready."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from ingest.contracts.authorities import UnknownPlaceError, code_of, names_of, regions
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.settings import FILE, InvalidSettingsError, current
from ingest.contracts.suggest import meant
from ingest.paths import WarehousePaths
from ingest.privacy import key_file
from ingest.privacy.key_file import InvalidKeyError
from orchestration.cli.console import HELD, out, refused
from orchestration.cli.group import main
from orchestration.cli.options import (
    FOLDER,
    json_option,
    key_option,
    raw_option,
    reference_option,
    release_option,
    restricted_option,
)


@main.command()
@click.option("--authority", help="Whose council: its name or three-digit DfE code.")
@click.option("--region", help="Or the region whose councils share this warehouse, as 'North West'.")
@click.option("--raw", type=FOLDER, help="The returns as received.  [default: raw]")
@click.option("--reference", type=FOLDER, help="Populations, targets, DfE statistics.  [default: reference]")
@click.option("--release", type=FOLDER, help="What readers open.  [default: release]")
@click.option("--restricted", type=FOLDER, help="Children's records.  [default: RELEASE-restricted]")
@click.option("--key", type=click.Path(dir_okay=False, path_type=Path), help="The file of the key.")
@click.option(
    "--return", "returns", multiple=True, metavar="RETURN",
    help="A return that you send each month; may be given again.  [default: those of the newest two months]",
)  # fmt: skip
@click.option("--close-after", type=click.IntRange(0, 250), help="Working days after which a month closes.")
@click.option("--set-by", help="Who answers for that: a person's name.")
@click.option("--by-itself/--by-hand", default=None, help="Refresh, report and list by itself, or by hand.")
@click.option("--yes", is_flag=True, help="Ask nothing: take what is proposed where no option says.")
@click.option("--replace", is_flag=True, help="Write over settings that are there.")
def init(
    authority: str | None, region: str | None, raw: Path | None, reference: Path | None,
    release: Path | None, restricted: Path | None, key: Path | None, returns: tuple[str, ...],
    close_after: int | None, set_by: str | None, by_itself: bool | None, yes: bool, replace: bool,
) -> None:  # fmt: skip
    """Ask a few questions and write line-of-sight.yml here, so that no command needs a flag.

    \b
    It makes the folders for what comes, and draws the key where there is none.
    Example:  line-of-sight init
              line-of-sight init --authority Rotherham --raw /srv/returns --yes
    """
    from orchestration.settings_file import history_from, look_at_raw, write_settings

    path = Path.cwd() / FILE
    if path.exists() and not replace:
        raise click.UsageError(f"there are settings at {path} already; change them there, or give --replace")
    ask = _silent if yes else click.prompt
    folders: dict[str, str] = {}
    for name, given in (("raw", raw), ("reference", reference), ("release", release)):
        about = {"raw": "The returns as received", "reference": "Populations and published statistics",
                 "release": "What readers open"}[name]  # fmt: skip
        folders[name] = str(given or ask(f"{about}, in the folder", default=name))
    if restricted:
        folders["restricted"] = str(restricted)
    codes, sent = look_at_raw(Path(folders["raw"]).expanduser())
    answers: dict[str, Any] = {"folders": folders}
    if region is None:
        names = names_of(Path(folders["reference"]).expanduser())
        answers["authority"] = _authority(authority, codes, names, yes)
    if region or answers.get("authority") is None:
        answers["region"] = _region(region, yes)
    known = list(submitted_formats())
    chosen = list(returns) or _returns(sent, known, yes)
    if wrong := [f"{name} is not a return; {meant(name, known)}" for name in chosen if name not in known]:
        raise click.UsageError("; ".join(wrong))
    answers["required_returns"] = chosen or None
    proposed = history_from(Path(folders["raw"]).expanduser())
    since = ask(
        "Since which month your records are whole, to work its figures out (nothing: the first folder)",
        default=proposed or "", show_default=bool(proposed),
    )  # fmt: skip
    answers["history_from"] = since.strip() or None
    key_path = key.expanduser().absolute() if key else key_file.users_own()
    if key:
        answers["key_file"] = str(key_path)
    if not yes and close_after is None:
        said = click.prompt(
            "Close a month by itself so many working days after its end (nothing: a person closes it)",
            default="", show_default=False,
        )  # fmt: skip
        close_after = int(said) if said.strip().isdigit() else None
    if close_after is not None:
        set_by = set_by or (None if yes else click.prompt("Who answers for that, by name"))
        answers["month_end"] = {"set_by": set_by, "close_after_working_days": close_after}
    if by_itself is None:
        by_itself = False if yes else click.confirm("Refresh by itself when returns arrive?", default=True)
    if by_itself:
        answers["schedules"] = {
            name: {"enabled": True}
            for name in ("refresh", "arrivals", "reports", "work_lists", *(["close"] if close_after else []))
        }
    with refused(InvalidSettingsError, FileExistsError):
        settings = write_settings(path, answers, over=replace)
    out.print(f"Wrote {path}", soft_wrap=True)
    arrivals = settings.schedules.arrivals
    for place in (settings.places.raw, settings.places.reference):
        place.mkdir(parents=True, exist_ok=True)
    if not key_path.exists() and (yes or click.confirm(f"Draw the key, at {key_path}?", default=True)):
        with refused(InvalidKeyError, OSError):
            made = key_file.new_key(key_path)
        out.print(
            f"Drew key {made.key_id} at {key_path}; keep a copy with your other secrets, away from the data",
            soft_wrap=True,
        )
    out.print("Next: line-of-sight doctor, and then line-of-sight refresh")
    if arrivals.enabled:
        out.print(
            "By itself: while `line-of-sight ui`, or the service of docs/services.md, is up, new files are "
            f"read once none has been touched for {arrivals.quiet_minutes} minutes; it looks every "
            f"{arrivals.every_minutes}",
            soft_wrap=True,
        )


@main.command()
@key_option
@json_option
def doctor(key: Path | None, as_json: bool) -> None:
    """Check whether this machine is ready for a refresh, and say what mends what is not.

    \b
    Looks at settings, folders, permissions, key, disk, memory, clock, versions, month end, lock and, where
    the settings name them, the server and those who are told. Changes nothing.
    Exit codes:  0 nothing failed   4 something failed, and what mends it is said
    """
    from orchestration.doctor import examine

    checked = examine(key)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in checked], indent=1))
    else:
        for one in checked:
            colour = {"passed": "green", "failed": "red"}.get(one.state, "dim")
            line = Text.assemble((f"{one.state:8}", colour), f"{one.name:12}", one.sentence)
            out.print(line, soft_wrap=True)
            if one.fix:
                out.print(f"{'':20}{one.fix}", soft_wrap=True, markup=False)
    sys.exit(HELD if any(one.state == "failed" for one in checked) else 0)


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@click.option("--try", "is_try", is_flag=True, help="Send everybody one that says it is a try.")
def alert(raw: Path, reference: Path, release: Path, restricted: Path | None, is_try: bool) -> None:
    """Tell those whom the settings name (alerts) what failed, is held, missing, stale or due: each once.

    \b
    The Dagster page does so by itself; this is for a timer of the machine's own, which also tells of a page
    that is down. Counts, names of returns and the next move: never a child.
    Exit codes:  0 nothing is left unsent   4 something could not be sent, and why is said
    """
    from orchestration.alerts.tell import not_sent
    from orchestration.alerts.watch import tell_what_stands, try_each

    settled = current()
    if not settled.alerts.recipients:
        raise click.UsageError(f"nobody is to be told; name them in {FILE}, under alerts: recipients")
    if is_try:
        failed = dict(try_each(settled))
        for one in settled.alerts.recipients:
            out.print(f"{one.name}: {failed.get(one.name, 'sent')}", soft_wrap=True, markup=False)
        sys.exit(HELD if failed else 0)
    places = WarehousePaths.of(raw, reference, release, restricted)
    places.prepare()
    sent, _ = tell_what_stands(places, settled)
    left = not_sent(places)
    out.print(f"{sent} sent, {len(left)} not sent")
    for line in left:
        out.print(f"{line['recipient']}, {line['event']}: {line['why']}", soft_wrap=True, markup=False)
    sys.exit(HELD if left else 0)


def _silent(_question: str, default: Any = None, **_: Any) -> Any:
    return default


def _authority(given: str | None, codes: Sequence[str], names: dict[str, str], yes: bool) -> str | None:
    """Whose council, as it was said; None where several councils share the warehouse."""
    proposed = names.get(codes[0], codes[0]) if len(codes) == 1 else ""
    while True:
        said = given or (
            proposed
            if yes
            else click.prompt("Whose council (name or code; nothing for a region)", default=proposed)
        )
        if not said:
            return None
        try:
            code_of(said, names)
            return said
        except UnknownPlaceError as unknown:
            if given or yes:
                raise click.UsageError(str(unknown)) from None
            out.print(str(unknown))


def _region(given: str | None, yes: bool) -> str | None:
    known = sorted({*regions().values()} - {""})
    while True:
        said = given or ("" if yes else click.prompt("Which region (nothing for none)", default=""))
        if not said or said in known:
            return said or None
        if given:
            raise click.UsageError(f"{said} is not a region; {meant(said, known)}")
        out.print(f"{said} is not a region; {meant(said, known)}")


def _returns(sent: Sequence[str], known: Sequence[str], yes: bool) -> list[str]:
    """The returns that come each month, as proposed or as typed."""
    if yes:
        return list(sent)
    while True:
        said = click.prompt(
            "Returns that you send each month (nothing: those that came for the month before)",
            default=", ".join(sent), show_default=bool(sent),
        )  # fmt: skip
        chosen = [name.strip() for name in said.split(",") if name.strip()]
        wrong = [f"{name} is not a return; {meant(name, known)}" for name in chosen if name not in known]
        if not wrong:
            return chosen
        out.print("; ".join(wrong))
