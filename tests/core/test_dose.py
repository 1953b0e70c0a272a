"""Is a dose said in plain, right words, and are wrong doses refused kindly?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.core.dose import Dose, Side, Words, in_words, minutes, problems, sentence

TEN = Dose(sets=3, reps=10)


@pytest.mark.parametrize(
    ("dose", "english", "spanish"),
    [
        (TEN, "3 times 10", "3 veces 10"),
        (Dose(sets=2, reps=8, side=Side.EACH), "2 times 8, each side", "2 veces 8, cada lado"),
        (Dose(reps=10), "10 times", "10 veces"),
        (Dose(reps=1), "1 time", "1 vez"),
        (Dose(sets=3, reps=1), "3 times", "3 veces"),
        (Dose(reps=3, side=Side.EACH), "3 times, each side", "3 veces, cada lado"),
        (Dose(seconds=20), "1 time 20 seconds", "1 vez 20 segundos"),
        (Dose(sets=3, seconds=1), "3 times 1 second", "3 veces 1 segundo"),
        (Dose(seconds=60), "1 minute", "1 minuto"),
        (Dose(seconds=600), "10 minutes", "10 minutos"),
        (
            Dose(sets=2, seconds=90),
            "2 times 1 minute 30 seconds",
            "2 veces 1 minuto 30 segundos",
        ),
        (Dose(sets=2, distance="20 m"), "2 times 20 m", "2 veces 20 m"),
        (Dose(distance="20 m"), "20 m", "20 m"),
        (Dose(reps=5, side=Side.LEFT), "5 times, left side", "5 veces, lado izquierdo"),
        (Dose(reps=5, side=Side.RIGHT), "5 times, right side", "5 veces, lado derecho"),
        (
            Dose(reps=20, side=Side.ALTERNATE),
            "20 times, changing sides",
            "20 veces, cambiando de lado",
        ),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_the_headline_says_how_much(dose: Dose, english: str, spanish: str) -> None:
    assert in_words(dose, "en") == Words(english, ())
    assert in_words(dose, "es") == Words(spanish, ())


@pytest.mark.parametrize(
    ("more", "english", "spanish"),
    [
        ({"hold_seconds": 5}, "Hold 5 seconds.", "Mantenga 5 segundos."),
        ({"hold_seconds": 1}, "Hold 1 second.", "Mantenga 1 segundo."),
        (
            {"rest_seconds": 90},
            "Rest 1 minute 30 seconds between.",
            "Descanse 1 minuto 30 segundos entre una y otra.",
        ),
        (
            {"tempo": "3-1-3"},
            "Take 3 seconds to go, wait 1 second, take 3 seconds to come back.",
            "Vaya en 3 segundos, espere 1 segundo, vuelva en 3 segundos.",
        ),
        (
            {"tempo": "2-0-4"},
            "Take 2 seconds to go, 4 seconds to come back.",
            "Vaya en 2 segundos, vuelva en 4 segundos.",
        ),
        ({"tempo": "slowly"}, "Slowly.", "Slowly."),
        ({"load": "2 kg"}, "With 2 kg.", "Con 2 kg."),
        ({"effort": 0}, "Effort 0 of 10.", "Esfuerzo 0 de 10."),
        ({"note": "Breathe out!"}, "Breathe out!", "Breathe out!"),
    ],
    ids=lambda part: next(iter(part)) if isinstance(part, dict) else "",
)
def test_each_other_thing_is_one_short_sentence(
    more: dict[str, int | str], english: str, spanish: str
) -> None:
    dose = Dose.from_json(TEN.to_json() | more)

    assert in_words(dose, "en").remarks == (english,)
    assert in_words(dose, "es").remarks == (spanish,)


def test_the_remarks_come_in_the_order_of_doing() -> None:
    dose = replace(TEN, hold_seconds=5, rest_seconds=30, load="red band", effort=4, note="Slow.")

    assert in_words(dose, "en").remarks == (
        "Hold 5 seconds.",
        "Rest 30 seconds between.",
        "With red band.",
        "Effort 4 of 10.",
        "Slow.",
    )


def test_a_dose_can_be_said_in_one_breath() -> None:
    dose = Dose(sets=2, reps=8, side=Side.EACH, hold_seconds=5, rest_seconds=30, note="Slow.")

    assert sentence(dose, "en") == "2 times 8 on each side, hold 5 seconds, rest 30 seconds"
    assert sentence(dose, "es").startswith("2 veces 8 de cada lado, mantenga 5 segundos, descanse")
    assert sentence(replace(TEN, side=Side.ALTERNATE), "en") == "3 times 10, changing sides"


@pytest.mark.parametrize(
    ("doses", "estimate"),
    [
        ([], 1),
        ([Dose(reps=1)], 1),
        ([Dose(sets=2, reps=20)], 2),
        ([Dose(sets=2, reps=10, side=Side.EACH)], 2),
        ([Dose(sets=2, reps=10, side=Side.ALTERNATE)], 1),
        ([Dose(sets=2, reps=10, hold_seconds=6)], 3),
        ([Dose(sets=2, reps=10, tempo="3-3-3")], 3),
        ([Dose(sets=3, reps=10, rest_seconds=45)], 3),
        ([Dose(reps=4, hold_seconds=27, rest_seconds=20)], 3),
        ([Dose(seconds=600)], 10),
        ([Dose(sets=4, distance="20 m")], 2),
        ([Dose(seconds=60), Dose(seconds=60), Dose(seconds=60), Dose(seconds=60)], 5),
    ],
    ids=[
        "nothing", "short", "sets", "each-side", "alternate", "hold", "tempo", "rest",
        "rest-in-one-set", "timed", "distance", "changing",
    ],
)  # fmt: skip
def test_a_session_is_estimated_in_minutes(doses: list[Dose], estimate: int) -> None:
    assert minutes(doses) == estimate


def test_minutes_take_any_iterable() -> None:
    assert minutes(Dose(seconds=60) for _ in range(4)) == 5


@pytest.mark.parametrize(
    ("dose", "fault"),
    [
        (Dose(sets=0, reps=10), {"sets": "Between 1 and 20, please."}),
        (Dose(reps=0), {"reps": "Between 1 and 100, please."}),
        (Dose(reps=9999), {"reps": "Between 1 and 100, please."}),
        (Dose(seconds=-5), {"seconds": "Between 1 and 7200, please."}),
        (Dose(reps=5, hold_seconds=-1), {"hold_seconds": "Between 1 and 300, please."}),
        (Dose(reps=5, rest_seconds=601), {"rest_seconds": "Between 1 and 600, please."}),
        (Dose(reps=5, effort=11), {"effort": "Between 0 and 10, please."}),
        (Dose(), {"reps": "Say how many, how long or how far, please."}),
        (
            Dose(reps=5, seconds=5),
            {"seconds": "Choose one, please: how many, how long or how far."},
        ),
        (
            Dose(seconds=5, distance="20 m"),
            {"distance": "Choose one, please: how many, how long or how far."},
        ),
        (Dose(reps=5, load="x" * 41), {"load": "At most 40 letters, please."}),
    ],
)
def test_a_wrong_dose_is_told_what_is_right(dose: Dose, fault: dict[str, str]) -> None:
    assert problems(dose) == fault


@pytest.mark.parametrize(
    "dose",
    [TEN, Dose(sets=20, reps=100, effort=0), Dose(seconds=7200), Dose(distance="400 steps")],
    ids=["usual", "most", "long", "far"],
)
def test_a_sound_dose_has_no_problems(dose: Dose) -> None:
    assert problems(dose) == {}


def test_a_dose_is_stored_without_what_was_not_said() -> None:
    assert TEN.to_json() == {"sets": 3, "reps": 10, "side": "both"}


@pytest.mark.parametrize(
    ("stored", "dose"),
    [
        ({}, Dose()),
        ({"reps": None, "side": None, "load": None}, Dose()),
        ({"sets": "3", "reps": 10.0}, TEN),
        ({"sets": 0, "reps": 10}, Dose(sets=0, reps=10)),
        ({"reps": "ten", "hold_seconds": True, "effort": float("nan")}, Dose()),
        ({"reps": 5, "side": "upside", "colour": "red"}, Dose(reps=5)),
        ({"reps": 5, "load": "  red   band\n", "note": 7}, Dose(reps=5, load="red band")),
    ],
    ids=["empty", "nulls", "as-written", "zero-kept", "nonsense", "unknown", "spaces"],
)
def test_reading_a_stored_dose_forgives(stored: dict[str, object], dose: Dose) -> None:
    assert Dose.from_json(stored) == dose


counts = st.none() | st.integers(0, 9999)
words = st.text("abc 123", max_size=20).map(lambda text: " ".join(text.split()))


@given(
    st.builds(
        Dose, sets=st.integers(0, 99), reps=counts, seconds=counts, hold_seconds=counts,
        rest_seconds=counts, side=st.sampled_from(Side), tempo=words, load=words, effort=counts,
        distance=words, note=words,
    )
)  # fmt: skip
def test_any_dose_survives_storage_and_can_be_said_and_counted(dose: Dose) -> None:
    assert Dose.from_json(dose.to_json()) == dose
    assert hash(dose) == hash(replace(dose))
    assert minutes([dose]) >= 1
    for lang in ("en", "es"):
        said = (in_words(dose, lang).headline, *in_words(dose, lang).remarks, sentence(dose, lang))
        assert all(said)
        assert "$" not in "".join(said)
