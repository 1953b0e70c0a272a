"""Answers by email through a real mailbox: in by IMAP, logged, answered by SMTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan
from mailbox_server import PASSWORD, USER, MailboxServer, running
from pydantic import SecretStr
from setting import HandClock, make_settings
from sqlalchemy.exc import OperationalError
from story import DUE, SOON, Story
from structlog.testing import capture_logs

from reminders import clock as heart
from reminders import inbox, outbox
from reminders.bootstrap import open_mailbox
from reminders.channels import mail
from reminders.config import MailSecurity
from reminders.core.adherence import Outcome
from reminders.core.triage import AlertKind
from reminders.core.wording import MARKERS
from reminders.inbox.collecting import collect
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Attempt, Message, Reply, State
from reminders.store.db import make_engine, make_sessions, transaction
from reminders.store.keyring import Keyring
from reminders.store.people import Medium
from reminders.store.record import Alert

ANA = "ana@example.org"


@pytest.fixture
def server() -> Iterator[MailboxServer]:
    with running(MailboxServer()) as server:
        yield server


@pytest.fixture
def story(post: Post, server: MailboxServer) -> Story:
    """Ana gets her reminders by email, has just had one, and our mailbox is open."""
    settings = post.settings.model_copy(
        update={
            "imap_host": "127.0.0.1",
            "imap_port": server.port,
            "imap_username": USER,
            "imap_password": SecretStr(PASSWORD),
            "imap_security": MailSecurity.NONE,
        }
    )
    with transaction(post.sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session), medium=Medium.EMAIL))
    story = Story.begin(replace(post, settings=settings))
    story.tick(DUE)
    return story


def answer(sandbox: Sandbox, words: str, message_id: str = "<1@example.org>") -> bytes:
    """What Ana's mail program sends when she answers her reminder."""
    letter = sandbox.mails(ANA)[0]
    written = EmailMessage()
    written["From"] = f"Ana <{ANA}>"
    written["To"] = letter.header("Reply-To")
    written["Subject"] = "Re: " + letter.header("Subject")
    written["Message-ID"] = message_id
    written["In-Reply-To"] = letter.message_id
    quoted = letter.text.replace("\n", "\n> ")
    written.set_content(f"{words}\n\nOn Mon, Mar 16, 2026, Maple PT wrote:\n> {quoted}\n")
    return written.as_bytes()


def fetch(story: Story) -> None:
    heart.fetch_mail(story.post, SOON)


def replies(story: Story) -> int:
    with story.post.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Reply)) or 0


