"""What lies beside returns and is none: what systems and people leave, and what must be unpacked first."""

from pathlib import PurePath

LEFT_BY_SYSTEMS = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "$recycle.bin"}
TEMPORARY = (".tmp", ".temp", ".bak", ".swp", ".lnk", ".url", ".log")
NOTES = (".md", ".docx", ".doc", ".odt", ".rtf", ".htm", ".html", ".msg", ".eml", ".one", ".pptx")
# what a file begins with -> what it is, and what to do
FORMS = (
    (b"%PDF", "it is a PDF, in which no table can be read", "export the table it was made from as CSV"),
    (b"7z\xbc\xaf", "it is an archive of 7-Zip", "unpack it, or send a .zip"),
    (b"Rar!", "it is an archive of RAR", "unpack it, or send a .zip"),
    (b"\x1f\x8b", "it is packed by gzip", "unpack it, or send a .zip"),
    (
        b"\xd0\xcf\x11\xe0",
        "it is a document of Office that is protected by a password or in an old form",
        "open it in Excel and save it, without a password, as .xlsx or 'CSV UTF-8'",
    ),
    (b"\x00\x01\x00\x00Standard", "it is a database of Access", "export its tables as CSV"),
    (b"SQLite format 3", "it is a database of SQLite", "export its tables as CSV"),
)


def passed_over(name: str) -> str | None:
    """What a file is that its name shows to be nothing of a return; None of any other."""
    lower = name.lower()
    if lower.startswith(".extract."):
        return "the receipt of an extract"
    if lower in LEFT_BY_SYSTEMS or name.startswith("."):
        return "left by the operating system"
    if name.startswith("~"):
        return "left by a program that has, or had, a document open"
    suffix = PurePath(lower).suffix
    return "temporary" if suffix in TEMPORARY else "a note" if suffix in NOTES else None


def form_of(head: bytes) -> tuple[str, str] | None:
    """What a file is that holds no return as it stands, and what to do; None of any other."""
    return next(((what, move) for mark, what, move in FORMS if head.startswith(mark)), None)
