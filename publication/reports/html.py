"""The report as one HTML page: it works offline, holds no script, and loads nothing."""

from markupsafe import Markup

from publication.reports import tables, words
from publication.reports.charts import DRAWN, Chart, funnel, process_chart, sparkline
from publication.reports.figures import Line, Report
from publication.reports.region import Compared, Region, ranked, side_by_side


def page(report: Report, large_print: bool = False) -> str:
    """The whole report as the text of one self-contained page."""
    return DRAWN.get_template("report.html").render(
        report=report,
        scorecard=list(zip(report.themes, tables.scorecard(report, _spark), strict=True)),
        edition=words.edition_words(report),
        notes=words.notes(report),
        tables=tables,
        words=words,
        chart=_chart,
        slug=slug,
        large_print=large_print,
    )


def region_page(region: Region, large_print: bool = False) -> str:
    """The regional edition as the text of one self-contained page."""
    return DRAWN.get_template("region.html").render(
        region=region,
        words=words,
        ranked=ranked,
        side_by_side=side_by_side,
        funnel=_funnel,
        slug=slug,
        large_print=large_print,
    )


def slug(title: str) -> str:
    """A title as the name of a place in the page."""
    return "".join(letter if letter.isalnum() else "-" for letter in title.lower())


def _chart(line: Line) -> Chart | None:
    return _safe(process_chart(line))


def _spark(line: Line) -> Chart | None:
    return _safe(sparkline(line))


def _funnel(one: Compared) -> Chart | None:
    return _safe(funnel(one))


def _safe(drawn: Chart | None) -> Chart | None:
    """A chart comes from a template of our own, where all text was escaped."""
    return drawn and Chart(Markup(drawn.svg), drawn.description)
