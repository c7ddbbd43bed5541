"""Closings and reopenings: a named person's word on a month, put on record before the build that follows."""

import dagster as dg
from pydantic import Field

from ingest.contracts.reporting_policy import read_policies
from ingest.warehouse import months
from ingest.warehouse.months import Decision
from orchestration.asset_groups import ASSET_GROUPS
from orchestration.defs.ingestion import OWNERS
from orchestration.resources import Warehouse
from orchestration.runtime import progress
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import refresh_lock

CLOSINGS, REOPENINGS = dg.AssetKey("closings"), dg.AssetKey("reopenings")


class Closing(dg.Config):
    """Which months are closed, whose, and who says so."""

    month: str = Field(description="The month, as 2025-03; or the first and the last, as 2024-10..2025-03.")
    by_name: str = Field(description="Who closes it: a person's name. It stands in every release and report.")
    authorities: list[str] = Field(
        default=[],
        description="Three-digit DfE codes; every authority that is not final where none is given.",
    )
    reason: str = Field(default="", description="Why; needed where the month is closed incomplete.")
    incomplete: bool = Field(default=False, description="Close it although required returns have not come.")
    policy: str = Field(
        default="", description="The lines of reporting.yml that close it; empty for a person."
    )

    def decision(self) -> Decision:
        """What was decided. Raises DecisionRefusedError where the month cannot be read."""
        return Decision(
            months=months.months_in(self.month),
            by_name=self.by_name,
            la_codes=tuple(self.authorities),
            reason=self.reason.strip() or None,
            is_incomplete=self.incomplete,
            policy=self.policy or None,
        )


class Reopening(dg.Config):
    """Which months are opened again, whose, who says so, and why."""

    month: str = Field(description="The month, as 2025-03; or the first and the last, as 2024-10..2025-03.")
    by_name: str = Field(description="Who opens it again: a person's name.")
    authorities: list[str] = Field(description="Three-digit DfE codes.")
    reason: str = Field(
        description="Why. It stands in every release and report until the month is closed again."
    )

    def decision(self) -> Decision:
        """What was decided. Raises DecisionRefusedError where the month cannot be read."""
        return Decision(
            months=months.months_in(self.month),
            by_name=self.by_name,
            la_codes=tuple(self.authorities),
            reason=self.reason.strip() or None,
        )


@dg.asset(
    key=CLOSINGS,
    group_name="landing",
    metadata={"stage": ASSET_GROUPS["landing"]},
    description=(
        "The months that a named person, or a policy that one set, has closed. A closing stands on what had "
        "been received by then; it pins figures as first published, and lets them into the public edition."
    ),
    kinds={"python"},
    owners=OWNERS,
)
@redact_errors
def closings(
    context: dg.AssetExecutionContext, config: Closing, warehouse: Warehouse
) -> dg.MaterializeResult:
    return _put_on_record(config, warehouse)


@dg.asset(
    key=REOPENINGS,
    group_name="landing",
    metadata={"stage": ASSET_GROUPS["landing"]},
    description=(
        "The months that a named person has opened again, and why. What was published stands beside them."
    ),
    kinds={"python"},
    owners=OWNERS,
)
@redact_errors
def reopenings(
    context: dg.AssetExecutionContext, config: Reopening, warehouse: Warehouse
) -> dg.MaterializeResult:
    return _put_on_record(config, warehouse)


def _put_on_record(config: Closing | Reopening, warehouse: Warehouse) -> dg.MaterializeResult:
    places = warehouse.places
    progress.tell("putting the decision on record")
    with refresh_lock(places), warehouse.ledger() as ledger:
        decide = months.close if isinstance(config, Closing) else months.reopen
        try:
            events = decide(ledger, read_policies(places.reference), config.decision())
        except months.DecisionRefusedError as refused:
            raise dg.Failure(str(refused), allow_retries=False) from None
        with ledger.transaction():
            ledger.add_events(events)
    return dg.MaterializeResult(
        metadata={
            "months": ", ".join(sorted({event.reporting_month for event in events})),
            "authorities": ", ".join(sorted({event.la_code for event in events})),
            "by": config.by_name,
            "events": len(events),
        }
    )
