"""Read what the warehouse keeps itself: populations, targets, names, neighbours and published statistics.

A published file is known by its columns, never by its name: DfE renames files each year. Every cell is kept
as printed beside what it was read as; a symbol is a status, never a number. What cannot be read is a finding.
Sources: DfE's explore-education-statistics, statistical first releases and Local Authority Interactive Tool;
ONS mid-year estimates through DfE; statistical neighbour models.

    load_sources.py         walks the folder and fills the schema `reference`
    declared.py        our own files: population.csv, targets.csv, authorities.csv
    checks.py          what is wrong with rows of ours that each cell by itself does not tell
    outcome.py         what the outcome of a refresh says of the folder
    recognise.py       which kind a published file is
    published.py       explore-education-statistics
    first_releases.py  looked after children, 2011 to 2017
    lait.py            LAIT's long table and its dictionary
    neighbours.py      lists of statistical neighbours
    parsed.py          what all of them give back; symbols and numbers
    cache.py           a file is parsed once, whatever it is called
"""

from ingest.reference.load import load_reference
from ingest.reference.outcome import ReferenceOutcome, reference_outcome

__all__ = ["ReferenceOutcome", "load_reference", "reference_outcome"]
