"""Options that several commands have, each with one wording."""

from pathlib import Path

import click
from click.core import ParameterSource

from ingest.contracts import settings
from ingest.privacy.key_file import KEY_FILE
from orchestration.engine import SPARK

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, resolve_path=True)
MONTH = click.DateTime(["%Y-%m"])
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
engine_option = click.option(
    "--engine", type=click.Choice(["duckdb", SPARK]), envvar="LINE_OF_SIGHT_ENGINE", default="duckdb",
    show_default=True,
    help="What works out the models. spark needs line-of-sight[spark] and Java: see docs/spark.md.",
)  # fmt: skip
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for a script instead of a table."
)
own_ids_option = click.option(
    "--own-ids/--pseudonyms", "own_ids", default=False,
    help="Show the council's own numbers in place of pseudonyms, from RAW and the key. Kept in no table; "
    "that they were asked for is noted in RESTRICTED/access_log.jsonl.  [default: work_lists: own_numbers]",
)  # fmt: skip


def of_one(authority: str | None, region: str | None, otherwise: str) -> str | None:
    """The authority that is asked for; none where a region is, though the settings name an authority.

    Raises UsageError, with the words `otherwise`, where both or neither are.
    """
    from_settings = (
        click.get_current_context().get_parameter_source("authority") is ParameterSource.DEFAULT_MAP
    )
    if region and from_settings:
        authority = None
    if (authority is None) == (region is None):
        raise click.UsageError(otherwise)
    return authority


def allow_own_ids(asked: bool) -> None:
    """Raises UsageError where own numbers are asked for and the council's settings refuse them."""
    if asked and settings.current().work_lists.own_numbers is False:
        raise click.UsageError(
            "the settings say that lists show no own numbers (work_lists: own_numbers: false); use "
            "pseudonyms, and `line-of-sight reidentify` for one child"
        )
