"""How do tests come in to the desk, press its buttons and count what it asks the database?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO

import sqlalchemy as sa
from builders import NOW
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from reminders.core.adherence import Outcome
from reminders.core.triage import AlertKind, Urgency
from reminders.store.people import Patient
from reminders.store.plans import Plan
from reminders.store.record import Alert, EntrySource, LogEntry, Occurrence

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def sign_in(client: FlaskClient, staff_id: int) -> None:
    """Come in as this person of the first clinic."""
    answer = press(client, "/login", "/demo-sign-in", staff=str(staff_id))
    assert answer.status_code == 303, answer.text


def press(client: FlaskClient, page: str, action: str = "", **fields: object) -> TestResponse:
    """Post a form as its page would: with the token that the page gave out."""
    shown = client.get(page)
    assert shown.status_code == 200, (page, shown.status_code)
    token = _TOKEN.findall(shown.text)[0]
    return client.post(action or page, data={**fields, "csrf_token": token})


def upload(
    client: FlaskClient, page: str, file: str, content: bytes, **fields: str
) -> TestResponse:
    """Post a form with one file, as a browser packs it."""
    token = _TOKEN.findall(client.get(page).text)[0]
    packed = {**fields, "csrf_token": token, file: FileStorage(BytesIO(content), "up.bin")}
    # Packed by hand: the client's own packing leaves a large temporary file open.
    boundary, body = encode_multipart(packed)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(page, data=body, content_type=kind)


@contextmanager
def asked(engine: sa.Engine) -> Iterator[list[str]]:
    """The selects that reach the database in between."""
    heard: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            heard.append(statement)

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def an_alert(
    session: Session,
    patient: Patient,
    kind: AlertKind = AlertKind.SILENT,
    urgency: Urgency = Urgency.TODAY,
    **changes: object,
) -> Alert:
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "kind": kind,
        "urgency": urgency.rank,
        "sentence": f"A reason: {kind.value}.",
        "owner_id": patient.therapist_id,
        "opened_at": NOW - timedelta(hours=1),
    }
    alert = Alert(**fields | changes)
    session.add(alert)
    session.flush()
    return alert


def a_sitting(
    session: Session,
    plan: Plan,
    due_at: datetime,
    outcome: Outcome | None = None,
    pain: int | None = None,
) -> Occurrence:
    """A due session of a plan, and what was told of it."""
    version = plan.versions[-1]
    sitting = Occurrence(
        clinic_id=plan.clinic_id,
        patient_id=plan.patient_id,
        routine_key=version.routines[0].routine_key,
        slot=0,
        day=due_at.date(),
        due_at=due_at,
        closes_at=due_at + timedelta(hours=18),
        plan_version_id=version.id,
        routine_id=version.routines[0].id,
    )
    session.add(sitting)
    session.flush()
    if outcome is not None or pain is not None:
        session.add(
            LogEntry(
                clinic_id=plan.clinic_id,
                patient_id=plan.patient_id,
                occurrence_id=sitting.id,
                day=sitting.day,
                outcome=outcome,
                pain=pain,
                source=EntrySource.TEXT,
                at=due_at + timedelta(hours=1),
            )
        )
        session.flush()
    return sitting
