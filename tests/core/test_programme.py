"""Are the built-in templates sound, explained and kept whole?"""

from datetime import time

import pytest

from reminders.core.dose import Dose, problems
from reminders.core.exercises import library
from reminders.core.plan_check import Facts, Prescribed, Rule, Sittings, check
from reminders.core.programme import BuiltIn, Goal, Item, Phase, Programme, Timing, built_in
from reminders.core.schedule import Window

TEMPLATES = list(built_in().values())
each_template = pytest.mark.parametrize("one", TEMPLATES, ids=[one.key for one in TEMPLATES])


def test_there_is_one_for_each_stage_of_a_back() -> None:
    assert list(built_in()) == ["settle", "control", "strengthen", "return"]


def test_each_stage_leads_on_to_those_that_follow() -> None:
    names = [[phase.name for phase in one.programme.phases] for one in TEMPLATES]

    assert names[0] == ["Settle", "Control", "Strengthen", "Return"]
    assert names == [names[0][nth:] for nth in range(4)]


@each_template
def test_a_template_is_explained_and_counts_as_reviewed_only_when_signed(one: BuiltIn) -> None:
    assert one.summary.endswith(".")
    assert len(one.why) >= 3
    assert one.sources
    assert one.reviewed == (one.reviewer is not None and one.reviewed_on is not None)


@each_template
def test_a_phase_says_what_lets_a_patient_in_and_out(one: BuiltIn) -> None:
    for phase in one.programme.phases:
        assert phase.entry
        assert phase.exit
        assert phase.goal.set


@each_template
def test_its_exercises_are_in_the_library_with_doses_that_may_be_given(one: BuiltIn) -> None:
    for phase in one.programme.phases:
        assert 1 <= len(phase.items) <= 4
        assert {item.key for item in phase.items} <= library().keys()
        assert all(problems(item.dose) == {} for item in phase.items)


@each_template
def test_our_own_checks_find_nothing_to_mind_in_it(one: BuiltIn) -> None:
    phase, timings = one.programme.phases[0], one.programme.timings
    lines = [
        Prescribed(item.key, item.key, item.dose, item.note, library()[item.key], reviewed=True)
        for item in phase.items
    ]
    routines = [Sittings(timing.times, timing.weekdays, timing.every_days) for timing in timings]

    found = check(Facts(tuple(lines), tuple(routines), Window(time(8), time(20)), "Ana"))

    assert [one.words for one in found if not one.fine] == []
    assert {Rule.BALANCE, Rule.COUNT, Rule.MINUTES} <= {one.rule for one in found}


def test_a_programme_survives_being_kept() -> None:
    items = (Item("bridge", Dose(sets=2, reps=8), "Slowly."), Item("walking", Dose(seconds=600)))
    whole = Programme(
        (Phase("Settle", items, "Pain is new.", "Walks.", Goal(80, 3, 7)), Phase("", ())),
        (Timing((time(8), time(18)), frozenset({0, 2}), 1),),
    )

    assert Programme.from_text(whole.to_text()) == whole


def test_notes_can_be_left_behind() -> None:
    item = Item("bridge", Dose(reps=8, note="Left hip."), "For Ana's hip.")

    bare = Programme((Phase("", (item,)),)).without_notes()

    assert bare.phases[0].items == (Item("bridge", Dose(reps=8)),)
