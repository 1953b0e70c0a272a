"""Is what a dose asks for laid out step by step, in the order and number it is written in?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.core.dose import Bout, Dose, Half, Side, Step, StepKind, bouts, minutes

READY, REP, OUT, WAIT, BACK, HOLD, TIME, DISTANCE, REST, SWITCH = StepKind
BOTH, LEFT, RIGHT, ONE, OTHER = Half

MOVE = Step(REP, 3)
GET_READY = Step(READY, 5)


@pytest.mark.parametrize(
    ("dose", "done"),
    [
        (Dose(reps=10), [Bout((MOVE,), 10, times=10)]),
        (
            Dose(sets=2, reps=10),
            [
                Bout((MOVE,), 10, times=10, round=1, rounds=2),
                Bout((MOVE,), 10, times=10, round=2, rounds=2),
            ],
        ),
        (
            Dose(sets=2, reps=10, rest_seconds=60),
            [
                Bout((MOVE,), 10, times=10, round=1, rounds=2),
                Bout((Step(REST, 60),), 10, first=10, round=1, rounds=2),
                Bout((MOVE,), 10, times=10, round=2, rounds=2),
            ],
        ),
        (
            Dose(sets=2, reps=8, side=Side.EACH, hold_seconds=5, rest_seconds=30),
            [
                Bout((MOVE, Step(HOLD, 5)), 8, 1, 8, ONE, 1, 2),
                Bout((Step(SWITCH, 30),), 8, 8, 1, OTHER, 1, 2),
                Bout((MOVE, Step(HOLD, 5)), 8, 1, 8, OTHER, 1, 2),
                Bout((Step(SWITCH, 30),), 8, 8, 1, ONE, 1, 2),
                Bout((MOVE, Step(HOLD, 5)), 8, 1, 8, ONE, 2, 2),
                Bout((Step(SWITCH, 30),), 8, 8, 1, OTHER, 2, 2),
                Bout((MOVE, Step(HOLD, 5)), 8, 1, 8, OTHER, 2, 2),
            ],
        ),
        (
            Dose(reps=3, side=Side.EACH, hold_seconds=20),
            [
                Bout((MOVE, Step(HOLD, 20)), 3, 1, 3, ONE),
                Bout((Step(SWITCH, 5),), 3, 3, 1, OTHER),
                Bout((MOVE, Step(HOLD, 20)), 3, 1, 3, OTHER),
            ],
        ),
        (Dose(reps=5, side=Side.LEFT), [Bout((MOVE,), 5, times=5, side=LEFT)]),
        (
            Dose(sets=2, reps=5, side=Side.RIGHT, rest_seconds=10),
            [
                Bout((MOVE,), 5, 1, 5, RIGHT, 1, 2),
                Bout((Step(REST, 10),), 5, 5, 1, RIGHT, 1, 2),
                Bout((MOVE,), 5, 1, 5, RIGHT, 2, 2),
            ],
        ),
        (
            Dose(reps=3, side=Side.ALTERNATE, rest_seconds=10),
            [
                Bout((MOVE, Step(REST, 10)), 3, 1, side=ONE),
                Bout((MOVE, Step(REST, 10)), 3, 2, side=OTHER),
                Bout((MOVE,), 3, 3, side=ONE),
            ],
        ),
        (
            Dose(reps=4, hold_seconds=10, rest_seconds=15),
            [
                Bout((MOVE, Step(HOLD, 10), Step(REST, 15)), 4, times=3),
                Bout((MOVE, Step(HOLD, 10)), 4, first=4),
            ],
        ),
        (Dose(sets=3, reps=1), [Bout((MOVE,), 3, times=3)]),
        (Dose(reps=10, tempo="5-0-5"), [Bout((Step(OUT, 5), Step(BACK, 5)), 10, times=10)]),
        (
            Dose(reps=6, tempo="3-1-4", hold_seconds=2),
            [Bout((Step(OUT, 3), Step(WAIT, 1), Step(HOLD, 2), Step(BACK, 4)), 6, times=6)],
        ),
        (Dose(reps=6, tempo="slowly"), [Bout((MOVE,), 6, times=6)]),
        (Dose(reps=6, tempo="0-0-0"), [Bout((MOVE,), 6, times=6)]),
        (Dose(seconds=600), [Bout((Step(TIME, 600),), 1)]),
        (
            Dose(sets=3, seconds=20, rest_seconds=30),
            [
                Bout((Step(TIME, 20), Step(REST, 30)), 3, times=2),
                Bout((Step(TIME, 20),), 3, first=3),
            ],
        ),
        (
            Dose(seconds=30, side=Side.EACH),
            [
                Bout((Step(TIME, 30),), 1, side=ONE),
                Bout((Step(SWITCH, 5),), 1, side=OTHER),
                Bout((Step(TIME, 30),), 1, side=OTHER),
            ],
        ),
        (Dose(sets=2, distance="20 m"), [Bout((Step(DISTANCE, 0),), 2, times=2)]),
        (Dose(), [Bout((MOVE,), 1)]),
        (Dose(sets=0, reps=0), [Bout((MOVE,), 1)]),
    ],
    ids=[
        "repetitions",
        "sets",
        "sets with rest",
        "sets on each side with hold and rest",
        "one set on each side",
        "left only",
        "right only, with rest",
        "alternating",
        "rest between the repetitions of one set",
        "sets of one",
        "tempo",
        "tempo with a hold at its end",
        "tempo in words",
        "tempo of nothing",
        "time",
        "times with rest",
        "time on each side",
        "distance",
        "nothing said",
        "nonsense stored",
    ],
)
def test_a_dose_is_laid_out_in_bouts(dose: Dose, done: list[Bout]) -> None:
    ready, *laid_out = bouts(dose)

    assert ready.steps == (GET_READY,)
    assert laid_out == done


def test_a_day_of_its_own_is_laid_out_as_that_day() -> None:
    stored = Dose(sets=3, reps=10).to_json() | {"other_days": {"days": [0], "sets": 1, "reps": 4}}
    dose = Dose.from_json(stored)

    assert bouts(dose.on(0))[1:] == (Bout((MOVE,), 4, times=4),)


DOSES = st.builds(
    lambda work, common: Dose(**work, **common),
    st.fixed_dictionaries({"reps": st.integers(1, 100)})
    | st.fixed_dictionaries({"seconds": st.integers(1, 7200)})
    | st.just({"distance": "20 m"}),
    st.fixed_dictionaries(
        {
            "sets": st.integers(1, 20),
            "hold_seconds": st.none() | st.integers(1, 300),
            "rest_seconds": st.none() | st.integers(1, 600),
            "side": st.sampled_from(Side),
            "tempo": st.sampled_from(["", "slowly", "3-1-3", "2-0-4"]),
        }
    ),
)


@given(DOSES)
def test_the_steps_take_as_long_as_the_page_says(dose: Dose) -> None:
    taken = sum(bout.times * sum(lasts(dose, step) for step in bout.steps) for bout in bouts(dose))

    assert minutes([dose]) == max(1, (taken + 30) // 60)


def lasts(dose: Dose, step: Step) -> int:
    """What a step adds to the page's own count, which knows no pauses but rests."""
    given_up = {READY: 0, SWITCH: dose.rest_seconds or 0, DISTANCE: 30}
    return given_up.get(step.kind, step.seconds)


@given(DOSES)
def test_every_repetition_has_its_turn_and_none_two(dose: Dose) -> None:
    turns = [
        (bout.round, bout.side, bout.first + nth)
        for bout in bouts(dose)
        if bout.steps[0].kind not in {READY, REST, SWITCH}
        for nth in range(bout.times)
    ]

    sides = 2 if dose.side is Side.EACH else 1
    assert len(set(turns)) == len(turns) == dose.sets * (dose.reps or 1) * sides


@given(DOSES)
def test_nothing_ends_with_a_pause(dose: Dose) -> None:
    assert bouts(dose)[-1].steps[-1].kind not in {READY, REST, SWITCH}
