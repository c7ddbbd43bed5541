"""Ask the current release: a figure and its grounds, a scorecard, how things stand."""

import json
import sys
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from ingest.contracts import settings
from ingest.paths import WarehousePaths
from orchestration.cli.children import tell_children, tell_parts
from orchestration.cli.console import out, print_table
from orchestration.cli.group import main
from orchestration.cli.options import (
    MONTH,
    json_option,
    key_option,
    own_ids_option,
    raw_option,
    reference_option,
    release_option,
    restricted_option,
)
from orchestration.health import standing
from orchestration.runtime.outcome import counted
from publication import queries as answers
from publication.formatting import format_change, format_code, format_number

CHARACTERISTICS = (
    "age_band", "sex", "ethnic_group", "disability", "need", "placement_group", "team", "service",
)  # fmt: skip


@main.command()
@click.argument("indicator")
@click.option("--authority", required=True, help="Whose: a name, or a three-digit DfE code.")
@click.option("--month", required=True, type=MONTH, help="The month asked about, as 2025-04.")
@click.option(
    "--children",
    is_flag=True,
    help="Show instead each child or event behind the figure, with its file and row. Restricted.",
)
@click.option(
    "--by",
    type=click.Choice(CHARACTERISTICS),
    help="Show instead the figure's parts by a characteristic of its children. Restricted.",
)
@click.option(
    "--basis",
    type=click.Choice(["month", "quarter", "year_to_date", "since", "rolling_12_months", "point_in_time"]),
    help="With --children or --by: of which period.  [default: the one that the figure is reported on first]",
)
@click.option("--csv", "as_csv", is_flag=True, help="With --children or --by: print CSV, every row.")
@own_ids_option
@raw_option
@release_option
@restricted_option
@key_option
@json_option
def explain(
    indicator: str,
    authority: str,
    month: Any,
    children: bool,
    by: str | None,
    basis: str | None,
    as_csv: bool,
    own_ids: bool,
    raw: Path,
    release: Path,
    restricted: Path | None,
    key: Path | None,
    as_json: bool,
) -> None:
    """Show a figure, what it was worked out from, the rule in words, and the checks behind it.

    \b
    Example:  line-of-sight explain icpc_15wd_pct --authority 001 --month 2025-03
    From a figure to its children, for those who may see them:
      line-of-sight explain icpc_15wd_pct --authority 001 --month 2025-03 --children
      line-of-sight explain icpc_15wd_pct --authority 001 --month 2025-03 --children --own-ids --csv
    By whom it is, for the same: age, sex, ethnicity, disability, need, placement, team or service:
      line-of-sight explain cp_started --authority 001 --month 2025-03 --by age_band
    Each row says what it counts in: the numerator, the denominator, both, or nothing. What the rows add is
    the figure. Who asked is noted in RESTRICTED/access_log.jsonl, without a child.
    """
    if children and by:
        raise click.UsageError("--children and --by are two questions; ask one at a time")
    if by and own_ids:
        raise click.UsageError("--own-ids is of children; parts have none")
    if children or by:
        places = WarehousePaths.of(raw, Path("reference"), release, restricted)
        form = "csv" if as_csv else "json" if as_json else "table"
        asked = places, indicator, authority, month.strftime("%Y-%m"), basis
        if by:
            tell_parts(*asked, by, form)
        else:
            tell_children(*asked, own_ids, key, form)
        return
    if basis or as_csv or own_ids:
        raise click.UsageError(
            "--basis, --csv and --own-ids are of a figure's children or parts; add --children or --by"
        )
    try:
        said = answers.explain(release, indicator, authority, month.strftime("%Y-%m"))
    except answers.NotFoundError as none:
        raise click.UsageError(str(none)) from None
    if as_json:
        click.echo(json.dumps(said, indent=1, default=str))
        return
    out.print(f"[bold]{said['title']}[/bold] ({indicator}), {said['authority']}, {said['month']}")
    if said["state"]:
        out.print(said["state"])
    for doubt in said["held"]:
        stands = "; an earlier figure stands" if doubt["is_earlier_figure_given"] else ""
        bases = ", ".join(format_code(basis) for basis in doubt["bases"])
        out.print(
            f"Held ({bases}): {doubt['ground_sentence']} ({doubt['ground']}){stands}. "
            f"To free it: {doubt['suggested_action']}",
            soft_wrap=True,
            markup=False,
        )
    for doubt in said["warnings"]:
        out.print(f"Warning: {doubt['ground_sentence']} ({doubt['ground']})", soft_wrap=True, markup=False)
    print_table(
        ["basis", "breakdown", "value", "numerator", "denominator", "status", "first published"],
        [
            [
                f["period_basis"],
                f["breakdown_value"],
                format_number(f["value"], said["unit"]),
                format_number(f["numerator"], "count"),
                format_number(f["denominator"], "count"),
                f["value_status"],
                format_number(f["first_value"], said["unit"]),
            ]
            for f in said["figures"]
        ],
    )
    for f in said["figures"]:
        if f["value"] is None and f["ground"] is None and f["suggested_action"]:
            out.print(
                f"No figure ({format_code(f['period_basis'])}): {f['suggested_action']}",
                soft_wrap=True,
                markup=False,
            )
    out.print(f"Counted: {said['rule']['counted']}", markup=False)
    if "out_of" in said["rule"]:
        out.print(f"Out of:  {said['rule']['out_of']}", markup=False)
    if said["decision_note"]:
        out.print(f"Note:    {said['decision_note']}", markup=False)
    out.print("Read from what counts of what came:")
    print_table(
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
    print_table(
        ["check", "state", "on", "what it asks"],
        [[c["check"], c["state"], ", ".join(c["subjects"]), c["sentence"]] for c in checks],
    )


@main.command()
@click.option("--authority", required=True, help="Whose: a name, or a three-digit DfE code.")
@click.option("--month", type=MONTH, help="The month asked about.  [default: the month the release reports]")
@release_option
@json_option
def scorecard(authority: str, month: Any, release: Path, as_json: bool) -> None:
    """Show every indicator of an authority for a month, area by area, and what it is set beside."""
    try:
        said = answers.scorecard(release, authority, month and month.strftime("%Y-%m"))
    except answers.NotFoundError as none:
        raise click.UsageError(str(none)) from None
    if as_json:
        click.echo(json.dumps(said, indent=1, default=str))
        return
    out.print(f"[bold]{said['authority']}, {said['month']}[/bold]")
    if said["state"]:
        out.print(said["state"])
    print_table(
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
                format_number(r["now"], r["unit"]),
                format_number(r["year_to_date"], r["unit"]),
                format_number(r["rolling_12_months"], r["unit"]),
                r["target"],
                format_change(r["change"], r["direction"], r["unit"]),
                format_number(r["england"], r["unit"]),
                format_number(r["neighbours"], r["unit"]),
                format_code(r["signal"]),
                r["value_status"],
            ]
            for r in said["rows"]
        ],
    )


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@json_option
@click.option("--files", is_flag=True, help="Show each file of the newest month, and what to do.")
@click.option("--check", is_flag=True, help="End with the state as the exit code, for a monitor.")
def status(
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    as_json: bool,
    files: bool,
    check: bool,
) -> None:
    """Show what has arrived, what is missing, what was withheld, and the current release.

    Missing is what the month waits for: what the settings require, or else what came for the month before.

    \b
    For a monitor:  line-of-sight status --check --json   (its part `health` says state, run id, age, counts)
    Exit codes with --check, the worst that holds:
      0 well   6 there is no release   3 the last refresh was withheld or broke
      5 stale: the month that is due has not been released   4 figures held, or returns missing
    Without --check it ends with 0.
    """
    places = WarehousePaths.of(raw, reference, release, restricted)
    if files:
        listed = answers.files_found(places)
        if as_json:
            click.echo(json.dumps(listed, indent=1))
        else:
            for heading, of_heading in groupby(listed, key=itemgetter("heading")):
                out.print(f"{heading}:")
                names = ["file", "what", "stands", "to_do"]
                print_table(
                    ["file", "what it is", "how it stands", "what to do"],
                    [[one[name] for name in names] for one in of_heading],
                )
        return
    said = standing(places, settings.current())
    if as_json:
        click.echo(json.dumps(said, indent=1, default=str))
    else:
        _print_status(said)
    sys.exit(said["health"]["exit_code"] if check else 0)


