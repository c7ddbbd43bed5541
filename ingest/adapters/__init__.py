"""Front ends for what is not an SSD return: each turns one file, or set, into text returns for conform."""

from ingest.adapters.annex_a.returns import open_annex_a
from ingest.adapters.base import FINDINGS, ConvertedReturns
from ingest.adapters.cin_census import open_cin_census
from ingest.adapters.csc_api import open_csc_api
from ingest.adapters.ssda903 import open_ssda903
from ingest.adapters.workforce_census import open_workforce_census

__all__ = [
    "FINDINGS",
    "ConvertedReturns",
    "open_annex_a",
    "open_cin_census",
    "open_csc_api",
    "open_ssda903",
    "open_workforce_census",
]
