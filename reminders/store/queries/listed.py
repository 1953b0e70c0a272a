"""Which patients of a clinic does the reader ask for, and in which order?

Names are ciphertext to the database: they are compared and ordered here, those of one filter at
most. A whole number or mail address is found by its digest, without opening a name.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import DAY, Outcome, Share
from reminders.core.triage import AlertKind, Urgency
from reminders.store.people import Care, Location, Patient
from reminders.store.queries.asked import CLINIC, NOW, WHOSE
from reminders.store.queries.heard import heard_columns, latest
from reminders.store.queries.today import Reader, counted_needs
from reminders.store.record import Alert, LogEntry, Moment, Occurrence

DAYS: Final = 14
_GOOD: Final = Urgency.GOOD_NEWS.rank
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_NOTHING_DUE: Final = 101  # after a hundred

_Whom = tuple[sa.ColumnElement[bool], ...]


class Order(StrEnum):
    """What stands first; the exception always does."""

    NEED = "need"
    NAME = "name"
    HEARD = "heard"  # longest not heard from
    SESSIONS = "sessions"  # fewest done of those due


@dataclass(frozen=True, slots=True)
class Sought:
    """What was typed to find somebody: the beginnings of a name, an address, or last digits."""

    name: str = ""
    address: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked to see; without a state, everyone but the discharged."""

    mine: bool = False
    asking: bool = False  # only who needs somebody
    state: Care | None = None
    language: str = ""
    location_id: int | None = None
    sought: Sought = field(default_factory=Sought)
    order: Order = Order.NEED


@dataclass(frozen=True, slots=True)
class Flag:
    """The worst that stands open for a patient."""

    kind: AlertKind
    urgency: int

    @property
    def asks(self) -> bool:
        """Whether somebody is needed: good news needs nobody."""
        return self.urgency < _GOOD


@dataclass(frozen=True, slots=True)
class Named:
    """A patient in the order of the list, before the page's details are read."""

    id: int
    name: str
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many patients are alike in everything a filter asks for."""

    state: Care
    mine: bool
    language: str
    location_id: int | None
    location: str
    number: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody there is to choose from, and how many of them need the reader."""

    tallies: tuple[Tally, ...]
    needs: int | None  # of a clinic without patients nothing is known here


def flags(session: Session, reader: Reader, now: datetime, *, mine: bool) -> dict[int, Flag]:
    """The worst open alert of each patient who has one; of the reader's own, or of everyone."""
    rows = session.execute(_flags(mine=mine), reader.asks(now))
    worst: dict[int, Flag] = {}
    for patient_id, kind, urgency in rows:
        found = Flag(kind, urgency)
        if patient_id is not None and _rank(found) < _rank(worst.get(patient_id)):
            worst[patient_id] = found
    return worst


@cache
def _flags(*, mine: bool) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Alert.patient_id, Alert.kind, Alert.urgency)
        .join(Patient, Patient.id == Alert.patient_id)
        .where(
            Alert.clinic_id == CLINIC,
            Alert.resolved_at.is_(None),
            sa.or_(Alert.snoozed_until.is_(None), Alert.snoozed_until <= NOW),
            Patient.therapist_id.in_(WHOSE) if mine else sa.true(),
        )
    )


def crowd(session: Session, reader: Reader, now: datetime) -> Crowd:
    """The patients of a clinic, counted by everything that a filter asks for."""
    rows = session.execute(_crowd(own_only=reader.own_only), reader.asks(now)).all()
    return Crowd(
        tuple(Tally(state, bool(own), *rest) for state, own, *rest, _ in rows),
        rows[0][-1] if rows else None,
    )


@cache
def _crowd(*, own_only: bool) -> sa.Select[*tuple[Any, ...]]:
    mine = sa.case((Patient.therapist_id.in_(WHOSE), sa.true()), else_=sa.false())
    site = sa.func.coalesce(Location.name, "")
    kinds = (Patient.state, mine, Patient.language, Patient.location_id, site)
    needs = counted_needs(own_only=own_only).scalar_subquery()
    return (
        sa.select(*kinds, sa.func.count(), needs)
        .outerjoin(Location, Location.id == Patient.location_id)
        .where(Patient.clinic_id == CLINIC)
        .group_by(*kinds)
    )


