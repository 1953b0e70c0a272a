"""Does each check find what it is for, and keep quiet where it has nothing to say?"""

from dataclasses import replace
from datetime import time

import pytest

from reminders.core.dose import Band, Dose
from reminders.core.exercises import Condition, library
from reminders.core.plan_check import Facts, Finding, Prescribed, Rule, Sittings, check, sheets
from reminders.core.schedule import Window

DAILY = Sittings((time(9),))
EVERY_OTHER = Sittings((time(9),), frozenset({0, 2, 4}))
TEN = Dose(sets=2, reps=10)


def line(key: str, dose: Dose = TEN, note: str = "") -> Prescribed:
    entry = library()[key]
    return Prescribed(key, entry.texts["en"].name, dose, note, entry, reviewed=True)


def facts(*lines: Prescribed, **changes: object) -> Facts:
    whole = Facts(lines, (DAILY,), Window(time(8), time(20)), "Ana")
    return replace(whole, **changes)  # type: ignore[arg-type]


def found(rule: Rule, about: Facts) -> list[Finding]:
    return [one for one in check(about) if one.rule is rule]


def words(rule: Rule, about: Facts) -> list[str]:
    return [one.words for one in found(rule, about) if not one.fine]


def test_a_mover_before_a_stabiliser_is_told_with_both_names() -> None:
    assert words(Rule.ORDER, facts(line("bridge"), line("bird-dog"))) == [
        "Bridge comes before Bird dog: control first, then strength."
    ]


@pytest.mark.parametrize(
    ("keys", "fine"),
    [(["bird-dog", "bridge"], [True]), (["bridge", "walking"], []), (["bird-dog"], [])],
    ids=["in order", "no stabiliser to come first", "no mover"],
)
def test_an_order_that_holds_is_fine_and_one_that_does_not_apply_is_not_spoken_of(
    keys: list[str], fine: list[bool]
) -> None:
    told = found(Rule.ORDER, facts(*(line(key) for key in keys)))

    assert [one.fine for one in told] == fine


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["bridge", "knee-to-chest"], "Strength and flexibility, both"),
        (["bridge"], "Strength without flexibility"),
        (["knee-to-chest"], "Flexibility without strength"),
        (["walking"], ""),
    ],
    ids=["both", "strength alone", "flexibility alone", "neither"],
)
def test_strength_and_flexibility_belong_together(keys: list[str], said: str) -> None:
    told = found(Rule.BALANCE, facts(*(line(key) for key in keys)))

    assert [one.words.startswith(said) for one in told] == ([True] if said else [])
    assert all(one.fine == ("both" in one.words) for one in told)


def test_a_caution_of_the_library_is_told_for_the_patients_condition_alone() -> None:
    plan = (line("bridge"), line("walking"))

    told = words(Rule.CAUTION, facts(*plan, conditions=frozenset({Condition.FACET})))

    mind = library()["bridge"].cautions[Condition.FACET]
    assert told == [f"Bridge, facet: {mind}"]
    assert found(Rule.CAUTION, facts(*plan)) == []
    assert [one.fine for one in _cautions(line("glute-squeeze"), Condition.DISC)] == [True]


def _cautions(one: Prescribed, condition: Condition) -> list[Finding]:
    return found(Rule.CAUTION, facts(one, conditions=frozenset({condition})))


def test_more_than_four_exercises_are_told() -> None:
    four = [line(key) for key in ("bird-dog", "bridge", "clamshell", "walking")]

    assert words(Rule.COUNT, facts(*four)) == []
    assert words(Rule.COUNT, facts(*four, line("dead-bug"))) == [
        "5 exercises: more than 4 are done less often."
    ]


def test_minutes_count_every_sitting_of_the_longest_day() -> None:
    walk = line("walking", Dose(seconds=720))
    twice = Sittings((time(9), time(18)), frozenset({0}))
    once = Sittings((time(9),), frozenset({1}))

    assert words(Rule.MINUTES, facts(walk, routines=(once,))) == []
    assert words(Rule.MINUTES, facts(walk, routines=(once, twice))) == [
        "About 24 minutes on a Mon: more than 20 a day."
    ]


def test_minutes_count_only_the_exercises_of_a_routine() -> None:
    plan = (line("walking", Dose(seconds=900)), line("seated-march", Dose(seconds=900)))
    one_each = (
        Sittings((time(9),), frozenset({0}), positions=(1,)),
        Sittings((time(9),), frozenset({1}), positions=(2,)),
    )

    assert words(Rule.MINUTES, facts(*plan, routines=one_each)) == []
    assert len(words(Rule.MINUTES, facts(*plan))) == 1


