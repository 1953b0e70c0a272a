"""A reminder by email, through a real mail server: at most once, and easy to leave or answer."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan
from river import (
    DUE,
    a_crowd,
    a_while_ago,
    an_answer,
    claim_next,
    lease_over,
    message,
    messages,
    sittings,
    tries,
)
from setting import make_settings

from reminders import outbox
from reminders.bootstrap import open_post
from reminders.channels import Action, Verdict
from reminders.channels import Reason as Fault
from reminders.channels.mail import Bounce
from reminders.core.adherence import Excuse
from reminders.core.gate import Reason
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.outbox.receipts import receive_bounce
from reminders.sandbox import Behaviour, Mail, MailFault, Sandbox
from reminders.store.conversation import Attempt, Door, Purpose, Reply, State, Try, find_link
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient, Suppression, Why

ADDRESS = "ana@example.org"


@pytest.fixture
def patient(sessions: Sessions) -> int:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session), medium=Medium.EMAIL)
        a_plan(session, patient)
    outbox.plan(sessions, DUE)
    return patient.id


@pytest.fixture
def letter(patient: int, post: Post, sandbox: Sandbox) -> Mail:
    outbox.send_due(post, DUE)
    [mail] = sandbox.mails(ADDRESS)
    return mail


def test_it_can_be_left_with_one_click(letter: Mail) -> None:
    assert re.fullmatch(r"<http://localhost/u/[a-z2-7]{26}>", letter.header("List-Unsubscribe"))
    assert letter.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert letter.header("List-Unsubscribe")[1:-1] in letter.text


def test_no_machine_answers_it(letter: Mail) -> None:
    assert letter.header("Auto-Submitted") == "auto-generated"
    assert letter.header("X-Auto-Response-Suppress") == "All"


def test_its_name_and_its_way_back_lead_to_the_attempt_and_the_link(
    letter: Mail, sessions: Sessions
) -> None:
    with sessions() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
        reply_to = letter.header("Reply-To")
        found = re.fullmatch(r"reply\+([a-z2-7]{26})@in\.maplept\.example", reply_to)
        assert found is not None
        link = find_link(session, found[1])

    assert letter.message_id == f"<{attempt.public_id}@in.maplept.example>"
    assert attempt.provider_id == letter.message_id
    assert link is not None
    assert (link.purpose, link.medium) == (Purpose.SESSION, Medium.EMAIL)
    assert link.occurrence_ids == [sittings(sessions)[0].id]


def test_its_subject_and_sender_tell_nothing_but_the_clinic(letter: Mail) -> None:
    assert letter.header("From") == "care@maplept.example"
    assert "Maple PT" in letter.subject
    assert "Ana" not in letter.subject
    assert "bridge" not in letter.text.casefold()
    assert "/x/" in letter.text


def test_it_is_sent_and_stays_sent_for_nobody_tells_more(
    letter: Mail, sessions: Sessions, post: Post
) -> None:
    a_while_ago(sessions, timedelta(minutes=16))

    assert outbox.chase_receipts(post, DUE) == 0
    assert (message(sessions).state, tries(sessions)) == (State.SENT, [Try.ACCEPTED])


@pytest.mark.parametrize("minutes", [0, 10])
def test_one_that_may_or_may_not_have_been_taken_is_missed_and_says_so(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox, minutes: int
) -> None:
    sandbox.behave(Behaviour(mail=MailFault.ACCEPTED_THEN_DROP, times=1))

    for later in range(2):
        outbox.send_due(post, DUE + timedelta(minutes=later * minutes))
        outbox.settle_unknown(post, DUE + timedelta(minutes=later * minutes))

    assert len(sandbox.mails(ADDRESS)) == 1
    assert (message(sessions).state, message(sessions).reason) == (
        State.MISSED,
        Reason.UNCONFIRMED_SEND,
    )
    assert (tries(sessions), sittings(sessions)[0].excuse) == ([Try.LOST], Excuse.MISSED)


def test_a_process_killed_over_a_letter_never_sends_it_again(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    claim_next(sessions, post)
    lease_over(sessions)

    outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert sandbox.mails(ADDRESS) == ()
    assert message(sessions).reason == Reason.UNCONFIRMED_SEND


def test_a_busy_mail_server_gets_it_later(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(mail=MailFault.BUSY, times=1))

    outbox.send_due(post, DUE)
    waiting = message(sessions).state
    outbox.send_due(post, DUE + timedelta(minutes=1))

    assert (waiting, message(sessions).state) == (State.DUE, State.SENT)
    assert len(sandbox.mails(ADDRESS)) == 1


def test_letters_that_come_back_stop_their_addresses_each_by_its_own_bounce(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        for patient in a_crowd(session, 2, by_mail=True):
            patient.medium = Medium.EMAIL
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(mail=MailFault.ACCEPTED_THEN_DROP, times=2))
    outbox.send_due(post, DUE)
    dead = Verdict(Fault.ADDRESS_REFUSED, Action.SUPPRESS)

    with transaction(sessions) as session:
        for public_id in session.scalars(sa.select(Attempt.public_id)).all():
            # Some servers do not say whose letter it was; the address it came back to does.
            bounce = Bounce("failed", "5.1.1", original_id="", token=public_id, verdict=dead)
            assert receive_bounce(session, bounce, DUE)

    fates = {(row.state, row.reason) for row in messages(sessions)}
    assert fates == {(State.FAILED, Fault.ADDRESS_REFUSED)}
    with sessions() as session:
        assert session.scalars(sa.select(Suppression.why)).all() == [Why.DEAD_ADDRESS] * 2


def test_an_answer_is_marked_as_a_reply_of_a_machine_and_stays_in_its_thread(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session), medium=Medium.EMAIL)
        reply = Reply(
            clinic_id=patient.clinic_id, door=Door.EMAIL, provider_id="<their-own@mail.example>",
            sender=ADDRESS, sender_index=ADDRESS, text="done 3", received_at=DUE,
        )  # fmt: skip
        session.add(reply)
        session.flush()
        an_answer(session, patient, reply_id=reply.id, wording=Key.MESSAGE)

    outbox.send_due(post, DUE)

    [mail] = sandbox.mails(ADDRESS)
    assert mail.header("Auto-Submitted") == "auto-replied"
    assert mail.header("In-Reply-To") == "<their-own@mail.example>"
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


def test_without_a_mail_server_the_clinic_is_told_and_texts_go_on(
    patient: int, sessions: Sessions, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        clinic = session.get_one(Patient, patient).clinic
        by_text = a_patient(session, clinic, phone="+12075550119")
        a_plan(session, by_text)
    outbox.plan(sessions, DUE)
    settings = make_settings(twilio_base_url=sandbox.base_url)

    outbox.send_due(open_post(settings, timeout=10, sessions=sessions), DUE)

    assert len(sandbox.texts("+12075550119")) == 1
    with sessions() as session:
        rows = session.execute(
            sa.select(Attempt.state, Attempt.code).order_by(Attempt.code.desc())
        ).all()
    assert [tuple(row) for row in rows] == [(Try.REFUSED, "no_mail_server"), (Try.ACCEPTED, "")]
