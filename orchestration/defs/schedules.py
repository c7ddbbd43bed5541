"""What runs by the calendar: a refresh, closings by policy, a purge. Days and hours are settings."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from ingest.contracts.reporting_policy import InvalidPolicyError, read_policies
from ingest.contracts.settings import MonthEndSchedule, MonthlyRefresh, PurgeSchedule, Settings
from ingest.discovery import raw_folder
from ingest.warehouse import months
from orchestration.defs.jobs import close_job, refresh_job
from orchestration.defs.months import CLOSINGS
from orchestration.defs.upkeep import purge_job
from orchestration.partitions import MONTH_FORMAT
from orchestration.resources import Warehouse
from orchestration.runtime.cause import TAG, cause_of, is_asked
from publication.queries import held_figures

TIMEZONE = "Europe/London"


def schedules_of(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Every schedule, on where the settings have it on. One that was missed runs once, for its latest day."""
    asked = settings.schedules
    return [monthly_refresh(asked.refresh), close_by_policy(asked.close), purge_old_files(asked.purge)]


def _status(is_enabled: bool) -> dg.DefaultScheduleStatus:
    return dg.DefaultScheduleStatus.RUNNING if is_enabled else dg.DefaultScheduleStatus.STOPPED


def _cron(at: str, day: int | None = None) -> str:
    hour, minute = at.split(":")
    return f"{int(minute)} {int(hour)} {day or '*'} * *"


def monthly_refresh(asked: MonthlyRefresh) -> dg.ScheduleDefinition:
    """The refresh with the month before."""

    @dg.schedule(
        name="monthly_refresh",
        cron_schedule=_cron(asked.at, asked.day),
        job=refresh_job,
        execution_timezone=TIMEZONE,
        default_status=_status(asked.enabled),
        description=(
            f"At {asked.at} on day {asked.day} of each month, refresh with the returns of the month before, "
            "unless they are released already and nothing has changed since (settings: schedules: refresh)."
        ),
    )
    def schedule(
        context: dg.ScheduleEvaluationContext, warehouse: Warehouse
    ) -> dg.RunRequest | dg.SkipReason:
        month = (context.scheduled_execution_time.replace(day=1) - timedelta(days=1)).strftime(MONTH_FORMAT)
        places = warehouse.places
        try:
            found = raw_folder.look(places.raw)
        except NotADirectoryError:
            return dg.RunRequest(run_key=month, partition_key=month)  # it fails, and that is told
        if month not in found.months:
            return dg.SkipReason(f"nothing of {month} has come; put its returns in {places.raw}")
        cause = cause_of(places, found)
        with warehouse.ledger() as ledger:
            if ledger.has_published(month, cause):
                return dg.SkipReason(f"{month} has been released, and nothing that it read has changed since")
        if is_asked(context.instance, month, cause):
            return dg.SkipReason(f"the refresh of {month} has been asked for already")
        return dg.RunRequest(run_key=month, partition_key=month, tags={TAG: cause})

    return schedule


def close_by_policy(asked: MonthEndSchedule) -> dg.ScheduleDefinition:
    """The closings that are due."""

    @dg.schedule(
        name="close_by_policy",
        cron_schedule=_cron(asked.at),
        job=close_job,
        execution_timezone=TIMEZONE,
        default_status=_status(asked.enabled),
        description=(
            f"At {asked.at} each day, close the months that the settings (month_end) or reporting.yml say "
            "are due: so many working days after their end, everything required there, and no held figure "
            "unless those may stand. The person who set the policy stands as who closed them. The release "
            "that follows has them in its public pack."
        ),
    )
    def schedule(
        context: dg.ScheduleEvaluationContext, warehouse: Warehouse
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        places = warehouse.places
        today = context.scheduled_execution_time.date()
        try:
            policies = read_policies(places.reference)
        except InvalidPolicyError as refused:
            yield dg.SkipReason(str(refused))
            return
        with warehouse.ledger() as ledger:
            decisions, waiting = months.due(ledger, policies, today, held_figures(places))
        if not decisions:
            yield dg.SkipReason("; ".join(waiting) or "no month is due to be closed")
        for one in decisions:
            closing = {
                "month": one.months[0],
                "by_name": one.by_name,
                "authorities": list(one.la_codes),
                "policy": one.policy or "",
            }
            yield dg.RunRequest(
                run_key=f"{today} {one.months[0]} {one.policy}",
                run_config={"ops": {CLOSINGS.to_python_identifier(): {"config": closing}}},
            )

    return schedule


def purge_old_files(asked: PurgeSchedule) -> dg.ScheduleDefinition:
    """The purge of raw files that are older than the settings keep."""

    @dg.schedule(
        name="purge_old_files",
        cron_schedule=_cron(asked.at, asked.day),
        job=purge_job,
        execution_timezone=TIMEZONE,
        default_status=_status(asked.enabled),
        description=(
            f"At {asked.at} on day {asked.day} of each month, take away raw files that are older than the "
            "settings keep (retention: raw_months). Figures and releases stay as they are."
        ),
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=f"{context.scheduled_execution_time:%Y-%m}")

    return schedule
