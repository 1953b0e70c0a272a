"""Are the demo's past weeks, entered at once, what the verbs would have written?"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, a_clinic, a_patient, a_plan
from demo_rows import settings_of_the_demo
from sqlalchemy.orm import Session

from reminders import inbox, outbox
from reminders.channels import Incoming
from reminders.channels.mail import MailIn
from reminders.core.adherence import Outcome
from reminders.inbox import PageForm
from reminders.sandbox.demo import history
from reminders.sandbox.demo.history import Exchange, Exercise
from reminders.sandbox.demo.mailing import Bureau
from reminders.sandbox.demo.network import QuietMails, QuietTexts
from reminders.sandbox.demo.story import Told
from reminders.store.conversation import Attempt, Link, Message, Receipt, Reply, State
from reminders.store.db import Base, Sessions, transaction
from reminders.store.people import Medium, Patient
from reminders.store.plans import Prescription
from reminders.store.record import LogEntry, Occurrence

SETTINGS = settings_of_the_demo()
DUE = NOW + timedelta(minutes=30)
AT = DUE + timedelta(minutes=20)
TABLES = (Message, Attempt, Receipt, Reply, LogEntry, Link)
# What is random, what differs between two patients, and what the wall clock stamps.
ITS_OWN = re.compile(
    r"id|.*_id|recipient|key|public_id|provider_id|token_hash|sender|sender_index|"
    r"address|address_index|occurrence_ids|lease_until|started_at|ended_at|received_at|created_at"
)
TOLD = {
    "done": Told("done 4", Outcome.DONE, 4, AT),
    "done with much pain": Told("done 8", Outcome.DONE, 8, AT),
    "part, said which": Told("only the first one, pain 3", Outcome.PART, 3, AT),
    "half": Told("did half, pain 5", Outcome.PART, 5, AT),
    "skipped": Told("skip today, busy", Outcome.SKIPPED, None, AT),
    "tapped": Told("", Outcome.DONE, 2, AT),
    "tapped a part": Told("", Outcome.PART, 2, AT),
    "tapped skip": Told("", Outcome.SKIPPED, None, AT),
}


@pytest.fixture
def pair(sessions: Sessions) -> Iterator[tuple[int, int]]:
    """Two patients alike, with a plan that is due."""
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        pair = []
        for number in ("+12075550118", "+12075550119"):
            patient = a_patient(session, clinic, phone=number, email=f"{number}@mail.example")
            a_plan(session, patient)
            pair.append(patient.id)
    yield pair[0], pair[1]


def by_the_verbs(sessions: Sessions, patient_id: int, told: Told) -> None:
    texts = QuietTexts(frozenset())
    post = outbox.Post(sessions, SETTINGS, texts, QuietMails(SETTINGS.mail_domain))
    _send(post, DUE)
    _receive_receipts(sessions, texts, DUE)
    with transaction(sessions) as session:
        patient = session.get_one(Patient, patient_id)
        reply_id = _say(session, patient, told)
        assert reply_id is not None
    inbox.read(sessions, SETTINGS, reply_id, told.at)
    _send(post, told.at)
    _receive_receipts(sessions, texts, told.at)


def _send(post: outbox.Post, now: datetime) -> None:
    due = sa.select(Message.id).where(Message.state == State.DUE, Message.ready_at <= now)
    with post.sessions() as session:
        waiting = session.scalars(due.order_by(Message.id)).all()
    for message_id in waiting:
        outbox.send_one(post, message_id, now)


def _receive_receipts(sessions: Sessions, texts: QuietTexts, now: datetime) -> None:
    with transaction(sessions) as session:
        for public_id, event in texts.receipts:
            outbox.receive_receipt(session, public_id, event, now)
    texts.receipts.clear()


def _say(session: Session, patient: Patient, told: Told) -> int | None:
    message = session.scalars(sa.select(Message).where(Message.patient_id == patient.id)).one()
    link = session.get_one(Link, message.link_id)
    if not told.text:
        return inbox.receive_page(session, link, _form(told), "f1", told.at)
    if patient.medium is Medium.EMAIL:
        token = link.token(SETTINGS.secret_key.get_secret_value())
        mail = MailIn("<m1@mail.example>", patient.email or "", token=token, text=told.text)
        return inbox.receive_mail(session, mail, told.at)
    incoming = Incoming("SM" + "1" * 32, patient.phone or "", CLINIC_NUMBER, told.text)
    return inbox.receive_text(session, incoming, told.at)


def _form(told: Told) -> PageForm:
    match told.outcome:
        case Outcome.DONE:
            return PageForm(everything=True, pain=told.pain)
        case Outcome.PART:
            return PageForm((1,), (2,), pain=told.pain)
        case Outcome.SKIPPED:
            return PageForm(skipped=True)


def at_once(sessions: Sessions, patient_id: int, told: Told) -> list[int]:
    with transaction(sessions) as session:
        patient = session.get_one(Patient, patient_id)
        message = session.scalars(sa.select(Message).where(Message.patient_id == patient_id)).one()
        sittings = session.scalars(sa.select(Occurrence).where(Occurrence.message_id == message.id))
        lines = session.scalars(
            sa.select(Prescription)
            .where(Prescription.plan_version_id == message.plan_version_id)
            .order_by(Prescription.position)
        )
        exercises = tuple(Exercise(line.id, line.exercise.words("en").name) for line in lines)
        exchange = Exchange(message, patient, tuple(sittings), exercises, told)
        bureau = Bureau.of(session, SETTINGS, patient.clinic_id)
        return history.write_down(session, bureau, [exchange])


def rows(session: Session, patient_id: int) -> dict[str, list[dict[str, Any]]]:
    """What was written of one patient, without what must differ."""
    found = {}
    for table in TABLES:
        query = sa.select(table)
        if table is Attempt:
            query = query.join(Message).where(Message.patient_id == patient_id)
        elif table is Receipt:
            query = query.join(Attempt, Attempt.id == Receipt.attempt_id).join(Message)
            query = query.where(Message.patient_id == patient_id)
        else:
            query = query.where(table.patient_id == patient_id)
        found[table.__name__] = [_row(row) for row in session.scalars(query.order_by(table.id))]
    places = {row.id: row.position for row in session.execute(_PLACES)}
    for entry in found["LogEntry"]:
        entry["done"] = entry["done"] and [places[row] for row in entry["done"]]
    return found


_PLACES = sa.select(Prescription.id, Prescription.position)


def _row(row: Base) -> dict[str, Any]:
    columns = (column.key for column in sa.inspect(type(row)).column_attrs)
    kept = {key: getattr(row, key) for key in columns if not ITS_OWN.fullmatch(key)}
    linked = {f"has {key}": getattr(row, key) is not None for key in _POINTERS if hasattr(row, key)}
    return {key: _comparable(value) for key, value in kept.items()} | linked


_POINTERS = ("link_id", "occurrence_id", "reply_id", "sender_id", "to_sender_id", "patient_id")


def _comparable(value: object) -> object:
    """A value without its random token, or the milliseconds that the verbs took."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return re.sub(r"[a-z2-7]{26}", "TOKEN", value) if isinstance(value, str) else value


