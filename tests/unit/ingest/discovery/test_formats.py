"""A file belongs to a front end by what is in it."""

import pytest

from ingest.discovery.formats import recognise


@pytest.mark.parametrize(
    ("name", "head", "front_end"),
    [
        ("anything.dat", b"PK\x03\x04....", "annex_a"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0....", "annex_a"),
        ("its beginning is lost.xlsx", b"....xl/worksheets/sheet1.xml", "annex_a"),
        ("letter.doc", b"\xd0\xcf\x11\xe0....", None),
        (
            "x",
            b"\xef\xbb\xbf<?xml version='1.0'?><Message><Header><Collection>CIN</Collection>",
            "cin_census",
        ),
        ("x", "<Message><Children><Child>".encode("utf-16"), "cin_census"),
        ("x", b"<!DOCTYPE Message [<!ENTITY a 'b'>]>", "cin_census"),
        ("x", b"<Message><Collection>CSWW</Collection>", "workforce_census"),
        ("x", b"<html><body>", None),
        ("header.csv", b'\xef\xbb\xbf"CHILD", decom ,RNE,LS\r\n1,', "ssda903"),
        ("x", b"CHILD,SDQ_SCORE\n", "ssda903"),
        ("x", b"pers_person_id,pers_sex\n", None),
        ("x", b"PAR1....", None),
        ("x", b"", None),
    ],
)
def test_a_file_is_recognised_by_its_content(name, head, front_end):
    assert recognise(name, head) == front_end
