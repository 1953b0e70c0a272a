"""Do the pages say the same in every language?"""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from reminders.core.fading import Pace
from reminders.core.wording import LANGUAGES
from reminders.core.wording.template import has_stray_bracket, names_in
from reminders.web import words as package
from reminders.web.words import counted, filled, words

ROOT = Path(__file__).parents[2]


def sentences(lang: str) -> dict[str, str]:
    """Every sentence of one language by its place in the file."""
    text = files(package.__name__).joinpath(f"{lang}.toml").read_text("utf-8")
    return dict(_flat("", tomllib.loads(text)))


def _flat(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{place}.{key}", inner)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _flat(f"{place}[{at}]", inner)
    else:
        yield place, str(value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_same_sentences_with_the_same_names(lang: str) -> None:
    english, other = sentences("en"), sentences(lang)

    assert other.keys() == english.keys()
    for place, sentence in other.items():
        assert names_in(sentence) == names_in(english[place]), place
        assert not has_stray_bracket(sentence), place


def test_no_sentence_is_left_that_no_page_says() -> None:
    said = "\n".join(one.read_text("utf-8") for one in sources()) + "\n".join(map(repr, Pace))
    names = {place.rpartition(".")[2].partition("[")[0] for place in sentences("en")}
    assert {"greeting", "weekly", "no_luck"} <= names

    left = {name for name in names if not re.search(rf"[.\"']{name}\b", said)}

    # An error is found by its status, which is a number everywhere else.
    assert {name for name in left if not name.isdecimal()} == set()


def sources() -> Iterator[Path]:
    """Where pages take their words from: templates, scripts and the doors themselves."""
    for folder, kind in (("templates", "*.html"), ("static", "*.js"), ("reminders/web", "*.py")):
        for one in (ROOT / folder).rglob(kind):
            if one.parent.name != "words":
                yield one


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(0, "Good morning"), (11, "Good morning"), (12, "Good afternoon"), (18, "Good evening")],
)
def test_the_greeting_goes_by_the_hour(hour: int, greeting: str) -> None:
    assert filled(words("en").part(hour).greeting) == greeting


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_hour_has_a_part_of_the_day(lang: str) -> None:
    assert all(words(lang).part(hour).greeting for hour in range(24))


def test_a_language_we_do_not_speak_is_english() -> None:
    assert words("tlh").lang == "en"


@pytest.mark.parametrize(
    ("count", "said"), [(1, "I did it"), (2, "I did both"), (3, "I did all 3"), (9, "I did all 9")]
)
def test_one_and_many_are_said_differently(count: int, said: str) -> None:
    assert counted(words("en").session.all, count) == said