def test_an_answer_in_the_mailbox_is_logged_and_answered_by_mail(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    server.deliver(answer(sandbox, "done 4"))

    fetch(story)
    outbox.send_due(story.post, SOON)

    assert story.record() == [(16, Outcome.DONE, 4)]
    [_reminder, said] = sandbox.mails(ANA)
    assert "done, pain 4" in said.text
    assert said.header("In-Reply-To") == "<1@example.org>"
    assert server.lying_in("INBOX") == []
    assert len(server.lying_in("Processed")) == 1


def test_an_answer_taken_in_before_a_crash_is_known_by_its_message_id(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    raw = answer(sandbox, "done 4")
    server.deliver(raw)
    with transaction(story.post.sessions) as session:
        inbox.receive_mail(session, mail.read(raw, MARKERS), SOON)
    assert len(server.lying_in("INBOX")) == 1

    fetch(story)
    fetch(story)

    assert (replies(story), story.history()) == (1, 1)
    assert server.lying_in("INBOX") == []


def test_a_mail_that_comes_by_both_doors_is_one_reply(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    server.deliver(answer(sandbox, "done 4"))
    fetch(story)
    server.deliver(answer(sandbox, "done 4"))

    fetch(story)

    assert (replies(story), story.history()) == (1, 1)


def test_answers_are_read_in_the_order_they_came(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    server.deliver(answer(sandbox, "done 8", "<1@example.org>"))
    server.deliver(answer(sandbox, "sorry, meant 4", "<2@example.org>"))

    fetch(story)

    assert story.record() == [(16, Outcome.DONE, 4)]


def test_an_answer_counts_from_when_it_came_and_not_from_when_we_could_look(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    server.deliver(answer(sandbox, "done 4"), SOON - timedelta(minutes=15))

    fetch(story)

    assert story.last_reply().received_at == SOON - timedelta(minutes=15)


def test_a_red_flag_by_mail_is_answered_and_told_with_the_next_tick(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    server.deliver(answer(sandbox, "I have chest pain and my arm is numb"))

    fetch(story)
    outbox.send_due(story.post, SOON)

    assert "911" in sandbox.mails(ANA)[-1].text
    assert sandbox.mails("lena@maplept.example")
    with story.post.sessions() as session:
        assert session.scalars(sa.select(Alert.kind)).all() == [AlertKind.SAFETY]


def test_an_out_of_office_is_taken_in_and_gets_no_answer(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    away = b"Auto-Submitted: auto-replied\r\n" + answer(sandbox, "done for today")
    server.deliver(away)

    fetch(story)
    outbox.send_due(story.post, SOON)

    assert story.record() == []
    assert len(sandbox.mails(ANA)) == 1
    assert server.lying_in("Processed") != []


def test_a_letter_that_came_back_is_a_receipt(story: Story, server: MailboxServer) -> None:
    with story.post.sessions() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
    server.deliver(bounce_of(attempt.public_id))

    fetch(story)

    with story.post.sessions() as session:
        assert session.get_one(Message, attempt.message_id).state is State.FAILED
    assert len(server.lying_in("Processed")) == 1


def bounce_of(attempt_id: str) -> bytes:
    return (
        "From: MAILER-DAEMON@example.org\r\n"
        f"To: bounce+{attempt_id}@in.maplept.example\r\n"
        "Message-ID: <back@example.org>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nno such person\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\n\r\n"
        "Final-Recipient: rfc822; ana@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"From: shop@example.com\r\nTo: care@maplept.example\r\n\r\ndone 4\r\n",
        b"To: reply+aaaaaaaaaaaaaaaaaaaaaaaaaa@in.maplept.example\r\n\r\ndone 4\r\n",
        b"\xff\x00\xfe",
    ],
    ids=["somebody else's", "a token of nobody", "no mail at all"],
)
def test_a_mail_that_is_nobodys_stays_for_a_person_and_stops_nothing(
    story: Story, server: MailboxServer, sandbox: Sandbox, raw: bytes
) -> None:
    server.deliver(raw)
    server.deliver(answer(sandbox, "done 4"))

    fetch(story)
    fetch(story)

    assert server.lying_in("INBOX") == [raw]
    assert story.record() == [(16, Outcome.DONE, 4)]


def test_a_mail_that_cannot_be_stored_waits_and_does_not_hold_up_the_next(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    def choke(*given: object) -> None:
        if "poison" in str(given[3]):
            raise ValueError("no database takes this")

    engine = story.post.sessions.kw["bind"]
    server.deliver(answer(sandbox, "done 9", "<poison@example.org>"))
    server.deliver(answer(sandbox, "done 4"))

    sa.event.listen(engine, "before_cursor_execute", choke)
    try:
        with capture_logs() as said:
            fetch(story)
    finally:
        sa.event.remove(engine, "before_cursor_execute", choke)

    assert story.record() == [(16, Outcome.DONE, 4)]
    assert len(server.lying_in("INBOX")) == 1
    assert "mail_not_stored" in {line["event"] for line in said}
    assert ANA not in str(said)


def test_with_the_database_away_every_mail_waits(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    server.deliver(answer(sandbox, "done 4"))
    nowhere = make_engine(
        "postgresql+psycopg://nobody@127.0.0.1:9/none", Keyring.of(make_settings())
    )
    mailbox = open_mailbox(story.post.settings)
    assert mailbox is not None

    with pytest.raises(OperationalError):
        collect(replace(story.post, sessions=make_sessions(nowhere)), mailbox, SOON)
    fetch(story)

    assert story.record() == [(16, Outcome.DONE, 4)]


def test_a_mailbox_that_cannot_be_reached_is_tried_again_the_next_minute(
    story: Story, server: MailboxServer, sandbox: Sandbox
) -> None:
    server.deliver(answer(sandbox, "done 4"))
    away = story.post.settings.model_copy(update={"imap_port": 9})

    heart.fetch_mail(replace(story.post, settings=away), SOON)
    fetch(story)

    assert story.record() == [(16, Outcome.DONE, 4)]


def test_the_clock_looks_into_a_mailbox_only_where_there_is_one(
    story: Story, post: Post, clock: HandClock
) -> None:
    jobs = []
    for things in (story.post, post):
        beating = heart.start(things, clock)
        jobs.append({job.id for job in beating.scheduler.get_jobs()})
        beating.shutdown(wait=True)

    assert jobs[0] - jobs[1] == {"fetch_mail"}
    assert open_mailbox(post.settings) is None
