"""Rows that name another authority are counted, however its column and it are spelled."""

import pytest

from ingest.discovery.file_reader import read_csv
from ingest.discovery.misdirected_rows import rows_of_others


@pytest.mark.parametrize(
    ("header", "value", "counted"),
    [
        ("la_code", "302", 1),
        ("LA", " 302 ", 1),
        ("Local Authority", "Barnet", 1),
        ("ons_code", "E09000003", 1),
        ("la_code", "301", 0),  # its own
        ("LA", "Barking and Dagenham", 0),
        ("la_code", "", 0),
        ("la_code", "north", 0),  # no authority that is known: an unknown column like others
        ("team", "302", 0),
    ],
)
def test_a_row_is_anothers_where_it_names_another_known_authority(header, value, counted) -> None:
    table = read_csv(f"id,{header}\n1,301\n2,{value}\n".encode())

    assert rows_of_others(table, [1], "301") == counted


def test_a_declared_column_may_name_others() -> None:
    assert rows_of_others(read_csv(b"id,la\n1,302\n"), [], "301") == 0
