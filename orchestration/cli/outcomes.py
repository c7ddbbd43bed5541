"""How a refresh, a closing or a reopening ended, in words and as an exit code."""

from dataclasses import replace

from ingest.paths import WarehousePaths
from orchestration.cli.console import HELD, PUBLISHED, WITHHELD, err, out
from orchestration.runtime.outcome import Outcome, lines_of
from publication import queries as answers
from publication.own_names import names_of_files
from publication.release.pointer import current_number


def tell_outcome(ended: Outcome, places: WarehousePaths) -> None:
    """Print what was published or why nothing was, what is held on which grounds, and what to do."""
    if ended.state == "published":
        out.print(f"Published release {ended.release}, reporting {ended.month}, in {places.current}")
        out.print(f"{ended.month}: {answers.states_in_words(ended.month_states, ended.month)}")
        out.print(answers.public_in_words(ended.public_month, ended.public_pack))
    elif ended.state == "withheld":
        err.print(f"Withheld: {ended.month} was not published. {still(ended)}")
    else:
        err.print(f"The refresh broke and changed nothing that readers see. {still(ended)}")
    for reason in ended.reasons:
        err.print(f"  - {reason}")
    if ended.state == "published":
        own = names_of_files(places)  # whoever may refresh may see the raw folder
        left_out = tuple(replace(one, file=own.get(one.file, one.file)) for one in ended.left_out)
        ended = replace(ended, left_out=left_out)
        for line in lines_of(ended):
            out.print(line, soft_wrap=True, markup=False)


def exit_code(ended: Outcome) -> int:
    """0 published, 4 published with figures held, 3 withheld, 1 broke."""
    published = HELD if ended.held else PUBLISHED
    return {"published": published, "withheld": WITHHELD}.get(ended.state, 1)


def tell_stopped(places: WarehousePaths) -> None:
    """Say what stands after a refresh was stopped by a signal."""
    err.show_cursor()
    number = current_number(places)
    err.print(
        f"Stopped. {f'Release {number} is current' if number else 'There is no release'}; refresh again."
    )


def still(ended: Outcome) -> str:
    """Which release readers see when a refresh has not published one."""
    return f"Release {ended.release} stays current." if ended.release else "There is no earlier release."
