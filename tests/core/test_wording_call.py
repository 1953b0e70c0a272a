"""What a caller hears when nobody can come: the emergency number, in words a voice can say."""

import pytest

from reminders.core.wording import LANGUAGES, nobody_there
from reminders.core.wording.speech import speech
from reminders.core.wording.template import needed_names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_tells_a_caller_the_emergency_number_digit_by_digit(lang: str) -> None:
    said = nobody_there(lang, "Clínica Ágata & Sons", "911")

    assert needed_names(speech(lang).call.nobody) == {"clinic", "emergency"}
    assert said.text.endswith(" 9 1 1.")
    assert "Clínica Ágata & Sons" in said.text
    assert said.voice.startswith(f"{lang}-")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_said_aloud_holds_a_clinical_word(lang: str) -> None:
    words = set(nobody_there(lang, "Maple", "112").text.casefold().replace(".", " ").split())

    assert not words & {*speech(lang).clinical, *speech("en").clinical}


def test_a_caller_of_an_unknown_language_is_spoken_to_in_english() -> None:
    assert nobody_there("tlh", "Maple PT", "1 1 2").text == (
        "This is Maple PT. Nobody can take your call right now. In an emergency, call 1 1 2."
    )
