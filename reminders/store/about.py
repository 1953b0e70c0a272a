"""Which rows of the database speak of one patient?

A table that is not here holds nothing of any patient; a test goes through them all.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from reminders.store.asking import OwnBands
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Attempt, Link, Message, Receipt, Reply, carer_of
from reminders.store.db import Base
from reminders.store.people import Consent, Patient, PatientPause, Suppression
from reminders.store.plans import Phase, Plan, PlanVersion, Prescription, Routine
from reminders.store.record import Alert, Call, LogEntry, Occurrence, Visit
from reminders.store.suggestions import SuggestionAnswer
from reminders.store.thresholds import OwnThresholds

Where = sa.ColumnElement[bool]

_BY_NAME: tuple[type[Base], ...] = (
    *(PatientPause, Consent, OwnBands, OwnThresholds, Plan, Routine, Occurrence, LogEntry),
    *(Visit, Call, SuggestionAnswer, Link),
)


def about(patient: Patient) -> Mapping[type[Base], Where]:
    """Every table with something of this patient in it, and which of its rows."""
    named = {row: sa.inspect(row).columns["patient_id"] == patient.id for row in _BY_NAME}
    plans = sa.select(Plan.id).where(Plan.patient_id == patient.id)
    versions = sa.select(PlanVersion.id).where(PlanVersion.plan_id.in_(plans))
    return {
        Patient: Patient.id == patient.id,
        **named,
        PlanVersion: PlanVersion.plan_id.in_(plans),
        Phase: Phase.plan_version_id.in_(versions),
        Prescription: Prescription.plan_version_id.in_(versions),
        **_conversation(patient),
        Suppression: _blocked(patient),
        AuditEvent: _noted(patient),
    }


def _conversation(patient: Patient) -> Mapping[type[Base], Where]:
    replies = _written(patient)
    told_of = sa.and_(
        Alert.patient_id.is_(None), Alert.reply_id.in_(sa.select(Reply.id).where(replies))
    )
    alerts = sa.or_(Alert.patient_id == patient.id, told_of)
    messages = sa.or_(
        Message.patient_id == patient.id,
        Message.recipient == carer_of(patient.id),
        Message.alert_id.in_(sa.select(Alert.id).where(alerts)),
    )
    attempts = Attempt.message_id.in_(sa.select(Message.id).where(messages))
    return {
        Message: messages,
        Attempt: attempts,
        Receipt: Receipt.attempt_id.in_(sa.select(Attempt.id).where(attempts)),
        Alert: alerts,
        Reply: replies,
    }


def _written(patient: Patient) -> Where:
    """What they wrote, and what came from an address that is theirs alone and named nobody."""
    indexes = (patient.phone_index, patient.email_index, patient.carer_phone_index)
    addresses = [index for index in indexes if index is not None]
    others = sa.exists().where(
        Patient.clinic_id == patient.clinic_id,
        Patient.id != patient.id,
        sa.or_(
            Patient.phone_index == Reply.sender_index,
            Patient.email_index == Reply.sender_index,
            Patient.carer_phone_index == Reply.sender_index,
        ),
    )
    unnamed = sa.and_(
        Reply.clinic_id == patient.clinic_id,
        Reply.patient_id.is_(None),
        Reply.sender_index.in_(addresses),
        ~others,
    )
    return sa.or_(Reply.patient_id == patient.id, unnamed)


def _blocked(patient: Patient) -> Where:
    agreed_for = sa.select(Consent.address_index).where(Consent.patient_id == patient.id)
    return sa.and_(
        Suppression.clinic_id == patient.clinic_id, Suppression.address_index.in_(agreed_for)
    )


def _noted(patient: Patient) -> Where:
    name = patient.signature
    return sa.and_(
        AuditEvent.clinic_id == patient.clinic_id,
        sa.or_(AuditEvent.subject == name, AuditEvent.actor == name),
    )
