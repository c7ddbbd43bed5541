"""Series of months that chance alone makes, or chance and a shift, of every kind that signals are made of.

Each gives for so many series and months the figure, and of a share and of days what it is of. `level` has the
figure's true level in each month as a multiple of its first (of a share the true share itself).
"""

from typing import Any

import numpy as np
from numpy.random import Generator

Numbers = np.ndarray[Any, Any]
Invented = tuple[Numbers, Numbers | None, Numbers | None]  # value, numerator, denominator
TURNOVER = 0.08  # of a stock, leaves each month


def counts(rng: Generator, series: int, level: Numbers, mean: float, is_even: bool = False) -> Invented:
    """Events of a month: Poisson, or with months that differ by more than that."""
    means = np.broadcast_to(mean * level, (series, len(level)))
    return rng.poisson(means if is_even else rng.gamma(50, means / 50)).astype(float), None, None


def shares(rng: Generator, series: int, level: Numbers, cases: float) -> Invented:
    """Of the cases of a month, the number of which changes, and months that differ by more than chance."""
    n = rng.poisson(cases, (series, len(level)))
    x = rng.binomial(n, rng.beta(np.maximum(60 * level, 1e-6), np.maximum(60 * (1 - level), 1e-6), n.shape))
    return np.where(n > 0, 100 * x / np.maximum(n, 1), np.nan), x.astype(float), n.astype(float)


def stocks(rng: Generator, series: int, level: Numbers, mean: float) -> Invented:
    """Children who come and go. Where the level steps, so many come or go at once."""
    held = rng.poisson(mean, series)
    months = []
    for now, before in zip(level, [level[0], *level[:-1]], strict=True):
        held = held - rng.binomial(held, TURNOVER) + rng.poisson(mean * TURNOVER * before, series)
        step = mean * (now - before)
        held = np.maximum(held + (rng.poisson(step, series) if step > 0 else -rng.poisson(-step, series)), 0)
        months.append(held)
    return np.stack(months, axis=1).astype(float), None, None


def stock_shares(rng: Generator, series: int, level: Numbers, mean: float, settled: float = 0.9) -> Invented:
    """Of children who come and go those with something, which `settled` of them keep from month to month."""
    n = rng.poisson(mean, series)
    x = rng.binomial(n, level[0])
    wholes, parts = [], []
    for now in level:
        x, rest = x - rng.binomial(x, TURNOVER), n - x - rng.binomial(n - x, TURNOVER)
        new = rng.poisson(mean * TURNOVER, series)
        n, x = x + rest + new, x + rng.binomial(new, now)
        anew, anew_rest = rng.binomial(x, 1 - settled), rng.binomial(n - x, 1 - settled)
        x = x - anew + rng.binomial(anew + anew_rest, now)
        wholes.append(n)
        parts.append(x)
    n, x = np.stack(wholes, axis=1), np.stack(parts, axis=1)
    return np.where(n > 0, 100 * x / np.maximum(n, 1), np.nan), x.astype(float), n.astype(float)


def days(rng: Generator, series: int, level: Numbers, cases: float, skew: float = 0.6) -> Invented:
    """The median of so many lengths of time, each 35 days or so."""
    n = 1 + rng.poisson(cases - 1, (series, len(level)))
    lengths = np.exp(rng.normal(np.log(35 * level)[None, :, None], skew, (*n.shape, int(n.max()))))
    counted = np.where(np.arange(n.max()) < n[:, :, None], lengths, np.nan)
    return np.nanmedian(counted, axis=2).round(1), None, n.astype(float)


def nets(rng: Generator, series: int, level: Numbers, mean: float) -> Invented:
    """Those who came less those who went: nought as a rule; at a level of 2 twice as many come."""
    came = rng.poisson(np.broadcast_to(mean * level, (series, len(level))))
    return (came - rng.poisson(mean, came.shape)).astype(float), None, None
