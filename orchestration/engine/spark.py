"""A session of Spark on this machine or a cluster, set by us wherever a setting could move a figure."""

import logging
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from ingest.paths import PRIVATE_MODE, WarehousePaths

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "LINE_OF_SIGHT_SPARK_MASTER"  # local[*] unless set: local-cluster[2,1,2048], spark://host:7077
KEPT = "LINE_OF_SIGHT_SPARK_KEEP"  # set to anything, what Spark wrote stays, to be looked at
MEMORY = "LINE_OF_SIGHT_SPARK_MEMORY"  # of the driver, and of each executor where there are any
LEAST_JAVA = 17
PATIENCE = 90  # seconds that an executor may take to answer for the first time
# whatever a cluster is set to: dates, errors, names and texts as DuckDB has them
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.storeAssignmentPolicy": "ANSI",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.sources.default": "parquet",
    "spark.sql.legacy.createHiveTableByDefault": "false",
}
# small tables and many of them: what Spark takes for granted is made for large ones
PACE = {
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.adaptive.enabled": "true",
    "spark.hadoop.fs.permissions.umask-mode": "077",
    "spark.sql.constraintPropagation.enabled": "false",  # without an end where a column is worked out of many
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
}


# Spark's own pandas is not ours to choose, and none of its functions on pandas are used
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)


class EngineError(Exception):
    """The second engine cannot be used, or did not end its work. One line, with the next move."""


def folder(places: WarehousePaths) -> Path:
    """What Spark writes: children's records, so in the restricted zone, and of one refresh."""
    return places.restricted / "spark"


def check_java(env: Mapping[str, str] = os.environ) -> None:
    """Raises EngineError where there is no Java that Spark runs on."""
    home = env.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java", path=env.get("PATH"))
    needed = f"the engine spark needs Java {LEAST_JAVA} or later"
    try:
        said = subprocess.run([java or "", "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        where = f" in JAVA_HOME ({home})" if home else ""
        raise EngineError(
            f"{needed}, and there is none{where}; install it or set JAVA_HOME, or leave out --engine spark"
        ) from None
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if not found or int(found[1]) < LEAST_JAVA:
        raise EngineError(
            f"{needed}, and this is {found[1] if found else 'another program'}; "
            "install it or set JAVA_HOME, or leave out --engine spark"
        )


def check_extra() -> None:
    """Raises EngineError where line-of-sight was installed without what the engine is made of."""
    from importlib.util import find_spec

    for name, package in (
        ("pyspark", "pyspark"),
        ("dbt.adapters.spark", "dbt-spark"),
        ("sqlglot", "sqlglot"),
    ):
        if find_spec(name) is None:
            raise EngineError(
                f"the engine spark is not installed ({package} is missing); "
                "pip install 'line-of-sight[spark]', or leave out --engine spark"
            )


def check() -> None:
    """Raises EngineError where the engine could not start, before anything is written."""
    check_extra()
    check_java()


_sessions: dict[Path, "SparkSession"] = {}


def session(places: WarehousePaths) -> "SparkSession":
    """The session of this process for one warehouse; begun once. Raises EngineError."""
    home = folder(places)
    if home in _sessions:
        return _sessions[home]
    stop()
    check()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=PRIVATE_MODE)
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    master, memory = os.environ.get(MASTER, "local[*]"), os.environ.get(MEMORY, "4g")
    given = (
        MEANING
        | PACE
        | {
            "spark.driver.memory": memory,
            "spark.local.dir": str(home / "scratch"),
            "spark.sql.warehouse.dir": str(home / "warehouse"),
            "spark.driver.extraJavaOptions": "-XX:+ExitOnOutOfMemoryError -Duser.timezone=UTC",
            "spark.executor.extraJavaOptions": "-XX:+ExitOnOutOfMemoryError -Duser.timezone=UTC",
        }
    )
    if not master.startswith("local["):
        given["spark.executor.memory"] = memory
    logging.getLogger("SQLQueryContextLogger").disabled = True  # it prints queries and values that failed
    builder = SparkSession.builder.appName("line-of-sight").master(master)
    for name, value in given.items():
        builder = builder.config(name, value)
    try:
        with _unheard(home):
            started = builder.getOrCreate()
        started.sparkContext.setLogLevel("OFF")
        _answers(started, master, memory)
    except (PySparkException, OSError) as error:
        stop()
        raise EngineError(
            f"Spark did not start with {memory} of memory on {master}; give it less or more ({MEMORY}), "
            "or leave out --engine spark"
        ) from error
    _sessions[home] = started
    return started


@contextmanager
def _unheard(home: Path) -> Iterator[None]:
    """Java inherits where errors go, and may quote a cell: it says nothing, and we say what it could not."""
    settings = home / "conf"
    settings.mkdir()
    (settings / "log4j2.properties").write_text("rootLogger.level = off\n", encoding="ascii")
    os.environ["SPARK_CONF_DIR"] = str(settings)
    heard = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(heard, 2)
        os.close(heard)
        os.close(nowhere)


def _answers(started: "SparkSession", master: str, memory: str) -> None:
    """An executor that gets no memory never comes, and Spark waits for it without an end."""
    done: list[int] = []
    asking = Thread(target=lambda: done.append(started.range(1).count()), daemon=True)
    asking.start()
    asking.join(PATIENCE)
    if not done:
        started.sparkContext.cancelAllJobs()
        stop(started)
        raise EngineError(
            f"no executor of {master} answered within {PATIENCE} seconds: it may not have the {memory} of "
            f"memory that was asked for; lower {MEMORY}, or leave out --engine spark"
        )


@contextmanager
def ended(places: WarehousePaths) -> Iterator[None]:
    """However the work ends, so does the session; what it wrote is children's records and goes with it."""
    try:
        yield
    finally:
        stop()
        if KEPT not in os.environ:
            shutil.rmtree(folder(places), ignore_errors=True)


def stop(one: "SparkSession | None" = None) -> None:
    """End the sessions of this process."""
    for started in [*_sessions.values(), *([one] if one else [])]:
        started.stop()
    _sessions.clear()
