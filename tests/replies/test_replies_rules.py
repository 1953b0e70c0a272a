"""What the reader tells beyond the scored fields, rule by rule."""

from __future__ import annotations

from datetime import date, time
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.core.replies import (
    Asked,
    Context,
    Intent,
    NamedDay,
    Reading,
    SkipReason,
    keyword,
    read,
)

BRIDGES = ("Bridges", "Clamshells", "Bird dog", "Dead bug")
PUENTE = ("Puente", "Almeja", "Perro-pájaro", "Gato-vaca")
WEDNESDAY = date(2026, 11, 18)


def english(text: str, asked: Asked | None = None, ours: tuple[str, ...] = ()) -> Reading:
    """Read a text of an English-speaking patient."""
    return read(text, Context(asked, BRIDGES, "en", ours))


def spanish(text: str, asked: Asked | None = None) -> Reading:
    """Read a text of a Spanish-speaking patient."""
    return read(text, Context(asked, PUENTE, "es"))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("STOP", Intent.STOP),
        (" stop. ", Intent.STOP),
        ("Stop please", Intent.STOP),
        ("STOPALL", Intent.STOP),
        ("Unsubscribe!", Intent.STOP),
        ("opt-out", Intent.STOP),
        ("ＳＴＯＰ", Intent.STOP),
        ("alto", Intent.STOP),
        ("BAJA", Intent.STOP),
        ("cancelar por favor", Intent.STOP),
        ("START", Intent.START),
        ("unstop", Intent.START),
        ("INICIAR", Intent.START),
        ("Help", Intent.HELP),
        ("INFO", Intent.HELP),
        ("ayuda", Intent.HELP),
        ("YES", None),
        ("step", None),
        ("shop", None),
        ("stpo", None),
        ("star", None),
        ("stop the bridges", None),
        ("", None),
        ("stop " * 200, None),
    ],
)
def test_only_a_whole_text_is_a_carrier_keyword(text: str, intent: Intent | None) -> None:
    assert keyword(text) is intent


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("skip, no time", SkipReason.TIME),
        ("too busy today", SkipReason.TIME),
        ("forgot to do them", SkipReason.FORGOT),
        ("too sore to do them", SkipReason.SORE),
        ("skip, I have the flu", SkipReason.UNWELL),
        ("skipping, not sure how to do the bird dog", SkipReason.UNSURE),
        ("didn't feel like it, skip", SkipReason.UNMOTIVATED),
        ("skip today", None),
        ("no tuve tiempo", SkipReason.TIME),
        ("se me olvidaron", SkipReason.FORGOT),
        ("hoy no, tengo gripa", SkipReason.UNWELL),
        ("me dio flojera", SkipReason.UNMOTIVATED),
    ],
)
def test_a_skip_keeps_the_reason_that_was_said(text: str, reason: SkipReason | None) -> None:
    reading = english(text)

    assert (reading.intent, reading.reason) == (Intent.SKIP, reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("t", SkipReason.TIME),
        ("F", SkipReason.FORGOT),
        ("s", SkipReason.SORE),
        ("u", SkipReason.UNWELL),
        ("H", SkipReason.UNSURE),
        ("m", SkipReason.UNMOTIVATED),
        ("I was sick", SkipReason.UNWELL),
        ("too busy", SkipReason.TIME),
    ],
)
def test_an_answer_to_why_gives_the_reason(text: str, reason: SkipReason) -> None:
    assert english(text, Asked.REASON).reason is reason


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("at 7", time(19)),
        ("at 9:30 am", time(9, 30)),
        ("remind me at 6:30 pm", time(18, 30)),
        ("tonight", time(19)),
        ("later", None),
        ("in 20 minutes", None),
        ("a las 8 de la noche", time(20)),
    ],
)
def test_a_clock_time_is_given_when_it_was_said_plainly(text: str, clock: time | None) -> None:
    reading = spanish(text) if text.startswith("a las") else english(text)

    assert (reading.intent, reading.clock) == (Intent.LATER, clock)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("did them yesterday, was a 3", NamedDay(back=1)),
        ("los hice ayer", NamedDay(back=1)),
        ("done 3", None),
        ("Did yesterday's late and today's too. yesterday 5 today 3", None),
        ("did Tuesday's exercises, 4", NamedDay(weekday=1)),
        ("hice los del martes", NamedDay(weekday=1)),
        ("done 3, better than yesterday", None),
        ("pain since yesterday. Done 3", None),
        ("Done. See you Thursday at 3", None),
    ],
)
def test_a_named_day_goes_with_the_report(text: str, day: NamedDay | None) -> None:
    assert english(text).day == day


