"""Which rows does the page show, and what do they come to?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reminders.core.adherence import Outcome
from reminders.core.dose import Dose
from reminders.core.exercises import Words
from reminders.store.queries.library import PhotoPlace


@dataclass(frozen=True)
class LastWords:
    """The newest form sent from this link: its words, and how far it was read."""

    text: str
    intent: str
    understood: bool


@dataclass(frozen=True)
class Holder:
    """Who holds a link, and what the clinic is to them; the first name only if they agreed."""

    link_id: int
    clinic_id: int
    patient_id: int
    occurrence_ids: tuple[int, ...]
    open: bool
    ends_at: datetime
    first_name: str
    language: str
    zone: ZoneInfo
    therapist: str
    clinic: str
    phone: str
    emergency: str
    crisis: str
    discharged: bool
    held: bool
    asks: bool  # for a second step, before history and settings
    tries: int
    last: LastWords | None


@dataclass(frozen=True)
class Sitting:
    """One due sitting that the link speaks of."""

    occurrence_id: int
    day: date
    due_at: datetime


@dataclass(frozen=True)
class Entry:
    """What is known of it; `done` are prescription rows, none meaning that nobody said which."""

    outcome: Outcome | None
    done: frozenset[int] | None
    pain: int | None
    note: str
    at: datetime


@dataclass(frozen=True)
class Task:
    """One exercise of a plan version, in the patient's words."""

    prescription_id: int
    version_id: int
    exercise_id: int
    position: int
    key: str
    words: Words
    dose: Dose
    note: str
    drawing: str
    photo: PhotoPlace | None
    video: str


@dataclass(frozen=True)
class Changes:
    """How the plan of now differs from the one of the message, by names of exercises."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.other)


@dataclass(frozen=True)
class Page:
    """Everything the page shows: `tasks` of the plan now, `then` of the plan in the message."""

    holder: Holder
    version_id: int | None = None
    made_at: datetime | None = None
    sittings: tuple[Sitting, ...] = ()
    entry: Entry | None = None
    tasks: tuple[Task, ...] = ()
    then: tuple[Task, ...] = ()
    changes: Changes = field(default=Changes())
    advice: str = ""  # what the clinic says to the pain level

    @property
    def closed(self) -> bool:
        """Nothing to do any more: discharged, or no plan in force."""
        return self.holder.discharged or not self.tasks

    @property
    def logged(self) -> bool:
        return self.entry is not None and self.entry.outcome is not None

    @property
    def spoken_of(self) -> tuple[Task, ...]:
        """The exercises that the entry speaks of: the plan may have changed since."""
        before = self.entry and self.made_at and self.entry.at < self.made_at
        return self.then if before and self.then else self.tasks

    def did(self, task: Task) -> bool:
        """Whether this exercise was reported done; one kept through a new version counts."""
        if self.entry is None or self.entry.outcome in (None, Outcome.SKIPPED):
            return False
        if self.entry.outcome is Outcome.DONE:
            return any(one.exercise_id == task.exercise_id for one in self.spoken_of)
        done = self.entry.done or frozenset()
        return task.prescription_id in done or any(
            one.prescription_id in done and one.exercise_id == task.exercise_id
            for one in (*self.tasks, *self.then)
            if one.version_id != task.version_id
        )


def changes_between(then: Sequence[Task], now: Sequence[Task]) -> Changes:
    before = {task.exercise_id: task for task in then}
    after = {task.exercise_id: task for task in now}
    return Changes(
        new=tuple(task.words.name for key, task in after.items() if key not in before),
        gone=tuple(task.words.name for key, task in before.items() if key not in after),
        other=tuple(
            task.words.name
            for key, task in after.items()
            if key in before and (before[key].dose, before[key].note) != (task.dose, task.note)
        ),
    )
