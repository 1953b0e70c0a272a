"""Who of a list comes in, who is here already, and who must say that they share a phone?"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reminders.core.intake.rows import Entry

Owners = Mapping[str, Collection[str]]


class Standing(StrEnum):
    """What becomes of a row."""

    SOUND = "sound"
    FAULTY = "faulty"
    HERE = "here"  # the same person is a patient, or stands higher up
    SHARES = "shares"  # somebody else has the number: comes in with a tick alone


@dataclass(frozen=True)
class Judged:
    """One row, what becomes of it, and whom it meets."""

    entry: Entry
    standing: Standing
    whom: str = ""
    above: int | None = None  # the line where they stand, if it is in the file itself

    def comes_in(self, shared: Collection[int]) -> bool:
        """Whether it is taken, the ticked lines being those of people who share a phone."""
        ticked = self.standing is Standing.SHARES and self.entry.line in shared
        return ticked or self.standing is Standing.SOUND


def judged(found: Sequence[Entry], known: Owners) -> tuple[Judged, ...]:
    """Judge each row by the clinic's patients, told by their addresses, and by the rows above."""
    return tuple(_judge_all(found, known))


def _judge_all(found: Sequence[Entry], known: Owners) -> Iterator[Judged]:
    above: dict[str, list[Entry]] = defaultdict(list)
    for entry in found:
        verdict = _judge(entry, known, above)
        if verdict.standing in (Standing.SOUND, Standing.SHARES):
            for address in filter(None, (entry.phone, entry.email)):
                above[address].append(entry)
        yield verdict


def _judge(entry: Entry, known: Owners, above: Mapping[str, Sequence[Entry]]) -> Judged:
    if entry.faults:
        return Judged(entry, Standing.FAULTY)
    for address in filter(None, (entry.phone, entry.email)):
        for name in known.get(address, ()):
            if _same(name, entry.name):
                return Judged(entry, Standing.HERE, name)
        for other in above.get(address, ()):
            if _same(other.name, entry.name):
                return Judged(entry, Standing.HERE, other.name, other.line)
    return _sharing(entry, known, above) or Judged(entry, Standing.SOUND)


def _sharing(entry: Entry, known: Owners, above: Mapping[str, Sequence[Entry]]) -> Judged | None:
    """Whoever else has the number; a mailbox may be a household's without harm."""
    name = next(iter(known.get(entry.phone, ())), "")
    if name:
        return Judged(entry, Standing.SHARES, name)
    other = next(iter(above.get(entry.phone, ())), None)
    return Judged(entry, Standing.SHARES, other.name, other.line) if other else None


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
