"""What pages say, as rows: the models that the report, the region page and the error report select from."""

import duckdb
import pytest

from tests.support.model_query import asked_of_model


@pytest.fixture
def db() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_places_are_ranked_and_pooled_within_their_region_and_among_all(
    db: duckdb.DuckDBPyConnection,
) -> None:
    db.execute(
        """
        create table dim_authority as select * from (
            values ('301', 'A', 'East'), ('302', 'B', 'East'), ('303', 'C', null)
        ) as t (la_code, la_name, region_name);
        create table dim_indicator as select
            *, indicator_id as title, '' as area, 100 as scale, 1 as display_order, 'month' as headline_basis
        from (
            values ('late', 'percent', 'lower', false), ('early', 'percent', 'higher', false),
                ('change', 'percent', 'neutral', true), ('open', 'count', 'neutral', false)
        ) as t (indicator_id, unit, polarity, can_be_negative);
        create table fct_indicator_values as select
            *, date '2025-03-31' as period_end, 'month' as period_basis, 'all' as breakdown_type,
            'calculated' as value_status
        from (
            values ('301', 'late', 10.0, 1.0, 10.0), ('302', 'late', 20.0, 2.0, 10.0),
                ('303', 'late', null, 9.0, 9.0),
                ('301', 'early', 10.0, 1.0, 10.0), ('302', 'early', 20.0, 2.0, 10.0),
                ('301', 'change', 10.0, 1.0, 10.0), ('301', 'open', 7.0, 7.0, null)
        ) as t (la_code, indicator_id, value, numerator, denominator);
        """
    )

    rows = asked_of_model(
        db, "rpt_region", "region, indicator_id, la_code, place, round(pooled, 2)", "1, 2 desc, 3"
    )

    assert [row for row in rows if row[0] == "East"] == [
        ("East", "open", "301", None, None),  # a count says how large a place is, not how good
        ("East", "late", "301", 1, 0.15),
        ("East", "late", "302", 2, 0.15),
        ("East", "early", "301", 2, 0.15),
        ("East", "early", "302", 1, 0.15),
        ("East", "change", "301", 1, None),  # no funnel round what can be below nothing
    ]
    assert ("all", "late", "303", None, 0.15) in rows  # without a value: no place, and no part in the whole


def test_a_return_is_missing_of_which_no_version_was_accepted_and_its_newest_word_says_why(
    db: duckdb.DuckDBPyConnection,
) -> None:
    db.execute(
        """
        create table fct_submissions as select
            '301' as la_code, '2025-03' as reporting_month, 'ssd' as source_format, *
        from (
            values ('contacts', 1, 'accepted', null, true), ('contacts', 2, 'rejected', 'no header', true),
                ('persons', 1, 'rejected', 'empty', true), ('persons', 2, 'rejected', 'no header', true),
                ('missing', 0, 'not_submitted', null, false)
        ) as t (return_name, version, submission_status, reason, is_required)
        """
    )

    assert asked_of_model(
        db, "rpt_returns", "return_name, is_accepted, is_required, submission_status, reason", "return_name"
    ) == [
        ("contacts", True, True, "rejected", "no header"),
        ("missing", False, False, "not_submitted", None),
        ("persons", False, True, "rejected", "no header"),
    ]


def test_a_scorecard_compares_the_month_or_the_twelve_months_of_what_has_no_other(
    db: duckdb.DuckDBPyConnection,
) -> None:
    db.execute(
        """
        create table dim_indicator as select *, '' as area, '' as title, 'count' as unit, 1 as display_order
        from (values ('monthly'), ('yearly')) as t (indicator_id);
        create table fct_indicator_values as select
            '301' as la_code, date '2025-03-31' as period_end, 'all' as breakdown_type,
            'calculated' as value_status, *
        from (
            values ('monthly', 'month', 1.0), ('monthly', 'rolling_12_months', 12.0),
                ('monthly', 'year_to_date', 3.0), ('yearly', 'rolling_12_months', 24.0)
        ) as t (indicator_id, period_basis, value);
        create table fct_indicator_comparisons as select
            '301' as la_code, date '2025-03-31' as period_end, 'england' as comparator, null as judgement,
            0.0 as difference, *
        from (
            values ('monthly', 'month', 100.0), ('monthly', 'rolling_12_months', 1200.0),
                ('yearly', 'rolling_12_months', 2400.0)
        ) as t (indicator_id, period_basis, comparator_value);
        """
    )

    columns = (
        "indicator_id, month_value, year_to_date_value, rolling_12_months_value, england_value, value_status"
    )
    assert asked_of_model(db, "rpt_scorecard", columns, "indicator_id") == [
        ("monthly", 1.0, 3.0, 12.0, 100.0, "calculated"),
        ("yearly", None, None, 24.0, 2400.0, "calculated"),
    ]


