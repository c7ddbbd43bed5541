"""From counts to a verdict: who is withheld, what withholds the release, and what an override changes."""

from pathlib import Path

import duckdb
import pytest

from expectations import quality
from expectations.verdict import Outcome, Verdict

COLUMNS = (
    "la_code, rule_id, severity, state, rows_checked, rows_failing, threshold_percent, is_over_threshold, "
    "not_run_reason, overridden_by, override_reason"
)


def judged(tmp_path: Path, *rows: tuple, withheld: tuple[str, ...] = ()) -> list[Outcome]:
    """Outcomes over rows of fct_data_quality, where the build has left `withheld` out."""
    with duckdb.connect() as db:
        db.execute(
            """
            create schema marts; create schema intermediate;
            create table marts.fct_data_quality (
                la_code varchar, rule_id varchar, severity varchar, state varchar, rows_checked bigint,
                rows_failing bigint, threshold_percent decimal(5, 2), is_over_threshold boolean,
                not_run_reason varchar, overridden_by varchar, override_reason varchar
            );
            create table intermediate.int_quality__withheld (la_code varchar)
            """
        )
        db.executemany(f"insert into marts.fct_data_quality ({COLUMNS}) values ({', '.join('?' * 11)})", rows)
        db.execute(
            "create table marts.fct_publication_status as select distinct la_code from marts.fct_data_quality"
        )
        db.execute(
            """
            create table marts.dim_quality_rule as
            select distinct rule_id, 'What should hold.' as sentence from marts.fct_data_quality
            """
        )
        for code in withheld:
            db.execute("insert into intermediate.int_quality__withheld values (?)", [code])
        return quality.outcomes(db, tmp_path / "docs")


def line(
    la_code: str, severity: str, failing: int | None, over: bool = False, state: str | None = None, by=None
):
    ended = state or ("failed" if failing else "passed")
    return (
        la_code,
        "overlap",
        severity,
        ended,
        failing and 20,
        failing,
        5,
        over,
        None,
        by,
        by and "Checked.",
    )


def test_a_critical_rule_over_its_threshold_withholds_its_authority_and_nobody_else(tmp_path) -> None:
    rows = (line("301", "critical", 2, over=True), line("302", "critical", 0))
    verdict = Verdict("0", tuple(judged(tmp_path, *rows, withheld=("301",))))

    assert [(o.la_code, o.violations) for o in verdict.withholding] == [("301", 2)]
    assert verdict.is_good  # 302 is published


def test_a_build_that_left_out_others_than_the_judgement_is_withheld(tmp_path) -> None:
    rows = (line("301", "critical", 2, over=True), line("302", "critical", 0))

    assert [o.check for o in Verdict("0", tuple(judged(tmp_path, *rows))).blocking] == ["withheld_as_judged"]


def test_where_everyone_is_withheld_so_is_the_release(tmp_path) -> None:
    verdict = Verdict("0", tuple(judged(tmp_path, line("301", "critical", 2, over=True), withheld=("301",))))

    assert [o.check for o in verdict.blocking] == ["someone_to_publish"]


def test_within_its_threshold_a_critical_rule_warns(tmp_path) -> None:
    [said, *_] = judged(tmp_path, line("301", "critical", 1))

    assert (said.state, said.severity, said.violations, said.la_code) == ("failed", "warning", 1, None)


def test_an_override_lets_its_authority_through_and_says_who_answers(tmp_path) -> None:
    verdict = Verdict("0", tuple(judged(tmp_path, line("301", "critical", 2, over=True, by="A. Director"))))

    assert verdict.is_good
    assert not verdict.withholding
    assert [(o.overridden_by, o.override_reason) for o in verdict.outcomes if o.la_code] == [
        ("A. Director", "Checked.")
    ]


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_a_crashed_rule_withholds_the_release_whatever_its_severity(tmp_path, severity: str) -> None:
    rows = (line("301", severity, None, state="crashed"), line("302", severity, None, state="crashed"))
    verdict = Verdict("0", tuple(judged(tmp_path, *rows)))

    assert [(o.check, o.state) for o in verdict.blocking] == [("overlap", "crashed")]


def test_a_rule_that_had_nothing_to_judge_says_so_and_stops_nobody(tmp_path) -> None:
    verdict = Verdict("0", tuple(judged(tmp_path, line("301", "critical", None, state="not_run"))))

    assert verdict.is_good
    assert [o.state for o in verdict.outcomes if o.check == "overlap"] == ["not_run"]


def test_the_pages_hold_no_word_of_other_servers_being_asked(tmp_path) -> None:
    judged(tmp_path, line("301", "warning", 2))

    [index] = (tmp_path / "docs").glob("index.html")
    assert "Content-Security-Policy" in index.read_text(encoding="utf-8")
