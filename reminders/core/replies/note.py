"""What does a text look like once every known phrase, number and name in it is marked?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reminders.core.replies.exercises import Mention, mentions_of, words_of
from reminders.core.replies.normalise import LONGEST, Kind, Token, tokens_of
from reminders.core.replies.numbers import Number, NumberReader
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Context, Span
from reminders.core.replies.strip import own_words
from reminders.core.replies.words import (
    LANGUAGES,
    LEXICON,
    Language,
    canonical,
    guess,
    in_order,
)

_SENTENCE_ENDS = frozenset({".", "?", "!", ";"})
_CLAUSE_ENDS = _SENTENCE_ENDS | {",", "(", ")"}


@dataclass(frozen=True)
class Note:
    """A text as the rules see it. Rules ask it; it decides nothing."""

    text: str
    context: Context
    lang: str
    tokens: tuple[Token, ...]
    numbers: tuple[Number, ...]
    mentions: tuple[Mention, ...]
    _marks: Mapping[str, tuple[Mark, ...]]
    _covers: dict[tuple[str, ...], set[int]] = field(default_factory=dict, compare=False)

    def marks(self, *names: str) -> tuple[Mark, ...]:
        """Return all marks of these names, from left to right."""
        if len(names) == 1:
            return self._marks.get(names[0], ())
        found = (mark for name in names for mark in self._marks.get(name, ()))
        return tuple(sorted(found, key=lambda mark: (mark.first, mark.last)))

    def has(self, *names: str) -> bool:
        """Tell whether any of these marks stands anywhere."""
        return any(name in self._marks for name in names)

    def word(self, at: int) -> str:
        """Return the word at a place, or nothing outside the text."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def one_of(self, at: int, words: str) -> bool:
        """Tell whether the word at a place belongs to a list of single words."""
        return self._listed(self.word(at), lambda language: language.words[words])

    def in_set(self, at: int, name: str) -> bool:
        """Tell whether the word at a place belongs to a named set."""
        return self._listed(self.word(at), lambda language: language.sets[name])

    def _listed(self, word: str, of: Callable[[Language], Container[str]]) -> bool:
        """Ask the own language first; another only about words the own one does not know."""
        for language in in_order(self.lang):
            if word in of(language):
                return bool(word)
            if word in language.known:
                return False
        return False

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Return the clauses: from first up to, not including, last."""
        return tuple(self._cut(_CLAUSE_ENDS, turns=True))

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Return the sentences, each with the mark that closes it."""
        return tuple(self._cut(_SENTENCE_ENDS, turns=False))

    def clause(self, at: int) -> tuple[int, int]:
        """Return the clause a token belongs to."""
        return _around(self.clauses, at)

    def sentence(self, at: int) -> tuple[int, int]:
        """Return the sentence a token belongs to."""
        return _around(self.sentences, at)

    def before(self, mark: Mark, *names: str, near: int = 99) -> bool:
        """Tell whether such a mark ends before this one in its clause."""
        first, _ = self.clause(mark.first)
        return any(
            first <= other.first and mark.first - near <= other.last <= mark.first
            for other in self.marks(*names)
        )

    def asks(self, at: int) -> bool:
        """Tell whether the words at a place are asked, not said."""
        clause = self.clause(at)
        told = self.has("reports_for") and not any(token.text == "?" for token in self.tokens)
        if not told and any(clause[0] <= mark.first <= at for mark in self.marks("asking")):
            return True
        _, last = self.sentence(at)
        return self.word(last) == "?" and clause[1] >= last

    def negated(self, mark: Mark) -> bool:
        """Tell whether a "not" or an "almost" stands right before a mark."""
        gap = 1 if self.one_of(mark.first - 1, "negation_gap") else 0
        return self.before(mark, "negation", near=gap)

    def stated(self, mark: Mark) -> bool:
        """Tell whether a mark is said as a fact: not wished, asked, feared or denied."""
        return not (self._unreal(mark) or self.negated(mark) or self.asks(mark.first))

    def _unreal(self, mark: Mark) -> bool:
        """Tell whether a "will" or an "if" governs a mark; "wanted to tell you" governs nothing."""
        if self.before(mark, "preface", near=3):
            return False
        return self.before(mark, "unreal", near=5)

    def explained(
        self,
        first: int,
        last: int,
        *names: str,
        words: Sequence[str] = (),
        spare: Sequence[int] = (),
    ) -> bool:
        """Tell whether every word of a stretch belongs to these marks, lists or numbers."""
        known = self._covered(names)
        return all(
            self.tokens[at].kind is Kind.MARK
            or at in known
            or at in spare
            or any(self.one_of(at, name) for name in words)
            for at in range(first, last)
        )

    def foreign(self, at: int) -> bool:
        """Tell whether a word has nothing to do with exercises, pain or when they were done."""
        return at in self._foreign_places

    @cached_property
    def _foreign_places(self) -> frozenset[int]:
        return frozenset(
            at
            for at, token in enumerate(self.tokens)
            if token.kind is Kind.WORD
            and at not in self.mention_places
            and not any(token.text in language.domain for language in LANGUAGES.values())
        )

    def foreigners(self, first: int, last: int) -> int:
        """Count the foreign words of a stretch."""
        return len(self._foreign_places.intersection(range(first, last)))

    def about_other(self, at: int, *, strictly: bool = False) -> bool:
        """Tell whether what follows a place is the object of another matter: "the report".

        Strictly: anything but exercises and words without weight is one.
        """
        if self.one_of(at, "turn"):
            return False
        loose = self.one_of(at, "preposition") and not self.one_of(at, "owning")
        bare = self.one_of(at, "owning")
        at += 1 if loose or bare else 0
        noun = at
        while self.one_of(noun, "determiner") or (strictly and self._ordinal(noun)):
            noun += 1
        placed = loose and self.one_of(at - 1, "placing")
        told = noun > at or bare or placed or (strictly and self.one_of(at - 1, "determiner"))
        if not told or (bare and self.one_of(at - 1, "together") and self.in_set(noun, "relative")):
            return False
        of = self.one_of(noun + 1, "owning") and self.foreign(noun + 2)
        return of or (self._other_thing(noun) if strictly and not loose else self.foreign(noun))

    def _ordinal(self, at: int) -> bool:
        return any(self.word(at) in language.grammar["ordinals"] for language in LANGUAGES.values())

    def _other_thing(self, at: int) -> bool:
        """Tell whether a word is a thing one may do or finish that is no exercise."""
        token = self.tokens[at] if at < len(self.tokens) else None
        if token is None or token.kind in {Kind.MARK, Kind.NUMBER} or at in self.mention_places:
            return False
        return not any(token.text in language.core for language in LANGUAGES.values())

    def span(self, field: str, first: int, last: int) -> Span:
        """Return where in the text as it came these tokens stand."""
        start, end = self.tokens[first].start, self.tokens[max(first, last - 1)].end
        return Span(field, start, end, self.text[start:end])

    @cached_property
    def number_places(self) -> frozenset[int]:
        """Return every place a number covers."""
        return frozenset(at for number in self.numbers for at in range(number.first, number.last))

    @cached_property
    def mention_places(self) -> frozenset[int]:
        """Return every place the name of an exercise covers."""
        return frozenset(at for one in self.mentions for at in range(one.first, one.last))

    def _covered(self, names: tuple[str, ...]) -> set[int]:
        known = self._covers.get(names)
        if known is None:
            known = set(self.number_places | self.mention_places)
            for name in names:
                for mark in self._marks.get(name, ()):
                    known.update(range(mark.first, mark.last))
            self._covers[names] = known
        return known

    def _cut(self, ends: frozenset[str], *, turns: bool) -> Iterator[tuple[int, int]]:
        first = 0
        for at, token in enumerate(self.tokens):
            turn = turns and self.one_of(at, "turn")
            if token.text in ends or turn:
                if at > first:
                    yield first, at
                first = at + (0 if turn else 1)
        if first < len(self.tokens):
            yield first, len(self.tokens)


