"""Dagster's events go over connections that are kept, into a file that stays whole."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ingest.paths import WarehousePaths
from orchestration.runtime.dagster_home import use_dagster_home
from orchestration.runtime.event_log import PooledEventLog


@pytest.fixture
def log(places: WarehousePaths, monkeypatch: pytest.MonkeyPatch) -> Iterator[PooledEventLog]:
    for name in ("DAGSTER_HOME", "LINE_OF_SIGHT_DAGSTER_LOG"):
        monkeypatch.setenv(name, "")  # put back afterwards
    use_dagster_home(places)
    instance = dg.DagsterInstance.get()  # its storage knows it by a weak reference alone
    storage = instance.event_log_storage
    assert isinstance(storage, PooledEventLog)
    yield storage
    assert instance.event_log_storage is storage


def test_a_run_is_written_and_another_process_reads_it_to_its_end(log: PooledEventLog) -> None:
    @dg.asset
    def counted() -> None: ...

    ended = dg.materialize([counted], instance=dg.DagsterInstance.get())

    assert ended.success
    other = PooledEventLog(str(Path(log.get_db_path()).parent))
    types = [record.dagster_event.event_type_value for record in other.get_logs_for_run(ended.run_id)]
    assert types[-1] == "PIPELINE_SUCCESS"
    assert "ASSET_MATERIALIZATION" in types


def test_what_is_lost_with_the_power_is_the_last_events_and_never_the_file(log: PooledEventLog) -> None:
    with log._connect() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 1


def test_connections_are_kept_between_queries(log: PooledEventLog) -> None:
    with log._connect() as first:
        held = first.connection.dbapi_connection
    with log._connect() as second:
        assert second.connection.dbapi_connection is held
