"""Which words of a note would tell others of somebody's body, and do our ready lines hold any?"""

import pytest

from reminders.core.wording import CANNED, LANGUAGES, Encoding, Key, Values, preview, revealing

EXERCISES = ("Chin tuck", "Bird dog", "Mentón hacia atrás")


@pytest.mark.parametrize(
    ("words", "lang", "found"),
    [
        ("How is the knee today?", "en", ("knee",)),
        ("Su RODILLA va mejor.", "es", ("rodilla",)),
        ("Your knee, in English for a Spanish reader", "es", ("knee",)),
        ("Leave out the chin  tuck today.", "en", ("chin tuck",)),
        ("Hoy sin mentón hacia atrás.", "es", ("mentón hacia atrás",)),
        ("Stop when your pain is over 5, please.", "en", ("pain is over 5",)),
        ("A 7/10 is too much.", "en", ("7/10",)),
        ("7 out of 10 is too much.", "en", ("7 out of 10",)),
        ("Si le duele 6, pare.", "es", ("duele 6",)),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_what_others_should_not_read_is_found(
    words: str, lang: str, found: tuple[str, ...]
) -> None:
    assert revealing(words, lang, EXERCISES) == found


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ("Well done. See you on 7 March.", "en"),
        ("Answer with your pain from 0 to 10, please.", "en"),
        ("Diga su dolor, 0-10.", "es"),
        ("Take your time: 3 times 10 is enough.", "en"),
        ("Your kneecap-free note", "en"),
        ("", "en"),
    ],
)
def test_what_says_nothing_of_a_body_passes(words: str, lang: str) -> None:
    assert revealing(words, lang, EXERCISES) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_our_canned_lines_are_one_plain_text_each_and_say_nothing_clinical(lang: str) -> None:
    for line in CANNED:
        values = Values(clinic="Northside Movement Center", note=line[lang], staff="Concepcion")
        size = preview(Key.NOTE, lang, values).size

        assert revealing(line[lang], lang, EXERCISES) == ()
        assert (size.encoding, size.segments) == (Encoding.GSM7, 1), line[lang]
        assert not set(line[lang]) & set("áíóú")
