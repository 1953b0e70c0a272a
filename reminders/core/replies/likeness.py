"""Which of some words is meant by a misspelt one?

Two words are near when one becomes the other by few slips of the finger: a letter missing, added,
changed, or two neighbours swapped. An index of words with letters left out finds the candidates, so
that the cost does not grow with the number of words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

_SHORT = 4
_LONG = 9
_LONGEST = 24
_FAR = 99


def slips(one: str, other: str, most: int) -> int:
    """Count the slips between two words; a large number when there are more than `most`."""
    if abs(len(one) - len(other)) > most:
        return _FAR
    above: list[int] = []
    row = list(range(len(other) + 1))
    for at, left in enumerate(one, start=1):
        before, above, row = above, row, [at]
        for place, right in enumerate(other, start=1):
            cost = min(above[place] + 1, row[-1] + 1, above[place - 1] + (left != right))
            if before and place > 1 and left == other[place - 2] and one[at - 2] == right:
                cost = min(cost, before[place - 2] + 1)
            row.append(cost)
    return row[-1] if row[-1] <= most else _FAR


def allowed(word: str) -> int:
    """Return how many slips a word of this length may have and still be told."""
    return 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2


class Spellings:
    """Finds the word meant, among the ones it was given; earlier ones win a tie."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: Mapping[str, int] = {word: at for at, word in enumerate(words)}
        self._cut: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            for part in _shortened(word):
                self._cut[part].append(word)

    def meant(self, said: str) -> str | None:
        """Return the nearest word that begins with the same letter, if one is near enough."""
        if not _SHORT <= len(said) <= _LONGEST:
            return None
        found = {word for part in _shortened(said) for word in self._cut.get(part, ())}
        near = [
            (count, self._words[word], word)
            for word in found
            if word[0] == said[0]
            and (count := slips(said, word, min(allowed(said), allowed(word)))) < _FAR
        ]
        return min(near)[2] if near else None


def _shortened(word: str) -> set[str]:
    """Return the word with up to as many letters left out as it may have slips."""
    return {
        "".join(kept)
        for less in range(allowed(word) + 1)
        for kept in combinations(word, len(word) - less)
    }
