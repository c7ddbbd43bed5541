"""Where things lie. The restricted zone holds children's records and is closed to other users."""

from dataclasses import dataclass
from pathlib import Path

from ingest import posix

RECORDS_BEFORE = ".records.before"  # the records under the old key, while a new one takes its place
PRIVATE_MODE = 0o700
FOLDER_MODE, FILE_MODE = 0o750, 0o640  # of releases: readers share a group with whoever refreshes
KEPT_MONTHS = 25  # of raw files: two years to compare, and the month being reported
DBT_PROJECT = Path(__file__).parent.parent / "dbt_project"


@dataclass(frozen=True)
class WarehousePaths:
    """The four folders of a warehouse. Raw and reference are read; restricted and release are written."""

    raw: Path
    reference: Path
    release: Path
    restricted: Path

    @classmethod
    def of(
        cls, raw: Path, reference: Path, release: Path, restricted: Path | None = None
    ) -> "WarehousePaths":
        """Absolute places; the restricted zone is `<release>-restricted` unless named."""
        release = release.absolute()
        beside = release.with_name(release.name + "-restricted")
        return cls(raw.absolute(), reference.absolute(), release, (restricted or beside).absolute())

    @property
    def records(self) -> Path:
        """Children's records, under the pseudonyms of one key."""
        return self.restricted / "records"

    @property
    def key_id(self) -> Path:
        """Says which key made the pseudonyms of the records."""
        return self.records / "key_id"

    @property
    def landing(self) -> Path:
        return self.records / "landing"

    @property
    def opened(self) -> Path:
        """Returns opened from other formats, as text."""
        return self.records / "opened"

    @property
    def reference_cache(self) -> Path:
        """Published files as parsed, so that each is parsed once."""
        return self.restricted / "reference"

    @property
    def ledger(self) -> Path:
        return self.restricted / "ledger.sqlite"

    @property
    def first_published(self) -> Path:
        return self.restricted / "first_published"

    @property
    def public_ledger(self) -> Path:
        """What every public pack showed and hid."""
        return self.restricted / "public_ledger"

    @property
    def warehouse(self) -> Path:
        return self.restricted / "warehouse.duckdb"

    @property
    def reports(self) -> Path:
        """The performance reports, a folder a month and authority: exact, so closed to other users."""
        return self.restricted / "reports"

    @property
    def work_lists(self) -> Path:
        """Children by team and worker, a folder an authority."""
        return self.restricted / "work_lists"

    @property
    def error_reports(self) -> Path:
        """What each authority is to mend, a folder each."""
        return self.restricted / "error_reports"

    @property
    def access_log(self) -> Path:
        """Who looked at children's records, when, and at what: a line each, and no child in it."""
        return self.restricted / "access_log.jsonl"

    @property
    def quality_context(self) -> Path:
        """The file context in which Great Expectations judges one refresh."""
        return self.restricted / "great_expectations"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' pages of what was judged."""
        return self.restricted / "data_docs"

    @property
    def page_address(self) -> Path:
        """The next one-time address of the page, while it is open."""
        return self.restricted / "page_address"

    @property
    def alerts(self) -> Path:
        """What has been told to whom, and what could not be."""
        return self.restricted / "alerts.json"

    @property
    def sensor_looked(self) -> Path:
        """Touched whenever the sensor looks at the raw folder."""
        return self.restricted / "sensor_looked"

    @property
    def lock(self) -> Path:
        return self.restricted / "refresh.lock"

    @property
    def current(self) -> Path:
        """The link that readers follow."""
        return self.release / "current"

    @property
    def releases(self) -> Path:
        return self.release / "releases"

    @property
    def modes(self) -> dict[Path, int]:
        """What each folder that is written is open to: readers, of one group, enter the releases alone.

        Folders and files below are as their own: in the restricted zone 0700 and 0600, by the umask; in a
        release, once it is whole, FOLDER_MODE and FILE_MODE.
        """
        private = (
            self.restricted, self.records, self.landing, self.opened, self.first_published,
            self.public_ledger, self.reference_cache, self.reports, self.work_lists, self.error_reports,
        )  # fmt: skip
        return dict.fromkeys(private, PRIVATE_MODE) | dict.fromkeys(
            (self.release, self.releases), FOLDER_MODE
        )

    def prepare(self) -> None:
        """Make the folders that are written. Whatever this process writes later, only its user may read."""
        posix.close_to_others()
        before = self.records.with_name(RECORDS_BEFORE)
        # a change of key was killed between its two renames
        if before.exists() and not self.records.exists():
            before.rename(self.records)
        for folder in (self.records, self.landing, self.opened, self.first_published, self.releases):
            folder.mkdir(parents=True, exist_ok=True)
        for folder, mode in self.modes.items():
            if folder.exists():
                posix.give_mode(folder, mode)