def test_a_named_weekday_is_the_latest_one_that_has_come() -> None:
    assert NamedDay(weekday=1).on(WEDNESDAY) == date(2026, 11, 17)
    assert NamedDay(weekday=2).on(WEDNESDAY) == WEDNESDAY
    assert NamedDay(weekday=3).on(WEDNESDAY) == date(2026, 11, 12)
    assert NamedDay(back=1).on(WEDNESDAY) == date(2026, 11, 17)


@pytest.mark.parametrize(
    ("text", "choice"),
    [("A", "A"), ("b", "B"), ("B.", "B"), ("A please", "A"), ("Ana", None), ("4", None)],
)
def test_a_letter_answers_who_it_is_about(text: str, choice: str | None) -> None:
    assert english(text, Asked.WHO).choice == choice


def test_a_letter_means_no_choice_unless_we_asked() -> None:
    assert english("A").choice is None


@pytest.mark.parametrize("text", ["sorry meant 4", "*3", "done 8 no wait 3", "oops, I skipped"])
def test_a_correction_is_marked(text: str) -> None:
    assert english(text).correction


@pytest.mark.parametrize("text", ["Done 4. Should I still ice after?", "is it normal"])
def test_a_question_is_marked(text: str) -> None:
    assert english(text).question


@pytest.mark.parametrize(
    "text",
    ["im so done with these texts", "these texts are annoying", "not interested", "stpo"],
)
def test_what_may_be_an_opt_out_is_asked_and_opts_nobody_out(text: str) -> None:
    reading = english(text)

    assert reading.maybe_stop
    assert reading.intent is Intent.MESSAGE


@pytest.mark.parametrize(
    "text",
    [
        "Ana passed away last week.",
        "she died on Sunday",
        "Ana falleció ayer",
        "my wife is deceased",
    ],
)
def test_a_death_is_a_message_and_marked(text: str) -> None:
    reading = english(text)

    assert (reading.intent, reading.death) == (Intent.MESSAGE, True)


@pytest.mark.parametrize("text", ["my phone died", "my dog died", "the pain died down"])
def test_the_end_of_a_phone_or_a_dog_is_no_death(text: str) -> None:
    assert not english(text).death


def test_our_own_text_copied_back_is_not_read() -> None:
    ours = "Oak Clinic: have you exercised, Bo? Say DONE and a number from 0-10, e.g. DONE 3."

    reading = english(f"{ours}\nDone 5", ours=(ours,))

    assert (reading.intent, reading.pain) == (Intent.DONE, 5)


def test_nothing_but_our_own_text_is_chatter() -> None:
    ours = "Oak Clinic: have you exercised, Bo? Say DONE and a number from 0-10, e.g. DONE 3."

    assert english(ours, ours=(ours,)).intent is Intent.CHATTER


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("All done today, pain was a 4!", "pain", "4"),
        ("All done today, pain was a 4!", "intent", "All done"),
        ("¡Ya terminé! Dolor de ３", "pain", "３"),
        ("skip, no time", "reason", "no time"),
    ],
)
def test_every_field_shows_the_words_it_came_from(text: str, field: str, words: str) -> None:
    reading = english(text)

    [span] = [span for span in reading.spans if span.field == field]

    assert span.words == words
    assert text[span.start : span.end] == words


