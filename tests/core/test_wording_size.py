"""Are texts counted, cleaned and dated as phones and people do?"""

from datetime import date, time

import pytest

from reminders.core.wording import choices_words, clock_words, day_words, measure, tidy


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("¿¡ñéàÇ@\n", "GSM-7", 8, 1),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("á" * 66 + "😀" + "á" * 66, "UCS-2", 134, 3),
        ("ç", "UCS-2", 1, 1),
        ("’", "UCS-2", 1, 1),
        ("\t", "UCS-2", 1, 1),
        ("`", "UCS-2", 1, 1),
    ],
)
def test_a_text_is_counted_as_the_carriers_count_it(
    text: str, encoding: str, units: int, segments: int
) -> None:
    size = measure(text)

    assert (size.encoding, size.units, size.segments) == (encoding, units, segments)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("don’t", "don't"),
        ("“so”", '"so"'),
        ("0–10 — fine…", "0-10 - fine..."),
        ("a\u00a0b\u202fc", "a b c"),
        ("jose\u0301", "josé"),
        ("a\u200bb\u00ad\ufeff", "ab"),
        ("  two  gaps\r\nnext ", "two gaps\nnext"),
        ("¿Qué?", "¿Qué?"),
        ("👍🏽", "👍🏽"),
    ],
)
def test_typographic_marks_become_the_plain_ones_they_look_like(typed: str, sent: str) -> None:
    assert tidy(typed) == sent


@pytest.mark.parametrize(
    ("moment", "english", "spanish"),
    [
        (time(18, 30), "6:30 pm", "18:30"),
        (time(8, 5), "8:05 am", "8:05"),
        (time(12), "12:00 pm", "12:00"),
        (time(0, 15), "12:15 am", "0:15"),
    ],
)
def test_a_time_reads_as_on_the_clock_of_the_language(
    moment: time, english: str, spanish: str
) -> None:
    assert clock_words(moment, "en") == english
    assert clock_words(moment, "es") == spanish


@pytest.mark.parametrize(
    ("day", "english", "spanish"),
    [
        (date(2026, 11, 21), "today", "hoy"),
        (date(2026, 11, 20), "yesterday", "ayer"),
        (date(2026, 11, 22), "tomorrow", "mañana"),
        (date(2026, 11, 16), "Mon 16 Nov", "lun 16 nov"),
        (date(2027, 1, 2), "Sat 2 Jan", "sáb 2 ene"),
        (date(2027, 9, 15), "Wed 15 Sep 2027", "mié 15 sep 2027"),
    ],
)
def test_a_day_is_named_as_seen_from_today(day: date, english: str, spanish: str) -> None:
    today = date(2026, 11, 21)

    assert day_words(day, today, "en") == english
    assert day_words(day, today, "es") == spanish


@pytest.mark.parametrize(
    ("initials", "english", "spanish"),
    [
        (["A.B."], "A for A.B.", "A si es A.B."),
        (["A.B.", "C.D."], "A for A.B. or B for C.D.", "A si es A.B. o B si es C.D."),
        (["A.B.", "C.D.", "E.F."], "A for A.B., B for C.D. or C for E.F.",
         "A si es A.B., B si es C.D. o C si es E.F."),
    ],
    ids=["one", "two", "three"],
)  # fmt: skip
def test_people_on_a_shared_phone_get_a_letter_each(
    initials: list[str], english: str, spanish: str
) -> None:
    assert choices_words(initials, "en") == english
    assert choices_words(initials, "es") == spanish
