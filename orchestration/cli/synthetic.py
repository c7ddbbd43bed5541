"""Write wholly fictional returns."""

from pathlib import Path

import click

from orchestration.cli.console import err, out
from orchestration.cli.group import main
from orchestration.cli.options import FOLDER


@main.command()
@click.option("--authorities", default=3, show_default=True, help="How many authorities.")
@click.option("--months", required=True, help="The months to write, first and last, as 2024-04..2025-03.")
@click.option("--children", default=300, show_default=True, help="Children in need at a time, on average.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--out", "folder", type=FOLDER, required=True, help="Writes OUT/raw and OUT/reference.")
@click.option(
    "--demonstration",
    is_flag=True,
    help="Lay the last month in OUT/next, and add a doubt, a comment, an action and a milestone.",
)
@click.option("--jobs", default=1, show_default=True, help="How many processes to write with.")
def generate(
    authorities: int, months: str, children: int, seed: int, folder: Path, demonstration: bool, jobs: int
) -> None:
    """Write realistic, wholly fictional returns, to try before you trust.

    \b
    Example:  line-of-sight generate --months 2024-04..2025-03 --out try
              cd try && line-of-sight init --yes && line-of-sight refresh
    """
    import pandas as pd

    from synthetic import demonstration as first_look
    from synthetic import invent as write

    try:
        first, _, last = months.partition("..")
        chosen = [month.strftime("%Y-%m") for month in pd.period_range(first, last or first, freq="M")]
        if demonstration and len(chosen) < 2:
            raise ValueError("a demonstration has a month to report and the next; ask for two or more")
        summary = write(authorities, chosen, children, seed, folder, err.print, jobs)
        if demonstration:
            first_look.dress(folder, chosen, [f"{number:03d}" for number in range(1, authorities + 1)])
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    rows = summary.rows_by_month[chosen[-1]]
    out.print(
        f"Wrote {len(chosen)} months of {authorities} authorities to {folder}; "
        f"{rows:,} rows in the last month"
    )
