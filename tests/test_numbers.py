"""Is a number that was silent for long asked about before the next text goes there?"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from sqlalchemy.orm import Session

from reminders import outbox, watch
from reminders.core import gate
from reminders.core.triage import AlertKind
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Door, Message, Reply
from reminders.store.db import Sessions
from reminders.store.people import Care, Consent, ConsentStep, Medium, Patient, consent_of
from reminders.store.record import Alert, Call

LATER = NOW + timedelta(days=61)
DUE = LATER.replace(hour=13, minute=1)  # nine in New York, by then in summer


@pytest.fixture
def ana(sessions: Sessions) -> int:
    """Ana, who agreed today."""
    with sessions.begin() as session:
        return a_patient(session, a_clinic(session)).id


def a_reply(session: Session, patient: Patient, at: datetime, door: Door = Door.TEXT) -> None:
    session.add(
        Reply(
            clinic_id=patient.clinic_id,
            door=door,
            provider_id=f"SM{at}",
            sender=PATIENT_NUMBER,
            sender_index=PATIENT_NUMBER,
            text="done",
            received_at=at,
            read_at=at,
            patient_id=patient.id,
        )
    )


def a_call(session: Session, patient: Patient, at: datetime, *, reached: bool) -> None:
    session.add(
        Call(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            by_id=patient.therapist_id,
            at=at,
            reached=reached,
        )
    )


def agreed(sessions: Sessions, patient_id: int) -> gate.Consent:
    with sessions() as session:
        return consent_of(session, session.get_one(Patient, patient_id), Medium.TEXT)


def test_a_number_silent_for_sixty_days_is_in_doubt_and_somebody_is_asked(
    sessions: Sessions, ana: int
) -> None:
    assert watch.doubt_numbers(sessions, NOW + timedelta(days=59)) == 0

    assert watch.doubt_numbers(sessions, LATER) == 1

    assert agreed(sessions, ana) is gate.Consent.NONE
    with sessions() as session:
        [alert] = session.scalars(sa.select(Alert)).all()
        assert (alert.kind, alert.patient_id) == (AlertKind.HOLD, ana)
        assert "still their number" in alert.sentence
    assert watch.doubt_numbers(sessions, LATER) == 0


def test_no_reminder_goes_to_a_number_in_doubt_and_one_goes_when_it_is_trusted_again(
    post: Post, sessions: Sessions, sandbox: Sandbox, ana: int
) -> None:
    with sessions.begin() as session:
        a_plan(session, session.get_one(Patient, ana), LATER)
    watch.doubt_numbers(sessions, LATER)
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    with sessions() as session:
        [reason] = session.scalars(sa.select(Message.reason))
    assert reason == gate.Reason.NO_CONSENT
    assert not sandbox.texts(PATIENT_NUMBER)

    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        watch.trust(session, patient, how="asked by staff", by="staff:1", now=DUE)
    tomorrow = DUE + timedelta(days=1)
    outbox.plan(sessions, tomorrow)
    outbox.send_due(post, tomorrow)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


@pytest.mark.parametrize(
    ("heard", "doubted"),
    [
        (a_reply, 0),
        (lambda s, p, at: a_reply(s, p, at, Door.PAGE), 0),
        (lambda s, p, at: a_reply(s, p, at, Door.EMAIL), 1),
        (lambda s, p, at: a_call(s, p, at, reached=True), 0),
        (lambda s, p, at: a_call(s, p, at, reached=False), 1),
    ],
    ids=["a text", "a tap on the page", "an email", "a talk", "nobody answered"],
)
def test_what_shows_that_a_number_is_theirs(
    sessions: Sessions,
    ana: int,
    heard: Callable[[Session, Patient, datetime], None],
    doubted: int,
) -> None:
    with sessions.begin() as session:
        heard(session, session.get_one(Patient, ana), NOW + timedelta(days=30))

    assert watch.doubt_numbers(sessions, LATER) == doubted


@pytest.mark.parametrize(
    "changes",
    [{"state": Care.DISCHARGED}, {"medium": Medium.EMAIL}, {"phone": "+12075550177"}],
    ids=["discharged", "by email", "another number, not agreed for"],
)
def test_who_gets_no_texts_is_not_asked_about(
    sessions: Sessions, ana: int, changes: dict[str, object]
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        for name, value in changes.items():
            setattr(patient, name, value)

    assert watch.doubt_numbers(sessions, LATER) == 0


def test_whoever_writes_from_it_has_answered(sessions: Sessions, ana: int) -> None:
    watch.doubt_numbers(sessions, LATER)
    assert watch.trust_numbers(sessions, LATER) == 0
    with sessions.begin() as session:
        a_reply(session, session.get_one(Patient, ana), LATER + timedelta(hours=1))

    assert watch.trust_numbers(sessions, LATER + timedelta(hours=2)) == 1

    assert agreed(sessions, ana) is gate.Consent.CONFIRMED
    with sessions() as session:
        assert session.scalars(sa.select(Alert.resolved_at)).one() is not None
        last = session.scalars(sa.select(Consent).order_by(Consent.id.desc())).first()
        assert last is not None
        assert (last.step, last.by) == (ConsentStep.CONFIRMED, f"patient:{ana}")
    assert watch.trust_numbers(sessions, LATER + timedelta(hours=2)) == 0


def test_who_took_their_yes_back_does_not_get_it_back_by_writing(
    sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        line = session.scalars(sa.select(Consent).where(Consent.medium == Medium.TEXT)).one()
        session.add(
            Consent(
                clinic_id=line.clinic_id,
                patient_id=ana,
                medium=Medium.TEXT,
                step=ConsentStep.REVOKED,
                address_index=line.address_index,
                wording="",
                wording_version="",
                how="reply by text",
                at=NOW,
                by=patient.signature,
            )
        )
        a_reply(session, patient, LATER)

    assert watch.doubt_numbers(sessions, LATER) == 0
    assert watch.trust_numbers(sessions, LATER) == 0
    assert agreed(sessions, ana) is gate.Consent.NONE
