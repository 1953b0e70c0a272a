"""Is what is too old gone, and nothing else?"""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import (
    NOW,
    PATIENT_NUMBER,
    a_clinic,
    a_patient,
    a_plan,
    a_sitting,
    an_alert,
    consents,
)
from setting import make_settings
from sqlalchemy.orm import Session

from reminders import watch
from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.store.audit import AuditEvent
from reminders.store.conversation import (
    Attempt,
    Door,
    Fate,
    Link,
    Message,
    Purpose,
    Receipt,
    Reply,
    State,
    Try,
    carer_of,
)
from reminders.store.db import Sessions
from reminders.store.links import new_link
from reminders.store.people import Consent, Medium, Patient
from reminders.store.record import Alert, LogEntry
from reminders.watch.retention import Stock

STRANGER = "+12075550166"
OLD = NOW - timedelta(days=400)


@pytest.fixture
def settings() -> Settings:
    """Everything older than a year goes, strangers and links after a month."""
    return make_settings(
        keep_words_days=365, keep_strangers_days=30, keep_links_days=30, keep_receipts_days=365
    )


@pytest.fixture
def ana(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return a_patient(session, a_clinic(session)).id


def a_reply(session: Session, ana: Patient, at: datetime = OLD, **changes: object) -> Reply:
    fields: dict[str, object] = {
        "clinic_id": ana.clinic_id,
        "door": Door.TEXT,
        "provider_id": f"SM{session.query(Reply).count()}",
        "sender": PATIENT_NUMBER,
        "sender_index": PATIENT_NUMBER,
        "text": "done 4",
        "received_at": at,
        "read_at": at,
        "patient_id": ana.id,
        "fate": Fate.LOGGED,
    }
    reply = Reply(**fields | changes)
    session.add(reply)
    session.flush()
    return reply


def a_letter(session: Session, ana: Patient, at: datetime = OLD, **changes: object) -> Message:
    fields: dict[str, object] = {
        "clinic_id": ana.clinic_id,
        "recipient": f"p{ana.id}",
        "kind": Kind.NOTE,
        "key": f"k{session.query(Message).count()}",
        "patient_id": ana.id,
        "medium": Medium.TEXT,
        "address": PATIENT_NUMBER,
        "address_index": PATIENT_NUMBER,
        "text": "Well done.",
        "state": State.DELIVERED,
        "due_at": at,
        "ready_at": at,
        "created_at": at,
    }
    message = Message(**fields | changes)
    session.add(message)
    session.flush()
    return message


def an_attempt(session: Session, message: Message, state: Try, **changes: object) -> Attempt:
    attempt = Attempt(
        clinic_id=message.clinic_id,
        message_id=message.id,
        public_id=f"a{message.id}",
        number=1,
        state=state,
        started_at=message.due_at,
        **changes,
    )
    session.add(attempt)
    session.flush()
    return attempt


def a_link(session: Session, ana: Patient, expires_at: datetime, **changes: object) -> Link:
    link = new_link(
        ana.clinic_id,
        ana.id,
        Purpose.SESSION,
        Medium.TEXT,
        secret="s" * 40,
        now=expires_at - timedelta(days=3),
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    return link


def cleared(sessions: Sessions, settings: Settings) -> dict[Stock, int]:
    return {one.stock: one.rows for one in watch.clear_out(sessions, settings, NOW)}


def counted(sessions: Sessions, settings: Settings) -> dict[Stock, int]:
    return {one.stock: one.rows for one in watch.too_old(sessions, settings, NOW)}


def texts(sessions: Sessions) -> list[str | None]:
    with sessions() as session:
        heard = session.scalars(sa.select(Reply.text).order_by(Reply.id))
        return [*heard, *session.scalars(sa.select(Message.text).order_by(Message.id))]


def test_old_words_go_and_the_rows_and_figures_stay(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        a_sitting(session, a_plan(session, patient), OLD, Outcome.DONE, 4)
        a_reply(session, patient)
        a_reply(session, patient, NOW - timedelta(days=300))
        a_letter(session, patient)
        a_letter(session, patient, NOW - timedelta(days=300))

    assert cleared(sessions, settings) == {Stock.REPLIES: 1, Stock.MESSAGES: 1}

    assert texts(sessions) == ["", "done 4", None, "Well done."]
    with sessions() as session:
        old = session.scalars(sa.select(Reply).order_by(Reply.id)).first()
        assert old is not None
        assert (old.sender, old.sender_index, old.provider_id) == ("", b"", "SM0")
        assert session.scalars(sa.select(LogEntry.pain)).one() == 4
    assert cleared(sessions, settings) == {}


def test_a_dry_run_counts_the_same_and_touches_nothing(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        a_reply(session, patient)
        a_letter(session, patient)
        a_link(session, patient, OLD)
    before = texts(sessions)

    dry = counted(sessions, settings)

    assert texts(sessions) == before
    with sessions() as session:
        assert session.scalars(sa.select(AuditEvent)).all() == []
    assert dry == cleared(sessions, settings)
    assert dry == {Stock.REPLIES: 1, Stock.MESSAGES: 1, Stock.LINKS: 1}


def test_what_a_stranger_wrote_goes_sooner(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    month_ago = NOW - timedelta(days=40)
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        a_reply(session, patient, month_ago)
        a_reply(session, patient, month_ago, patient_id=None, sender=STRANGER, fate=None)
        a_reply(
            session, patient, month_ago, patient_id=None, sender=STRANGER, fate=Fate.FOR_A_PERSON
        )
        a_reply(session, patient, NOW, patient_id=None, sender=STRANGER)

    assert cleared(sessions, settings) == {Stock.STRANGERS: 1}

    # Nobody has seen the third yet.
    assert texts(sessions) == ["done 4", "", "done 4", "done 4"]


@pytest.mark.parametrize(
    "opened",
    [
        lambda s, p: a_letter(s, p, state=State.DUE),
        lambda s, p: a_letter(s, p, state=State.CLAIMED),
        lambda s, p: an_attempt(s, a_letter(s, p, state=State.MISSED), Try.UNKNOWN),
        lambda s, p: a_letter(s, p, patient_id=None, recipient="s1", alert_id=an_alert(s, p).id),
        lambda s, p: a_reply(s, p, read_at=None),
        lambda s, p: a_reply(s, p, fate=Fate.FOR_A_PERSON),
        lambda s, p: an_alert(s, p, reply_id=a_reply(s, p).id),
        lambda s, p: a_letter(s, p, text=None, address=None, state=State.DUE,
                              link_id=a_link(s, p, OLD).id),
        lambda s, p: a_reply(s, p, NOW, read_at=None, link_id=a_link(s, p, OLD).id),
    ],
    ids=[
        *("due", "claimed", "fate unknown", "of an open alert", "unread", "for a person"),
        *("behind an open alert", "link of a waiting letter", "link of an unread answer"),
    ],
)  # fmt: skip
def test_what_is_open_is_never_touched(
    sessions: Sessions, settings: Settings, ana: int, opened: object
) -> None:
    with sessions.begin() as session:
        assert callable(opened)
        opened(session, session.get_one(Patient, ana))

    assert cleared(sessions, settings) == {}


def test_what_was_open_goes_once_it_is_closed(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        reply = a_reply(session, patient, fate=Fate.FOR_A_PERSON)
        an_alert(session, patient, reply_id=reply.id)
    assert cleared(sessions, settings) == {}
    with sessions.begin() as session:
        session.scalars(sa.select(Reply)).one().handled_at = NOW
        session.scalars(sa.select(Alert)).one().resolve(None, NOW)

    assert cleared(sessions, settings) == {Stock.REPLIES: 1}


def test_a_legal_hold_keeps_everything_of_a_patient(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        patient.hold_record("Case 12", by="staff:1", now=NOW)
        a_reply(session, patient)
        a_reply(session, patient, patient_id=None)  # from their number, before they were known
        closed = an_alert(session, patient, resolved_at=NOW)
        told = a_letter(session, patient)
        a_letter(session, patient, patient_id=None, recipient=carer_of(ana), kind=Kind.CARER)
        a_letter(session, patient, patient_id=None, recipient="s1", alert_id=closed.id)
        a_link(session, patient, OLD)
        attempt = an_attempt(session, told, Try.DELIVERED, provider_id="SM9")
        session.add(_receipt(attempt))

    assert cleared(sessions, settings) == {}

    with sessions.begin() as session:
        session.get_one(Patient, ana).release_record()
    assert cleared(sessions, settings) == {
        Stock.STRANGERS: 1,
        Stock.REPLIES: 1,
        Stock.MESSAGES: 3,
        Stock.LINKS: 1,
        Stock.RECEIPTS: 1,
    }


def test_an_old_link_goes_and_what_it_carried_stays(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        link = a_link(session, patient, NOW - timedelta(days=31))
        a_link(session, patient, NOW - timedelta(days=29))
        a_letter(session, patient, NOW - timedelta(days=34), link_id=link.id)

    assert cleared(sessions, settings) == {Stock.LINKS: 1}

    with sessions() as session:
        assert session.scalars(sa.select(Message.link_id)).all() == [None]
        assert len(session.scalars(sa.select(Link)).all()) == 1


def test_what_was_agreed_to_and_who_saw_what_is_never_cleared_out(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        consents(session, patient, Medium.TEXT)
        session.execute(sa.update(Consent).values(at=NOW - timedelta(days=9000)))
        session.add(
            AuditEvent(
                clinic_id=patient.clinic_id, at=NOW - timedelta(days=9000), actor="a", action="b"
            )
        )

    assert cleared(sessions, settings) == {}


def test_each_clinics_trail_says_how_much_went(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        other = a_patient(session, a_clinic(session, "+12075550200", "care@pine.example"))
        for _ in range(3):
            a_reply(session, patient)
        a_reply(session, other)
        pine = other.clinic_id

    watch.clear_out(sessions, settings, NOW)

    with sessions() as session:
        lines = {
            one.clinic_id: (one.actor, one.action, one.subject)
            for one in session.scalars(sa.select(AuditEvent))
        }
        ours = session.get_one(Patient, ana).clinic_id
    assert lines == {
        ours: ("service", "retention.replies", "rows:3"),
        pine: ("service", "retention.replies", "rows:1"),
    }


def test_a_receipt_that_waits_to_be_applied_stays(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        attempt = an_attempt(session, a_letter(session, patient, NOW), Try.SENT, provider_id="SM9")
        receipt = _receipt(attempt)
        receipt.applied_at = None
        session.add(receipt)

    assert cleared(sessions, settings) == {}


def _receipt(attempt: Attempt) -> Receipt:
    return Receipt(
        clinic_id=attempt.clinic_id,
        attempt_id=attempt.id,
        provider_id="SM9",
        status="delivered",
        received_at=OLD,
        applied_at=OLD,
    )


def test_a_clinic_that_chose_its_own_periods_keeps_to_them_and_no_other_does(
    sessions: Sessions, settings: Settings, ana: int
) -> None:
    with sessions.begin() as session:
        here = session.get_one(Patient, ana)
        there = a_patient(
            session, a_clinic(session, "+12075550200", "care@pine.example"), phone="+12075550222"
        )
        here.clinic.keep_words_days = 5 * 365
        here.clinic.keep_strangers_days = 365
        for one in (here, there):
            a_reply(session, one)
            a_reply(session, one, NOW - timedelta(days=60), patient_id=None, sender=STRANGER)
        ours, theirs = here.clinic_id, there.clinic_id

    found = watch.too_old(sessions, settings, NOW)
    gone = watch.clear_out(sessions, settings, NOW)

    assert found == gone
    assert {(one.clinic_id, one.stock) for one in gone} == {
        (theirs, Stock.REPLIES),
        (theirs, Stock.STRANGERS),
    }
    with sessions() as session:
        worded = [one.clinic_id for one in session.scalars(sa.select(Reply)) if one.text]
    assert worded == [ours, ours]
