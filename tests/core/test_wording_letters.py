"""Is an email neutral outside, whole inside, and safe to open, answer and end?"""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from reminders.core.wording import LANGUAGES, LONGEST, MARKERS, Key, Values, letter
from reminders.core.wording.speech import speech
from reminders.core.wording.template import names_in

MAPLE = Values(clinic="Maple PT", first="Ana", phone="(207) 555-0142")


def both_languages() -> list[Any]:
    return [pytest.param(key, lang, id=f"{key}-{lang}") for key in Key for lang in LANGUAGES]


@pytest.mark.parametrize(("key", "lang"), both_languages())
def test_every_email_has_a_neutral_subject_of_one_line(key: Key, lang: str) -> None:
    values = replace(LONGEST, clinic="Maple\r\nBcc: PT")

    subject = letter(key, lang, values).subject

    assert subject.startswith("Maple Bcc: PT: ")
    assert "\n" not in subject
    own = speech(lang).letters.get(key)
    assert names_in(own.subject if own else speech(lang).mail.subject) == {"clinic"}
    for word in ("pain", "dolor", "exercise", "ejercicio", "done", "hecho"):
        assert word not in subject.lower()


@pytest.mark.parametrize(("key", "lang"), both_languages())
def test_every_email_says_the_same_plain_and_in_html(key: Key, lang: str) -> None:
    mail = letter(key, lang, LONGEST)

    assert f'<html lang="{lang}">' in mail.html
    assert not set("$[]") & set(mail.text)
    words = re.sub(r":\nhttps\S+", " ", mail.text).split()
    assert shown(mail.html).split() == words


def shown(html: str) -> str:
    """What a reader of the HTML sees, links apart."""
    return unescape(re.sub(r"<[^>]*>", " ", html.partition("</title>")[2]))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", [Key.REMINDER, Key.NUDGE, Key.LATER_REMINDER])
def test_an_email_reminder_says_how_to_open_answer_and_end_it(key: Key, lang: str) -> None:
    mail = letter(key, lang, LONGEST)

    for part in (mail.text, mail.html):
        assert LONGEST.link in part
        assert LONGEST.unsubscribe in part
        assert "STOP" in part
        assert "0" in part
    assert f'<a href="{LONGEST.link}"' in mail.html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_email_to_a_patient_begins_with_the_line_to_answer_above(lang: str) -> None:
    mail = letter(Key.DONE, lang, MAPLE)

    first_line = mail.text.splitlines()[0]

    assert first_line in MARKERS
    assert first_line in mail.html


def test_an_email_to_staff_has_no_such_line_and_cannot_be_unsubscribed() -> None:
    mail = letter(Key.STAFF_ALERT, "en", LONGEST)

    assert not any(marker in mail.text for marker in MARKERS)
    assert LONGEST.unsubscribe not in mail.text + mail.html


@pytest.mark.parametrize(("key", "lang"), both_languages())
def test_an_email_never_speaks_of_texts_where_it_means_emails(key: Key, lang: str) -> None:
    text = letter(key, lang, LONGEST).text

    for phrase in ("more texts", "Texts are", "ends texts", "text you", "SMS", "chat", "line."):
        assert phrase not in text, phrase


def test_an_email_keeps_accents_and_cannot_be_broken_by_what_it_is_given() -> None:
    values = replace(MAPLE, clinic="Á & <b>PT</b>", first="<i>Ágata</i>", link='https://x/"><b>')

    mail = letter(Key.REMINDER, "es", values)

    assert "Hola <i>Ágata</i>:" in mail.text
    assert "Hola &lt;i&gt;Ágata&lt;/i&gt;:" in mail.html
    assert 'href="https://x/&quot;&gt;&lt;b&gt;"' in mail.html
    assert "<b>" not in mail.html


def test_an_email_with_a_button_needs_its_link() -> None:
    with pytest.raises(KeyError):
        letter(Key.REMINDER, "en", MAPLE)


def test_a_note_keeps_its_line_breaks_in_html() -> None:
    mail = letter(Key.NOTE, "en", replace(MAPLE, note="Slower.\nCall me."))

    assert "Slower.\nCall me." in mail.text
    assert "Slower.<br>\nCall me." in mail.html
