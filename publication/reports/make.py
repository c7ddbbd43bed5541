"""Make the reports of a release: read each authority once, write it in every format asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.files import new_file
from publication.reports.figures import Edition, Report, ReportError, RestrictedEdition
from publication.reports.kinds import ReportKind

FORMATS = ("html", "pdf", "xlsx", "docx", "pptx", "txt")  # each a writer below


@dataclass(frozen=True)
class Made:
    """The files of one authority's report."""

    la_code: str
    files: tuple[Path, ...]


def edition_of(release: Path, edition: str) -> Edition:
    """What a report of this edition is read from. Raises ReportError where it is not there."""
    if edition == "restricted":
        return RestrictedEdition(release)
    from publication.reports.public import PublicEdition

    return PublicEdition(release)


def month_of(source: Edition, asked: date | None, kind: ReportKind | None = None) -> date:
    """The month to report: the one asked for, else the newest. Raises ReportError where it is not there."""
    months = source.months()
    if not months:
        raise ReportError("the release has no month to report")
    if kind and kind.is_quarterly:
        months = [month for month in months if month.month % 3 == 0]
        if not months:
            raise ReportError("the release reports no month that a quarter ends with")
        if asked and asked.month % 3:
            raise ReportError(f"a quarter does not end with {asked:%Y-%m}; ask for {months[-1]:%Y-%m}")
    if asked is None:
        return months[-1]
    for month in months:
        if (month.year, month.month) == (asked.year, asked.month):
            return month
    raise ReportError(
        f"the release has no report of {asked:%Y-%m}; it reports {months[0]:%Y-%m} to {months[-1]:%Y-%m}"
    )


def make_reports(
    source: Edition,
    authorities: Sequence[str],
    month: date,
    out: Path,
    formats: Sequence[str],
    kind_name: str,
    kind: ReportKind,
    large_print: bool = False,
) -> Iterator[Made]:
    """Write out/<edition>/<month>/<la_code>/<kind>-<edition>-<month>-<la_code>.<format>, for its owner alone.

    The edition is in the folder and in the name, so that neither is written over the other nor sent for it.
    Raises ReportError where an authority has nothing for the month.
    """
    for la_code in authorities:
        report = source.report(la_code, month, kind)
        folder = out / report.edition / f"{month:%Y-%m}" / la_code
        name = f"{kind_name}-{report.edition}-{month:%Y-%m}-{la_code}"
        name += "-large-print" if large_print else ""
        files = tuple(
            write(folder / f"{name}.{kind}", written(report, kind, large_print)) for kind in formats
        )
        yield Made(la_code, files)


def make_region(source: Edition, name: str, month: date, out: Path, large_print: bool = False) -> Path:
    """Write out/<month>/region/side-by-side-<month>-<region>.html. Raises ReportError."""
    from publication.reports.html import region_page, slug
    from publication.reports.region import region_of

    if not isinstance(source, RestrictedEdition):
        raise ReportError("the regional edition sets exact figures side by side; there is no public one")
    page = region_page(region_of(source, name, month), large_print)
    folder = out / "restricted" / f"{month:%Y-%m}" / "region"
    return write(folder / f"side-by-side-restricted-{month:%Y-%m}-{slug(name)}.html", page.encode())


def written(report: Report, kind: str, large_print: bool) -> bytes:
    """The report in one format."""
    return WRITERS[kind](report, large_print)


def _html(report: Report, large_print: bool) -> bytes:
    from publication.reports.html import page

    return page(report, large_print).encode()


def _pdf(report: Report, large_print: bool) -> bytes:
    from publication.reports.pdf import pdf

    return pdf(report, large_print)


def _xlsx(report: Report, large_print: bool) -> bytes:
    from publication.reports.workbook import workbook

    return workbook(report)


def _docx(report: Report, large_print: bool) -> bytes:
    from publication.reports.word import word

    return word(report)


def _pptx(report: Report, large_print: bool) -> bytes:
    from publication.reports.slides import slides

    return slides(report)


def _txt(report: Report, large_print: bool) -> bytes:
    from publication.reports.text import text

    return text(report).encode()


WRITERS: dict[str, Callable[[Report, bool], bytes]] = {
    "html": _html, "pdf": _pdf, "xlsx": _xlsx, "docx": _docx, "pptx": _pptx, "txt": _txt,
}  # fmt: skip


def write(path: Path, content: bytes) -> Path:
    """A file that only its owner may read, there whole or not at all."""
    for folder in reversed(path.parents):
        if not folder.exists():  # mkdir(parents=True) would leave those between open to all
            folder.mkdir(exist_ok=True, mode=0o700)
    with new_file(path, mode=0o600) as aside:
        aside.write_bytes(content)
    return path
