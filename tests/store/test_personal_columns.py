"""Is everything that says who somebody is, or what they wrote, ciphertext at rest?

Each column that holds words is either encrypted, or named here with the reason why it need not be.
"""

import json

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan

from reminders.store.db import Sessions
from reminders.store.keyring import Blind, Encrypted
from reminders.store.models import Base

OURS = "a word of ours from a closed list"
RANDOM = "random, or made by the provider: it says nothing by itself"
CLINICS = "the clinic's own public name, number or wording, printed in every message"
LEDGER = "ids like staff:3, an action, an address of the network; no value of anybody"
PLAIN = {
    "clinic.name": CLINICS,
    "clinic.short_name": CLINICS,
    "clinic.phone": CLINICS,
    "clinic.emergency_number": CLINICS,
    "clinic.crisis_number": CLINICS,
    "clinic.zone": OURS,
    "clinic.language": OURS,
    "clinic.checks_off": OURS,
    "clinic.weekdays": "opening days",
    "clinic.closed_days": "holidays",
    "location.name": CLINICS,
    "location.phone": CLINICS,
    "sender.address": CLINICS,
    "sender.fault": OURS,
    "wording.key": OURS,
    "wording.language": OURS,
    "wording.text": CLINICS,
    "exercise.key": OURS,
    "exercise.sheet_fields": "instructions for everybody who does this exercise",
    "exercise.drawn_as": OURS,
    "exercise.reviewer": "the name a therapist signs the library with, printed beside it",
    "exercise_photo.digest": "the digest of a picture of an exercise",
    "exercise_photo.webp": "a picture of an exercise, shown to everybody with its address",
    "staff.password": "an Argon2id hash",
    "staff.fs_uniquifier": RANDOM,
    "staff.covers_kept": "ids and days",
    "staff.recovery_codes": "hashes",
    "canned_line.texts": "the clinic's own lines for everybody, before a name stands in them",
    "call.provider_id": RANDOM,
    "guess.door": OURS,
    "hold.reason": OURS,
    "hold.by": LEDGER,
    "invitation.token_hash": "a digest",
    "patient.legal_hold_by": LEDGER,
    "patient.zone": OURS,
    "patient.language": OURS,
    "saved_view.wanted": "which list somebody keeps: choices, never a name that was sought",
    "link.key": RANDOM,
    "link.token_hash": "a digest",
    "link.occurrence_ids": "ids",
    "patient_pause.by": LEDGER,
    "phase.phase_key": RANDOM,
    "phase.goal_fields": "numbers of a phase's goal",
    "routine.routine_key": RANDOM,
    "routine.positions": "places in a list",
    "routine.weekdays": "numbers",
    "routine.times": "times of the day",
    "routine.fault": OURS,
    "occurrence.routine_key": RANDOM,
    "prescription.dose_fields": "sets and repetitions",
    "reply.provider_id": RANDOM,
    "reply.opt_out_type": OURS,
    "reply.intent": OURS,
    "consent.wording": CLINICS,
    "consent.wording_version": OURS,
    "consent.how": OURS,
    "consent.by": LEDGER,
    "log_entry.done": "ids",
    "message.recipient": LEDGER,
    "message.key": RANDOM,
    "message.wording": OURS,
    "message.language": OURS,
    "message.reason": OURS,
    "attempt.public_id": RANDOM,
    "attempt.provider_id": RANDOM,
    "attempt.code": "a number of the provider's list",
    "receipt.provider_id": RANDOM,
    "receipt.status": OURS,
    "receipt.code": "a number of the provider's list",
    "audit_event.actor": LEDGER,
    "audit_event.action": LEDGER,
    "audit_event.subject": LEDGER,
    "audit_event.origin": LEDGER,
    "audit_event.seal": "a digest",
    "heartbeat.name": "the name of a process",
    "job_event.job": OURS,
    "job_event.event": OURS,
}
_WORDS = (sa.String, sa.JSON, sa.LargeBinary)


def columns() -> dict[str, sa.Column[object]]:
    return {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.sorted_tables
        for column in table.c
    }


def in_the_open() -> set[str]:
    """Every column that could hold words and is neither encrypted, nor a digest, nor a choice."""
    kept = {
        name: column
        for name, column in columns().items()
        if isinstance(column.type, _WORDS) and not isinstance(column.type, sa.Enum)
    }
    return {name for name, column in kept.items() if not isinstance(column.type, Encrypted | Blind)}


def test_every_column_of_words_is_encrypted_or_named_with_a_reason() -> None:
    assert in_the_open() - set(PLAIN) == set(), "a column of words in the open: encrypt it"
    assert set(PLAIN) - in_the_open() == set(), "named here, and not there or not in the open"
    assert all(PLAIN.values())


def test_what_is_encrypted_is_bound_to_its_own_column() -> None:
    for name, column in columns().items():
        if isinstance(column.type, Encrypted):
            assert column.type.column == name


@pytest.mark.parametrize(
    "column",
    [
        *("patient.first_name", "patient.last_name", "patient.phone", "patient.email"),
        *("patient.birth_year", "patient.conditions", "patient.carer_name", "patient.carer_phone"),
        *("patient.carer_email", "staff.name", "staff.email", "staff.phone", "reply.sender"),
        *("reply.text", "message.address", "message.text", "log_entry.note", "alert.sentence"),
        *("alert.evidence", "prescription.note", "call.note", "patient_pause.reason"),
    ],
)
def test_what_names_a_person_or_repeats_their_words_is_encrypted(column: str) -> None:
    assert isinstance(columns()[column].type, Encrypted)


def test_a_stolen_database_names_nobody(sessions: Sessions, engine: sa.Engine) -> None:
    with sessions.begin() as session:
        ana = a_patient(
            session, a_clinic(session), birth_year="1957", conditions="Left knee", carer_name="Jo M"
        )
        a_plan(session, ana)

    with engine.connect() as connection:
        stolen = json.dumps(
            [
                [repr(value) for value in row]
                for table in Base.metadata.sorted_tables
                for row in connection.exec_driver_sql(f"SELECT * FROM {table.name}")
            ]
        )

    for word in ("Ana", "Morales", "5550118", "ana@example.org", "1957", "Left knee", "Jo M"):
        assert word not in stolen, word
    assert "Maple" in stolen
