"""Is this still their number?

Numbers pass to other people. Who has been silent on one for long is asked by a person before the
next text goes there; whoever writes from it meanwhile has answered. Both stand in the ledger of
consents, so that the gate needs no rule of its own.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.triage import AlertKind, Urgency
from reminders.store.caseload import owner_of
from reminders.store.conversation import Door, Reply
from reminders.store.db import Sessions, reading, transaction
from reminders.store.people import Care, Consent, ConsentStep, Medium, Patient
from reminders.store.record import Alert, Call, open_alert

SILENT_FOR: Final = timedelta(days=60)
SENTENCE: Final = "Silent for 60 days: is this still their number? No reminder goes there before."


def doubt_numbers(sessions: Sessions, now: datetime) -> int:
    """Put in doubt every number that nothing was heard from for too long; how many it were."""
    with reading(sessions) as session:
        silent = session.scalars(_SILENT, {"since": now - SILENT_FOR}).all()
    for patient_id in silent:
        with transaction(sessions) as session:
            _doubt(session, session.get_one(Patient, patient_id), now)
    return len(silent)


def trust_numbers(sessions: Sessions, now: datetime) -> int:
    """Trust again what was written or answered from since it was put in doubt."""
    with reading(sessions) as session:
        heard = session.scalars(_HEARD_AGAIN).all()
    for patient_id in heard:
        with transaction(sessions) as session:
            patient = session.get_one(Patient, patient_id)
            trust(session, patient, how="heard from again", by=patient.signature, now=now)
    return len(heard)


def trust(session: Session, patient: Patient, *, how: str, by: str, now: datetime) -> None:
    """It is still theirs: reminders go there again."""
    session.add(_line(patient, ConsentStep.CONFIRMED, how, by, now))
    no_more_doubt(session, patient.id, now)


def no_more_doubt(session: Session, patient_id: int, now: datetime) -> None:
    """Nobody needs to ask any more: it is theirs, or they have another one."""
    alert = open_alert(session, patient_id, AlertKind.HOLD)
    if alert is not None:
        alert.resolve(None, now)


def _doubt(session: Session, patient: Patient, now: datetime) -> None:
    session.add(_line(patient, ConsentStep.DOUBTED, "60 days of silence", "service", now))
    if open_alert(session, patient.id, AlertKind.HOLD) is None:
        session.add(
            Alert(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                kind=AlertKind.HOLD,
                urgency=Urgency.WHEN_YOU_CAN.rank,
                sentence=SENTENCE,
                owner_id=owner_of(session, patient.clinic, patient.therapist_id, now),
                opened_at=now,
            )
        )


def _line(patient: Patient, step: ConsentStep, how: str, by: str, now: datetime) -> Consent:
    return Consent.of(patient, Medium.TEXT, step, how=how, at=now, by=by)


_LAST_LINE: Final = (
    sa.select(sa.func.max(Consent.id))
    .where(
        Consent.patient_id == Patient.id,
        Consent.medium == Medium.TEXT,
        Consent.address_index == Patient.phone_index,
    )
    .correlate(Patient)
    .scalar_subquery()
)


def _proofs(since: sa.SQLColumnExpression[datetime]) -> Sequence[sa.ColumnElement[bool]]:
    """What shows that a number is still theirs: a text or a tap from it, or a talk on the phone."""
    wrote = sa.exists().where(
        Reply.patient_id == Patient.id, Reply.door != Door.EMAIL, Reply.received_at > since
    )
    spoke = sa.exists().where(
        Call.patient_id == Patient.id,
        Call.at > since,
        Call.reached.is_(True),
        Call.by_id.is_not(None),
    )
    return wrote, spoke


def _standing_at(*steps: ConsentStep) -> sa.Select[int]:
    """Patients who are reminded by text, the last line about their number being one of these."""
    return (
        sa.select(Patient.id)
        .join(Consent, Consent.id == _LAST_LINE)
        .where(
            Patient.state != Care.DISCHARGED,
            Patient.medium == Medium.TEXT,
            Consent.step.in_(steps),
        )
        .order_by(Patient.id)
    )


_SINCE: Final = sa.bindparam("since", type_=Consent.at.type)
_SILENT: Final = _standing_at(ConsentStep.GIVEN, ConsentStep.CONFIRMED).where(
    Consent.at < _SINCE, *(~proof for proof in _proofs(_SINCE))
)
_HEARD_AGAIN: Final = _standing_at(ConsentStep.DOUBTED).where(sa.or_(*_proofs(Consent.at)))
