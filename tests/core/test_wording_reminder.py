"""Does a reminder always fit, with its link whole and its STOP line when it is due?"""

from dataclasses import replace

import pytest

from reminders.core.wording import LANGUAGES, LONGEST, Key, Values, measure, preview, reminder, sms

MAPLE = Values(clinic="Maple PT", first="Ana", phone="(207) 555-0142")
LINK = "https://go.example-clinic.org/x/k7qdm2xr5sfa4twp6hbn3ycvz7"


@pytest.mark.parametrize(
    ("lang", "with_stop", "said"),
    [
        ("en", False, f"time for your exercises, Ana. {LINK} Reply DONE and your pain 0-10, "
         "or SKIP."),
        ("en", True, f"time for your exercises, Ana. {LINK} Reply DONE and your pain 0-10, "
         "or SKIP. STOP to end."),
        ("es", False, f"hora de sus ejercicios, Ana. {LINK} Responda HECHO y su dolor 0-10, "
         "u OMITIR."),
        ("es", True, f"hora de sus ejercicios, Ana. {LINK} Responda HECHO y su dolor 0-10, "
         "u OMITIR. STOP termina."),
    ],
    ids=["en", "en-stop", "es", "es-stop"],
)  # fmt: skip
def test_a_reminder_says_all_it_can(lang: str, with_stop: bool, said: str) -> None:
    text = reminder(lang, replace(MAPLE, link=LINK), with_stop=with_stop)

    assert text == f"Maple PT: {said}"
    assert measure(text).segments == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_long_reminder_gives_up_the_first_name_and_keeps_its_words(lang: str) -> None:
    text = reminder(lang, LONGEST, with_stop=False)

    assert text == sms(Key.REMINDER, lang, replace(LONGEST, first=""))
    assert measure(text).segments == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_weekly_stop_line_stays_even_beside_the_longest_clinic_and_link(lang: str) -> None:
    text = reminder(lang, LONGEST, with_stop=True)

    assert "STOP" in text
    assert LONGEST.link in text
    assert measure(text).segments == 1


def test_a_link_beyond_the_budget_costs_the_stop_line_last() -> None:
    values = replace(LONGEST, link=LONGEST.link + "x" * 12)

    text = reminder("en", values, with_stop=True)

    assert "STOP" not in text
    assert measure(text).segments == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_link_too_long_for_any_reminder_is_never_cut_and_nothing_else_is_lost(lang: str) -> None:
    values = replace(LONGEST, link="https://" + "x" * 150)

    text = reminder(lang, values, with_stop=True)

    assert values.link in text
    assert "STOP" in text
    assert "Maria Concepcion" in text
    assert measure(text).segments == 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("with_stop", [True, False])
def test_the_link_of_a_reminder_stands_in_the_middle(lang: str, with_stop: bool) -> None:
    before, after = reminder(lang, LONGEST, with_stop=with_stop).split(LONGEST.link)

    assert before.endswith(" ")
    assert len(after) > 10


def test_a_clinics_own_reminder_gets_the_stop_line_too() -> None:
    values = replace(MAPLE, link=LINK)

    text = reminder("en", values, with_stop=True, own="hello[ $first]! $link Answer DONE.")

    assert text == f"Maple PT: hello Ana! {LINK} Answer DONE. STOP to end."


def test_a_preview_shows_the_text_and_its_weight() -> None:
    shown = preview(Key.REMINDER, "en", replace(MAPLE, link=LINK), own="now[, $first]: $link Go!")

    assert shown.body == f"Maple PT: now, Ana: {LINK} Go!"
    assert (shown.size.units, shown.size.limit) == (len(shown.body), 160)
