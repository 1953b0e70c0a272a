"""Which words does each language use, and how are they brought to one form?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from reminders.core.replies.likeness import Spellings
from reminders.core.replies.normalise import Kind, Token, fold
from reminders.core.replies.phrases import Lexicon

_WORD = re.compile(r"[a-z']+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")


@dataclass(frozen=True)
class Language:
    """Everything the reader knows of one language; see words/*.toml."""

    code: str
    keywords: Mapping[str, frozenset[str]]
    expand: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    grammar: Mapping[str, Any]
    words: Mapping[str, frozenset[str]]
    sets: Mapping[str, Sequence[str]]
    phrases: Mapping[str, Sequence[str]]
    patterns: Mapping[str, str]
    known: frozenset[str]
    everyday: frozenset[str]
    domain: frozenset[str]
    core: frozenset[str]
    telling: frozenset[str]
    typos: Mapping[str, str]
    spellings: Spellings


def guess(tokens: Sequence[Token], fallback: str) -> str:
    """Return the language most words belong to; the fallback when none tells."""
    if len(tokens) == 1 and len(tokens[0].text) == 1:
        return fallback
    scores: dict[str, int] = dict.fromkeys(LANGUAGES, 0)
    for token in tokens:
        homes = [code for code, language in LANGUAGES.items() if token.text in language.known]
        if len(homes) == 1:
            scores[homes[0]] += 2
        for code, language in LANGUAGES.items():
            scores[code] += token.text in language.telling
    best = max(scores, key=lambda code: (scores[code], code == fallback))
    return best if scores[best] else fallback


def in_order(lang: str) -> tuple[Language, ...]:
    """Return all languages, this one first."""
    return _ORDERS[lang]


def canonical(tokens: Sequence[Token], lang: str, names: frozenset[str]) -> list[Token]:
    """Spell out short forms and mend typing errors, own language first.

    `names` are words of the exercises: they are known and never mended.
    """
    order = in_order(lang)
    tokens = list(_unglued(tokens, order))
    return [
        form
        for token, *after in zip_longest(tokens, tokens[1:], tokens[2:])
        for form in (
            _parts(token) if _in_list(token, after, order) else _forms(token, order, names)
        )
    ]


def _unglued(tokens: Sequence[Token], order: Sequence[Language]) -> Iterator[Token]:
    """Keep the number in "done4" and drop the one in "sum1" or "stuff42"."""
    end, glued = -1, False
    for token, after in zip_longest(tokens, tokens[1:]):
        if token.kind is Kind.NUMBER and token.start == end and glued:
            yield replace(token, kind=Kind.OPAQUE)
        elif token.text == "#" and (after is None or after.kind is not Kind.NUMBER):
            yield replace(token, text="number", kind=Kind.WORD)
        else:
            yield token
        end = token.end
        glued = token.kind is Kind.WORD and not any(
            token.text in language.words["glued"] or token.text in language.typos
            for language in order
        )


def _in_list(token: Token, after: Sequence[Token | None], order: Sequence[Language]) -> bool:
    """Tell whether "1,3" is two numbers, which the words after it or the language decide."""
    commas = token.text.count(",")
    if token.kind is not Kind.NUMBER or not commas or _THOUSANDS.fullmatch(token.text):
        return False
    joint, number = after
    goes_on = (
        joint is not None
        and joint.text in order[0].words["joint"]
        and number is not None
        and number.kind is Kind.NUMBER
    )
    return goes_on or commas > 1 or not order[0].grammar["decimal_comma"]


def _parts(token: Token) -> Iterator[Token]:
    at = token.start
    for part in re.split("(,)", token.text):
        kind = Kind.MARK if part == "," else Kind.NUMBER
        yield Token(part, at, min(at + len(part), token.end), kind)
        at = min(at + len(part), token.end)


def _forms(token: Token, order: Sequence[Language], names: frozenset[str]) -> Iterator[Token]:
    if token.kind in {Kind.OPAQUE, Kind.NUMBER}:
        yield token
        return
    for language in order:
        words = language.expand.get(token.text)
        if words is not None:
            yield from (Token(word, token.start, token.end) for word in words)
            return
        if token.text in language.known:
            yield token
            return
    yield from _mended(token, order, names)


def _mended(token: Token, order: Sequence[Language], names: frozenset[str]) -> Iterator[Token]:
    if token.kind is Kind.MARK or token.text in names:
        yield token
    elif "'" in token.text:
        yield from _parted(token)
    else:
        codes = tuple(language.code for language in order)
        for word in _likely(token.text, codes).split():
            yield Token(word, token.start, token.end)


def _parted(token: Token) -> Iterator[Token]:
    """Part "back's" in two: the s may be "is" or an owner, which the phrases decide."""
    word, _, tail = token.text.partition("'")
    middle = token.start + len(word)
    yield Token(word, token.start, min(middle, token.end))
    if tail == "s":
        yield Token("'s", min(middle, token.end), token.end)


@lru_cache(maxsize=8_192)
def _likely(word: str, codes: tuple[str, ...]) -> str:
    """Return the word meant by a misspelt one, in the first language that has it."""
    for code in codes:
        if word in LANGUAGES[code].typos:
            return LANGUAGES[code].typos[word]
    for code in codes:
        meant = LANGUAGES[code].spellings.meant(word)
        if meant is not None:
            return meant
    return word


def _plain(text: str) -> str:
    return "".join(fold(char) for char in text)


def _load(source: str) -> Language:
    data = tomllib.loads(source)
    phrases = {
        name: tuple(_plain(phrase) for phrase in values) for name, values in data["phrases"].items()
    }
    sets = {name: tuple(_plain(word) for word in values) for name, values in data["sets"].items()}
    expand = {_plain(key): tuple(_plain(value).split()) for key, value in data["expand"].items()}
    numbers = {_plain(key): value for key, value in data["numbers"].items()}
    spoken = " ".join(
        word for group in (phrases, sets) for words in group.values() for word in words
    )
    never = frozenset(_plain(data["likeness"]["never"]).split())
    known = (
        set(_WORD.findall(_plain(data["common"]["words"])))
        | set(re.findall(r"[^\W\d_']+", spoken))
        | {word for words in expand.values() for word in words}
        | expand.keys()
        | data["grammar"]["letters"].keys()
        | numbers.keys()
        | never
    )
    wrong = {_plain(typo) for typos in data["typos"].values() for typo in typos.split()}
    return Language(
        code=data["language"],
        keywords={name: frozenset(words) for name, words in data["keywords"].items()},
        expand=MappingProxyType(expand),
        numbers=MappingProxyType(numbers),
        grammar=MappingProxyType(data["grammar"]),
        words={name: frozenset(_plain(text).split()) for name, text in data["words"].items()},
        sets=MappingProxyType(sets),
        phrases=MappingProxyType(phrases),
        patterns=MappingProxyType(data["pattern"]),
        known=frozenset(known - wrong),
        everyday=frozenset(_WORD.findall(_plain(data["common"]["words"]))),
        domain=_domain(data, phrases, sets) | numbers.keys() | data["grammar"]["ordinals"].keys(),
        core=_core(data, sets) | numbers.keys() | data["grammar"]["ordinals"].keys(),
        telling=frozenset(_plain(data["common"]["telling"]).split()),
        typos={
            _plain(typo): _plain(word)
            for word, typos in data["typos"].items()
            for typo in typos.split()
        },
        spellings=Spellings(_plain(data["likeness"]["targets"]).split()),
    )


def _domain(
    data: Mapping[str, Any],
    phrases: Mapping[str, Sequence[str]],
    sets: Mapping[str, Sequence[str]],
) -> frozenset[str]:
    """Return the words people use when they speak of their exercises, and little else."""
    near = [_plain(data["words"][name]) for name in data["domain"]["words"]]
    said = [phrase for name in data["domain"]["phrases"] for phrase in phrases[name]]
    named = [word for name in data["domain"]["sets"] for word in sets[name]]
    found = re.findall(r"[^\W\d_']+|'s", " ".join([*near, *said, *named]).replace("_", " "))
    return frozenset(found) - frozenset(_plain(data["domain"]["foreign"]).split())


def _core(data: Mapping[str, Any], sets: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the words that may follow "did the" and mean exercises, or nothing in particular."""
    listed = [_plain(data["words"][name]) for name in data["core"]["words"]]
    named = [word for name in data["core"]["sets"] for word in sets[name] if "_" not in word]
    return frozenset(re.findall(r"[^\W\d_']+|'s", " ".join([*listed, *named]).replace("_", " ")))


def _all_languages() -> dict[str, Language]:
    folder = resources.files("reminders.core.replies").joinpath("words")
    sources = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    languages = [_load(source.read_text(encoding="utf-8")) for source in sources]
    return {language.code: language for language in languages}


def spelled_out(phrase: str, lang: str) -> str:
    """Write a phrase as the texts it is compared with are written: short forms spelled out."""
    expand = LANGUAGES[lang].expand
    return " ".join(" ".join(expand.get(slot, (slot,))) for slot in phrase.split())


def _lexicon(languages: Mapping[str, Language]) -> Lexicon:
    lexicon = Lexicon()
    for language in languages.values():
        for name, phrases in language.phrases.items():
            for phrase in phrases:
                lexicon.add(name, language.code, spelled_out(phrase, language.code), language.sets)
    return lexicon


LANGUAGES: Mapping[str, Language] = MappingProxyType(_all_languages())
_ORDERS = {
    code: (own, *(other for other in LANGUAGES.values() if other is not own))
    for code, own in LANGUAGES.items()
}
LEXICON = _lexicon(LANGUAGES)
