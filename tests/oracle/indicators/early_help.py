"""Early help: families helped before the threshold of need."""

from collections.abc import Iterator

from ..casebook import Casebook, at_or_before, live
from .register import Count, Event, flow, stock, total


@stock("eh_open")
def eh_open(book: Casebook, day: int) -> Count:
    return total(
        {
            episode["earl_person_id"]
            for episode in book.rows("early_help_episodes")
            if live(episode["earl_episode_start_date"], episode["earl_episode_end_date"], day)
        }
    )


@flow("eh_assessments_completed")
def eh_assessments_completed(book: Casebook) -> Iterator[Event]:
    for episode in book.rows("early_help_episodes"):
        yield Event(episode, episode["assessment_completed_date"])


@flow("caf_evaluated_pct")
def caf_evaluated_pct(book: Casebook) -> Iterator[Event]:
    as_at = book.as_at("early_help_episodes")
    for episode in book.rows("early_help_episodes"):
        yield Event(
            episode, episode["earl_episode_end_date"], int(at_or_before(episode["evaluation_date"], as_at))
        )