def listed(
    session: Session,
    reader: Reader,
    wanted: Wanted,
    flagged: Mapping[int, Flag],
    *,
    now: datetime,
    today: date,
) -> list[Named]:
    """The patients asked for, in the order asked for; alike ones by name."""
    of_whom = (Patient.clinic_id == reader.clinic_id, *_cut(reader, wanted, flagged))
    phone = Patient.phone if wanted.sought.digits else sa.null()
    rows = session.execute(
        sa.select(Patient.id, Patient.first_name, Patient.last_name, phone).where(*of_whom)
    )
    found = [
        (_plain(f"{last} {first}"), Named(row, f"{first} {last}".strip(), flagged.get(row)))
        for row, first, last, number in rows
        if _ends(number, wanted.sought.digits)
    ]
    typed = _plain(wanted.sought.name).split()
    fitting = [row for row in found if _matches(typed, row[0])] if typed else found
    place = _place(session, wanted.order, of_whom, now, today)
    return [named for _, named in sorted(fitting, key=lambda row: (place(row[1]), row[0]))]


def _cut(
    reader: Reader, wanted: Wanted, flagged: Mapping[int, Flag]
) -> Iterable[sa.ColumnElement[bool]]:
    yield _in_state(wanted.state)
    if wanted.mine:
        yield Patient.therapist_id.in_(reader.whose)
    if wanted.asking:
        yield Patient.id.in_([row for row, flag in flagged.items() if flag.asks])
    if wanted.language:
        yield Patient.language == wanted.language
    if wanted.location_id is not None:
        yield Patient.location_id == wanted.location_id
    if wanted.sought.address:
        yield _has(wanted.sought.address)


def _in_state(state: Care | None) -> sa.ColumnElement[bool]:
    return Patient.state != Care.DISCHARGED if state is None else Patient.state == state


def _has(address: str) -> sa.ColumnElement[bool]:
    """Their own number or mail address, or their carer's number: whoever rings is found."""
    return sa.or_(
        Patient.phone_index == address,
        Patient.email_index == address,
        Patient.carer_phone_index == address,
    )


def _ends(phone: str | None, digits: str) -> bool:
    return not digits or (phone is not None and phone.endswith(digits))


def _matches(typed: Sequence[str], name: str) -> bool:
    """Every word typed begins a word of the name, accents and case aside."""
    words = name.split()
    return all(any(word.startswith(part) for word in words) for part in typed)


def _plain(text: str) -> str:
    folded = text.casefold()
    if folded.isascii():
        return folded
    bare = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _place(
    session: Session, order: Order, of_whom: _Whom, now: datetime, today: date
) -> Callable[[Named], Any]:
    """What decides before the name does."""
    match order:
        case Order.NEED:
            return lambda named: _rank(named.flag)
        case Order.NAME:
            return lambda _: 0
        case Order.HEARD:
            heard = _heard(session, of_whom)
            return lambda named: heard.get(named.id) or _NEVER
        case Order.SESSIONS:
            percents = _percents(session, of_whom, now, today)
            return lambda named: percents.get(named.id, _NOTHING_DUE)


def _rank(flag: Flag | None) -> tuple[int, int]:
    """Good news and no news stand together, after everyone who needs somebody."""
    if flag is None or not flag.asks:
        return (_GOOD, 0)
    return (flag.urgency, flag.kind.rank)


def _heard(session: Session, of_whom: _Whom) -> Mapping[int, datetime | None]:
    rows = session.execute(sa.select(Patient.id, *heard_columns()).where(*of_whom))
    return {row: latest(*moments) for row, *moments in rows}


def _percents(session: Session, of_whom: _Whom, now: datetime, today: date) -> Mapping[int, int]:
    """The share done of what was due in fourteen days, as core/adherence counts it.

    Added up by the database: it is asked of every patient, not of a page of them.
    """
    counted = sa.and_(
        Occurrence.excuse.is_(None),
        sa.or_(LogEntry.outcome.is_not(None), Occurrence.closes_at <= now),
    )
    done = sa.case((sa.and_(counted, LogEntry.outcome == Outcome.DONE), 1), else_=0)
    told = sa.and_(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )
    due = sa.case((counted, 1), else_=0)
    rows = session.execute(
        sa.select(Occurrence.patient_id, sa.func.sum(done), sa.func.sum(due))
        .join(Patient, Patient.id == Occurrence.patient_id)
        .outerjoin(LogEntry, told)
        .where(*of_whom, Occurrence.day.between(today - (DAYS - 1) * DAY, today))
        .group_by(Occurrence.patient_id)
    )
    shares = {row: Share(int(done), int(due)).percent for row, done, due in rows}
    return {row: percent for row, percent in shares.items() if percent is not None}
