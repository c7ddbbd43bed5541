"""Draws from a seeded generator, as whole arrays: choices by weight, lags, and repeats along a span."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synthetic.days import FAR, LAST, Days, as_days, is_working, working_after

Ints = npt.NDArray[np.integer]
Codes = npt.NDArray[np.int16]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


def pick(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Codes:
    """Positions drawn in proportion to the weights."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.minimum(
        np.searchsorted(edges, rng.random(size) * edges[-1], side="right"), len(edges) - 1
    ).astype(np.int16)


def pick_by(rng: np.random.Generator, weights: Sequence[npt.ArrayLike], kind: Ints) -> Codes:
    """As pick, with a row of weights for each kind."""
    table = np.cumsum(np.asarray(weights, dtype=float), axis=1)
    table /= table[:, -1:]
    draw = rng.random(len(kind))
    return np.minimum((draw[:, None] >= table[kind]).sum(axis=1), table.shape[1] - 1).astype(np.int16)


def chance(rng: np.random.Generator, probability: npt.ArrayLike, size: int) -> Flags:
    """True as often as the probability says."""
    return np.asarray(rng.random(size) < np.asarray(probability), dtype=np.bool_)


def spread(rng: np.random.Generator, low: float, high: float, size: int) -> Days:
    """Whole days from low to high, both in, evenly."""
    return rng.integers(int(low), int(high) + 1, size).astype(np.int32)


def waits(rng: np.random.Generator, mean: npt.ArrayLike, size: int) -> Days:
    """Whole days of waiting with the given mean, mostly short and sometimes long."""
    return np.minimum(rng.exponential(1.0, size) * np.asarray(mean), float(FAR)).astype(np.int32)


def recorded(rng: np.random.Generator, event: Days, mean: float, not_before: npt.ArrayLike = 0) -> Days:
    """The day on which an event is typed up: often the same day, now and then weeks later, never before."""
    size = len(event)
    late = np.where(rng.random(size) < 0.5, 0, np.minimum(rng.exponential(2 * mean, size), 75)).astype(
        np.int32
    )
    return as_days(np.maximum(event + late, np.asarray(not_before)))


def mostly_worked(rng: np.random.Generator, days: Days, keep: float) -> Days:
    """Days off are moved to the next working day, save for the kept share (police do not wait for Monday)."""
    off = ~is_working()[np.clip(days, 0, LAST)] & ~chance(rng, keep, len(days))
    return np.where(off & (days < FAR), working_after(days, 1), days).astype(np.int32)


def steps_in(first: Days, last: Days, step: npt.ArrayLike, since: int) -> tuple[Rows, Days]:
    """Row numbers and step numbers k >= 0 of every first + k x step from `since` up to last (both in)."""
    every = np.maximum(np.broadcast_to(np.asarray(step), first.shape), 1)
    skipped = np.maximum(-((first - since) // every), 0)
    ends = np.floor_divide(last - first, every)
    count = np.maximum(ends - skipped + 1, 0)
    rows = np.repeat(np.arange(len(first)), count)
    return rows, (within(count) + skipped[rows]).astype(np.int32)


def within(count: npt.ArrayLike) -> Ints:
    """0, 1, 2, ... inside each group, for groups of the given sizes laid end to end."""
    sizes = np.asarray(count, dtype=np.int64)
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
