"""Which exercises stand on a clinic's shelf: the built-in ones and its own?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.exercises import Entry, library
from reminders.core.exercises.sheet import Credit, Sheet
from reminders.store.exercises import Exercise, ExercisePhoto


@dataclass(frozen=True)
class PhotoPlace:
    """Where a photo is found, and how much room it needs."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True)
class Shelved:
    """One exercise as the clinic has it; `drawing` is the key of its drawing, if it has one."""

    key: str
    entry: Entry
    own: bool
    drawing: str
    photo: PhotoPlace | None
    video: str
    credit: Credit
    languages: tuple[str, ...]
    reviewer: str
    reviewed_on: date | None
    retired: bool

    @property
    def sheet(self) -> Sheet:
        """The exercise on paper, to be carried to another clinic."""
        written = Sheet.of(self.entry)
        return written.model_copy(
            update={
                "texts": {lang: written.texts[lang] for lang in self.languages},  # type: ignore[index]
                "video": self.video,
                "credit": self.credit,
                "reviewer": self.reviewer,
                "reviewed_on": self.reviewed_on,
            }
        )


def shelf(session: Session, clinic_id: int) -> tuple[Shelved, ...]:
    """Every exercise of a clinic, its own first, retired ones too."""
    rows = {row.Exercise.key: row for row in _rows(session, clinic_id)}
    own = tuple(_own(row) for row in rows.values() if row.Exercise.sheet_fields is not None)
    return (*own, *_built_in(rows))


def shelved(session: Session, clinic_id: int, key: str) -> Shelved | None:
    """One exercise of a clinic, or None if it has no such."""
    return next((one for one in shelf(session, clinic_id) if one.key == key), None)


def _rows(session: Session, clinic_id: int) -> list[sa.Row[tuple[Exercise, str, int, int]]]:
    return list(
        session.execute(
            sa.select(Exercise, ExercisePhoto.digest, ExercisePhoto.width, ExercisePhoto.height)
            .outerjoin(ExercisePhoto, ExercisePhoto.id == Exercise.photo_id)
            .where(Exercise.clinic_id == clinic_id)
            .order_by(Exercise.id)
        )
    )


def _own(row: sa.Row[tuple[Exercise, str, int, int]]) -> Shelved:
    exercise: Exercise = row.Exercise
    sheet = exercise.sheet
    assert sheet is not None
    return Shelved(
        key=exercise.key,
        entry=sheet.entry,
        own=True,
        drawing=exercise.drawing,
        photo=PhotoPlace(row.digest, row.width, row.height) if row.digest else None,
        video=sheet.video,
        credit=sheet.credit,
        languages=tuple(sheet.texts),
        reviewer=exercise.reviewer,
        reviewed_on=exercise.reviewed_on,
        retired=exercise.retired_at is not None,
    )


def _built_in(rows: dict[str, sa.Row[tuple[Exercise, str, int, int]]]) -> Iterator[Shelved]:
    for key, entry in library().items():
        row = rows.get(key)
        signed = row.Exercise if row is not None and row.Exercise.reviewed_on else None
        yield Shelved(
            key=key,
            entry=entry,
            own=False,
            drawing=key,
            photo=None,
            video="",
            credit=Credit(),
            languages=tuple(entry.texts),
            reviewer=signed.reviewer if signed else entry.reviewer or "",
            reviewed_on=signed.reviewed_on if signed else entry.reviewed_on,
            retired=False,
        )
