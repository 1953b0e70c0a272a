"""In which order did the eight weeks happen?

From one event to the next: what fell due in between is planned and written down, then the event is
played through the very verbs: a plan changes, somebody writes in words of their own, a therapist
answers, a number turns out to be a landline.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders import inbox, outbox
from reminders.channels import Incoming
from reminders.config import Settings
from reminders.core.gate import Reason
from reminders.core.schedule import local_day
from reminders.sandbox.demo import events
from reminders.sandbox.demo.founding import Founded, visit_at, write_plan
from reminders.sandbox.demo.history import write_down
from reminders.sandbox.demo.mailing import Bureau, new_sid
from reminders.sandbox.demo.network import QuietMails, QuietTexts
from reminders.sandbox.demo.people import HOUSE, LANDLINES, PEOPLE, Course, Note, Person, number
from reminders.sandbox.demo.story import ZONE, at_wall, own_words
from reminders.sandbox.demo.waiting import ordinary
from reminders.store.accounts import Staff
from reminders.store.conversation import Attempt, Message, Reply, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Patient

STRETCH = timedelta(days=28)  # outbox.plan looks no more than 31 days back
LATER_THAT_DAY = timedelta(hours=1)

Event = Callable[[Session, datetime], None]


@dataclass(frozen=True)
class Play:
    """Eight weeks of a clinic, as seen from `now`."""

    sessions: Sessions
    founded: Founded
    bureau: Bureau
    post: outbox.Post
    texts: QuietTexts
    now: datetime

    @classmethod
    def of(cls, sessions: Sessions, settings: Settings, founded: Founded, now: datetime) -> "Play":
        texts = QuietTexts(frozenset(LANDLINES))
        post = outbox.Post(sessions, settings, texts, QuietMails(settings.mail_domain))
        with sessions() as session:
            bureau = Bureau.of(session, settings, founded.clinic)
        return cls(sessions, founded, bureau, post, texts, now)

    def run(self) -> None:
        """Let it all happen, in order."""
        reached = visit_at(max(person.since for person in PEOPLE), self.now)
        for moment, act in sorted(self._acts(), key=itemgetter(0)):
            self._pass_time(reached, moment)
            act(moment)
            self._send(moment)
            reached = moment
        self._pass_time(reached, self.now)
        with transaction(self.sessions) as session:
            _set_clocks_back(session)

    def _pass_time(self, since: datetime, until: datetime) -> None:
        """Plan what fell due, write down what is ordinary, leave the rest to the verbs."""
        moment = min(since + STRETCH, until)
        outbox.plan(self.sessions, moment)
        with transaction(self.sessions) as session:
            exchanges = ordinary(session, self.founded.clinic, self.now)
            unread = write_down(session, self.bureau, exchanges)
        for reply_id in unread:
            self._read(reply_id)
        for due_at in self._due(moment):
            self._send(due_at)
        if moment < until:
            self._pass_time(moment, until)

    def _due(self, now: datetime) -> list[datetime]:
        due = sa.select(Message.ready_at).where(*_is_due(now)).distinct()
        with self.sessions() as session:
            return list(session.scalars(due.order_by(Message.ready_at)))

    def _acts(self) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        for person in PEOPLE:
            for course in person.plans[1:]:
                yield visit_at(course.ago, self.now), partial(self._change_plan, person, course)
            for moment, text in own_words(person, self.now):
                yield moment, partial(self._say, person, text)
            yield from self._events(person)

    def _events(self, person: Person) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        if person.answered is not None:
            day = local_day(self.now, ZONE) - timedelta(days=person.answered.ago)
            note = partial(self._note, person, person.answered)
            yield at_wall(day, person.answered.at), note
        if person.landline:
            moved = partial(events.change_number, phone=number(person.landline))
            yield visit_at(person.landline_since, self.now), partial(self._do, person, moved)
        if person.discharged is not None:
            yield visit_at(person.discharged, self.now), partial(self._do, person, events.discharge)
        if person.unconfirmed:
            at = visit_at(person.since, self.now) + LATER_THAT_DAY
            yield at, partial(self._do, person, events.welcome)

    def _do(
        self, person: Person, event: Callable[[Session, Patient, datetime], None], now: datetime
    ) -> None:
        with transaction(self.sessions) as session:
            event(session, self._patient(session, person), now)

    def _change_plan(self, person: Person, course: Course, _at: datetime) -> None:
        with transaction(self.sessions) as session:
            write_plan(session, self.founded, person, course, self.now)
            patient_id = self.founded.patients[person.name]
            outbox.withdraw_unsent(session, patient_id, Reason.PLAN_CHANGED)

    def _note(self, person: Person, note: Note, now: datetime) -> None:
        with transaction(self.sessions) as session:
            staff = session.get_one(Staff, self.founded.staff[note.by])
            events.answer_question(session, self._patient(session, person), staff, note, now)

    def _say(self, person: Person, text: str, now: datetime) -> None:
        with transaction(self.sessions) as session:
            phone = self._patient(session, person).phone or ""
            incoming = Incoming(new_sid(), phone, HOUSE.text, text)
            reply_id = inbox.receive_text(session, incoming, now)
        assert reply_id is not None
        self._read(reply_id)

    def _read(self, reply_id: int) -> None:
        with self.sessions() as session:
            received_at = session.get_one(Reply, reply_id).received_at
        inbox.read(self.sessions, self.post.settings, reply_id, received_at)
        self._send(received_at)

    def _send(self, now: datetime) -> None:
        """Send what is due, one by one on the one connection, and bring the receipts home."""
        for message_id in self._due_messages(now):
            outbox.send_one(self.post, message_id, now)
        with transaction(self.sessions) as session:
            for public_id, event in self.texts.receipts:
                outbox.receive_receipt(session, public_id, event, now)
        self.texts.receipts.clear()

    def _due_messages(self, now: datetime) -> Sequence[int]:
        due = sa.select(Message.id).where(*_is_due(now))
        with self.sessions() as session:
            return session.scalars(due.order_by(Message.ready_at, Message.id)).all()

    def _patient(self, session: Session, person: Person) -> Patient:
        return session.get_one(Patient, self.founded.patients[person.name])


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Message.state == State.DUE, Message.ready_at <= now


def _set_clocks_back(session: Session) -> None:
    """What the verbs stamped with the clock of today happened when it was due."""
    session.execute(
        sa.update(Attempt)
        .where(Attempt.started_at > Attempt.ended_at)
        .values(started_at=Attempt.ended_at)
    )
    session.execute(
        sa.update(Message)
        .where(Message.created_at > Message.due_at)
        .values(created_at=Message.due_at)
    )
