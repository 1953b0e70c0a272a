"""What can this clinic prescribe, and in whose words?"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core.exercises import Entry, Words, library
from reminders.core.exercises.photo import Photo
from reminders.core.exercises.sheet import Sheet
from reminders.store.db import Base, insert_once
from reminders.store.people import new_key

REVIEWER = 60


class ExercisePhoto(Base):
    """A photograph of one of the clinic's own exercises, made anew from its pixels."""

    __tablename__ = "exercise_photo"
    __table_args__ = (UniqueConstraint("clinic_id", "digest"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    webp: Mapped[bytes] = mapped_column(sa.LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]


class Exercise(Base):
    """One exercise a clinic can prescribe: a built-in one by its key, or the clinic's own sheet.

    A built-in one gets its row when it is first prescribed or signed for.
    """

    __tablename__ = "exercise"
    __table_args__ = (UniqueConstraint("clinic_id", "key"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    key: Mapped[str] = mapped_column(sa.String(48))
    sheet_fields: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    drawn_as: Mapped[str] = mapped_column(sa.String(48), default="")
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("exercise_photo.id"))
    reviewer: Mapped[str] = mapped_column(sa.String(REVIEWER), default="")
    reviewed_on: Mapped[date | None]
    retired_at: Mapped[datetime | None]

    @property
    def sheet(self) -> Sheet | None:
        """The clinic's own writing; None for a built-in exercise."""
        return Sheet.model_validate(self.sheet_fields) if self.sheet_fields is not None else None

    @property
    def entry(self) -> Entry:
        return library()[self.key] if self.sheet is None else self.sheet.entry

    @property
    def drawing(self) -> str:
        """The key of the drawing that shows it; a copy is shown as what it was copied from."""
        return self.drawn_as if self.sheet_fields is not None else self.key

    @property
    def video(self) -> str:
        return str(self.sheet_fields["video"]) if self.sheet_fields is not None else ""

    def words(self, language: str) -> Words:
        """What the patient reads, in their language where it is written, else in another."""
        return words_of(self.key, self.sheet_fields, language)

    def rewrite(self, sheet: Sheet) -> None:
        """New words are not reviewed, whoever had signed for the old ones."""
        fields = sheet.model_copy(update={"key": self.key}).model_dump(mode="json")
        if fields != self.sheet_fields:
            self.sheet_fields, self.reviewer, self.reviewed_on = fields, "", None

    def review(self, reviewer: str, on: date) -> None:
        """A clinician has read it line by line and signs for it."""
        self.reviewer, self.reviewed_on = reviewer, on

    def retire(self, now: datetime) -> None:
        """Offer it no more; plans that have it keep it."""
        self.retired_at = now

    def offer_again(self) -> None:
        self.retired_at = None


def words_of(key: str, sheet_fields: Mapping[str, Any] | None, language: str) -> Words:
    """What the patient reads of an exercise, of which no more than these columns was read."""
    if sheet_fields is None:
        texts: Mapping[str, Words] = library()[key].texts
        return texts.get(language) or texts["en"]
    # Read on every page view: the sheet was checked when it was written.
    written = sheet_fields["texts"]
    own = written.get(language) or next(iter(written.values()))
    return Words(**{**own, "steps": tuple(own["steps"])})


def write_own(session: Session, clinic_id: int, sheet: Sheet, *, drawn_as: str = "") -> Exercise:
    """Put an exercise of its own on the clinic's shelf, under a key that nobody else has."""
    exercise = Exercise(clinic_id=clinic_id, key=f"own-{new_key()[:12]}", drawn_as=drawn_as)
    exercise.rewrite(sheet)
    session.add(exercise)
    session.flush()
    return exercise


def row_of(session: Session, clinic_id: int, key: str) -> Exercise | None:
    """The clinic's row of an exercise, begun for a built-in one; None if there is no such."""
    if key in library():
        insert_once(session, Exercise, [{"clinic_id": clinic_id, "key": key}])
    return session.scalar(
        sa.select(Exercise).where(Exercise.clinic_id == clinic_id, Exercise.key == key)
    )


def keep_photo(session: Session, clinic_id: int, photo: Photo, now: datetime) -> int:
    """Store a photo, the same one once; returns its row's id."""
    insert_once(
        session,
        ExercisePhoto,
        [
            {
                "clinic_id": clinic_id,
                "digest": photo.digest,
                "webp": photo.webp,
                "width": photo.width,
                "height": photo.height,
                "added_at": now,
            }
        ],
    )
    return session.scalars(
        sa.select(ExercisePhoto.id).where(
            ExercisePhoto.clinic_id == clinic_id, ExercisePhoto.digest == photo.digest
        )
    ).one()
