"""How long does a session take?"""

from collections.abc import Iterable

from reminders.core.dose.saying import tempo_seconds
from reminders.core.dose.values import Dose, Side

SECONDS_A_REPETITION = 3
SECONDS_A_DISTANCE = 30
SECONDS_BETWEEN_EXERCISES = 20


def minutes(doses: Iterable[Dose]) -> int:
    """Estimate how long a session takes, at least one minute.

    1. A repetition takes what its tempo says, else 3 seconds, and its hold on top.
    2. A set takes its repetitions, or its seconds; a distance counts as 30 seconds.
    3. Each side doubles the sets.
    4. Rest stands between sets, or between repetitions if there is one set of them.
    5. Changing from one exercise to the next takes 20 seconds.
    """
    taken = [_seconds(dose) for dose in doses]
    changes = SECONDS_BETWEEN_EXERCISES * max(0, len(taken) - 1)
    return max(1, (sum(taken) + changes + 30) // 60)


def _seconds(dose: Dose) -> int:
    rounds = dose.sets * (2 if dose.side is Side.EACH else 1)
    one_set = dose.sets == 1 and dose.reps is not None
    rests = rounds * (dose.reps or 1) - 1 if one_set else rounds - 1
    return rounds * _seconds_a_set(dose) + max(0, rests) * (dose.rest_seconds or 0)


def _seconds_a_set(dose: Dose) -> int:
    hold = dose.hold_seconds or 0
    if dose.reps is not None:
        moving = sum(tempo_seconds(dose.tempo) or (SECONDS_A_REPETITION,))
        return dose.reps * (moving + hold)
    if dose.seconds is not None:
        return dose.seconds
    return SECONDS_A_DISTANCE if dose.distance else SECONDS_A_REPETITION + hold
