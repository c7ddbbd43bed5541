"""Every indicator's rule, by area. Importing the package fills the register."""

from . import (
    adoption,
    assessment,
    care_leavers,
    child_protection,
    children_in_need,
    conferences,
    early_help,
    finance,
    front_door,
    looked_after,
    workforce,
)
from .register import FLOWS, PERIODS, STOCKS, Count, Event

__all__ = [
    "FLOWS",
    "PERIODS",
    "STOCKS",
    "Count",
    "Event",
    "adoption",
    "assessment",
    "care_leavers",
    "child_protection",
    "children_in_need",
    "conferences",
    "early_help",
    "finance",
    "front_door",
    "looked_after",
    "workforce",
]
