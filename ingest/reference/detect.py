"""Tell what a published file is by what is in it, and read it so."""

from collections.abc import Sequence

from ingest.contracts.findings import Finding
from ingest.discovery.file_reader import RawTable, RejectedFileError, read_table
from ingest.reference import ees, lait, neighbours, sfr
from ingest.reference.own_files import declared_files
from ingest.reference.parsed import NotRecognisedError, Parsed, not_taken

DOCUMENTS = (".md", ".txt", ".pdf", ".docx", ".html")  # notes that came with the figures
TAKEN = (
    "reference/ takes population.csv, targets.csv, named_periods.csv, process_changes.csv, commentary.csv, "
    "actions.csv, comparators.csv, peers.csv, "
    "authorities.csv, lists of neighbours (CSV or XLSX), LAIT's long table (Parquet or CSV) and its "
    "dictionary, and DfE's tables as CSV"
)


class MisnamedFileError(Exception):
    """The file is one of our own by its columns, and not by its name, which the message gives."""


def parse(data: bytes, suffix: str) -> Parsed:
    """Read one file. What cannot be read comes back as an outcome with its finding, never as an exception."""
    suffix = suffix.lower()
    if suffix in DOCUMENTS:
        return Parsed("document")
    try:
        raw = _open(data, suffix)
        return _parse(raw, [header.strip().casefold() for header in raw.headers])
    except MisnamedFileError as named:
        said = Finding(
            "misnamed_file",
            f"it has the columns of {named}; only a file of that name directly in reference/ is read so",
            f"put its rows into reference/{named}, or take the file away",
        )
        return Parsed("not_recognised", findings=(said,))
    except NotRecognisedError as unknown:
        said = Finding("unknown_file", f"{unknown}, so it was not read", TAKEN)
        return Parsed("not_recognised", findings=(said,))
    except RejectedFileError as rejected:
        return Parsed("rejected", findings=(not_taken(rejected),))


def _open(data: bytes, suffix: str) -> RawTable:
    if suffix == ".xlsx":
        listed = neighbours.open_workbook(data)
        if listed is None:
            raise NotRecognisedError("its first sheet is not a list of neighbours")
        return listed
    if suffix not in (".csv", ".parquet"):
        raise NotRecognisedError("it is neither CSV nor Parquet nor a workbook")
    return read_table(data, suffix)


def _parse(raw: RawTable, headers: Sequence[str]) -> Parsed:
    named = set(headers)
    if neighbours.is_list(headers):
        return neighbours.parse(raw, headers)
    if named >= ees.MARKS:
        return ees.parse(raw, headers)
    if named >= sfr.MARKS:
        return sfr.parse(raw, headers)
    if named >= lait.LONG_TABLE:
        return lait.parse_long_table(raw, headers)
    if named >= lait.DICTIONARY:
        return lait.parse_dictionary(raw, headers)
    for file, fmt in declared_files().items():  # the declared name alone is read, so that none speaks twice
        match = fmt.match_headers(raw.headers)
        if not match.problem and not match.unknown:
            raise MisnamedFileError(file)
    raise NotRecognisedError("its columns are those of no table known here")