def _around(parts: Sequence[tuple[int, int]], at: int) -> tuple[int, int]:
    for first, last in parts:
        if at < last:
            return min(first, at), last
    return at, at + 1


def note_of(text: str, context: Context) -> Note:
    """Mark a text: own words, tokens, language, numbers, names and phrases."""
    text = text[:LONGEST]
    raw = tokens_of(own_words(text, context.ours))
    fallback = context.lang if context.lang in LANGUAGES else next(iter(LANGUAGES))
    lang = guess(raw, fallback)
    tokens = _with_emoji_stops(canonical(raw, lang, words_of(context.exercises)))
    marks: dict[str, list[Mark]] = defaultdict(list)
    reader = NumberReader(tokens, lang)
    words = [reader.spelled(at) or token.text for at, token in enumerate(tokens)]
    for mark in LEXICON.find(words):
        if mark.lang == lang or not _everyday(tokens[mark.first : mark.last], lang):
            marks[mark.name].append(mark)
    return Note(
        text=text,
        context=context,
        lang=lang,
        tokens=tuple(tokens),
        numbers=tuple(reader.read()),
        mentions=tuple(mentions_of(tokens, context.exercises)),
        _marks={name: tuple(found) for name, found in marks.items()},
    )


def _everyday(tokens: Sequence[Token], lang: str) -> bool:
    return all(token.text in LANGUAGES[lang].everyday for token in tokens)


def _with_emoji_stops(tokens: Sequence[Token]) -> list[Token]:
    """Read a picture that says nothing to us as the end of a sentence."""
    return [
        Token(";", token.start, token.end, Kind.MARK)
        if token.kind is Kind.MARK and ord(token.text[0]) > 127 and token.text not in _SPEAKING
        else token
        for token in tokens
    ]


_SPEAKING = frozenset(
    char
    for language in LANGUAGES.values()
    for group in language.phrases.values()
    for phrase in group
    for char in phrase
    if ord(char) > 127
)
