"""What each door does with repeats, machines, garbage and a reader that breaks."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import CLINIC_MAIL, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from story import DUE, SOON, Story

from reminders import inbox
from reminders.channels import Action, Incoming, Reason, Verdict
from reminders.channels.mail import Bounce, MailIn
from reminders.config import SystemClock
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.inbox.catching_up import catch_up
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Attempt, Fate, Message, Reply, State
from reminders.store.db import transaction
from reminders.store.people import Medium, suppressed
from reminders.store.record import Alert, LogEntry

ADDRESS = "ana@example.org"


@pytest.fixture
def by_mail(post: Post) -> Story:
    """Ana gets her reminders by email and has just had one."""
    with transaction(post.sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session), medium=Medium.EMAIL))
    story = Story.begin(post)
    story.tick(DUE)
    return story


@pytest.fixture
def by_text(post: Post) -> Story:
    with transaction(post.sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    story = Story.begin(post)
    story.tick(DUE)
    return story


def received(story: Story, written: MailIn) -> str:
    with transaction(story.post.sessions) as session:
        reply_id = inbox.receive_mail(session, written, SOON)
    return story.read(reply_id, SOON) if reply_id is not None else "(nobody)"


def reply_token(sandbox: Sandbox) -> str:
    [letter] = sandbox.mails(ADDRESS)
    return letter.header("Reply-To").partition("+")[2].partition("@")[0]


def test_an_email_answer_is_logged_like_a_text(by_mail: Story, sandbox: Sandbox) -> None:
    written = MailIn("<1@example.org>", ADDRESS, token=reply_token(sandbox), text="done, pain 3")

    received(by_mail, written)

    assert by_mail.record() == [(16, Outcome.DONE, 3)]
    assert len(sandbox.mails(ADDRESS)) == 2


def test_an_out_of_office_logs_nothing_and_gets_no_answer(by_mail: Story, sandbox: Sandbox) -> None:
    away = MailIn(
        "<2@example.org>",
        ADDRESS,
        token=reply_token(sandbox),
        text="done for today",
        automatic=True,
    )

    received(by_mail, away)

    assert by_mail.record() == []
    assert len(sandbox.mails(ADDRESS)) == 1


def test_a_mail_without_our_token_belongs_to_nobody(by_mail: Story) -> None:
    assert received(by_mail, MailIn("<3@example.org>", ADDRESS, text="done 4")) == "(nobody)"
    assert by_mail.record() == []


def test_a_mail_that_came_back_is_a_receipt_and_blocks_a_dead_address(by_mail: Story) -> None:
    with by_mail.post.sessions() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
    dead = Bounce(
        "failed",
        "5.1.1",
        "",
        attempt.public_id,
        Verdict(Reason.ADDRESS_REFUSED, Action.SUPPRESS),
    )

    received(by_mail, MailIn("<4@example.org>", bounce=dead, automatic=True))

    with by_mail.post.sessions() as session:
        message = session.get_one(Message, attempt.message_id)
        assert message.state is State.FAILED
        assert suppressed(session, message.clinic_id, Medium.EMAIL, ADDRESS)


def test_a_text_to_a_number_that_is_not_ours_is_let_go(by_text: Story) -> None:
    with transaction(by_text.post.sessions) as session:
        stray = Incoming("SMstray", PATIENT_NUMBER, "+12075550177", "done 4")
        assert inbox.receive_text(session, stray, SOON) is None


def test_a_reply_left_unread_by_a_crash_is_read_by_the_sweep(by_text: Story) -> None:
    with transaction(by_text.post.sessions) as session:
        stored = Incoming("SMcrash", PATIENT_NUMBER, by_text.number, "done 4")
        inbox.receive_text(session, stored, SOON)

    later = SOON + timedelta(seconds=11)
    inbox.read_waiting(by_text.post.sessions, by_text.post.settings, later)
    inbox.read_waiting(by_text.post.sessions, by_text.post.settings, later)

    assert by_text.record() == [(16, Outcome.DONE, 4)]


def test_two_texts_in_a_row_are_read_in_order_whichever_is_read_first(by_text: Story) -> None:
    ids = []
    with transaction(by_text.post.sessions) as session:
        for sid, words in (("SM1", "done 8"), ("SM2", "sorry, meant 4")):
            incoming = Incoming(sid, PATIENT_NUMBER, by_text.number, words)
            ids.append(inbox.receive_text(session, incoming, SOON))

    inbox.read(by_text.post.sessions, by_text.post.settings, ids[1] or 0, SOON)

    assert by_text.record() == [(16, Outcome.DONE, 4)]


def test_a_reply_that_breaks_the_reader_goes_to_a_person_and_is_still_screened(
    by_text: Story,
) -> None:
    with transaction(by_text.post.sessions) as session:
        stored = Incoming("SMpoison", PATIENT_NUMBER, by_text.number, "chest pain")
        reply_id = inbox.receive_text(session, stored, SOON)
        # An opt-out word no carrier knows: the reader cannot make sense of the row.
        session.execute(sa.update(Reply).values(opt_out_type="BOGUS"))

    inbox.read_waiting(by_text.post.sessions, by_text.post.settings, SOON + timedelta(seconds=11))

    with by_text.post.sessions() as session:
        reply = session.get_one(Reply, reply_id)
        assert reply.fate is Fate.FOR_A_PERSON
        assert reply.read_at is not None
        assert set(session.scalars(sa.select(Alert.kind))) == {"safety", "unclear"}
        kinds = set(session.scalars(sa.select(Message.kind).where(Message.reply_id == reply_id)))
        assert Kind.SAFETY in kinds
        assert session.scalars(sa.select(LogEntry)).all() == []


def test_texts_of_an_outage_are_fetched_from_the_providers_list(
    by_text: Story, sandbox: Sandbox
) -> None:
    sandbox.text_lost(PATIENT_NUMBER, by_text.number, "done 5")
    now = SystemClock().now()
    catch_up(by_text.post, now - timedelta(hours=1), now)
    catch_up(by_text.post, now - timedelta(hours=1), now)

    with by_text.post.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Reply)) == 1


def test_the_clinics_own_mail_address_is_a_sender(by_mail: Story, sandbox: Sandbox) -> None:
    [letter] = sandbox.mails(ADDRESS)

    assert CLINIC_MAIL in letter.header("From")


def test_a_stop_from_another_mailbox_still_ends_the_mails_to_the_patient(
    by_mail: Story, sandbox: Sandbox
) -> None:
    forwarded = MailIn(
        "<5@example.net>", "daughter@example.net", token=reply_token(sandbox), text="STOP"
    )

    received(by_mail, forwarded)

    with by_mail.post.sessions() as session:
        clinic_id = session.scalars(sa.select(Reply.clinic_id)).one()
        assert suppressed(session, clinic_id, Medium.EMAIL, ADDRESS)


def test_an_answer_goes_to_the_patients_own_address_whoever_wrote(
    by_mail: Story, sandbox: Sandbox
) -> None:
    forged = MailIn(
        "<6@example.net>", "stranger@example.net", token=reply_token(sandbox), text="done 4"
    )

    received(by_mail, forged)

    assert sandbox.mails("stranger@example.net") == ()
    assert len(sandbox.mails(ADDRESS)) == 2
