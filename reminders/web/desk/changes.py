"""What changed from one version of a plan to the next, in a sentence or two?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reminders.core.dose import Dose, sentence
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


def change_words(
    old: Sequence[Item], new: Sequence[Item], before: Sequence[When], after: Sequence[When]
) -> str:
    """Say what is other: "Bridge: 3 times 10 → 3 times 12. Bird dog added."."""
    if not old:
        return f"First plan: {words.counted(len(new), 'exercise')}."
    said = [*_exercises(old, new), *_times(before, after)]
    if not said and [one.key for one in old] != [one.key for one in new]:
        said.append("Another order")
    return " ".join(f"{one}." for one in said)


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
