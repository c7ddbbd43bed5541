"""Read an XML return as flat records, one pass, without ever building the document.

Refused before reading on: a document type (so no entity, no outside file, no expansion), XInclude, nesting or
text beyond any return's. Nothing of the content enters a message.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from ingest import posix
from ingest.adapters.base import Notes
from ingest.contracts import limits
from ingest.contracts.findings import RejectedFileError

CHUNK = 1 << 20
BATCH = 200_000  # cells held as Python objects before they become columns
LINE, OF = "#line", "#of"  # no element can be named so


@dataclass(frozen=True)
class Branch:
    """An element that holds elements."""

    parent: str  # '' for the outermost
    leaves: tuple[str, ...] = ()  # kept, in this order
    unused: tuple[str, ...] = ()  # known, and of no use here
    is_list: bool = False  # its one leaf repeats, and each is a record


@dataclass(frozen=True)
class Tree:
    """One XML return: its branches by name, and the elements passed over with all they hold."""

    about: str
    branches: Mapping[str, Branch]
    skipped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Records:
    """What was read. Grain of a table: one element of that name, counted from 0; `of` numbers its parent."""

    tables: Mapping[str, pa.Table]  # number, line, of, then the leaves as text
    notes: Notes


def read_records(source: Path | bytes | BinaryIO, tree: Tree) -> Records:
    """Read one file in constant memory but for the columns made. Raises RejectedFileError."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = _refuse_document_type
    listener = _Listener(parser, tree)
    try:
        with _as_stream(source) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk, False)
                listener.settle()
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise RejectedFileError(
            f"it is not well-formed XML ({expat.ErrorString(error.code)}, line {error.lineno}); "
            "export it again and check that all of it was copied"
        ) from None
    except (LookupError, ValueError):  # of a codec: its text quotes the file
        raise RejectedFileError(
            "it is not well-formed XML (it declares an encoding that XML does not have); save it as UTF-8"
        ) from None
    return listener.records()


def _refuse_document_type(*_: object) -> None:
    raise RejectedFileError(
        "it declares a document type (DOCTYPE), which no return has; export it again without one"
    )


@contextmanager
def _as_stream(source: Path | bytes | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, Path):
        try:
            handle = posix.open_plain(source)
        except OSError as error:
            raise RejectedFileError(f"it could not be opened ({os.strerror(error.errno or 0)})") from None
        with os.fdopen(handle, "rb") as stream:
            if not posix.is_plain(os.fstat(stream.fileno())):
                raise RejectedFileError("it is not a plain file")
            yield stream
    else:
        yield source


class _Gathered:
    """The records of one branch, on their way into columns."""

    def __init__(self, leaves: tuple[str, ...]) -> None:
        self.names = ("line", "of", *leaves)
        self.cells: list[
            object
        ] = []  # record after record: one list to grow, none for each record to collect
        self.batches: list[pa.Table] = []

    @property
    def count(self) -> int:
        """Records so far."""
        return len(self.cells) // len(self.names) + sum(batch.num_rows for batch in self.batches)

    def settle(self) -> None:
        width = len(self.names)
        types = [pa.int64(), pa.int64(), *(pa.string() for _ in self.names[2:])]
        held = [pa.array(self.cells[i::width], kind) for i, kind in enumerate(types)]
        self.batches.append(pa.Table.from_arrays(held, names=list(self.names)))
        self.cells.clear()

    def table(self) -> pa.Table:
        self.settle()
        whole = pa.concat_tables(self.batches)
        return whole.add_column(0, "number", pa.array(np.arange(whole.num_rows, dtype=np.int64)))


@dataclass
class _Oddity:
    """Something in the document that the tree does not know: how often, and where first."""

    line: int
    value: str
    count: int = 0


