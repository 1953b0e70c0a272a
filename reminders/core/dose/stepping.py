"""What is done of an exercise, one thing after another?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from reminders.core.dose.lasting import SECONDS_A_REPETITION
from reminders.core.dose.saying import tempo_seconds
from reminders.core.dose.values import Dose, Side

SECONDS_TO_GET_READY = 5
SECONDS_TO_CHANGE_SIDES = 5


class StepKind(StrEnum):
    """What is done in a step; OUT, WAIT and BACK are the parts of a repetition with a tempo."""

    READY = "ready"
    REP = "rep"
    OUT = "out"
    WAIT = "wait"
    BACK = "back"
    HOLD = "hold"
    TIME = "time"
    DISTANCE = "distance"
    REST = "rest"
    SWITCH = "switch"


class Half(StrEnum):
    """Which side works; ONE and OTHER leave it to the patient where to begin."""

    BOTH = ""
    LEFT = "left"
    RIGHT = "right"
    ONE = "one"
    OTHER = "other"


class Step(NamedTuple):
    """One thing to do for so many seconds; none means until the patient says so."""

    kind: StepKind
    seconds: int


@dataclass(frozen=True)
class Bout:
    """The same steps so many times in a row, counted from the first of so many, in one round."""

    steps: tuple[Step, ...]
    of: int
    first: int = 1
    times: int = 1
    side: Half = Half.BOTH
    round: int = 1
    rounds: int = 1


_HALVES = {
    Side.EACH: (Half.ONE, Half.OTHER),
    Side.LEFT: (Half.LEFT,),
    Side.RIGHT: (Half.RIGHT,),
}


def bouts(dose: Dose) -> tuple[Bout, ...]:
    """Say what is done, first to last.

    1. The time to get ready comes first, and once.
    2. A set is a round of its repetitions; sets of one thing each are one round of that many.
    3. Each side has its turn in every round.
    4. Rest stands between rounds, or between repetitions if there is one round; never at the end.
    5. Changing sides takes the place of a rest, and a moment at least.
    """
    turns = list(_turns(dose))
    ready = replace(turns[0], steps=(Step(StepKind.READY, SECONDS_TO_GET_READY),))
    said = [ready, *_turn(dose, turns[0])]
    for before, turn in pairwise(turns):
        said += [*_between(dose, before, turn), *_turn(dose, turn)]
    return tuple(said)


def _turns(dose: Dose) -> Iterator[Bout]:
    """Each round of each side, still without its steps."""
    reps = dose.reps or 1
    rounds, of = (dose.sets, reps) if min(dose.sets, reps) > 1 else (1, max(1, dose.sets * reps))
    for nth in range(1, rounds + 1):
        for half in _HALVES.get(dose.side, (Half.BOTH,)):
            yield Bout((), of, side=half, round=nth, rounds=rounds)


def _between(dose: Dose, before: Bout, turn: Bout) -> Iterator[Bout]:
    """The pause before a turn; it counts as the last of the turn before."""
    rest = dose.rest_seconds or 0
    if turn.side is not before.side:
        change = Step(StepKind.SWITCH, max(rest, SECONDS_TO_CHANGE_SIDES))
        yield replace(before, steps=(change,), first=before.of, side=turn.side)
    elif rest:
        yield replace(before, steps=(Step(StepKind.REST, rest),), first=before.of)


def _turn(dose: Dose, turn: Bout) -> Iterator[Bout]:
    """So many in a row; where sides alternate, each is a bout of its own."""
    one = tuple(_one(dose))
    rests = dose.rest_seconds if turn.rounds == 1 else None
    rested = (*one, Step(StepKind.REST, rests)) if rests else one
    if dose.side is Side.ALTERNATE:
        for n in range(1, turn.of):
            yield replace(turn, steps=rested, first=n, side=_alternating(n))
        yield replace(turn, steps=one, first=turn.of, side=_alternating(turn.of))
    elif rests and turn.of > 1:
        yield replace(turn, steps=rested, times=turn.of - 1)
        yield replace(turn, steps=one, first=turn.of)
    else:
        yield replace(turn, steps=one, times=turn.of)


def _alternating(n: int) -> Half:
    return Half.ONE if n % 2 else Half.OTHER


def _one(dose: Dose) -> Iterator[Step]:
    """One repetition with its hold, or one stretch of time or way."""
    if dose.reps is None and dose.seconds is not None:
        yield Step(StepKind.TIME, dose.seconds)
    elif dose.reps is None and dose.distance:
        yield Step(StepKind.DISTANCE, 0)
    else:
        out, wait, back = tempo_seconds(dose.tempo) or (0, 0, 0)
        moves = (
            Step(StepKind.REP, 0 if out + wait + back else SECONDS_A_REPETITION),
            Step(StepKind.OUT, out),
            Step(StepKind.WAIT, wait),
            Step(StepKind.HOLD, dose.hold_seconds or 0),
            Step(StepKind.BACK, back),
        )
        yield from (step for step in moves if step.seconds)
