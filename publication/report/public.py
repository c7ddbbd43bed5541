"""The public edition: what the public pack says, and nothing else. What it hides has a symbol, no value."""

from datetime import date
from pathlib import Path

from publication.report.figures import NoReport, Report, manifest_of


class PublicEdition:
    """Protected figures, from the public pack of the current release."""

    def __init__(self, release: Path) -> None:
        self.manifest = manifest_of(release)
        pack = release / "current" / "public" / "public.duckdb"
        if not pack.exists():
            raise NoReport(
                f"this release has no public pack ({pack} is not there), and the public edition is made "
                "from nothing else; refresh to make one, or ask for --edition restricted"
            )

    def months(self) -> list[date]:
        raise NotImplementedError

    def authorities(self, month: date) -> dict[str, str]:
        raise NotImplementedError

    def report(self, authority: str, month: date) -> Report:
        raise NotImplementedError