def test_what_is_to_be_mended_says_how_grave_it_is_and_how_many_figures_it_holds(
    db: duckdb.DuckDBPyConnection,
) -> None:
    db.execute(
        """
        create table quality_rules as select
            *, 'persons' as return_name, '' as dfe_codes, 'should hold' as sentence, 'mend it' as fix,
            null::varchar as finding_reason
        from (
            values ('born', 'birth_date', 'int_quality__persons', 'hold', 'rule_broken', null::varchar),
                ('unread', 'birth_date', 'int_quality__findings', 'warn', 'values_unread', 'unreadable_cell')
        ) as t (rule_id, field_name, counted_in, effect, ground, finding);
        create table int_quality__outcomes as select
            '301' as la_code, 'born' as rule_id, 'critical' as severity, 'failed' as state,
            [{content_id: 7::bigint, row_number: 3::bigint}] as failing;
        create table stg_ledger__receipts as select
            7::bigint as content_id, '301' as la_code, 'persons.csv' as file;
        create table int_quality__sources as select 7::bigint as content_id;
        create table stg_ledger__reporting as select '2025-03' as view_month;
        create table stg_ledger__findings as select
            '301' as la_code, 'persons.csv' as file, 'persons' as return_name, 4::bigint as row_number,
            'because' as reason, 'so' as next_move, 'birth_date' as field_name,
            '2025-02' as reporting_month, *
        from (
            values (7::bigint, 'birth_date', 'unreadable_cell'), (7, 'List 1: Born', 'required_cell_empty'),
                (7, 'birth_date', 'day_first_noted'), (9, 'birth_date', 'unreadable_cell')
        ) as t (content_id, column_name, finding);
        create table rpt_held_by_ground as select
            '301' as la_code, '' as ground_sentence, '' as suggested_action, 'persons' as return_name, *
        from (
            values ('rule_broken', 'birth_date', 'born', 5::bigint), ('rows_unread', '*', '', 2),
                ('values_unread', 'sex', '', 9), ('stopped', '*', '', 3)
        ) as t (ground, field_name, rule_id, figure_count);
        """
    )

    columns = "row_number, sheet, field_name, rule_id, severity, figure_count, is_landed_row"
    assert asked_of_model(db, "restricted_error_report", columns, "rule_id") == [
        (3, None, "birth_date", "born", "critical", 5, True),
        (4, None, "birth_date", "day_first_noted", "info", 0, False),
        (4, "List 1", "Born", "required_cell_empty", "warning", 2, False),
        (None, None, "persons", "stopped", "critical", 3, False),
        (4, None, "birth_date", "unread", "warning", 0, False),  # of another field are those that are held
    ]


