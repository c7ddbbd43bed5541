"""What Dagster is told of an error in an asset: never the words of a parser or a database."""

import sys
from collections.abc import Callable, Iterator

import dagster as dg
import duckdb
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info

from orchestration.runtime.dbt_build import BuildError
from orchestration.runtime.error_redaction import redact_errors


def cast_a_name() -> None:
    duckdb.sql("select 'Ada Finchley'::integer").fetchall()


def told_of(work: Callable[[], object]) -> str:
    """Everything that Dagster would keep of the error that `work` ends in."""
    try:
        work()
    except Exception:
        info = serializable_error_info_from_exc_info(sys.exc_info())
        parts = []
        while info:
            parts.append(f"{info.cls_name} {info.message}")
            info = info.cause or info.context
        return " ".join(parts)
    raise AssertionError("nothing broke")


@redact_errors
def an_asset() -> None:
    cast_a_name()


@redact_errors
def an_asset_of_many() -> Iterator[int]:
    yield 1
    cast_a_name()


@redact_errors
def an_asset_that_words_it_badly() -> None:
    try:
        cast_a_name()
    except duckdb.Error:
        raise BuildError("a model could not be built")  # noqa: B904


def test_an_error_is_told_by_its_kind_and_place_alone():
    for work in (an_asset, lambda: list(an_asset_of_many())):
        said = told_of(work)

        assert "ConversionException" in said
        assert "Finchley" not in said


def test_an_error_of_our_own_keeps_its_words_and_drops_what_it_came_from():
    said = told_of(an_asset_that_words_it_badly)

    assert "a model could not be built" in said
    assert "Finchley" not in said


def test_a_full_disk_can_still_be_told():
    @redact_errors
    def full() -> None:
        raise OSError(28, "No space left on device: /srv/Ada Finchley")

    with pytest.raises(dg.Failure, match=r"\(no space left on device\)") as told:
        full()
    assert "Finchley" not in str(told.value.description)
