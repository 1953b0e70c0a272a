"""What is said behind a pain level: by band, in one segment or not at all, always in a letter."""

from dataclasses import replace
from typing import Any

import pytest

from reminders.core.bands import Band, Bands
from reminders.core.wording import (
    ADVICE,
    LANGUAGES,
    LONGEST,
    Key,
    Values,
    advice,
    letter,
    measure,
    sms,
)

MAPLE = Values(clinic="Maple PT", first="Ana", phone="(207) 555-0142", pain=5)
WITH_PAIN = tuple(
    key
    for key in Key
    if "pain" in key.value and key not in {*ADVICE.values(), Key.PAIN_UNSAID, Key.PAIN}
)
EACH = [pytest.param(band, lang, id=f"{band}-{lang}") for band in Band for lang in LANGUAGES]


@pytest.mark.parametrize(
    ("pain", "band"),
    [(0, "green"), (3, "green"), (4, "amber"), (5, "amber"), (6, "red"), (10, "red")],
)
def test_the_bands_begin_where_the_clinic_has_not_chosen_otherwise(pain: int, band: str) -> None:
    assert Bands().of(pain) == band


@pytest.mark.parametrize("bands", [(0, 5), (5, 5), (6, 4), (4, 11)], ids=str)
def test_bands_that_cannot_be_are_refused(bands: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="amber begins"):
        Bands(*bands)


@pytest.mark.parametrize(("band", "lang"), EACH)
@pytest.mark.parametrize("key", WITH_PAIN)
def test_an_answer_with_its_line_is_one_segment_or_goes_without_it(
    key: Key, band: Band, lang: str
) -> None:
    line = advice(band, lang, LONGEST)

    text = sms(key, lang, replace(LONGEST, advice=line))

    assert measure(text).segments == 1, text
    assert text.endswith(line) or text == sms(key, lang, LONGEST)


@pytest.mark.parametrize(("band", "lang"), EACH)
def test_behind_an_everyday_answer_the_line_has_room(band: Band, lang: str) -> None:
    line = advice(band, lang, MAPLE)

    assert sms(Key.DONE_PAIN, lang, replace(MAPLE, advice=line)).endswith(f"5. {line}")


@pytest.mark.parametrize(("band", "lang"), EACH)
def test_a_letter_always_holds_the_line(band: Band, lang: str) -> None:
    line = advice(band, lang, LONGEST)

    written = letter(Key.DONE_HIGH_PAIN, lang, replace(LONGEST, advice=line))

    assert line in written.text
    assert line not in written.subject


def test_the_first_name_goes_before_the_line_does() -> None:
    line = "x" * 115

    text = sms(Key.DONE_PAIN, "en", replace(MAPLE, first="Maximiliana", advice=line))

    assert text == f"Maple PT: Thanks. Logged: done, pain 5. {line}"


@pytest.mark.parametrize(
    ("own", "said"),
    [("", "That is OK: pain is not harm. Keep going."), ("Call $phone.", "Call (207) 555-0142.")],
    ids=["ours", "theirs"],
)
def test_a_clinics_own_line_takes_the_place_of_ours(own: str, said: str) -> None:
    assert advice(Band.GREEN, "en", MAPLE, own) == said


@pytest.mark.parametrize(
    ("key", "more", "own", "said"),
    [
        (Key.DONE_PAIN, {"pain": 4}, "Noted: $pain.", "Noted: 4."),
        (Key.URGENT, {}, "Take it easy.", "Call 911"),
    ],
    ids=["an answer", "safety"],
)
def test_a_letter_answers_in_the_clinics_words_but_never_a_fixed_text(
    key: Key, more: dict[str, Any], own: str, said: str
) -> None:
    written = letter(key, "en", replace(MAPLE, **more), own)

    assert said in written.text
    assert "Take it easy" not in written.text
