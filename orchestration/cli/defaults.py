"""What the settings say in place of options: each command's, so that day to day none is typed."""

from collections.abc import Mapping
from typing import Any

import click

from ingest.contracts.settings import Settings

# of one command alone, since elsewhere a name means another thing
OF_COMMANDS = {
    "dashboard": lambda s: {"edition": s.reports.editions[0]},
    "purge": lambda s: {"months": s.retention.raw_months},
    "report": lambda s: {
        "edition": s.reports.editions[0],
        "formats": s.reports.formats,
        "large_print": s.reports.large_print,
    },
    "worklist": lambda s: {"own_ids": s.work_lists.own_numbers},
    "postgres": lambda s: {
        "to": s.postgres.address,
        "schema": s.postgres.database_schema,
        "reader": s.postgres.reader,
    },
    "ui": lambda s: s.page.model_dump(mode="json"),
    "reopen": lambda s: {"authorities": [s.authority] if s.authority else None},
}


def defaults_of(group: click.Group, settings: Settings) -> dict[str, Any]:
    """A default map for click: what a command's options are where neither the line nor its variable says."""
    places = settings.places
    everywhere = {
        "raw": str(places.raw),
        "reference": str(places.reference),
        "release": str(places.release),
        # of a release named on the line the restricted zone is beside it
        "restricted": settings.folders.restricted and str(places.restricted),
        "key": settings.key_file and str(settings.key_file),
        "authority": settings.authority,
    }
    return _of_group(group, settings, everywhere)


def _of_group(group: click.Group, settings: Settings, everywhere: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            made[name] = _of_group(command, settings, everywhere)
            continue
        own = OF_COMMANDS[name](settings) if name in OF_COMMANDS else {}
        given = {**everywhere, **own}
        made[name] = {
            option.name: given[option.name]
            for option in command.params
            if isinstance(option, click.Option)
            and option.name
            and given.get(option.name) not in (None, [], ())
        }
    return made
