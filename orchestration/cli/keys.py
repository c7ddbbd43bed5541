"""Make and change the key; show a council its own ids behind pseudonyms."""

import sys
from pathlib import Path

import click

from ingest.paths import WarehousePaths
from ingest.privacy import key_file
from ingest.privacy.key_file import InvalidKeyError
from orchestration.cli.console import out, refused
from orchestration.cli.group import main
from orchestration.cli.options import key_option, raw_option, release_option, restricted_option
from orchestration.runtime.lock import refresh_lock


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
    with refused(InvalidKeyError, OSError):
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
    from ingest.maintenance.rotate_key import rotate_key

    places = WarehousePaths.of(Path("raw"), Path("reference"), release, restricted)
    with refused(InvalidKeyError, OSError):
        old = key_file.pseudonyms_for(places.key_id, key)
        places.prepare()
        with refresh_lock(places):
            new_path = new.absolute()
            made = (
                key_file.read_key(new_path)  # of a rotation that was cut short
                if new_path.exists()
                else key_file.new_key(new_path, derives_from=key_file.key_file(key))
            )
            if not made.derives_from(old):
                raise InvalidKeyError(f"the key at {new_path} does not go on from the one in use")
            count = rotate_key(places, old, made)
    out.print(f"{count} files of records are now under key {made.key_id}, at {new_path}")


@main.command()
@click.argument("wanted", nargs=-1, metavar="[PSEUDONYM]...")
@click.option("--authority", required=True, help="Whose: a name, or a three-digit DfE code.")
@raw_option
@release_option
@restricted_option
@key_option
def reidentify(
    wanted: tuple[str, ...],
    authority: str,
    raw: Path,
    release: Path,
    restricted: Path | None,
    key: Path | None,
) -> None:
    """Show the council its own ids for pseudonyms, from its raw files and the key. Written to no file.

    That it was asked is noted in RESTRICTED/access_log.jsonl: who, when, and how many; no id.

    \b
    Example:  line-of-sight reidentify --authority 372 3b3e8caec61ce41497b4c66ec68a2c70
              line-of-sight reidentify --authority 372 < pseudonyms.txt
    Exit codes:  0 all found   2 wrong usage, or one stands in no raw file that is still kept
    """
    from ingest.discovery import raw_folder
    from ingest.maintenance.reidentify import reveal as look_behind
    from publication.access_log import note_access

    places = WarehousePaths.of(raw, Path("reference"), release, restricted)
    asked = [word.replace("-", "") for word in wanted or sys.stdin.read().split()]
    with refused(InvalidKeyError, NotADirectoryError):
        made_with = key_file.pseudonyms_for(places.key_id, key)
        found = raw_folder.look(places.raw)
    met = look_behind(found, authority, made_with, asked)
    note_access(places, "reidentify", len(met), own_numbers=True, la_code=authority)
    for pseudonym in dict.fromkeys(asked):
        if pseudonym in met:
            click.echo(f"{pseudonym}\t{met[pseudonym].identifies}\t{met[pseudonym].said}")
    absent = len(set(asked) - met.keys())
    if absent:
        raise click.UsageError(f"{absent} stand in no raw file of {authority} that is still kept in {raw}")