@pytest.mark.parametrize(
    ("then", "now", "why"),
    [
        (Dose(sets=3, reps=10), Dose(sets=3, reps=15), "+50 %"),
        (Dose(sets=3, reps=10), Dose(sets=3, reps=12), ""),
        (Dose(sets=1, seconds=60), Dose(sets=1, seconds=120), "+100 %"),
        (Dose(reps=10, load="4 kg"), Dose(reps=10, load="6 kg"), "+50 % weight"),
        (Dose(reps=10, load="2 kg"), Dose(reps=10, load="3 kg"), ""),
        (Dose(reps=10, band=Band.RED), Dose(reps=8, band=Band.BLUE), "2 colours up"),
        (Dose(reps=10, band=Band.RED), Dose(reps=10, band=Band.GREEN), "a colour up without"),
        (Dose(reps=10, band=Band.RED), Dose(reps=8, band=Band.GREEN), ""),
        (Dose(reps=10), Dose(seconds=600), ""),
        (Dose(reps=15), Dose(reps=10), ""),
    ],
    ids=[
        "half more", "a fifth more", "twice as long", "weight", "the next small weight",
        "two colours", "a colour, same count", "a colour, fewer", "another measure", "less",
    ],
)  # fmt: skip
def test_a_jump_over_the_last_version_is_told(then: Dose, now: Dose, why: str) -> None:
    told = words(Rule.JUMP, facts(line("bridge", now), before={"bridge": then}))

    assert [why in one for one in told] == ([True] if why else [])


def test_a_new_exercise_is_no_jump() -> None:
    assert found(Rule.JUMP, facts(line("bridge"), before={"walking": TEN})) == []


@pytest.mark.parametrize(
    ("dose", "routine", "rests"),
    [
        (Dose(reps=10, load="4 kg"), DAILY, False),
        (Dose(reps=10, band=Band.RED), DAILY, False),
        (Dose(reps=10, effort=8), DAILY, False),
        (Dose(reps=10, load="4 kg"), EVERY_OTHER, True),
        (Dose(reps=10, load="4 kg"), Sittings((time(9),), every_days=2), True),
        (Dose(reps=10, load="4 kg"), Sittings((time(9),), frozenset({0, 6})), False),
    ],
    ids=["weight", "band", "effort", "every other day", "every two days", "Sunday and Monday"],
)
def test_loaded_strength_wants_a_day_of_rest(dose: Dose, routine: Sittings, rests: bool) -> None:
    told = found(Rule.REST, facts(line("hip-hinge", dose), routines=(routine,)))

    assert [one.fine for one in told] == [rests]


def test_what_is_not_loaded_needs_no_day_of_rest() -> None:
    assert found(Rule.REST, facts(line("hip-hinge"))) == []


def test_a_time_outside_the_hours_says_where_it_is_moved() -> None:
    early = Sittings((time(6, 30), time(9)))

    told = found(Rule.WINDOW, facts(line("bridge"), routines=(early,)))

    assert [(one.fine, one.words) for one in told] == [
        (False, "6:30 am is moved to 8:00 am: Ana is written to from 8:00 am to 8:00 pm."),
        (True, "9:00 am is inside Ana’s hours"),
    ]


def test_a_hard_note_is_told_and_an_easy_one_is_fine() -> None:
    hard = "Maintain lumbar neutrality throughout the concentric component of repetition."

    assert words(Rule.READING, facts(line("bridge", note=hard))) == [
        "The note on Bridge is hard to read: shorter words and sentences, please."
    ]
    assert words(Rule.READING, facts(line("bridge", note="Go slowly and keep on breathing."))) == []
    assert found(Rule.READING, facts(line("bridge"))) == []


def test_texts_that_nobody_has_signed_for_are_told() -> None:
    unsigned = replace(line("bridge"), reviewed=False)

    assert len(words(Rule.REVIEW, facts(line("walking"), unsigned))) == 1
    assert words(Rule.REVIEW, facts(line("walking"))) == []


def test_a_rule_that_the_clinic_has_switched_off_says_nothing() -> None:
    plan = facts(line("bridge"), line("bird-dog"))

    told = {one.rule for one in check(plan, frozenset({Rule.ORDER.value}))}

    assert Rule.ORDER in {one.rule for one in check(plan)}
    assert Rule.ORDER not in told


def test_what_needs_a_second_look_comes_first_and_each_finding_has_a_key_of_its_own() -> None:
    plan = facts(line("bridge"), line("clamshell"), line("bird-dog"))

    told = check(plan)

    assert [one.fine for one in told] == sorted(one.fine for one in told)
    keys = [one.key for one in told if not one.fine]
    assert len(set(keys)) == len(keys) > 1


def test_an_empty_plan_is_not_blamed() -> None:
    assert check(facts(routines=())) == ()


def test_every_rule_has_a_reason_and_a_source() -> None:
    assert set(sheets()) == set(Rule)
    assert all(
        sheet.name and sheet.why.endswith(".") and sheet.source for sheet in sheets().values()
    )