@pytest.mark.parametrize("medium", list(Medium))
@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_a_day_entered_at_once_is_the_day_the_verbs_write(
    sessions: Sessions, pair: tuple[int, int], told: Told, medium: Medium
) -> None:
    first, second = pair
    with transaction(sessions) as session:
        for patient_id in pair:
            session.get_one(Patient, patient_id).medium = medium
    outbox.plan(sessions, DUE)

    assert at_once(sessions, second, told) == []
    by_the_verbs(sessions, first, told)

    with sessions() as session:
        verbs, entered = rows(session, first), rows(session, second)
    for table in verbs:
        assert entered[table] == verbs[table], table
    assert len(verbs["LogEntry"]) == 1
    assert len(verbs["Message"]) == (1 if not told.text else 2)


def test_what_is_no_plain_report_is_left_to_the_verb(
    sessions: Sessions, pair: tuple[int, int]
) -> None:
    asking = replace(TOLD["done"], text="done 4. is it ok to walk the dog after?")
    outbox.plan(sessions, DUE)

    [reply_id] = at_once(sessions, pair[1], asking)

    with sessions() as session:
        reply = session.get_one(Reply, reply_id)
        assert (reply.read_at, reply.fate, reply.intent) == (None, None, "")
        assert not session.scalars(sa.select(LogEntry)).all()


def test_stop_is_told_once_a_week(sessions: Sessions, pair: tuple[int, int]) -> None:
    days = [DUE + timedelta(days=number) for number in range(9)]
    outbox.plan(sessions, days[-1])
    with transaction(sessions) as session:
        due = sa.select(Message).where(Message.patient_id == pair[0]).order_by(Message.due_at)
        patient = session.get_one(Patient, pair[0])
        bureau = Bureau.of(session, SETTINGS, patient.clinic_id)
        exchanges = [Exchange(message, patient, (), ()) for message in session.scalars(due)]
        history.write_down(session, bureau, exchanges)

    with sessions() as session:
        texts = [message.text or "" for message in session.scalars(due)]
    assert [number for number, text in enumerate(texts) if "STOP" in text] == [0, 7]
