"""Each front end beside the barest reading of the same bytes, in one run.

Every measurement is a process of its own, from bytes to Arrow tables. It imports and reads a small file of
the kind before it is timed, so that start-up is in neither side. Rounds take turns, so that a busy machine
slows all alike, and the median is told. Inputs are invented.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from xml.parsers import expat

import fastexcel
import pyarrow.csv as pa_csv
import xlsxwriter
from lxml import etree

from ingest.adapters import open_annex_a, open_cin_census, open_ssda903
from synthetic import invent
from synthetic.other_formats import invent_other_formats

ROUNDS = 5
MONTH, AS_AT = "2025-03", date(2025, 3, 31)
CHILDREN, LIST_ROWS, EPISODES = 50_000, 5_000, 500_000


def bare_iterparse(data: bytes) -> int:
    """Touch each element once and let go of it."""
    touched = 0
    for _, element in etree.iterparse(BytesIO(data)):
        touched += element.text is not None
        element.clear()
    return touched


def bare_expat(data: bytes) -> int:
    """Hear of each element and each text, and do nothing with them."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    touched = 0

    def start(name: str, attributes: object) -> None:
        nonlocal touched
        touched += 1

    parser.StartElementHandler = start
    parser.EndElementHandler = parser.CharacterDataHandler = lambda _: None
    parser.Parse(data, True)
    return touched


def bare_excel(data: bytes) -> int:
    """Every sheet with the types that the reader finds for itself."""
    book = fastexcel.read_excel(data)
    return sum(book.load_sheet(name).to_arrow().num_rows for name in book.sheet_names)


def bare_csv(data: bytes) -> int:
    return pa_csv.read_csv(BytesIO(data)).num_rows


READERS: dict[str, tuple[str, Callable[[bytes], object]]] = {
    "CIN census, opened": ("cin_census.xml", open_cin_census),
    "CIN census, lxml iterparse": ("cin_census.xml", bare_iterparse),
    "CIN census, expat": ("cin_census.xml", bare_expat),
    "Annex A, opened": ("annex_a.xlsx", lambda data: open_annex_a(data, AS_AT)),
    "Annex A, fastexcel": ("annex_a.xlsx", bare_excel),
    "SSDA903, opened": ("episodes.csv", lambda data: open_ssda903({"episodes.csv": data}, AS_AT)),
    "SSDA903, pyarrow.csv": ("episodes.csv", bare_csv),
}
AIMS = (
    ("CIN census, opened", "CIN census, lxml iterparse", 3.0),
    ("CIN census, opened", "CIN census, expat", None),
    ("Annex A, opened", "Annex A, fastexcel", 1.5),
    ("SSDA903, opened", "SSDA903, pyarrow.csv", 3.0),
)


def make_inputs(folder: Path, source: Path, children: int, list_rows: int, episodes: int) -> None:
    """Write the three files: real shapes from an invented authority, brought to the sizes wanted."""
    folder.mkdir()
    census = (source / "cin_census.xml").read_text(encoding="utf-8")
    head, first, rest = census.partition("<Child>")
    each = (first + rest).split("</Child>")[:children]
    assert len(each) == children
    whole = head + "".join(child + "</Child>" for child in each) + "</Children></Message>\n"
    (folder / "cin_census.xml").write_text(whole, encoding="utf-8")
    header, *rows = (source / "ssda903" / "episodes.csv").read_text(encoding="utf-8").splitlines()
    with (folder / "episodes.csv").open("w", encoding="utf-8") as file:
        print(header, file=file)
        for number, row in enumerate(islice(cycle(rows), episodes)):
            print(f"{number // len(rows)}{row}", file=file)  # every round of them other children
    _make_workbook(source / "annex_a.xlsx", folder / "annex_a.xlsx", list_rows)


def _make_workbook(source: Path, target: Path, list_rows: int) -> None:
    book = fastexcel.read_excel(source)
    with xlsxwriter.Workbook(str(target), {"default_date_format": "dd/mm/yyyy"}) as made:
        for title in book.sheet_names:
            table = book.load_sheet(title).to_arrow()
            sheet = made.add_worksheet(title)
            sheet.write_row(0, 0, table.schema.names)
            rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
            for number, row in enumerate(islice(cycle(rows), list_rows)):
                turn = number // len(rows)
                first = f"{row[0]}-{turn}" if turn else row[0]
                for position, cell in enumerate((first, *row[1:])):
                    if cell is not None:
                        sheet.write(number + 1, position, cell)


def measure(name: str, folder: Path) -> None:
    """In a process of its own: read four times and print wall and CPU seconds, and the peak memory in MiB.

    Seconds of the first reading, which asks the system for memory, and of the middle one of those after it.
    """
    file, read = READERS[name]
    read((folder / "small" / file).read_bytes())
    data = (folder / "large" / file).read_bytes()
    taken = []
    for _ in range(4):
        wall, cpu = time.monotonic(), time.process_time()
        read(data)
        taken.append((time.monotonic() - wall, time.process_time() - cpu))
    again = [statistics.median(seconds) for seconds in zip(*taken[1:], strict=True)]
    status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage has the parent's peak in it
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps([*taken[0], *again, peak]))


def make_all(folder: Path) -> None:
    """A small and a large set of inputs."""
    invented = folder / "invented"
    invent(1, [MONTH], CHILDREN // 2, 1, invented / "ssd")
    invent_other_formats(invented / "ssd" / "raw", "001", [MONTH], invented / "other")
    source = invented / "other" / "raw" / MONTH / "001"
    make_inputs(folder / "small", source, 10, 10, 10)
    make_inputs(folder / "large", source, CHILDREN, LIST_ROWS, EPISODES)
    shutil.rmtree(invented)


def compare(folder: Path) -> None:
    """Take the rounds and print medians, peak memory and the ratios."""
    taken: dict[str, list[list[float]]] = {name: [] for name in READERS}
    for _ in range(ROUNDS):
        for name, runs in taken.items():
            words = [sys.executable, "-m", "tests.benchmarks.front_ends", name, str(folder)]
            runs.append(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
    medians = {n: [statistics.median(each) for each in zip(*runs, strict=True)] for n, runs in taken.items()}
    print(f"{'seconds':28} first: wall    CPU   again: wall    CPU   peak MiB   file MB")
    for name, (wall, cpu, wall_again, cpu_again, peak) in medians.items():
        size = (folder / "large" / READERS[name][0]).stat().st_size / 1000**2
        print(
            f"{name:28} {wall:11.2f} {cpu:6.2f} {wall_again:13.2f} {cpu_again:6.2f} {peak:10.0f} {size:9.1f}"
        )
    for opened, bare, aim in AIMS:
        ratios = [medians[opened][i] / medians[bare][i] for i in range(4)]
        said = "first: wall {:.2f}, CPU {:.2f}; again: wall {:.2f}, CPU {:.2f}".format(*ratios)
        print(f"{opened} / {bare}: {said}" + (f"  (aim {aim})" if aim else ""))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        make_all(Path(name))
        compare(Path(name))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
