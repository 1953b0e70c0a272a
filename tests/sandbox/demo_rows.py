"""The demo clinic as the tests read it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.orm import Session

from reminders.config import Mode, Settings
from reminders.core.gate import Kind
from reminders.store.conversation import Message, Reply
from reminders.store.db import Sessions
from reminders.store.people import Patient
from reminders.store.record import LogEntry, Occurrence


@dataclass(frozen=True)
class Demo:
    """The seeded clinic, read through one session."""

    sessions: Sessions
    session: Session

    def patient(self, first: str) -> Patient:
        rows = self.session.scalars(sa.select(Patient)).all()
        return next(row for row in rows if row.first_name == first)

    def messages(self, first: str, *kinds: Kind) -> Sequence[Message]:
        wanted = sa.select(Message).where(Message.patient_id == self.patient(first).id)
        if kinds:
            wanted = wanted.where(Message.kind.in_(kinds))
        return self.session.scalars(wanted.order_by(Message.due_at, Message.id)).all()

    def replies(self, first: str) -> Sequence[Reply]:
        wanted = sa.select(Reply).where(Reply.patient_id == self.patient(first).id)
        return self.session.scalars(wanted.order_by(Reply.received_at)).all()

    def entries(self, first: str) -> Sequence[LogEntry]:
        wanted = sa.select(LogEntry).where(LogEntry.patient_id == self.patient(first).id)
        return self.session.scalars(wanted.order_by(LogEntry.at)).all()

    def occurrences(self, first: str) -> Sequence[Occurrence]:
        wanted = sa.select(Occurrence).where(Occurrence.patient_id == self.patient(first).id)
        return self.session.scalars(wanted.order_by(Occurrence.due_at)).all()


def settings_of_the_demo() -> Settings:
    key = base64.b64encode(b"k" * 32).decode()
    return Settings(
        run_mode=Mode.TEST,
        secret_key=SecretStr("s" * 40),
        encryption_keys=(SecretStr(key),),
        index_key=SecretStr(key),
        twilio_account_sid="AC" + "0" * 32,
        mail_domain="in.maplept.example",
    )
