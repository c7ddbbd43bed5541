"""The reports that there are, and what is said of a file of one's own that cannot be followed."""

from pathlib import Path

import pytest

from ingest.contracts.settings import InvalidSettingsError
from publication.reports.kinds import FILE, kind_of, kinds


def refused(folder: Path, text: str) -> list[str]:
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSettingsError) as error:
        kinds(folder)
    return str(error.value).splitlines()


def test_five_are_there_without_a_file(tmp_path: Path) -> None:
    assert list(kinds(tmp_path)) == ["committee", "improvement", "slides", "management", "quarterly"]


def test_management_has_every_indicator_of_the_catalogue_once(tmp_path: Path) -> None:
    from publication.reports.kinds import catalogue

    told = [name for section in kind_of("management", tmp_path).sections for name, _ in section.figures]

    assert told == list(catalogue())


def test_a_file_of_ones_own_replaces_one_and_adds_another(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        "committee: {title: Ours, sections: [{title: Plans, indicators: [cp_open]}]}\n"
        "team_11:\n  title: Team 11\n  sections:\n"
        "    - title: Plans\n      indicators:\n"
        "        - cp_2y_open_count\n        - {indicator: cp_started, period_basis: quarter}\n",
        encoding="utf-8",
    )

    assert kind_of("committee", tmp_path).title == "Ours"
    [plans] = kind_of("team_11", tmp_path).sections
    assert plans.figures == [("cp_2y_open_count", "point_in_time"), ("cp_started", "quarter")]
    assert "quarterly" in kinds(tmp_path)


def test_an_indicator_that_is_not_known_and_a_section_with_nothing_are_told_with_what_was_meant(
    tmp_path: Path,
) -> None:
    said = refused(
        tmp_path,
        "panel:\n  title: Panel\n  colums: [figure]\n  sections:\n"
        "    - {title: A, indicators: [cp_opn, {indicator: cp_open, period_basis: month}]}\n"
        "    - {title: B}\n    - {area: Front dor}\n",
    )

    assert said == [
        "reports.yml: panel: sections: 1: indicators: 1: cp_opn is no indicator; did you mean cp_open?",
        "reports.yml: panel: sections: 1: indicators: 2: cp_open is not counted on month; it takes "
        "point_in_time",
        "reports.yml: panel: sections: 2: the section B has nothing in it; give it indicators or an area, or "
        "take it away",
        "reports.yml: panel: sections: 3: Front dor is no area; did you mean Front door?",
        "reports.yml: panel: colums is not known; did you mean columns?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("panel: {title: A}\n", "panel: it has no sections; give it one"),
        ("panel: A\n", "panel holds keys of its own: title, readers"),
        ("- a\n", "names no report"),
        ("Panel: {title: A, sections: [{area: Front door}]}\n", "Panel: a report is called by small letters"),
        (
            "panel: {title: A, sections: [{area: Adoption}, {area: Adoption}]}\n",
            "is there twice on one basis",
        ),
        ("panel: {title: A, sections: [{indicators: [cp_open]}]}\n", "has indicators and no title; add one"),
        ("panel: {title: A, sections: [{title: B, indicators: cp_open}]}\n", "it holds a list"),
    ],
)
def test_what_cannot_be_followed_is_told_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)[0]


def test_a_report_that_is_not_there_is_answered_with_the_one_meant(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingsError, match="no report called comittee; did you mean committee"):
        kind_of("comittee", tmp_path)
