"""What was meant by a word that is not known: the nearest of those that are."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches

LIKE_ENOUGH = 0.6  # of a ratio from 0 to 1, as difflib has it


def meant(name: str, known: Sequence[str]) -> str:
    """A question with the nearest word, or all that may stand there: for short lists."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"it takes {', '.join(known)}"


def nearest(said: str, titles: Mapping[str, str], most: int = 3) -> list[str]:
    """The ids that were meant, the likeliest first: by how an id is spelt, or by the words of its title."""
    scores = {name: _likeness(said, name, title) for name, title in titles.items()}
    found = sorted((name for name in titles if scores[name] >= LIKE_ENOUGH), key=lambda n: -scores[n])
    return found[:most]


def _likeness(said: str, name: str, title: str) -> float:
    """How alike: a slip of spelling in the id, or every word that was said in the id or its title."""
    said_words, known_words = _words(said), [*_words(name), *_words(title)]
    spelling = max(SequenceMatcher(None, said.lower(), one.lower()).ratio() for one in (name, title))
    if not said_words:
        return spelling
    met = sum(
        max((SequenceMatcher(None, word, one).ratio() for one in known_words), default=0)
        for word in said_words
    )
    by_words = met / len(said_words)
    # both: of two ids that hold every word said, the one that is spelt nearest is meant
    return 0.6 * by_words + 0.4 * spelling if by_words > 0.8 else spelling


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
