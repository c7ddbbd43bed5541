"""The CSV files that make up SSDA903, and the headings by which each is told (2017 to 2026)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """One CSV of the set: headings that tell it from the others, those used besides, those of no use here."""

    told_by: tuple[str, ...]
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ("DOB",)

    @property
    def wanted(self) -> tuple[str, ...]:
        return ("CHILD", *self.told_by, *self.used)


SHEETS = {
    "header": Sheet(("ETHNIC",), ("SEX", "DOB"), ("UPN", "MOTHER", "MC_DOB", "UASC_STATUS")),
    "episodes": Sheet(
        ("DECOM", "RNE"),
        ("LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "URN"),
        ("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST"),
    ),
    "reviews": Sheet(("REVIEW",), ("REVIEW_CODE",)),
    "missing": Sheet(("MIS_START",), ("MISSING", "MIS_END")),
    "placed_adoption": Sheet(("DATE_PLACED",), ("DATE_PLACED_CEASED", "REASON_PLACED_CEASED")),
    "ad1": Sheet(
        ("DATE_MATCH",), ("FOSTER_CARE",), ("DOB", "DATE_INT", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR")
    ),
    "oc3": Sheet(("IN_TOUCH",), ("ACTIV", "ACCOM")),
    "social_worker": Sheet(("SW_ID",), ("SW_DECOM", "SW_DEC", "SW_REASON")),
}
# Known, and of no use here: told so that they are not taken for strangers.
UNUSED_SHEETS = {
    "dolo": "DOLO_START",  # orders that deprive of liberty, since 2026-27: CHILD, DOB, DOLO_START, DOLO_END
    "oc2": "SDQ_SCORE",
    "prev_perm": "PREV_PERM",
    "uasc": "DUC",
}


def table_of(headers: tuple[str, ...]) -> str | None:
    """Which table of SSDA903 has these headings, if exactly one does."""
    said = {header.strip().upper() for header in headers}
    told = {name: sheet.told_by for name, sheet in SHEETS.items()}
    told |= {name: (heading,) for name, heading in UNUSED_SHEETS.items()}
    found = [name for name, headings in told.items() if said.issuperset(headings) and "CHILD" in said]
    return found[0] if len(found) == 1 else None
