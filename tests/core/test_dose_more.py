"""Are bands, weights and the doses of other days said, kept and bounded like the rest?"""

import pytest

from reminders.core.dose import Band, Dose, OtherDays, Words, in_words, minutes, problems, sentence

TEN = Dose(sets=3, reps=10)
MONDAY, TUESDAY, WEDNESDAY = 0, 1, 2
LESS = OtherDays(frozenset({MONDAY, WEDNESDAY}), sets=2, reps=6)


def test_a_band_is_said_in_the_language_of_the_patient() -> None:
    dose = Dose(sets=2, reps=10, band=Band.RED)

    assert in_words(dose, "en") == Words("2 times 10", ("With the red band.",))
    assert in_words(dose, "es") == Words("2 veces 10", ("Con la banda roja.",))


def test_every_band_has_a_word_in_every_language() -> None:
    said = {
        lang: {sentence(Dose(reps=5, band=band), lang) for band in Band} for lang in ("en", "es")
    }

    assert {lang: len(words) for lang, words in said.items()} == {"en": 8, "es": 8}
    assert [band.rank for band in Band] == list(range(8))


def test_other_days_are_said_to_staff_behind_the_usual_dose() -> None:
    dose = Dose(sets=3, reps=10, hold_seconds=5, other_days=LESS)

    assert sentence(dose, "en") == "3 times 10, hold 5 seconds; Mon, Wed: 2 times 6"
    assert sentence(dose, "es").endswith("; lun, mié: 2 veces 6")


@pytest.mark.parametrize(
    ("weekday", "headline"),
    [(MONDAY, "2 times 6"), (TUESDAY, "3 times 10"), (WEDNESDAY, "2 times 6")],
    ids=["another day", "a usual day", "the second other day"],
)
def test_a_day_asks_for_its_own_dose_alone(weekday: int, headline: str) -> None:
    dose = Dose(sets=3, reps=10, note="Slowly.", other_days=LESS)

    assert in_words(dose.on(weekday), "en") == Words(headline, ("Slowly.",))


def test_what_other_days_do_not_say_stays_as_it_is() -> None:
    dose = Dose(sets=3, seconds=60, other_days=OtherDays(frozenset({MONDAY}), sets=1))

    assert dose.on(MONDAY) == Dose(sets=1, seconds=60)
    assert minutes([dose.on(MONDAY)]) == 1


@pytest.mark.parametrize(
    "dose",
    [
        Dose(reps=10, band=Band.GOLD),
        Dose(sets=3, reps=10, other_days=LESS),
        Dose(seconds=60, other_days=OtherDays(frozenset({6}), seconds=30)),
    ],
    ids=["band", "other days", "other seconds"],
)
def test_it_survives_storage(dose: Dose) -> None:
    assert Dose.from_json(dose.to_json()) == dose
    assert hash(dose) == hash(Dose.from_json(dose.to_json()))


@pytest.mark.parametrize(
    "stored",
    [
        {"reps": 5, "band": "pink"},
        {"reps": 5, "other_days": "Monday"},
        {"reps": 5, "band": None, "other_days": None},
    ],
    ids=["no such band", "no such shape", "nulls"],
)
def test_reading_what_makes_no_sense_forgives(stored: dict[str, object]) -> None:
    assert Dose.from_json(stored) == Dose(reps=5)


def test_days_that_do_not_exist_are_as_if_never_said() -> None:
    dose = Dose.from_json({"reps": 5, "other_days": {"days": [0, 9, "x"], "reps": "3"}})

    assert dose.other_days == OtherDays(frozenset({0}), reps=3)


@pytest.mark.parametrize(
    ("load", "kilos"),
    [("2 kg", 2), ("2,5 kg", 2.5), ("10 lb", 4.536), ("a full bottle", None), ("", None)],
)
def test_a_weight_is_found_in_the_load(load: str, kilos: float | None) -> None:
    assert Dose(reps=5, load=load).kilos == (pytest.approx(kilos) if kilos else None)


@pytest.mark.parametrize(
    ("dose", "fault"),
    [
        (Dose(reps=5, load="5"), {"load": "With its unit, please, like 2 kg or 5 lb."}),
        (Dose(reps=5, load="900 kg"), {"load": "More than 0 and at most 200 kg, please."}),
        (Dose(reps=5, load="0 kg"), {"load": "More than 0 and at most 200 kg, please."}),
        (
            Dose(reps=5, load="2 kg", band=Band.RED),
            {"band": "Choose one, please: a weight or a band."},
        ),
        (
            Dose(reps=5, other_days=OtherDays(reps=3)),
            {"other_days": "Choose the days, please."},
        ),
        (
            Dose(reps=5, other_days=OtherDays(frozenset({1}))),
            {"other_sets": "Say what is different, please: sets, reps or seconds."},
        ),
        (
            Dose(reps=5, other_days=OtherDays(frozenset({1}), reps=9999)),
            {"other_reps": "Between 1 and 100, please."},
        ),
        (
            Dose(seconds=60, other_days=OtherDays(frozenset({1}), reps=5)),
            {"other_reps": "On the other days nothing is counted: leave this empty, please."},
        ),
        (
            Dose(reps=5, other_days=OtherDays(frozenset({1}), seconds=5)),
            {"other_seconds": "On the other days no time is kept: leave this empty, please."},
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_one_is_told_what_is_right(dose: Dose, fault: dict[str, str]) -> None:
    assert problems(dose) == fault


def test_a_sound_one_has_no_problems() -> None:
    assert problems(Dose(sets=3, reps=10, band=Band.TAN, other_days=LESS)) == {}
