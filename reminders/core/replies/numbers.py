"""Which numbers does a text hold, and what shape has each?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

from reminders.core.replies.normalise import Kind, Token
from reminders.core.replies.words import in_order

_HIGHEST = 10
_MOST = 40
_PLAIN = re.compile(r"(?:0|[1-9]\d{0,4})(?:[.,:]\d{1,2})?")


class Shape(Enum):
    """How a number is written."""

    PLAIN = "plain"
    TEN = "out of ten"
    RANGE = "range"
    CHANGE = "change"
    SCALE = "scale"
    PART = "k of n"
    PLACE = "#3"
    CLOCK = "clock"
    PRONOUN = "one"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class Number:
    """A number at tokens first up to, not including, last; `low` is the other end or the whole."""

    first: int
    last: int
    value: float
    shape: Shape = Shape.PLAIN
    low: float = 0

    @property
    def whole(self) -> int:
        """Return the number rounded half up."""
        return int(self.value + 0.5)


class NumberReader:
    """Reads the numbers of one list of tokens."""

    def __init__(self, tokens: Sequence[Token], lang: str) -> None:
        self._tokens = tokens
        self._order = in_order(lang)
        self._steps: tuple[Callable[[Number], Number | None], ...] = (
            self._fraction,
            self._all_of_all,
            self._between,
            self._range,
            self._place,
        )

    def read(self) -> list[Number]:
        """Return the numbers from left to right; a text with very many is no reply."""
        return list(islice(self._walk(), _MOST))

    def _walk(self) -> Iterator[Number]:
        at = 0
        while at < len(self._tokens):
            number = self._single(at)
            if number is None:
                at += 1
                continue
            found = next((made for step in self._steps if (made := step(number))), number)
            yield found
            at = found.last

    def spelled(self, at: int) -> str:
        """Return a number word in digits, as phrases expect it; nothing for "one"."""
        token = self._tokens[at]
        if token.kind is not Kind.WORD or self._is(at, "pronoun_numbers"):
            return ""
        value = self.value(at)
        return "" if value is None else str(int(value))

    def value(self, at: int) -> float | None:
        """Return the number one token says, if it says one."""
        if not 0 <= at < len(self._tokens):
            return None
        token = self._tokens[at]
        if token.kind is Kind.NUMBER:
            return _digits(token.text)
        if token.kind is Kind.WORD:
            for language in self._order:
                if token.text in language.numbers:
                    return language.numbers[token.text]
                if token.text in language.known:
                    return None
        return None

    def _word(self, at: int) -> str:
        return self._tokens[at].text if 0 <= at < len(self._tokens) else ""

    def _is(self, at: int, what: str) -> bool:
        word = self._word(at)
        for language in self._order:
            if word in language.grammar[what]:
                return True
            if word in language.known:
                return False
        return False

    def _single(self, at: int) -> Number | None:
        value = self.value(at)
        if value is None:
            return None
        word, last = self._word(at), at + 1
        if ":" in word:
            return Number(at, last, value, Shape.CLOCK)
        if self._is(at, "pronoun_numbers"):
            halved = self._and_a_half(Number(at, last, value))
            return halved if halved.last > last else replace(halved, shape=Shape.PRONOUN)
        if value < 0:
            return Number(at, last, 99, Shape.ODD)
        return self._and_a_half(self._tens(Number(at, last, value)))

    def _tens(self, number: Number) -> Number:
        """Join "twenty" and "five", "cuarenta y cinco"."""
        if number.value < 20 or number.value % 10 or self._word(number.first)[0].isdigit():
            return number
        at = number.last + (1 if self._is(number.last, "tens_join") else 0)
        units = self.value(at)
        if units is None or not 0 < units < 10 or self._word(at)[0].isdigit():
            return number
        return replace(number, last=at + 1, value=number.value + units)

    def _and_a_half(self, number: Number) -> Number:
        at = number.last
        if self._is(at, "half_join"):
            at += 1
            if self._is(at, "article"):
                at += 1
            if self._is(at, "half"):
                return replace(number, last=at + 1, value=number.value + 0.5)
        at = number.last
        if [self._word(at + step) for step in range(3)] == ["1", "/", "2"]:
            return replace(number, last=at + 3, value=number.value + 0.5)
        if self._is(at, "point") and (tenths := self.value(at + 1)) is not None and tenths < 10:
            return replace(number, last=at + 2, value=number.value + tenths / 10)
        return number

    def _place(self, number: Number) -> Number | None:
        sign = self._word(number.first - 1)
        if sign == "#" or self._is(number.first - 1, "place"):
            return replace(number, shape=Shape.PLACE)
        return None

    def _fraction(self, number: Number) -> Number | None:
        """Read 4/10, "four out of ten", "3 of 5"."""
        at = number.last
        slash = self._word(at) == "/"
        if not slash and not self._is(at, "of"):
            return None
        at += 2 if self._is(at, "of") and self._is(at + 1, "of") else 1
        at += 0 if slash or not self._is(at, "definite") else 1
        below = self.value(at)
        if below is None:
            return None
        ten = below == _HIGHEST and self._shape_of(number.first) is not Shape.CLOCK
        shape = Shape.TEN if ten else Shape.ODD if slash and number.value > below else Shape.PART
        if slash and (number.value, below) == (1, 2):
            return replace(number, last=at + 1, value=0.5, shape=Shape.ODD)
        return replace(number, last=at + 1, shape=shape, low=below)

    def _all_of_all(self, number: Number) -> Number | None:
        """Read "3 for 3" as three of three."""
        if self._is(number.last, "for") and self.value(number.last + 1) == number.value:
            return replace(number, last=number.last + 2, shape=Shape.PART, low=number.value)
        return None

    def _shape_of(self, at: int) -> Shape:
        return Shape.CLOCK if ":" in self._word(at) else Shape.PLAIN

    def _between(self, number: Number) -> Number | None:
        if not self._led_by(number, "between") or not self._is(number.last, "join"):
            return None
        at = number.last + (2 if self._is(number.last + 1, "article") else 1)
        other = self._single(at)
        return None if other is None else self._ends(number, other, falling=False)

    def _range(self, number: Number) -> Number | None:
        """Read 3-4, "3 to 4", "7 -> 4"; the scale itself, 0-10, is no answer."""
        turn = number.last + (1 if self._word(number.last) == "," else 0)
        now = self._is(turn, "now") and self._led_by(number, "was")
        arrow = now or self._word(number.last) in {"->", "=>"}
        if number.shape is Shape.PRONOUN or not (arrow or self._is(number.last, "range")):
            return None
        at = (turn if now else number.last) + 1
        at += 1 if self._is(at, "article") else 0
        other = self._single(at)
        if other is None or other.shape is Shape.CLOCK or other.value > 60:
            return None
        return self._ends(number, other, falling=arrow or self._led_by(number, "from"))

    def _led_by(self, number: Number, what: str) -> bool:
        """Tell whether such a word leads up to a number, an article between them or not."""
        at = number.first - 1
        return self._is(at, what) or (self._is(at, "article") and self._is(at - 1, what))

    def _ends(self, first: Number, other: Number, *, falling: bool) -> Number:
        both = replace(first, last=other.last, low=min(first.value, other.value))
        if first.value <= 1 and other.value == _HIGHEST:
            return replace(both, value=other.value, shape=Shape.SCALE)
        if falling:
            return replace(both, value=other.value, shape=Shape.CHANGE)
        both = replace(both, value=max(first.value, other.value))
        over = self._fraction(other)
        if over is not None and over.shape is Shape.TEN:
            return replace(both, last=over.last, shape=Shape.TEN)
        return replace(both, shape=Shape.RANGE)


def _digits(text: str) -> float:
    """Return the value of digits; -1 for what is no plain number (1,600 or 007 or 1.2.3)."""
    if _PLAIN.fullmatch(text) is None:
        return -1
    return float(text.replace(",", ".").replace(":", "."))
