"""When a reminder's text cannot arrive: one email instead, and never against a patient's wish."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import DUE, an_answer, messages, sittings

from reminders import outbox
from reminders.channels import Action, Reason, Status, StatusEvent, Verdict
from reminders.channels.twilio_errors import on_receipt
from reminders.core.adherence import Excuse
from reminders.outbox import Post
from reminders.outbox.falling_back import take_back
from reminders.outbox.settling import fail
from reminders.sandbox import Sandbox
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import (
    Clinic,
    Consent,
    Medium,
    Patient,
    Source,
    Why,
    suppress,
)

ADDRESS = "ana@example.org"
SOON = DUE + timedelta(minutes=2)
TOO_MUCH_TRAFFIC = 30022
LANDLINE = Verdict(Reason.NOT_A_MOBILE, Action.SUPPRESS)


@pytest.fixture
def patient(sessions: Sessions, post: Post) -> int:
    """Ana, whose reminder has just gone out by text."""
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    return patient.id


def text_fails(sessions: Sessions, verdict: Verdict = LANDLINE) -> None:
    with transaction(sessions) as session:
        text = session.scalars(sa.select(Message).where(Message.medium == Medium.TEXT)).one()
        fail(session, text, verdict, SOON)


def test_a_text_that_cannot_arrive_is_followed_by_one_email_of_the_same_reminder(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    text_fails(sessions)
    text_fails(sessions)

    for _ in range(2):
        outbox.send_due(post, SOON)

    [mail] = sandbox.mails(ADDRESS)
    assert "your exercises for today are ready" in mail.text
    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
    text, email = messages(sessions)
    assert (text.state, email.state) == (State.FAILED, State.SENT)
    assert [(one.message_id, one.excuse) for one in sittings(sessions)] == [(email.id, None)]


def test_a_carrier_that_was_too_busy_leaves_the_reminder_to_an_email(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    text_fails(sessions, on_receipt(TOO_MUCH_TRAFFIC))

    outbox.send_due(post, SOON)

    assert len(sandbox.mails(ADDRESS)) == 1
    assert messages(sessions)[0].reason == Reason.CONGESTED


def test_to_a_landline_no_text_goes_and_the_email_takes_over(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session), landline=True))
    outbox.plan(sessions, DUE)

    for _ in range(2):
        outbox.send_due(post, DUE)

    assert sandbox.texts(PATIENT_NUMBER) == ()
    assert len(sandbox.mails(ADDRESS)) == 1
    assert [one.excuse for one in sittings(sessions)] == [None]


def test_whoever_writes_from_what_we_took_for_a_landline_is_answered(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        an_answer(session, a_patient(session, a_clinic(session), landline=True))

    outbox.send_due(post, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(Reason.OPTED_OUT, Action.OPT_OUT),
        Verdict(Reason.BLOCKED, Action.SUPPRESS, strikes=2),
        Verdict(Reason.HELD_BACK, Action.ALERT),
        Verdict(Reason.UNSURE, Action.GIVE_UP),
    ],
    ids=lambda verdict: verdict.reason,
)
def test_no_channel_takes_over_where_the_patient_may_have_said_no_or_have_it_already(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox, verdict: Verdict
) -> None:
    text_fails(sessions, verdict)

    outbox.send_due(post, SOON)

    assert sandbox.mails(ADDRESS) == ()
    assert len(messages(sessions)) == 1


@pytest.mark.parametrize("lacking", ["an address", "a yes", "a confirmed yes", "an open mailbox"])
def test_nothing_is_mailed_to_who_has_not_agreed_to_emails(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox, lacking: str
) -> None:
    with transaction(sessions) as session:
        ana = session.get_one(Patient, patient)
        yes = session.scalars(sa.select(Consent).where(Consent.medium == Medium.EMAIL)).one()
        if lacking == "an address":
            ana.email = None
        elif lacking == "a yes":
            session.delete(yes)
        elif lacking == "a confirmed yes":
            yes.step = yes.step.GIVEN
            session.get_one(Clinic, ana.clinic_id).double_opt_in = True
        else:
            suppress(
                session,
                ana.clinic_id,
                Medium.EMAIL,
                ADDRESS,
                Why.OPT_OUT,
                source=Source.PATIENT,
                now=DUE,
            )

    text_fails(sessions)
    outbox.send_due(post, SOON)

    assert sandbox.mails(ADDRESS) == ()
    assert [one.excuse for one in sittings(sessions)] == [Excuse.FAILED]


def test_a_failure_that_is_told_hours_later_brings_no_email(
    patient: int, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        text = session.scalars(sa.select(Message)).one()
        fail(session, text, LANDLINE, DUE + timedelta(hours=3))

    assert len(messages(sessions)) == 1
    assert sittings(sessions)[0].excuse is Excuse.FAILED


def test_an_email_that_waits_is_taken_back_when_the_text_arrives_after_all(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    text_fails(sessions, Verdict(Reason.UNEXPLAINED, Action.GIVE_UP))

    with transaction(sessions) as session:
        text = session.scalars(sa.select(Message).where(Message.medium == Medium.TEXT)).one()
        take_back(session, text)
    outbox.send_due(post, SOON)

    assert sandbox.mails(ADDRESS) == ()
    text, email = messages(sessions)
    assert email.state is State.WITHDRAWN
    assert sittings(sessions)[0].message_id == text.id


def test_the_next_day_is_planned_as_usual_after_a_day_by_email(
    patient: int, sessions: Sessions, post: Post
) -> None:
    text_fails(sessions, Verdict(Reason.UNEXPLAINED, Action.GIVE_UP))
    outbox.send_due(post, SOON)

    tomorrow = DUE + timedelta(days=1)
    outbox.plan(sessions, DUE)
    outbox.plan(sessions, tomorrow)

    assert [row.medium for row in messages(sessions)] == [Medium.TEXT, Medium.EMAIL, Medium.TEXT]


def test_a_number_known_to_be_dead_is_passed_over_for_an_email_each_day(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    text_fails(sessions)
    outbox.send_due(post, SOON)

    tomorrow = DUE + timedelta(days=1)
    outbox.plan(sessions, tomorrow)
    for _ in range(2):
        outbox.send_due(post, tomorrow)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
    assert len(sandbox.mails(ADDRESS)) == 2
    assert [one.excuse for one in sittings(sessions)] == [None, None]


def test_a_receipt_of_failure_brings_the_email_by_itself(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        text = session.scalars(sa.select(Message)).one()
        provider_id, name = session.execute(
            sa.text("SELECT provider_id, public_id FROM attempt")
        ).one()
        assert text.state is State.SENT
        outbox.keep_receipt(
            session, name, StatusEvent(provider_id, Status.UNDELIVERED, "30006"), SOON
        )
    outbox.apply_receipts(sessions, SOON)

    outbox.send_due(post, SOON)

    assert len(sandbox.mails(ADDRESS)) == 1
