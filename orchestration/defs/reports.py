"""What follows a release: the performance reports, the work lists, the copy to PostgreSQL."""

import dagster as dg

from ingest.contracts import settings
from ingest.privacy.key_file import InvalidKeyError
from orchestration.defs.ingestion import OWNERS
from orchestration.resources import Warehouse
from orchestration.runtime.error_redaction import redact_errors

# a server that is restarted is back within minutes; what it refuses it refuses each time
SERVER_IS_AWAY = dg.RetryPolicy(max_retries=4, delay=60, backoff=dg.Backoff.EXPONENTIAL)


@dg.asset(
    deps=["release"],
    group_name="publication",
    description=(
        "The monthly performance report of every authority as HTML, PDF and Excel, and the regional edition, "
        "made from the current release alone. Exact figures stay in the restricted zone; the settings "
        "(reports) say which editions and files."
    ),
    kinds={"html", "pdf", "xlsx"},
    owners=OWNERS,
)
@redact_errors
def performance_reports(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    from publication.reports import make
    from publication.reports.figures import ReportError
    from publication.reports.kinds import kind_of

    places, asked = warehouse.places, settings.current().reports
    files, authorities, passed_over = 0, set[str](), ""
    try:
        for edition in asked.editions:
            try:
                source = make.edition_of(places.release, edition)
                month = make.month_of(source, None)
            except ReportError as none:
                if edition == "restricted":
                    raise
                passed_over = str(none)  # no month has been closed yet
                continue
            codes = list(source.authorities(month))
            for name in asked.kinds:
                kind = kind_of(name)
                if kind.is_quarterly and month.month % 3:
                    continue
                made = make.make_reports(
                    source, codes, month, places.reports, asked.formats, name, kind, asked.large_print
                )
                files += sum(len(one.files) for one in made)
            if edition == "restricted":
                make.make_region(source, "all", month, places.reports, asked.large_print)
                files += 1
            authorities |= set(codes)
    except (ReportError, settings.InvalidSettingsError) as none:
        raise dg.Failure(str(none), allow_retries=False) from None
    return dg.MaterializeResult(
        metadata={
            "authorities": len(authorities),
            "files": files,
            "passed over": passed_over or "nothing",
            "place": dg.MetadataValue.path(str(places.reports)),
        }
    )


@dg.asset(
    deps=["release"],
    group_name="publication",
    description=(
        "The children behind what is overdue, by team and worker, a folder an authority in the restricted "
        "zone. Never part of a release."
    ),
    kinds={"html", "csv"},
    owners=OWNERS,
)
@redact_errors
def work_lists(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    from publication.reports import make
    from publication.reports.figures import ReportError
    from publication.worklists import write_work_lists

    places, asked = warehouse.places, settings.current()
    own = bool(asked.work_lists.own_numbers)
    try:
        source = make.edition_of(places.release, "restricted")
        codes = list(source.authorities(make.month_of(source, None)))
        files = [file for code in codes for file in write_work_lists(places, code, own, asked.key_file)]
    except (ReportError, InvalidKeyError) as none:
        raise dg.Failure(str(none), allow_retries=False) from None
    return dg.MaterializeResult(metadata={"authorities": len(codes), "files": len(files)})


@dg.asset(
    deps=["release"],
    group_name="publication",
    retry_policy=SERVER_IS_AWAY,
    description="The current release in PostgreSQL, whole or not at all, where the settings name a server.",
    kinds={"postgres"},
    owners=OWNERS,
)
@redact_errors
def postgres_copy(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    from publication.exports.postgres import ExportError, NoPublicPackError, copy_release

    asked = settings.current().postgres
    if not asked.address:
        raise dg.Failure("the settings name no server; add postgres: address", allow_retries=False)
    where = (warehouse.places.current, asked.address, asked.database_schema, asked.reader)
    marts, rows, passed_over = 0, 0, ""
    for edition in asked.editions:
        try:
            copied = copy_release(*where, edition=edition)
        except NoPublicPackError as none:
            passed_over = str(none)
            continue
        except ExportError as why:
            raise dg.Failure(str(why)) from None
        marts, rows = marts + len(copied.rows), rows + sum(copied.rows.values())
    return dg.MaterializeResult(
        metadata={"marts": marts, "rows": rows, "passed over": passed_over or "nothing"}
    )
