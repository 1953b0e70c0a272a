"""What a monitor is told: figures of what lies too long, and nothing of anybody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from setting import HandClock, make_settings

from app import create_app
from reminders import outbox
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind, Urgency
from reminders.store.audit import beat, count_job_event
from reminders.store.conversation import Attempt, Door, Message, Reply, State, Try
from reminders.store.db import Sessions, db_now, transaction
from reminders.store.people import Patient
from reminders.store.record import Alert, Hold

TOKEN = "a token for the monitor"
DUE = NOW + timedelta(minutes=31)
WHAT = {
    "unread_replies",
    "overdue_messages",
    "overdue_routines",
    "expired_claims",
    "unknown_attempts",
    "missing_receipts",
    "unacknowledged_safety_alerts",
    "untold_safety_alerts",
    "doubled_messages",
}


@pytest.fixture
def monitor(sessions: Sessions, clock: HandClock) -> FlaskClient:
    settings = make_settings(metrics_token=SecretStr(TOKEN))
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    clock.moment = DUE
    return create_app(settings, time=clock, sessions=sessions).test_client()


def ask(client: FlaskClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer é"])
def test_the_door_opens_to_the_token_alone(monitor: FlaskClient, said: str) -> None:
    assert monitor.get("/metrics", headers={"Authorization": said}).status_code == 403


def test_without_a_token_in_the_settings_nobody_gets_in(client: FlaskClient) -> None:
    for said in ("", "Bearer ", "Bearer"):
        assert client.get("/metrics", headers={"Authorization": said}).status_code == 403


def test_a_quiet_service_has_nothing_lying(monitor: FlaskClient, sessions: Sessions) -> None:
    outbox.plan(sessions, DUE)

    told = ask(monitor)

    assert {what for name, *what in told if name == "reminders_lying" for what in what} == WHAT
    assert {told["reminders_lying", what] for what in WHAT} == {0}
    assert {told["reminders_lying_oldest_seconds", what] for what in WHAT} == {0}
    assert told["reminders_messages", "reminder", "due"] == 1
    assert told["reminders_holds",] == 0


def test_each_thing_that_lies_too_long_is_counted_with_its_age(
    monitor: FlaskClient, sessions: Sessions, clock: HandClock
) -> None:
    outbox.plan(sessions, DUE)
    with transaction(sessions) as session:
        ana, db_time = session.scalars(sa.select(Patient)).one(), db_now(session)
        message = session.scalars(sa.select(Message)).one()
        ago = {n: db_time - timedelta(hours=n) for n in (1, 2, 3)}
        session.add_all(
            [
                a_reply(ana),
                a_message(ana, "c", State.CLAIMED, lease_until=ago[1]),
                Alert(
                    clinic_id=ana.clinic_id,
                    patient_id=ana.id,
                    kind=AlertKind.SAFETY,
                    urgency=Urgency.NOW.rank,
                    sentence="Wrote of a possible emergency.",
                    opened_at=DUE,
                ),
                *(
                    Attempt(
                        clinic_id=ana.clinic_id,
                        message_id=message.id,
                        public_id=f"a{number}",
                        number=number,
                        state=state,
                        started_at=ago[number],
                    )
                    for number, state in ((1, Try.UNKNOWN), (2, Try.SENT), (3, Try.ACCEPTED))
                ),
                Hold(clinic_id=ana.clinic_id, reason="storm", by="staff:1", since=NOW),
            ]
        )
    clock.moment = DUE + timedelta(days=1, hours=1)

    told = ask(monitor)

    counts = {what: told["reminders_lying", what] for what in WHAT}
    assert counts == {
        "unread_replies": 1,
        "overdue_messages": 1,
        "overdue_routines": 1,
        "expired_claims": 1,
        "unknown_attempts": 1,
        "missing_receipts": 2,
        "unacknowledged_safety_alerts": 1,
        "untold_safety_alerts": 1,
        "doubled_messages": 1,
    }
    ages = {what: told["reminders_lying_oldest_seconds", what] for what in WHAT}
    assert ages["unread_replies"] == timedelta(days=1, hours=1).total_seconds()
    assert ages["missing_receipts"] == pytest.approx(3 * 3600, abs=60)
    assert told["reminders_holds",] == 1


def a_reply(ana: Patient) -> Reply:
    return Reply(
        clinic_id=ana.clinic_id,
        door=Door.TEXT,
        provider_id="SM1",
        sender=PATIENT_NUMBER,
        sender_index=PATIENT_NUMBER,
        text="done",
        received_at=DUE,
    )


def a_message(ana: Patient, key: str, state: State, **changes: object) -> Message:
    return Message(
        clinic_id=ana.clinic_id,
        recipient=f"p{ana.id}",
        kind=Kind.ANSWER,
        key=key,
        patient_id=ana.id,
        medium=ana.medium,
        state=state,
        due_at=DUE,
        ready_at=DUE,
        created_at=DUE,
        **changes,
    )


def test_heartbeat_and_jobs_are_told_whoever_ticks(
    monitor: FlaskClient, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        beat(session, "clock-1", db_now(session) - timedelta(seconds=90))
        for _ in range(2):
            count_job_event(session, "tick", "failed", NOW)

    told = ask(monitor)

    assert told["reminders_heartbeat_age_seconds",] == pytest.approx(90, abs=20)
    assert told["reminders_job_events_total", "failed", "tick"] == 2


def test_no_figure_names_a_clinic_a_person_or_a_number(monitor: FlaskClient) -> None:
    page = monitor.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text

    for word in ("Maple", "clinic=", "Ana", "Morales", "5550118"):
        assert word not in page
