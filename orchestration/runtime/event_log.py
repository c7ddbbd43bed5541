"""Dagster's event log over connections that are kept: its own opens, syncs and puts away one for each query.

A refresh writes a thousand events, and waited for them half of its time (docs/decisions/0020-event-log.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage

BUSY_SECONDS = 60


class PooledEventLog(ConsolidatedSqliteEventLogStorage):
    """The events of runs in one SQLite file, as Dagster writes them."""

    @cached_property
    def _engine(self) -> sa.Engine:
        engine = sa.create_engine(
            self._conn_string, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
        )
        sa.event.listen(engine, "connect", _trust_the_log)
        return engine

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            yield connection


def _trust_the_log(connection: Any, _: object) -> None:
    """With the power the last events may go too; the file stays whole, and the ledger is another."""
    connection.execute("pragma synchronous = normal")
