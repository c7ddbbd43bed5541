"""Look at how things stand, and tell those who asked."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ingest.contracts.settings import Settings
from ingest.paths import WarehousePaths
from orchestration.alerts.channels import NotSentError, send
from orchestration.alerts.events import Alert, alerts_of
from orchestration.alerts.tell import Sender, not_sent, tell
from orchestration.health import standing

A_TRY = Alert("try", "a try", "This is a try: alerts reach you here.", "nothing")


def tell_what_stands(
    places: WarehousePaths, settings: Settings, now: datetime | None = None, by: Sender = send
) -> tuple[int, int]:
    """Tell what holds now and has not been told; how many were sent, and how many are left unsent."""
    now = now or datetime.now(UTC)
    alerts = alerts_of(places, settings, standing(places, settings, now), now.date())
    return tell(places, settings, alerts, now, by), len(not_sent(places))


def try_each(settings: Settings) -> Iterator[tuple[str, str]]:
    """Send everybody a try; whom it did not reach, and why."""
    for one in settings.alerts.recipients:
        try:
            send(A_TRY, one, settings.alerts.mail)
        except NotSentError as why:
            yield one.name, str(why)
