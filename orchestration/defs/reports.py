"""The performance reports of the current release: one an authority, and one with all side by side."""

import dagster as dg

from orchestration.defs.ingestion import OWNERS
from orchestration.resources import Warehouse
from orchestration.runtime.error_redaction import redact_errors


@dg.asset(
    deps=["release"],
    group_name="publication",
    description=(
        "The monthly performance report of every authority as HTML, PDF and Excel, and the regional edition, "
        "made from the current release alone. Exact figures: they stay in the restricted zone."
    ),
    kinds={"html", "pdf", "xlsx"},
    owners=OWNERS,
)
@redact_errors
def performance_reports(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    from publication.reports import make
    from publication.reports.figures import ReportError

    places = warehouse.places
    try:
        source = make.edition_of(places.release, "restricted")
        month = make.month_of(source, None)
        codes = list(source.authorities(month))
        made = list(make.make_reports(source, codes, month, places.reports, ("html", "pdf", "xlsx")))
        make.make_region(source, "all", month, places.reports)
    except ReportError as none:
        raise dg.Failure(str(none), allow_retries=False) from None
    return dg.MaterializeResult(
        metadata={
            "month": f"{month:%Y-%m}",
            "authorities": len(made),
            "files": sum(len(one.files) for one in made) + 1,
            "place": dg.MetadataValue.path(str(places.reports / f"{month:%Y-%m}")),
        }
    )
