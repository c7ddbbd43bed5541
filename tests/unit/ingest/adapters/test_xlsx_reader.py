"""Workbooks that mean harm, or that broke on the way, are refused before anything parses them."""

import io
import time
import zipfile
from datetime import date

import pytest

from ingest.adapters import open_annex_a
from ingest.discovery.file_reader import RejectedFileError
from ingest.discovery.workbooks import check_container
from tests.unit.ingest.adapters.workbooks import workbook

PLAIN = workbook(
    {"x": [["Child Unique ID", "Date of Contact", "Contact Source"], [1, date(2025, 1, 6), "6"]]}
)


def with_part(name: str, data: bytes) -> bytes:
    packed = io.BytesIO(PLAIN)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return packed.getvalue()


def lying(data: bytes, name: str, size: int) -> bytes:
    """The same container, in which the directory states another size for one part."""
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(name)] != name.encode():
        at = data.index(b"PK\x01\x02", at + 4)
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not an .xlsx"),
        (b"name,date\n", "not an .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (PLAIN[: len(PLAIN) // 2], "breaks off"),
        (PLAIN[100:], "beginning is lost"),
        (with_part("xl/../../evil.xml", b"x"), "leads outside"),
        (with_part("/etc/evil.xml", b"x"), "leads outside"),
        (with_part("C:\\evil.xml", b"x"), "leads outside"),
        (with_part("xl/media/inner.bin", PLAIN), "another archive"),
        (with_part("xl/worksheets/sheet2.xml", bytes(5_000_000)), "times its size"),
        (with_part("xl/worksheets/sheet2.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'), "DOCTYPE"),
        (with_part("xl/worksheets/sheet2.xml", b'<c r="XFD1048576"><v>1</v></c>'), "beyond row"),
        (with_part("xl/worksheets/sheet2.xml", b"<c s='1' r='A1048576'><v>1</v></c>"), "beyond row"),
    ],
)
def test_what_is_no_plain_workbook_is_refused_in_plain_words(data, why):
    with pytest.raises(RejectedFileError, match=why) as refused:
        open_annex_a(data, date(2025, 3, 31))
    assert "evil" not in str(refused.value)


def test_a_bomb_is_refused_in_under_a_second_though_it_lies_about_its_size():
    bomb = with_part("xl/worksheets/sheet2.xml", bytes(400_000_000))
    for data in (bomb, lying(bomb, "xl/worksheets/sheet2.xml", 1000)):
        began = time.process_time()
        with pytest.raises(RejectedFileError):
            check_container(data)
        assert time.process_time() - began < 1


def test_too_many_parts_are_refused():
    packed = io.BytesIO(PLAIN)
    with zipfile.ZipFile(packed, "a") as archive:
        for i in range(1001):
            archive.writestr(f"xl/media/{i}.bin", b"x")

    with pytest.raises(RejectedFileError, match="1,000 is the most that is taken"):
        check_container(packed.getvalue())


def test_a_sheet_cut_short_inside_a_whole_container_is_refused():
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part[: len(part) // 2] if "worksheets" in name else part)

    with pytest.raises(RejectedFileError):
        open_annex_a(data.getvalue(), date(2025, 3, 31))
