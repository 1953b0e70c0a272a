"""What changed from one version of a plan to the next, in a sentence or two?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reminders.core.dose import Dose, sentence
from reminders.core.programme import Goal
from reminders.web.desk import words


@dataclass(frozen=True)
class Item:
    """One exercise of a version."""

    key: str
    name: str
    dose: Dose
    note: str = ""


@dataclass(frozen=True)
class When:
    """One routine of a version, as words: "Mon–Sat 8:00 am"."""

    key: str
    words: str


@dataclass(frozen=True)
class Stage:
    """One phase of a version; a new one has no key yet."""

    key: str
    name: str
    terms: tuple[str, str, Goal]  # what lets a patient in and out
    waiting: tuple[tuple[str, Dose, str], ...]  # its exercises, of a phase not in force
    current: bool


def change_words(
    old: Sequence[Item],
    new: Sequence[Item],
    before: Sequence[When],
    after: Sequence[When],
    stages: tuple[Sequence[Stage], Sequence[Stage]] = ((), ()),
) -> str:
    """Say what is other: "Bridge: 3 times 10 → 3 times 12. Bird dog added."."""
    if not old:
        said = [f"First plan: {words.counted(len(new), 'exercise')}", *_begun(stages[1])]
    else:
        said = [*_stages(*stages), *_exercises(old, new), *_times(before, after)]
    if not said and [one.key for one in old] != [one.key for one in new]:
        said.append("Another order")
    return " ".join(f"{one}." for one in said)


def _begun(phases: Sequence[Stage]) -> Iterator[str]:
    place = next((nth for nth, one in enumerate(phases, 1) if one.current), 0)
    if place:
        yield f"Phase {place} of {len(phases)}: {phases[place - 1].name}"


def _stages(old: Sequence[Stage], new: Sequence[Stage]) -> Iterator[str]:
    """Where the patient now stands comes first; then which phases are other."""
    yield from _moved(old, new)
    then = {one.key: one for one in old}
    for phase in new:
        if phase.key not in then:
            yield f"Phase {phase.name} added"
        else:
            yield from _terms(then[phase.key], phase)
    left = {one.key for one in new}
    yield from (f"Phase {one.name} removed" for one in old if one.key not in left)


def _moved(old: Sequence[Stage], new: Sequence[Stage]) -> Iterator[str]:
    then = next((one.key for one in old if one.current), "")
    now = next((one for one in new if one.current), None)
    if now is None or not then or now.key == then:
        return
    order = [one.key for one in old]
    back = now.key in order and order.index(now.key) < order.index(then)
    yield f"Back to {now.name}, signed off" if back else f"On to {now.name}, signed off"


def _terms(then: Stage, now: Stage) -> Iterator[str]:
    if then.name != now.name:
        yield f"Phase {then.name} is now {now.name}"
    if then.terms != now.terms:
        yield f"Phase {now.name}: other terms"
    if not then.current and not now.current and then.waiting != now.waiting:
        yield f"Phase {now.name}: other exercises"


def _exercises(old: Sequence[Item], new: Sequence[Item]) -> Iterator[str]:
    then, now = {one.key: one for one in old}, {one.key: one for one in new}
    for key, item in now.items():
        if key not in then:
            yield f"{item.name} added"
        else:
            yield from _dose(then[key], item)
    for key, item in then.items():
        if key not in now:
            yield f"{item.name} removed"


def _dose(then: Item, now: Item) -> Iterator[str]:
    old, new = sentence(then.dose, "en"), sentence(now.dose, "en")
    if old != new:
        yield f"{now.name}: {old} → {new}"
    elif (then.note, then.dose.note) != (now.note, now.dose.note):
        yield f"{now.name}: another note"


def _times(before: Sequence[When], after: Sequence[When]) -> Iterator[str]:
    then, now = _by_key(before), _by_key(after)
    for key, when in now.items():
        if key not in then:
            yield f"{when} added"
        elif then[key] != when:
            yield f"{then[key]} → {when}"
    for key, when in then.items():
        if key not in now:
            yield f"{when} removed"


def _by_key(routines: Sequence[When]) -> Mapping[str, str]:
    return {one.key or f"new {nth}": one.words for nth, one in enumerate(routines)}
