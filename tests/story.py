"""A patient who texts, as the stories of this folder tell it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER

from reminders import inbox, outbox
from reminders.channels import Incoming
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.store.conversation import Message, Reply
from reminders.store.db import transaction
from reminders.store.record import LogEntry, Occurrence

DUE = NOW + timedelta(minutes=31)
SOON = DUE + timedelta(minutes=20)


@dataclass(frozen=True)
class Story:
    """A clinic with its provider, played forward by hand."""

    post: Post
    _numbers: "count[int]"
    number: str = CLINIC_NUMBER

    @classmethod
    def begin(cls, post: Post) -> "Story":
        return cls(post, count(1))

    def tick(self, at: datetime) -> None:
        outbox.plan(self.post.sessions, at)
        outbox.send_due(self.post, at)

    def text(
        self, words: str, at: datetime = SOON, *, sender: str = PATIENT_NUMBER, media: int = 0
    ) -> str:
        """Somebody texts; returns our answer, or nothing."""
        sid = f"SM{next(self._numbers):032d}"
        with transaction(self.post.sessions) as session:
            incoming = Incoming(sid, sender, CLINIC_NUMBER, words, media)
            reply_id = inbox.receive_text(session, incoming, at)
        assert reply_id is not None
        return self.read(reply_id, at)

    def read(self, reply_id: int, at: datetime) -> str:
        for message_id in inbox.read(self.post.sessions, self.post.settings, reply_id, at):
            outbox.send_one(self.post, message_id, at)
        with self.post.sessions() as session:
            said = session.scalars(
                sa.select(Message).where(
                    Message.reply_id == reply_id,
                    Message.kind != Kind.LATER,
                    Message.kind != Kind.STAFF,
                )
            )
            return " | ".join(message.text or f"({message.reason})" for message in said)

    def record(self) -> list[tuple[int, Outcome | None, int | None]]:
        """What stands now: day of the month, outcome, pain."""
        with self.post.sessions() as session:
            rows = session.scalars(
                sa.select(LogEntry)
                .where(LogEntry.superseded_at.is_(None))
                .order_by(LogEntry.day, LogEntry.id)
            )
            return [(row.day.day, row.outcome, row.pain) for row in rows]

    def history(self) -> int:
        with self.post.sessions() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(LogEntry)) or 0

    def sittings(self) -> list[Occurrence]:
        with self.post.sessions() as session:
            return list(session.scalars(sa.select(Occurrence).order_by(Occurrence.due_at)))

    def last_reply(self) -> Reply:
        with self.post.sessions() as session:
            return session.scalars(sa.select(Reply).order_by(Reply.id.desc()).limit(1)).one()
