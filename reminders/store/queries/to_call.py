"""Who can only be reached by a call, or has asked for one?

Looked for among those who are expected to exercise: not discharged, not paused, with a plan in
force. Who was spoken to lately stands apart; what they asked before that call is answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.callback import asks_for_call
from reminders.core.triage import AlertKind
from reminders.store.accounts import Staff
from reminders.store.conversation import WAITING, Reply
from reminders.store.people import (
    Care,
    Consent,
    ConsentStep,
    Medium,
    Patient,
    PatientPause,
    Suppression,
    Why,
)
from reminders.store.plans import Plan
from reminders.store.queries.today import AnyRow, Reader
from reminders.store.record import Alert, Call

LATELY: Final = timedelta(days=7)


class Cause(StrEnum):
    """Why a call is what is left; the first that holds is named."""

    ASKED = "asked"
    LANDLINE = "landline"
    OPTED_OUT = "opted_out"
    WRONG_NUMBER = "wrong_number"
    DEAD_ADDRESS = "dead_address"
    NO_CONSENT = "no_consent"
    IN_DOUBT = "in_doubt"
    NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, slots=True)
class LastCall:
    """The last time somebody rang."""

    at: datetime
    by: str
    reached: bool
    left_word: bool


@dataclass(frozen=True, slots=True)
class ToCall:
    """One patient to be rung."""

    id: int
    name: str
    phone: str | None
    carer_name: str | None
    carer_phone: str | None
    language: str
    zone: str
    medium: Medium
    cause: Cause
    words: str  # theirs, when they asked
    last: LastCall | None

    def reached_since(self, moment: datetime) -> bool:
        """Whether somebody has spoken to them since then."""
        return self.last is not None and self.last.reached and self.last.at >= moment


_BY_WHY: Final = {
    Why.OPT_OUT: Cause.OPTED_OUT,
    Why.WRONG_NUMBER: Cause.WRONG_NUMBER,
    Why.DEAD_ADDRESS: Cause.DEAD_ADDRESS,
}


def to_call(session: Session, reader: Reader, today: date, *, mine: bool) -> list[ToCall]:
    """Everybody to be rung, who has asked for it first, then who was rung longest ago."""
    asked = _asked(session, reader, mine=mine)
    rows = session.execute(
        _people().where(
            *_expected(reader, today),
            *_own(reader, mine=mine),
            sa.or_(*_unreachable(), Patient.id.in_(asked)),
        )
    ).all()
    last = _last_calls(session, [row.id for row in rows])
    found = [_row(row, asked, last.get(row.id)) for row in rows]
    return sorted((one for one in found if one is not None), key=_turn)


def _turn(one: ToCall) -> tuple[bool, float, int]:
    at = one.last.at.timestamp() if one.last is not None else 0.0
    return one.cause is not Cause.ASKED, at, one.id


def _asked(session: Session, reader: Reader, *, mine: bool) -> Mapping[int, tuple[datetime, str]]:
    """Whose words wait for a person and ask for a call, with the newest of them."""
    rows = session.execute(
        sa.select(Reply.patient_id, Reply.received_at, Reply.text)
        .join(Patient, Patient.id == Reply.patient_id)
        .where(
            Patient.clinic_id == reader.clinic_id,
            Reply.clinic_id == reader.clinic_id,
            WAITING,
            *_own(reader, mine=mine),
        )
        .order_by(Reply.received_at, Reply.id)
    )
    return {
        row: (at, text)
        for row, at, text in rows
        if row is not None and text and asks_for_call(text)
    }


def _own(reader: Reader, *, mine: bool) -> Iterable[sa.ColumnElement[bool]]:
    return (Patient.therapist_id.in_(reader.whose),) if mine else ()


def _people() -> sa.Select[*tuple[Any, ...]]:
    """What a row says, with all that may stand between us and a patient."""
    return (
        sa.select(
            Patient.id,
            Patient.first_name,
            Patient.last_name,
            Patient.phone,
            Patient.carer_name,
            Patient.carer_phone,
            Patient.language,
            Patient.zone,
            Patient.medium,
            Patient.landline,
            Suppression.why,
            _agreed().label("agreed"),
            Alert.id.label("undelivered"),
        )
        .join(Plan, Plan.patient_id == Patient.id)
        .outerjoin(Suppression, _blocked())
        .outerjoin(Alert, _undelivered())
    )


def _expected(reader: Reader, today: date) -> Sequence[sa.ColumnElement[bool]]:
    """Of this clinic, and with sessions to do: active, not away today, a plan in force."""
    away = sa.exists().where(
        PatientPause.patient_id == Patient.id,
        PatientPause.first_day <= today,
        sa.or_(PatientPause.last_day.is_(None), PatientPause.last_day >= today),
    )
    return (
        Patient.clinic_id == reader.clinic_id,
        Patient.state == Care.ACTIVE,
        ~away,
        Plan.ended_at.is_(None),
        Plan.current_number > 0,
    )


def _blocked() -> sa.ColumnElement[bool]:
    return sa.and_(
        Suppression.clinic_id == Patient.clinic_id,
        Suppression.medium == Patient.medium,
        Suppression.address_index == _address(),
        Suppression.lifted_at.is_(None),
    )


def _undelivered() -> sa.ColumnElement[bool]:
    return sa.and_(
        Alert.patient_id == Patient.id,
        Alert.kind == AlertKind.NOT_DELIVERED,
        Alert.resolved_at.is_(None),
    )


def _address() -> sa.ColumnElement[Any]:
    return sa.case((Patient.medium == Medium.TEXT, Patient.phone_index), else_=Patient.email_index)


def _agreed() -> sa.ScalarSelect[ConsentStep]:
    """The last line of the ledger for the address that reminders go to."""
    return (
        sa.select(Consent.step)
        .where(
            Consent.patient_id == Patient.id,
            Consent.medium == Patient.medium,
            Consent.address_index == _address(),
        )
        .order_by(Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )


_SILENCED: Final = (ConsentStep.REVOKED, ConsentStep.DOUBTED)


def _unreachable() -> Sequence[sa.ColumnElement[bool]]:
    return (
        sa.and_(Patient.medium == Medium.TEXT, Patient.landline.is_(True)),
        Suppression.id.is_not(None),
        sa.func.coalesce(_agreed(), ConsentStep.REVOKED).in_(_SILENCED),
        Alert.id.is_not(None),
    )


def _last_calls(session: Session, ids: Sequence[int]) -> dict[int, LastCall]:
    newest = (
        sa.select(Call.patient_id, sa.func.max(Call.id).label("id"))
        .where(Call.patient_id.in_(ids), Call.by_id.is_not(None))
        .group_by(Call.patient_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Call.patient_id, Call.at, Staff.name, Call.reached, Call.left_word)
        .join(newest, newest.c.id == Call.id)
        .join(Staff, Staff.id == Call.by_id)
    )
    return {row.patient_id: LastCall(row.at, row.name, row.reached, row.left_word) for row in rows}


def _row(
    row: AnyRow, asked: Mapping[int, tuple[datetime, str]], last: LastCall | None
) -> ToCall | None:
    """What is left after the last talk; None where that talk has answered it."""
    at, words = asked.get(row.id, (None, ""))
    answered = at is not None and last is not None and last.reached and last.at >= at
    cause = Cause.ASKED if at is not None and not answered else _cause(row)
    if cause is None:
        return None
    return ToCall(
        id=row.id,
        name=f"{row.first_name} {row.last_name}".strip(),
        phone=row.phone,
        carer_name=row.carer_name,
        carer_phone=row.carer_phone,
        language=row.language,
        zone=row.zone,
        medium=row.medium,
        cause=cause,
        words=words if cause is Cause.ASKED else "",
        last=last,
    )


def _cause(row: AnyRow) -> Cause | None:
    if row.medium is Medium.TEXT and row.landline:
        return Cause.LANDLINE
    if row.why is not None:
        return _BY_WHY[row.why]
    if row.agreed in (None, ConsentStep.REVOKED):
        return Cause.NO_CONSENT
    if row.agreed is ConsentStep.DOUBTED:
        return Cause.IN_DOUBT
    return Cause.NOT_DELIVERED if row.undelivered is not None else None