class _Listener:
    """The parser's handlers. They run for every element, so what is common is kept short."""

    def __init__(self, parser: expat.XMLParserType, tree: Tree) -> None:
        self.parser, self.tree = parser, tree
        self.gathered = {name: _Gathered(b.leaves) for name, b in tree.branches.items()}
        self.parts: list[str] = []  # text since the last tag
        self.odd: dict[tuple[str, str, str], _Oddity] = {}
        self._listen()

    def settle(self) -> None:
        """Between two chunks: turn full batches into columns and refuse text without end."""
        if sum(map(len, self.parts)) > (most := limits.limit("xml", "text")):
            raise RejectedFileError(f"it has an element of more than {most:,} characters")
        limits.check("xml", elements=sum(kept.count for kept in self.gathered.values()))
        for kept in self.gathered.values():
            if len(kept.cells) >= BATCH:
                kept.settle()

    def _listen(self) -> None:
        parser, branches, skipped, parts = self.parser, self.tree.branches, self.tree.skipped, self.parts
        parents = {name: b.parent for name, b in branches.items()}
        known = {name: frozenset((LINE, OF, *b.leaves, *b.unused)) for name, b in branches.items()}
        columns = {name: (LINE, OF, *b.leaves) for name, b in branches.items()}
        lists = {name for name, b in branches.items() if b.is_list}
        keep = {name: kept.cells.extend for name, kept in self.gathered.items()}
        begun = dict.fromkeys(["", *branches], -1)  # number of the newest element of each branch
        path = [""]
        open_records: list[dict[str, object]] = [{}]
        record = open_records[0]
        in_leaf = False
        depth = 0  # below an element passed over
        deepest = limits.limit("xml", "nesting")

        def start(name: str, _: object) -> None:
            nonlocal in_leaf, record
            if parts:
                if not parts[0].isspace() and not in_leaf:
                    self._note("text_between_elements", path[-1], "".join(parts).strip())
                parts.clear()
            if in_leaf:  # a cell cannot hold elements: whatever it was, it is passed over
                in_leaf = False
                pass_over("", 2)
            elif name in parents:
                if parents[name] != path[-1]:
                    self._note("misplaced_element", path[-1], name)
                    pass_over(name, 1)
                    return
                begun[name] += 1
                path.append(name)
                record = {LINE: parser.CurrentLineNumber, OF: begun[parents[name]]}
                open_records.append(record)
            elif name in skipped:
                pass_over(name, 1)
            elif path[-1] == "":
                raise RejectedFileError(f"its outermost element is not that of {self.tree.about}")
            else:
                in_leaf = True

        def end(name: str) -> None:
            nonlocal in_leaf, record
            if in_leaf:
                in_leaf = False
                if name in record:
                    if path[-1] in lists:
                        close()
                        record[LINE] = parser.CurrentLineNumber
                    else:
                        self._note("repeated_element", path[-1], name)
                        parts.clear()
                        return
                record[name] = parts[0] if len(parts) == 1 else "".join(parts)
                parts.clear()
                return
            if parts:
                if not parts[0].isspace():
                    self._note("text_between_elements", path[-1], "".join(parts).strip())
                parts.clear()
            close()
            path.pop()
            open_records.pop()
            record = open_records[-1]

        def close() -> None:
            branch = path[-1]
            if not record.keys() <= known[branch]:
                for name in record.keys() - known[branch]:
                    self._note("unknown_element", branch, name)
            if len(record) > 2 or branch not in lists:
                keep[branch](map(record.get, columns[branch]))

        def pass_over(name: str, levels: int) -> None:
            nonlocal depth
            _refuse_inclusion(name)
            if not name:
                self._note("unknown_element", path[-1], "an element that holds elements")
            depth = levels
            parser.StartElementHandler, parser.EndElementHandler = deeper, shallower
            parser.CharacterDataHandler = None

        def deeper(name: str, _: object) -> None:
            nonlocal depth
            depth += 1
            _refuse_inclusion(name)
            if depth > deepest:
                raise RejectedFileError(f"it has elements nested more than {deepest} deep")

        def shallower(_: str) -> None:
            nonlocal depth
            depth -= 1
            if depth == 0:
                parts.clear()
                listen()

        def listen() -> None:
            parser.StartElementHandler, parser.EndElementHandler = start, end
            parser.CharacterDataHandler = parts.append

        listen()

    def _note(self, finding: str, branch: str, value: str) -> None:
        _refuse_inclusion(value)
        key = (finding, branch, "" if finding == "text_between_elements" else value)
        oddity = self.odd.setdefault(key, _Oddity(self.parser.CurrentLineNumber, value[:200]))
        oddity.count += 1
        if len(self.odd) > 1000:
            raise RejectedFileError(
                f"it has more than a thousand kinds of element that {self.tree.about} does not"
            )

    def records(self) -> Records:
        """Everything read, once the document has ended."""
        notes = Notes()
        words = {
            "unknown_element": ("is not one of {about} and was passed over", "check its spelling and place"),
            "misplaced_element": ("stands where {about} does not have it and was passed over", "move it"),
            "repeated_element": ("stands more than once in one record; the first was kept", "send it once"),
            "text_between_elements": ("belongs to no element and was passed over", "put it in its element"),
        }
        for (finding, branch, _), oddity in self.odd.items():
            reason, move = words[finding]
            what = "text" if finding == "text_between_elements" else "an element"
            notes.add(
                finding,
                f"{what} {reason.format(about=self.tree.about)} ({oddity.count} times)",
                f"{move}, beginning at line {oddity.line}",
                origin=branch,
                row_number=oddity.line,
                value=oddity.value,
            )
        return Records({name: kept.table() for name, kept in self.gathered.items()}, notes)


def _refuse_inclusion(name: str) -> None:
    if name.rpartition(":")[2] == "include":
        raise RejectedFileError("it asks for another file to be included (XInclude), which no return does")
