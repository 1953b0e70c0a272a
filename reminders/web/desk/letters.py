"""How does a letter from staff join the queue? As a row, for the outbox and its gate."""

import json
from collections.abc import Mapping
from typing import Final

from reminders.core.gate import Kind
from reminders.core.wording import Key, Text, Values, preview
from reminders.store.conversation import Message
from reminders.store.people import Patient, new_key
from reminders.web.desk.access import clinic, staff
from reminders.web.house import now, session


def queue(
    patient: Patient,
    kind: Kind,
    wording: Key,
    filling: Mapping[str, str] | None = None,
    *,
    key: str = "",
) -> Message:
    """Write a letter to a patient, to leave as soon as their window is open; once a key."""
    message = Message(
        clinic_id=patient.clinic_id,
        recipient=f"p{patient.id}",
        kind=kind,
        key=key or new_key(),
        patient_id=patient.id,
        staff_id=staff().id if kind in _SIGNED else None,
        medium=patient.medium,
        wording=wording,
        filling=json.dumps(dict(filling or {})),
        due_at=now(),
        ready_at=now(),
        created_at=now(),
    )
    session().add(message)
    session().flush()
    return message


_SIGNED: Final = frozenset({Kind.NOTE, Kind.FAREWELL})


def queue_note(patient: Patient, words: str) -> Message:
    """Write a note in the words of who is signed in, with their name under it."""
    return queue(patient, Kind.NOTE, Key.NOTE, {"note": words, "staff": signature()})


def queue_farewell(patient: Patient, words: str) -> Message:
    """Write the last words to a patient: they go out although nothing else does any more."""
    return queue(patient, Kind.FAREWELL, Key.NOTE, {"note": words, "staff": signature()})


def preview_note(patient: Patient, words: str) -> Text:
    """The note as it will be read, and what it weighs."""
    values = Values(clinic=clinic().short_name, note=words, staff=signature())
    return preview(Key.NOTE, patient.language, values)


def signature() -> str:
    """The first name of who is signed in."""
    return staff().name.split()[0]
