"""What must be there before Spark is begun, and what is set whatever the cluster's own settings are."""

import re
from pathlib import Path

import pytest

from orchestration.engine import spark


def java_that_says(folder: Path, version: str) -> dict[str, str]:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{version}' >&2\n", encoding="ascii")
    program.chmod(0o700)
    return {"JAVA_HOME": str(folder)}


@pytest.mark.parametrize("said", ['openjdk version "17.0.15" 2025-04-15', 'java version "21" 2023-09-19'])
def test_a_java_that_spark_runs_on_is_taken(tmp_path: Path, said: str) -> None:
    spark.check_java(java_that_says(tmp_path, said))


def test_a_java_too_old_is_named_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(spark.EngineError, match="needs Java 17 or later, and this is 8;"):
        spark.check_java(java_that_says(tmp_path, 'openjdk version "1.8.0_392"'))


def test_no_java_is_one_line_with_the_next_move(tmp_path: Path) -> None:
    with pytest.raises(spark.EngineError, match="and there is none; install it or set JAVA_HOME") as told:
        spark.check_java({"PATH": str(tmp_path)})
    assert "\n" not in str(told.value)


def test_a_java_home_without_java_is_named(tmp_path: Path) -> None:
    with pytest.raises(spark.EngineError, match=re.escape(f"none in JAVA_HOME ({tmp_path})")):
        spark.check_java({"JAVA_HOME": str(tmp_path)})


def test_where_the_extra_is_missing_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(spark.EngineError, match=re.escape("pip install 'line-of-sight[spark]'")):
        spark.check_extra()


def test_time_errors_and_names_are_ours_and_not_the_clusters() -> None:
    said = {name.removeprefix("spark.sql."): value for name, value in spark.MEANING.items()}

    assert (said["session.timeZone"], said["ansi.enabled"], said["caseSensitive"]) == ("UTC", "true", "false")