def test_the_wide_row_has_the_figure_in_words_its_colour_and_what_it_stands_beside(
    db: duckdb.DuckDBPyConnection,
) -> None:
    db.execute(
        """
        create table dim_authority as select '301' as la_code, 'A' as la_name, 'East' as region_name;
        create table dim_indicator as select
            *, indicator_id as title, '' as area, 'higher' as polarity, 1 as display_order,
            'month' as headline_basis
        from (values ('seen', 'percent'), ('spent', 'gbp')) as t (indicator_id, unit);
        create table dim_period as select
            *, period_end as period_start, '2024-25' as financial_year
        from (
            values ('month', date '2025-03-31', 100), ('year_to_date', date '2025-03-31', 100),
                ('month', date '2022-04-30', 65), ('month', date '2022-03-31', 64)
        ) as t (period_basis, period_end, month_number);
        create table dim_breakdown as select * from (
            values ('all', 'all', 'All'), ('team', 'T1', 'North')
        ) as t (breakdown_type, breakdown_value, title);
        create table fct_indicator_values as select *, 'final' as month_state from (
            values ('seen', 'month', date '2025-03-31', 'all', 'all', 17, 26, 1700 / 26, 'calculated'),
                ('seen', 'month', date '2025-03-31', 'team', 'T1', 3, 4, 75, 'calculated'),
                ('seen', 'year_to_date', date '2025-03-31', 'all', 'all', null, null, null, 'not_submitted'),
                ('seen', 'month', date '2022-04-30', 'all', 'all', 0, 9, 0, 'calculated'),
                ('seen', 'month', date '2022-03-31', 'all', 'all', 0, 9, 0, 'calculated'),
                ('spent', 'month', date '2025-03-31', 'all', 'all', 1234.5, null, 1234.5, 'calculated')
        ) as t (indicator_id, period_basis, period_end, breakdown_type, breakdown_value, numerator,
            denominator, value, value_status), (values ('301')) as a (la_code);
        create table fct_indicator_comparisons as select
            '301' as la_code, *, 'month' as period_basis, date '2025-03-31' as period_end, comparator as words
        from (
            values ('seen', 'limits', 60, 90, null, 'green'), ('seen', 'target', 80, null, -14.6, 'red'),
                ('seen', 'england', 70.5, null, -5.1, 'worse'),
                ('seen', 'previous_month', 60, null, 5.4, 'better'),
                ('seen', 'same_month_last_year', 50, null, 15.4, 'better'),
                ('spent', 'limits', 1, 2, null, 'not_comparable')
        ) as t (indicator_id, comparator, comparator_value, comparator_upper, difference, judgement);
        """
    )

    rows = asked_of_model(
        db,
        "rpt_wide",
        "indicator_id, period_basis, breakdown_title, value_words, rag_status, target_value, target_upper, "
        "target_words, england_value, change_judgement, last_year_value, is_headline_basis",
        "indicator_id, period_end, period_basis, breakdown_type",
    )

    nothing = (None,) * 7
    assert rows == [
        ("seen", "month", "All", "0.0%", *nothing, True),  # the 36th month; the one before it is not there
        # 17 of 26 is 65.38; the target goes before the band
        ("seen", "month", "All", "65.4%", "red", 80, None, "target", 70.5, "better", 50, True),
        ("seen", "month", "North", "75.0%", *nothing, True),  # what is compared is the total
        ("seen", "year_to_date", "All", "No figure, as nothing was submitted", *nothing, False),
        ("spent", "month", "All", "£1,235", None, 1, 2, "limits", None, None, None, True),
    ]


def test_a_part_is_called_by_its_code_s_label_and_keeps_its_order(db: duckdb.DuckDBPyConnection) -> None:
    db.execute(
        """
        create table fct_indicator_values as select * from (
            values ('all', 'all'), ('abuse_category', 'NEG'), ('abuse_category', 'NEG'),
                ('abuse_category', 'ODD'),
                ('kind_code x reason_code', 'RCPC|QUORUM'), ('band', '13-18'), ('band', 'up to 12'),
                ('invo_professional_team', 'T1')
        ) as t (breakdown_type, breakdown_value);
        create table code_lists as select * from (
            values ('abuse_category', 'NEG', 'Neglect'), ('meeting_kind', 'RCPC', 'Review'),
                ('late_reason', 'QUORUM', 'Not quorate'), ('sex', 'NEG', 'wrong'),
                ('late_reason', 'NEG', 'wrong')
        ) as t (list, code, label);
        create table breakdown_values as select * from (
            values ('age_band', 'unborn', 'Unborn', 1)
        ) as t (breakdown_type, breakdown_value, title, display_order);
        """
    )

    assert asked_of_model(db, "dim_breakdown", "*", "breakdown_type, display_order") == [
        ("abuse_category", "NEG", "Neglect", 1, True),
        ("abuse_category", "ODD", "ODD", 2, True),
        ("age_band", "unborn", "Unborn", 1, False),
        ("all", "all", "All", 0, True),
        ("band", "up to 12", "up to 12", 1, True),
        ("band", "13-18", "13-18", 2, True),
        ("invo_professional_team", "T1", "T1", 1, True),
        ("kind_code x reason_code", "RCPC|QUORUM", "Review, Not quorate", 1, True),
    ]