@pytest.mark.parametrize(
    ("text", "lang"), [("hecho 4", "es"), ("done 4", "en"), ("4", "en"), ("👍", "en")]
)
def test_the_language_is_the_one_of_the_reply(text: str, lang: str) -> None:
    assert english(text).lang == lang


def test_the_language_we_write_in_decides_when_the_words_do_not() -> None:
    assert spanish("4").lang == "es"


def test_an_unknown_language_of_the_patient_does_not_stop_the_reading() -> None:
    assert read("done 4", Context(lang="fr")).pain == 4


def test_a_very_long_text_is_cut_and_read() -> None:
    assert english("done 4. " + "bla " * 10_000).intent is Intent.DONE


@pytest.mark.parametrize(
    "text",
    ["1 2 3 4 " * 200, "x1y2" * 400, "no " * 533, "will do did not " * 100, "a" * 1_600],
    ids=["numbers", "glued", "no", "words", "letters"],
)
def test_the_worst_of_long_texts_is_read_in_bounded_time(text: str) -> None:
    start = process_time()

    english(text)

    # Half a second on a quiet machine; before numbers had a limit it was twenty.
    assert process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("in three quarters of an hour", 45),
        ("in two and a half hours", 150),
        ("un cuarto de hora", 15),
        ("en tres cuartos de hora", 45),
        ("in a couple hours", 120),
        ("in a few hours", None),
    ],
)
def test_a_length_of_time_is_given_in_minutes(text: str, minutes: int | None) -> None:
    reading = english(text)

    assert (reading.intent, reading.delay_minutes) == (Intent.LATER, minutes)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("bridges yes, clamshells no, bird dog yes, dead bug no", (1, 3)),
        ("did the bridges, skipped the clams", (1,)),
        ("bridges this morning, rest tonight", (1,)),
        ("did #1 and #2", (1, 2)),
        ("the first two done, the others later", (1, 2)),
        ("all but the last one", (1, 2, 3)),
        ("just have dead bug left", (1, 2, 3)),
        ("no bridges today but the rest are done", (2, 3, 4)),
    ],
)
def test_what_is_said_of_single_exercises_is_settled_against_the_list(
    text: str, done: tuple[int, ...]
) -> None:
    reading = english(text)

    assert (reading.intent, reading.done) == (Intent.PARTIAL, done)


SAID = """
done did all 4 10 11 3-4 7/10 pain no not skip later stop start help only but except bridges first
clamshells dead bug 1 and 2 , . ? ! -> 0-10 hecho dolor menos el puente hoy pude in half an hour
last at 7 pm yesterday monday ✅ ❌ 👍 3️⃣ ½ # * “ ” > -- wrote: one of the both rest others too hard
"""
WORDS = st.sampled_from([*SAID.split(), "\n"])
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=14).map(" ".join))


@settings(max_examples=600)
@given(
    text=TEXTS,
    asked=st.none() | st.sampled_from(Asked),
    names=st.lists(
        st.sampled_from((*BRIDGES, *PUENTE, "", "4", "90/90", "Walk 20 minutes", "the"))
        | st.text(max_size=12),
        max_size=6,
    ).map(tuple),
    lang=st.sampled_from(["en", "es"]),
)
def test_any_text_whatever_is_read_within_bounds(
    text: str, asked: Asked | None, names: tuple[str, ...], lang: str
) -> None:
    reading = read(text, Context(asked, names, lang, ("", "Reply DONE and your pain 0-10.")))

    assert reading.pain is None or 0 <= reading.pain <= 10
    assert reading.pain is None or reading.intent not in SILENT
    assert reading.done is None or reading.intent is Intent.PARTIAL
    assert set(reading.done or ()) < set(range(1, len(names) + 1)) or reading.done is None
    assert reading.delay_minutes is None or 0 < reading.delay_minutes <= 1440
    assert all(text[span.start : span.end] == span.words for span in reading.spans)


SILENT = {Intent.START, Intent.HELP, Intent.CHATTER, Intent.WRONG_NUMBER}
