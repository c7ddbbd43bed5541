"""What makes one authority unlike another: its size, its pace and its habits, drawn once from the seed."""

from dataclasses import dataclass

import numpy as np

from synthetic.tables import words

ALL_SIZES = 1_000_003  # seed branch for what concerns all authorities together

_FIRST = words(
    "Alder Amber Ash Barley Beacon Birch Bramble Brook Cedar Clover Copper Coral Dove Elm Ember "
    "Fallow Fern Flint Fox Granite Harbour Hazel Heather Heron Holly Ivory Juniper Kestrel Larch "
    "Laurel Linden Maple Marsh Meadow Mill Moss Oak Otter Pebble Pine Plover Poplar Quarry Raven "
    "Reed Rowan Saffron Silver Sorrel Spruce Stone Sycamore Thistle Thorn Teasel Willow Wren "
    "Yarrow"
)
_SECOND = words("shire ham combe wick stead borough mere ford dale hurst")


@dataclass(frozen=True)
class Practice:
    """One invented authority. Shares are of 1; `open_children` is children in need open at a time."""

    number: int
    la_code: str
    la_name: str
    open_children: int
    population: int
    prompt: float  # how punctual it is: 1 is usual, above is better
    typing_lag: float  # mean days from event to record
    chain: float  # how often a closed case is followed by another referral
    plan_pull: float  # how readily it makes child protection plans
    initial_and_core_until: int  # assessments before this day were initial and core; 0 for none
    late_history: bool  # moved to a new case system, so its history starts late

    def in_time(self, share: float) -> float:
        """A share of duties met, moved by how punctual the authority is."""
        return float(np.clip(1 - (1 - share) / self.prompt, 0.3, 0.998))


def place_name(number: int) -> str:
    """An invented place name; no two authorities share one."""
    return _FIRST[number % len(_FIRST)] + _SECOND[(number // len(_FIRST) + number) % len(_SECOND)]


def practices(authorities: int, children: int, seed: int, last_as_at: int) -> list[Practice]:
    """All authorities. Their open children average `children`: some have a fifth of it, some four times."""
    rng = np.random.default_rng([seed, ALL_SIZES])
    sizes = np.exp(rng.normal(0, 0.62, authorities))
    sizes = np.maximum(sizes, 0.12)
    opened = np.maximum(np.rint(sizes / sizes.mean() * children), 20).astype(int)
    rate = 330 * np.exp(rng.normal(0, 0.2, authorities))
    prompt = np.exp(rng.normal(0, 0.35, authorities))
    typing = np.exp(rng.normal(0.9, 0.3, authorities))
    chain = np.clip(rng.normal(0.45, 0.06, authorities), 0.25, 0.6)
    pull = np.exp(rng.normal(0, 0.2, authorities))
    return [
        Practice(
            number=i,
            la_code=f"{i + 1:03d}",
            la_name=place_name(i),
            open_children=int(opened[i]),
            population=int(opened[i] / rate[i] * 10_000),
            prompt=float(prompt[i]),
            typing_lag=float(typing[i]),
            chain=float(chain[i]),
            plan_pull=float(pull[i]),
            initial_and_core_until=last_as_at - 395 if i == 1 else 0,
            late_history=i == 3 or (i == 2 and authorities == 3),
        )
        for i in range(authorities)
    ]
