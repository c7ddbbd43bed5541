"""A place is known by its name as well as by its code."""

from pathlib import Path

import pytest

from ingest.contracts.authorities import UnknownPlaceError, code_of, names_of


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("372", "372"),
        ("Rotherham", "372"),
        ("  rotherham ", "372"),
        ("Rotherham Metropolitan Borough Council", "372"),
        ("City of London", "201"),
        ("London Borough of Camden", "202"),
        ("Dorset", "838"),  # the one that is, not the one that was
        ("St Helens", "342"),
        ("Kingston upon Hull", "810"),
    ],
)
def test_a_name_is_known_as_people_write_it(said: str, code: str) -> None:
    assert code_of(said, names_of()) == code


def test_an_invented_name_is_of_the_reference_folder(tmp_path: Path) -> None:
    (tmp_path / "authorities.csv").write_text("la_code,la_name\n001,Aldershire\n", encoding="utf-8")

    assert code_of("Aldershire", names_of(tmp_path)) == "001"


def test_a_slip_is_answered_with_what_was_meant() -> None:
    with pytest.raises(UnknownPlaceError, match=r"did you mean Rotherham \(372\)"):
        code_of("Rotheram", names_of())
    with pytest.raises(UnknownPlaceError, match="give its three-digit DfE code"):
        code_of("Xyzzyx", names_of())