def _print_status(said: Mapping[str, Any]) -> None:
    current, stands = said["release"], said["health"]
    for one in said["alerts_not_sent"]:
        out.print(
            f"Not told: {one['recipient']}, of {one['event']} ({one['subject']}): {one['why']}",
            soft_wrap=True,
            markup=False,
        )
    out.print(
        f"State: {stands['state']}"
        + (f"; {stands['due_month']} is due and has not been released" if stands["is_stale"] else "")
        + ("; a refresh is running" if stands["is_running"] else "")
    )
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
        arrivals = settings.current().schedules.arrivals
        how = (
            f"while the service is up, once nothing has been touched for {arrivals.quiet_minutes} minutes"
            if arrivals.enabled
            else "line-of-sight refresh"
        )
        out.print(f"Waiting to be read: {', '.join(said['waiting'])} ({how})", soft_wrap=True, markup=False)
    if said["policy"]:
        out.print(said["policy"])
    out.print(f"Newest month: {said['month'] or 'none'}")
    print_table(
        ["authority", "accepted", "missing", "refused", "the month"],
        [
            [a["la_code"], a["accepted"], a.get("missing"), a["refused"], a.get("state_in_words")]
            for a in said["authorities"]
        ],
    )
    for refused in said["refused"]:
        out.print(f"Refused: {refused['file']} (version {refused['version']}): {refused['reason']}")
    if said["missing"]:
        out.print("Missing:")
        print_table(
            ["authority", "returns"], [[m["la_code"], ", ".join(m["returns"])] for m in said["missing"]]
        )
    if said["not_supplied"]:
        out.print("What the formats that came cannot supply:")
        print_table(
            ["authority", "format", "what", "why"],
            [[n["la_code"], n["source_format"], n["what"], n["why"]] for n in said["not_supplied"]],
        )
    if said["findings"]:
        out.print("Findings:")
        print_table(
            ["file", "column", "finding", "how many", "what to do"],
            [
                [f["file"], f["column_name"], f["finding"], f["finding_count"], f["next_move"]]
                for f in said["findings"]
            ],
        )
