"""Figures in a notebook: those asked for and no others, of the release that is named."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from publication.notebooks import read_figures

MARCH, APRIL = date(2025, 3, 31), date(2025, 4, 30)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Two releases: in the newer one the March figure of 301 is 12, and was 10."""
    for number, figure in ((1, 10), (2, 12)):
        place = tmp_path / "releases" / f"{number:06d}"
        place.mkdir(parents=True)
        with duckdb.connect(str(place / "marts.duckdb")) as db:
            db.execute(
                f"""
                create table rpt_wide as select *, length(indicator_id) as display_order from (
                    values
                        ('301', 'cp_open', 'point_in_time', true, date '2025-03-31', 'all', 'all', {figure}),
                        ('301', 'cp_open', 'point_in_time', true, date '2025-04-30', 'all', 'all', 13),
                        ('301', 'cp_open', 'point_in_time', true, date '2025-04-30', 'team', 'T1', 4),
                        ('302', 'cp_open', 'point_in_time', true, date '2025-04-30', 'all', 'all', null),
                        ('301', 'cp_started', 'month', true, date '2025-04-30', 'all', 'all', 2),
                        ('301', 'cp_started', 'year_to_date', false, date '2025-04-30', 'all', 'all', 3)
                ) as t (la_code, indicator_id, period_basis, is_headline_basis, period_end, breakdown_type,
                    breakdown_value, value)
                """
            )
    (tmp_path / "current").symlink_to("releases/000002")
    return tmp_path


def values(release: Path, **asked: object) -> list[object]:
    return read_figures(release, **asked).column("value").to_pylist()  # type: ignore[arg-type]


def test_what_is_asked_for_is_read_and_nothing_else(release: Path) -> None:
    assert values(release) == [12, 13, 2, None]  # totals, on the basis that is reported first
    assert values(release, indicators="cp_open", authorities=["301"]) == [12, 13]
    assert values(release, indicators=["cp_open", "cp_started"], since=APRIL) == [13, 2, None]
    assert values(release, until=MARCH) == [12]
    assert values(release, period_basis="year_to_date") == [3]
    assert values(release, breakdown_type="team") == [4]


def test_an_earlier_release_is_read_by_its_number(release: Path) -> None:
    assert values(release, number=1, until=MARCH) == [10]
    assert read_figures(str(release)).to_pandas().la_code.tolist() == ["301", "301", "301", "302"]


def test_what_is_not_there_is_said_with_what_is(release: Path) -> None:
    with pytest.raises(FileNotFoundError, match="releases/000003"):
        read_figures(release, number=3)
    with pytest.raises(ValueError, match="no indicator_id cp_opened; it has cp_open, cp_started"):
        read_figures(release, indicators="cp_opened")
    with pytest.raises(ValueError, match="no la_code 1; it has 301, 302"):
        read_figures(release, authorities="1")
    with pytest.raises(ValueError, match="no breakdown_type age_band; it has all, team"):
        read_figures(release, breakdown_type="age_band")
    with duckdb.connect(str(release / "current" / "marts.duckdb")) as db:
        db.execute("drop table rpt_wide")
    with pytest.raises(ValueError, match="made by an earlier version"):
        read_figures(release)
