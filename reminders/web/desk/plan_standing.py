"""Which plan is in force while a new one is written?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from zlib import crc32

from reminders.core.exercises import Entry, Words
from reminders.store.people import Patient
from reminders.store.queries.library import Shelved, shelf
from reminders.store.queries.plan import (
    PhaseRow,
    Prescribed,
    RoutineRow,
    phases_of,
    prescribed,
    versions,
)
from reminders.web.house import session


@dataclass(frozen=True)
class Standing:
    """The plan in force, and what its exercises are called."""

    number: int
    lines: tuple[Prescribed, ...]
    routines: tuple[RoutineRow, ...]
    phases: tuple[PhaseRow, ...]
    reasons: Mapping[str, str]
    numbers: tuple[int, ...]  # of every version there was
    shelf: Mapping[str, Shelved]  # every exercise of the clinic

    @property
    def own(self) -> Mapping[str, Sequence[time]]:
        """The times of the routines that are this plan's own, by their keys."""
        return {one.key: one.times for one in self.routines}

    @property
    def stamp(self) -> str:
        """What a form was begun from: a patient moves times and pace within a version."""
        times = [(one.key, one.times, one.fading) for one in self.routines]
        return f"{self.number}-{crc32(repr(times).encode())}"

    @property
    def entries(self) -> Mapping[str, Entry]:
        """What is known of each exercise."""
        return {key: one.entry for key, one in self.shelf.items()}

    @property
    def known(self) -> frozenset[str]:
        """The exercises that may be given: not the retired ones, but where they are in the plan."""
        kept = {one.key for one in self.lines}
        return frozenset(key for key, one in self.shelf.items() if not one.retired or key in kept)

    def name(self, key: str) -> str:
        """What an exercise is called on the desk."""
        one = self.shelf.get(key)
        return words_in(one, "en").name if one is not None else key

    @property
    def phase(self) -> PhaseRow | None:
        """The phase the patient is in."""
        return next((one for one in self.phases if one.current), None)


def standing_of(patient: Patient) -> Standing:
    """Gather what the form starts from and is compared with."""
    known = versions(session(), patient.id)
    current = next((one for one in known if one.current), None)
    return Standing(
        number=known[-1].number if known else 0,
        lines=prescribed(session(), current.id, "en") if current else (),
        routines=current.routines if current else (),
        phases=phases_of(session(), current) if current else (),
        reasons=current.reasons if current else {},
        numbers=tuple(one.number for one in known),
        shelf={one.key: one for one in shelf(session(), patient.clinic_id)},
    )


def words_in(one: Shelved, lang: str) -> Words:
    """The words of an exercise in a language, or in the first that it is written in."""
    return one.entry.texts.get(lang) or one.entry.texts[one.languages[0]]
