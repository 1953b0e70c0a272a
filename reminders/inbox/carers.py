"""What is the carer of a patient told?

Two things only, and nothing of what was written or found: that somebody should look now, and that
a patient has fallen silent. Both have the patient's agreement and the carer's own consent behind
them; a carer's STOP ends them for the carer alone.
"""

import json
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.core import schedule
from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.conversation import Message, carer_of
from reminders.store.db import insert_once
from reminders.store.people import Medium, Patient
from reminders.store.record import Alert


def call_carer(session: Session, patient: Patient, alert: Alert, now: datetime) -> None:
    """Ask the carer to look now, once for an alert, by text and by mail."""
    _tell(session, patient, Key.CARER_SAFETY, f"alert{alert.id}", at=now, now=now)


def tell_carer_of_silence(session: Session, patient: Patient, now: datetime) -> None:
    """Say that nothing was heard, inside the patient's hours and at most once a week."""
    year, week, _ = schedule.local_day(now, patient.tz).isocalendar()
    at = schedule.next_opening(now, patient.tz, patient.window)
    _tell(session, patient, Key.CARER_SILENT, f"silent{year}-{week}", at=at, now=now)


def _tell(
    session: Session, patient: Patient, wording: Key, key: str, *, at: datetime, now: datetime
) -> None:
    if patient.carer_consent_at is None:
        return
    clinic = patient.clinic
    whom = patient.first_name if clinic.use_first_name else patient.initials
    rows = [
        {
            "clinic_id": patient.clinic_id,
            "recipient": carer_of(patient.id),
            "kind": Kind.CARER,
            "key": f"{key}:{medium}",
            "medium": medium,
            "address": address,
            "address_index": address,
            "wording": wording,
            "language": patient.language,
            "filling": json.dumps({"whom": whom}),
            "due_at": at,
            "ready_at": at,
            "created_at": now,
        }
        for medium, address in (
            (Medium.TEXT, patient.carer_phone),
            (Medium.EMAIL, patient.carer_email),
        )
        if address
    ]
    insert_once(session, Message, rows)
