"""Open the Dagster page."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from ingest.paths import WarehousePaths
from ingest.privacy import key_file
from ingest.privacy.key_file import KEY_FILE
from orchestration.cli.console import out, refused
from orchestration.cli.group import main
from orchestration.cli.options import (
    FILE,
    key_option,
    raw_option,
    reference_option,
    release_option,
    restricted_option,
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
    from orchestration.page.settings import PageRefusedError, Settings
    from orchestration.runtime.dagster_home import use_dagster_home

    places = WarehousePaths.of(raw, reference, release, restricted)
    if sign_in:
        if not places.page_address.exists():
            raise click.UsageError("the page is not open; open it with `line-of-sight ui`")
        click.echo(places.page_address.read_text(encoding="utf-8"))
        return
    settings = Settings(**served)
    with refused(PageRefusedError):
        settings.check()
    places.prepare()
    for name, place in (("RAW", places.raw), ("REFERENCE", places.reference), ("RELEASE", places.release)):
        os.environ[f"LINE_OF_SIGHT_{name}"] = str(place)
    os.environ["LINE_OF_SIGHT_RESTRICTED"] = str(places.restricted)
    os.environ[KEY_FILE] = str(key_file.key_file(key))
    use_dagster_home(places)
    settings.hand_on()
    os.chdir(Path(__file__).parents[2])
    out.print(f"The Dagster page is opening at {settings.base}")
    ended = keep([sys.executable, "-m", "orchestration.page.serve"])
    places.page_address.unlink(missing_ok=True)
    sys.exit(ended)
