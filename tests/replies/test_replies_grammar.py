"""Rules of reading that hold for any words: each with what it must not touch."""

from __future__ import annotations

import pytest

from reminders.core.replies import Asked, Context, read

KNEE = ("Heel slides", "Quad sets", "Straight leg raise", "Mini squats")
HIP = ("Figure 4 stretch", "Fall-outs", "Wall sit", "Stairs")
RODILLA = ("Deslizar talón", "Apretar muslo", "Elevar pierna", "Sentadillas")


def told(text: str, exercises: tuple[str, ...] = KNEE, asked: Asked | None = None) -> str:
    """Write a reading short: intent, positions, pain, minutes."""
    lang = "es" if exercises is RODILLA else "en"
    reading = read(text, Context(asked=asked, exercises=exercises, lang=lang))
    places = str(list(reading.done)) if reading.done else ""
    pain = f":{reading.pain}" if reading.pain is not None else ""
    delay = f"+{reading.delay_minutes}" if reading.delay_minutes else ""
    return f"{reading.intent}{places}{pain}{delay}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("did it on the porch, birds were loud. knee 4/10", "done:4"),
        ("all four, zero drama, pain 2", "done:2"),
        ("Done before my 4:00 student. Knee a two", "done:2"),
        ("pain settled at 3 after doing all of them", "done:3"),
        ("all 4 tires are bad, knee 5", "pain:5"),
        ("everything hurts, knee 7", "pain:7"),
        ("you did it! see you at 3", "message"),
    ],
)
def test_a_level_of_pain_makes_a_weak_report_sure(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slides n quad sets behind the bar. no mat with me", "partial[1, 2]"),
        ("Heel slides and quad sets before the doorbell rang", "partial[1, 2]"),
        ("Heel slides and quad sets? which leg first", "message"),
        ("Heel slides and quad sets. Please send the video", "message"),
    ],
)
def test_names_that_open_a_text_are_what_was_done(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quad sets can go to the moon, did the others", "partial[1, 3, 4]"),
        ("Held the mini squats per the surgeon, did the rest. 1", "partial[1, 2, 3]:1"),
        ("Negative on the quad sets. Others complete.", "partial[1, 3, 4]"),
        ("did everything and the rest of the day is mine", "done"),
    ],
)
def test_what_is_named_beside_the_rest_was_left_out(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "exercises", "expected"),
    [
        ("did everything cept stairs. no rail here", HIP, "partial[1, 2, 3]"),
        ("everything bar the stairs", HIP, "partial[1, 2, 3]"),
        ("fallouts and figure 4", HIP, "partial[1, 2]"),
        ("left my cane by the stairs", HIP, "message"),
        ("el 4 no, los demás sí. 3", RODILLA, "partial[1, 2, 3]:3"),
        ("hice el primero y el segundo", RODILLA, "partial[1, 2]"),
    ],
)
def test_exercises_are_known_by_part_of_their_name(
    text: str, exercises: tuple[str, ...], expected: str
) -> None:
    assert told(text, exercises) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, I've been sick", "skip"),
        ("bailed today", "skip"),
        ("ran out of gas today, didn't do any", "skip"),
        ("was not up to doing them", "skip"),
        ("0 of 4", "skip"),
        ("no, my visit is at 3 not 2", "message"),
        ("couldn't do all of them", "partial"),
    ],
)
def test_nothing_done_is_a_skip_whatever_the_cause(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("haven't had a chance yet", "later"),
        ("after milking", "later"),
        ("half past 7", "later"),
        ("ETA 45m", "later+45"),
        ("driving, give me 40", "later+40"),
        ("I'm driving and will get back to you later", "chatter"),
        ("before it was a 6, after it's a 3", "pain:3"),
        ("when does my next session start", "message"),
    ],
)
def test_a_moment_to_come_puts_the_session_off(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("Knee's a 3 down from an 8 on Monday. Did em", None, "done:3"),
        ("last call was a 10 but my knee is a 4. done", None, "done:4"),
        ("finished them at 5, pain's a 2", None, "done:2"),
        ("resting 2, moving 5, all completed", None, "done:5"),
        ("got them in before work and the knee is about 2", None, "done:2"),
        ("woke up with pain at an 8 so I'm skipping today", None, "skip:8"),
        ("Done, one", None, "done:1"),
        ("We have 2 tickets, need one", None, "message"),
        ("9 since I slipped last night", Asked.PAIN, "pain:9"),
        ("it was 9 last night", Asked.PAIN, "message"),
        ("2 pts lower than tuesday", Asked.PAIN, "message"),
        ("he did 'em, grumbling, says 5", None, "done:5"),
    ],
)
def test_the_pain_of_now_is_told_from_other_numbers(
    text: str, asked: Asked | None, expected: str
) -> None:
    assert told(text, asked=asked) == expected


@pytest.mark.parametrize(
    ("text", "exercises", "expected"),
    [
        ("I told you STOP and you're still at it", KNEE, "stop"),
        ("Do not contact me by text again.", KNEE, "stop"),
        ("Les dije que me dieran de baja", RODILLA, "stop"),
        ("paré porque me dolía", RODILLA, "partial"),
        ("ya baja, te espero en el carro", RODILLA, "message"),
        ("HOW DO I TURN OFF ALL CAPS. PAIN 3. DONE", KNEE, "done:3"),
    ],
)
def test_an_opt_out_is_told_from_words_like_it(
    text: str, exercises: tuple[str, ...], expected: str
) -> None:
    assert told(text, exercises) == expected
