"""Is every text short, neutral, true to the guide and whole in both languages?"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reminders.core import wording
from reminders.core.wording import (
    FIXED,
    LANGUAGES,
    LONGEST,
    Encoding,
    Key,
    Values,
    check,
    day_words,
    measure,
    sms,
)
from reminders.core.wording.speech import speech
from reminders.core.wording.template import NAMES, names_in, needed_names

MAPLE = Values(clinic="Maple PT", first="Ana", phone="(207) 555-0142")
LINK = "https://go.example-clinic.org/x/k7qdm2xr5sfa4twp6hbn3ycvz7"
SAFETY = (Key.URGENT, Key.CRISIS, Key.STOPPED_URGENT, Key.STOPPED_CRISIS)
FOLDER = Path(wording.__file__).parent


def both_languages(*keys: Key) -> list[Any]:
    return [pytest.param(k, lang, id=f"{k}-{lang}") for k in keys or Key for lang in LANGUAGES]


def leaves(table: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Flatten a language file to {"sms.done": "..."}."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        here = f"{path}.{name}" if path else name
        flat |= leaves(value, here) if isinstance(value, dict) else {here: value}
    return flat


def file_of(lang: str) -> dict[str, Any]:
    return leaves(tomllib.loads((FOLDER / f"{lang}.toml").read_text("utf-8")))


def spoken(lang: str) -> dict[str, str]:
    """Every template of a language by where it stands."""
    texts = {name: value for name, value in file_of(lang).items() if not name.startswith("check.")}
    return {
        name: "\n".join(value) if isinstance(value, list) else str(value)
        for name, value in texts.items()
    }


# Languages


def test_english_and_spanish_are_there() -> None:
    assert set(LANGUAGES) >= {"en", "es"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_holds_the_same_texts_with_the_same_names(lang: str) -> None:
    ours, english = spoken(lang), spoken("en")

    assert ours.keys() == english.keys()
    assert {k: names_in(v) for k, v in ours.items()} == {k: names_in(v) for k, v in english.items()}
    assert {k: needed_names(v) for k, v in ours.items()} == {
        k: needed_names(v) for k, v in english.items()
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_holds_exactly_the_keys(lang: str) -> None:
    texts = [name.removeprefix("sms.") for name in file_of(lang) if name.startswith("sms.")]

    assert sorted(texts) == sorted(key.value for key in Key)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_and_letters_use_only_the_closed_set_of_names(lang: str) -> None:
    for where, text in spoken(lang).items():
        if where.startswith(("sms.", "letters.", "letter.")):
            assert names_in(text) <= NAMES, where


@pytest.mark.parametrize("lang", ["es", "es-MX", "es_US", "ES"])
def test_a_regional_language_speaks_its_mother_tongue(lang: str) -> None:
    assert sms(Key.STOPPED, lang, MAPLE) == sms(Key.STOPPED, "es", MAPLE)


def test_an_unknown_language_is_answered_in_english() -> None:
    assert sms(Key.URGENT, "tlh", MAPLE) == sms(Key.URGENT, "en", MAPLE)


# The answers, word for word as the guide has them


@pytest.mark.parametrize(
    ("key", "lang", "more", "said"),
    [
        (Key.DONE_PAIN, "en", {"pain": 4}, "Thanks, Ana. Logged: done, pain 4."),
        (Key.DONE_PAIN, "es", {"pain": 4}, "Gracias, Ana. Anotado: hecho, dolor 4."),
        (
            Key.DONE_HIGH_PAIN, "en", {"pain": 8},
            "Thanks, Ana. Logged: done, pain 8. Your therapist will see it. "
            "Worse or new? Call (207) 555-0142.",
        ),
        (Key.DONE, "en", {}, "Well done, Ana! What was your pain, 0-10?"),
        (Key.DONE, "es", {}, "¡Bien, Ana! ¿Qué tanto dolor tuvo, de 0 a 10?"),
        (Key.PARTIAL, "en", {}, "Part of it counts too. What was your pain, 0-10?"),
        (Key.PARTIAL_ONLY, "es", {}, "Una parte también cuenta."),
        (Key.SKIPPED, "en", {}, "OK, skipped for today. See you next time."),
        (Key.SKIPPED, "es", {}, "De acuerdo, hoy no. Hasta la siguiente."),
        (Key.LATER_AT, "en", {"time": "6:30 pm"}, "OK, I'll ask again at 6:30 pm."),
        (Key.LATER, "en", {}, "OK. When finished, reply DONE and your pain 0-10."),
        (Key.PAIN, "en", {"pain": 4}, "Pain 4, thanks. Did you do your exercises? DONE or SKIP"),
        (Key.PAIN, "es", {"pain": 4}, "Dolor 4, gracias. ¿Hizo sus ejercicios? HECHO o NO"),
        (
            Key.MESSAGE, "en", {},
            "Thanks, passed on to your therapist. If it can't wait, call (207) 555-0142.",
        ),
        (Key.MAYBE_STOP, "en", {}, "Want no more texts? Reply STOP."),
        (
            Key.PICTURE, "en", {},
            "Sorry, I can't read pictures. Please reply DONE and your pain 0-10.",
        ),
        (Key.CONFIRM_DONE, "en", {}, "Did you do your exercises? DONE or SKIP"),
        (Key.STOPPED, "en", {}, "No more texts from us. Reply START to resume."),
        (Key.STOPPED, "es", {}, "Ya no le enviaremos mensajes. Para volver, responda START."),
        (
            Key.STOPPED_URGENT, "en", {},
            "This may be serious. Call 911 or go to the ER now. Then call us: (207) 555-0142. "
            "Texts are off; START resumes.",
        ),
        (
            Key.STOPPED_URGENT, "es", {},
            "Puede ser serio. Llame al 911 o vaya a urgencias ya. Luego: (207) 555-0142. "
            "Sin mas mensajes; START los reanuda.",
        ),
        (Key.STARTED, "en", {}, "Texts are on again. STOP ends them, HELP for help."),
        (
            Key.STARTED_PAUSED, "en", {"day": "May 5"},
            "Texts are on again. Your reminders are paused until May 5.",
        ),
        (
            Key.STARTED_NO_PLAN, "en", {},
            "Texts are on again. Please call the clinic about your programme.",
        ),
        (Key.WRONG_NUMBER, "en", {}, "Sorry! We won't text you again."),
        (
            Key.HELP, "en", {},
            "Exercise reminders from your clinic. Reply DONE and pain 0-10, SKIP or LATER. "
            "STOP ends texts. (207) 555-0142",
        ),
        (
            Key.URGENT, "en", {},
            "This may be serious. Call 911 or go to the ER now. Then call us: (207) 555-0142. "
            "Nobody watches this line.",
        ),
        (
            Key.URGENT, "es", {},
            "Puede ser serio. Llame al 911 o vaya a urgencias ya. Luego: (207) 555-0142. "
            "Nadie vigila este chat.",
        ),
        (
            Key.CRISIS, "en", {},
            "I'm sorry it is this hard. Call or text 988 now, or 911 in danger.",
        ),
        (
            Key.CRISIS, "es", {},
            "Siento que sea tan duro. Llame o escriba al 988 ahora; en peligro, 911.",
        ),
        (
            Key.DEATH, "en", {},
            "Thank you for telling us. We are very sorry. No more reminders will come.",
        ),
        (Key.CHANGED_PAIN, "en", {"pain": 4}, "Changed: pain 4."),
        (
            Key.WHO, "en", {"choices": "A for A.B. or B for C.D."},
            "Who is this about? Reply A for A.B. or B for C.D.",
        ),
    ],
    ids=lambda part: str(part) if isinstance(part, Key) else None,
)  # fmt: skip
def test_an_answer_is_worded_as_the_guide_has_it(
    key: Key, lang: str, more: dict[str, Any], said: str
) -> None:
    assert sms(key, lang, replace(MAPLE, **more)) == f"Maple PT: {said}"


@pytest.mark.parametrize(
    ("key", "lang", "said"),
    [
        (Key.DONE, "en", "Well done, Ana! Logged for yesterday. What was your pain, 0-10?"),
        (Key.DONE_PAIN, "en", "Thanks, Ana. Logged for yesterday: done, pain 0."),
        (Key.SKIPPED, "en", "OK, skipped for yesterday. See you next time."),
        (Key.CHANGED_DONE, "en", "Changed for yesterday: done, pain 0."),
        (Key.SKIPPED, "es", "De acuerdo, ayer no. Hasta la siguiente."),
        (Key.PARTIAL_PAIN, "es", "Una parte también cuenta. Anotado para ayer: parte, dolor 0."),
    ],
)
def test_an_answer_names_the_day_when_it_is_not_today(key: Key, lang: str, said: str) -> None:
    day = day_words(date(2026, 11, 20), date(2026, 11, 21), lang)

    assert sms(key, lang, replace(MAPLE, day=day, pain=0)) == f"Maple PT: {said}"


def test_an_answer_reads_well_without_a_first_name() -> None:
    nameless = replace(MAPLE, first="", pain=4)

    assert sms(Key.DONE_PAIN, "en", nameless) == "Maple PT: Thanks. Logged: done, pain 4."
    assert sms(Key.DONE, "es", nameless).startswith("Maple PT: ¡Bien! ¿Qué tanto")


@pytest.mark.parametrize("key", [Key.REMINDER, Key.DONE_PAIN, Key.LATER_AT, Key.WHO])
def test_a_text_that_lacks_what_it_is_about_is_refused(key: Key) -> None:
    with pytest.raises(KeyError):
        sms(key, "en", MAPLE)


# Length


@pytest.mark.parametrize(("key", "lang"), both_languages())
def test_every_text_fits_one_segment_with_the_longest_clinic_and_values(
    key: Key, lang: str
) -> None:
    assert (len(LONGEST.clinic), len(LONGEST.link)) == (25, 60)

    text = sms(key, lang, LONGEST)

    assert text.startswith("Northside Movement Center: ")
    assert measure(text).encoding is Encoding.GSM7, text
    assert measure(text).segments == 1, text


@pytest.mark.parametrize(("key", "lang"), both_languages())
def test_only_the_first_name_ever_gives_way(key: Key, lang: str) -> None:
    text = sms(key, lang, LONGEST)

    for name in names_in(speech(lang).sms[key]) - {"first", "when"}:
        assert str(getattr(LONGEST, name)).replace("ó", "o") in text.replace("ó", "o"), name


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", Key)
def test_our_wordings_are_written_in_the_small_alphabet(key: Key, lang: str) -> None:
    assert measure(speech(lang).sms[key]).encoding is Encoding.GSM7


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        ("José", "José"), ("Begoña", "Begoña"), ("María", "Maria"), ("Ágata", "Agata"),
        ("Łukasz", "Lukasz"), ("Çelik", "Çelik"), ("Françoise", "Francoise"), ("李", "李"),
        ("O’Neil", "O'Neil"),
    ],
)  # fmt: skip
def test_a_name_loses_an_accent_only_if_that_keeps_the_alphabet_small(
    first: str, shown: str
) -> None:
    text = sms(Key.DONE_PAIN, "en", replace(MAPLE, first=first, pain=4))

    assert text == f"Maple PT: Thanks, {shown}. Logged: done, pain 4."


def test_a_saturday_in_a_spanish_text_loses_its_accent() -> None:
    text = sms(Key.STARTED_PAUSED, "es", replace(MAPLE, day="sáb 21 nov"))

    assert text.endswith("hasta sab 21 nov.")
    assert measure(text).encoding is Encoding.GSM7


def test_a_name_outside_the_alphabet_goes_when_it_would_cost_a_second_segment() -> None:
    values = replace(MAPLE, first="李", pain=8)

    text = sms(Key.DONE_HIGH_PAIN, "en", values)

    assert text.startswith("Maple PT: Thanks. Logged")
    assert measure(text).segments == 1


def test_a_clinic_whose_own_words_need_the_large_alphabet_keeps_the_accents_of_names() -> None:
    text = sms(Key.DONE, "es", replace(MAPLE, first="Ágata"), own="¡Así se hace[, $first]!")

    assert text == "Maple PT: ¡Así se hace, Ágata!"


# Neutral and safe


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_we_send_holds_a_clinical_word(lang: str) -> None:
    clinical = set(speech(lang).clinical) | set(speech("en").clinical)
    assert "knee" in clinical

    for where, text in spoken(lang).items():
        if where.startswith(("sms.", "letter", "parts.")):
            words = set(text.casefold().replace(".", " ").replace(",", " ").split())
            assert not words & clinical, where


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_ask_for_no_word_that_the_phone_company_acts_on(lang: str) -> None:
    for text in speech(lang).sms.values():
        assert not {"YES", "END", "QUIT", "CANCEL"} & set(text.replace(",", " ").split()), text


@pytest.mark.parametrize(("key", "lang"), both_languages(*SAFETY))
def test_a_safety_answer_names_the_numbers_of_its_country_and_needs_no_phone(
    key: Key, lang: str
) -> None:
    values = Values(clinic="Maple PT", emergency="999", crisis="116 123")

    text = sms(key, lang, values)

    assert "999" in text
    assert ("116 123" in text) == (key in {Key.CRISIS, Key.STOPPED_CRISIS})
    assert "$" not in text
    assert "[" not in text


@pytest.mark.parametrize("key", [*SAFETY, Key.STOPPED, Key.DEATH, Key.WELCOME])
def test_a_clinic_cannot_word_a_fixed_text_itself(key: Key) -> None:
    assert key in FIXED
    assert sms(key, "en", MAPLE, own="take it easy") == sms(key, "en", MAPLE)
    assert check("take it easy", key, "en")


@pytest.mark.parametrize("key", [key for key in Key if key.name.startswith("STAFF")], ids=str)
def test_a_text_to_staff_holds_nothing_of_a_patient(key: Key) -> None:
    assert names_in(speech("en").sms[key]) <= {"link", "count"}


def test_a_note_keeps_the_words_of_its_writer() -> None:
    text = sms(Key.NOTE, "es", replace(MAPLE, note="Más despacio, sí.", staff="Lena"))

    assert text == "Maple PT: Más despacio, sí. Lena"
