"""Which patients does this clinic have, and how does each one stand?"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import Reply
from reminders.store.people import Care, Patient
from reminders.store.queries.today import Reader
from reminders.store.record import Alert, Visit


class Show(StrEnum):
    """Which patients a list is cut down to."""

    EVERYONE = "everyone"
    MINE = "mine"
    NEEDS = "needs"
    PAUSED = "paused"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked to see."""

    show: Show
    location_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """The worst that stands open for a patient."""

    kind: AlertKind
    urgency: int


@dataclass(frozen=True, slots=True)
class Named:
    """A patient in the order of the list, before the page's details are read."""

    id: int
    name: str
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many patients each filter holds."""

    everyone: int
    mine: int
    paused: int
    discharged: int


@dataclass(frozen=True, slots=True)
class Details:
    """What a row says of a patient beside the fourteen days."""

    birth_year: str
    conditions: str
    zone: str
    language: str
    state: Care
    last_heard: datetime | None
    last_visit: date | None


def flags(session: Session, clinic_id: int, now: datetime) -> dict[int, Flag]:
    """The worst open alert of each patient who has one."""
    rows = session.execute(
        sa.select(Alert.patient_id, Alert.kind, Alert.urgency).where(
            Alert.clinic_id == clinic_id,
            Alert.patient_id.is_not(None),
            Alert.resolved_at.is_(None),
            sa.or_(Alert.snoozed_until.is_(None), Alert.snoozed_until <= now),
        )
    )
    worst: dict[int, Flag] = {}
    for patient_id, kind, urgency in rows:
        found = Flag(kind, urgency)
        if patient_id is not None and _rank(found) < _rank(worst.get(patient_id)):
            worst[patient_id] = found
    return worst


def listed(
    session: Session, reader: Reader, wanted: Wanted, flagged: Mapping[int, Flag]
) -> list[Named]:
    """The patients asked for, most in need first, then by name.

    Names are ciphertext to the database: they are compared and ordered here, of one filter at most.
    """
    query = sa.select(Patient.id, Patient.first_name, Patient.last_name).where(
        Patient.clinic_id == reader.clinic_id, *_cut(reader, wanted, flagged)
    )
    if wanted.location_id is not None:
        query = query.where(Patient.location_id == wanted.location_id)
    rows = [
        (last.casefold(), first.casefold(), Named(row, f"{first} {last}".strip(), flagged.get(row)))
        for row, first, last in session.execute(query)
    ]
    found = [row for row in rows if _matches(wanted.name, row[2].name)]
    return [row[2] for row in sorted(found, key=lambda row: (_rank(row[2].flag), *row[:2]))]


def _cut(
    reader: Reader, wanted: Wanted, flagged: Mapping[int, Flag]
) -> Iterable[sa.ColumnElement[bool]]:
    match wanted.show:
        case Show.DISCHARGED:
            return (Patient.state == Care.DISCHARGED,)
        case Show.PAUSED:
            return (Patient.state == Care.PAUSED,)
        case Show.MINE:
            return (Patient.state != Care.DISCHARGED, Patient.therapist_id == reader.staff_id)
        case Show.NEEDS:
            asking = [row for row, flag in flagged.items() if flag.urgency < _GOOD]
            return (Patient.id.in_(asking),)
        case Show.EVERYONE:
            return (Patient.state != Care.DISCHARGED,)


_GOOD = Urgency.GOOD_NEWS.rank


def _matches(typed: str, name: str) -> bool:
    """Every word typed begins a word of the name, accents and case aside."""
    words = _plain(name).split()
    return all(any(word.startswith(part) for word in words) for part in _plain(typed).split())


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _rank(flag: Flag | None) -> tuple[int, int]:
    """Good news and no news stand together, after everyone who needs somebody."""
    if flag is None or flag.urgency >= _GOOD:
        return (_GOOD, 0)
    return (flag.urgency, flag.kind.rank)


def counts(session: Session, reader: Reader) -> Counts:
    """How many patients stand behind each filter."""
    rows = session.execute(
        sa.select(Patient.state, Patient.therapist_id, sa.func.count())
        .where(Patient.clinic_id == reader.clinic_id)
        .group_by(Patient.state, Patient.therapist_id)
    ).all()
    here = [row for row in rows if row[0] is not Care.DISCHARGED]
    return Counts(
        everyone=sum(row[2] for row in here),
        mine=sum(row[2] for row in here if row[1] == reader.staff_id),
        paused=sum(row[2] for row in rows if row[0] is Care.PAUSED),
        discharged=sum(row[2] for row in rows if row[0] is Care.DISCHARGED),
    )


def details(session: Session, ids: Sequence[int]) -> dict[int, Details]:
    """What the rows of one page say."""
    said = sa.select(sa.func.max(Reply.received_at)).where(Reply.patient_id == Patient.id)
    visited = sa.select(sa.func.max(Visit.day)).where(Visit.patient_id == Patient.id)
    rows = session.execute(
        sa.select(
            Patient.id,
            Patient.birth_year,
            Patient.conditions,
            Patient.zone,
            Patient.language,
            Patient.state,
            said.scalar_subquery(),
            visited.scalar_subquery(),
        ).where(Patient.id.in_(ids))
    )
    return {row[0]: Details(*row[1:]) for row in rows}


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff who can look after patients."""

    id: int
    name: str
    role: Role


def colleagues(session: Session, clinic_id: int) -> tuple[Colleague, ...]:
    """Everyone of a clinic who may sign in, in the order of their coming."""
    rows = session.execute(
        sa.select(Staff.id, Staff.name, Staff.role)
        .where(Staff.clinic_id == clinic_id, Staff.active.is_(True))
        .order_by(Staff.id)
    )
    return tuple(Colleague(*row) for row in rows)


def who_has(session: Session, clinic_id: int, phone: str) -> str:
    """The name of a patient with this number, if the clinic has one."""
    row = session.execute(
        sa.select(Patient.first_name, Patient.last_name)
        .where(
            Patient.clinic_id == clinic_id,
            Patient.phone_index == phone,
            Patient.state != Care.DISCHARGED,
        )
        .limit(1)
    ).first()
    return f"{row[0]} {row[1]}".strip() if row is not None else ""
