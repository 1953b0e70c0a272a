"""What the tests of the delivery river do and look at, on either database."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.core.dose import Dose
from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.outbox.claiming import Claimed, claim
from reminders.outbox.pacing import Room
from reminders.outbox.starting import start
from reminders.sandbox import Sandbox
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.people import Patient
from reminders.store.plans import PlanDraft, PrescriptionDraft, RoutineDraft, plan_of, write_version
from reminders.store.record import Occurrence

DUE = NOW + timedelta(minutes=31)
PASSING = (State.DUE, State.CLAIMED)
PASSING_TRIES = (Try.STARTED, Try.UNKNOWN)


def run(post: Post, at: datetime) -> None:
    """A tick, as far as reminders go."""
    outbox.plan(post.sessions, at)
    outbox.send_due(post, at)


def change(sessions: Sessions, patient: int, **changes: object) -> None:
    """Somebody changes what is set for a patient."""
    with transaction(sessions) as session:
        person = session.get_one(Patient, patient)
        for name, value in changes.items():
            setattr(person, name, value)


def with_routines(sessions: Sessions, patient: int, *routines: RoutineDraft) -> None:
    """A new version of the plan with these routines, one exercise each."""
    with transaction(sessions) as session:
        plan = plan_of(session, session.get_one(Patient, patient))
        exercise = plan.versions[-1].prescriptions[0].exercise_id
        lines = tuple(PrescriptionDraft(exercise, Dose(sets=3, reps=10)) for _ in routines)
        write_version(plan, PlanDraft(lines, routines), by=None, now=NOW)


def number(place: int) -> str:
    return f"+12075551{place:03d}"


def a_crowd(session: Session, size: int, *, by_mail: bool = False) -> list[Patient]:
    """So many patients of one clinic, all with one reminder a day at nine."""
    clinic = a_clinic(session)
    crowd = [
        a_patient(
            session,
            clinic,
            phone=number(place),
            email=f"p{place}@example.org" if by_mail else None,
        )
        for place in range(size)
    ]
    for patient in crowd:
        a_plan(session, patient, exercises=("bridge",))
    return crowd


def an_answer(session: Session, patient: Patient, **changes: object) -> Message:
    """An answer that waits to leave, as the inbox writes it."""
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "recipient": f"p{patient.id}",
        "kind": Kind.ANSWER,
        "key": "r1",
        "patient_id": patient.id,
        "medium": patient.medium,
        "address": patient.address(patient.medium),
        "address_index": patient.address(patient.medium),
        "wording": Key.STARTED,
        "language": "en",
        "due_at": DUE,
        "ready_at": DUE,
        "created_at": DUE,
    }
    message = Message(**fields | changes)
    session.add(message)
    session.flush()
    return message


def claim_next(sessions: Sessions, post: Post, at: datetime = DUE) -> Claimed:
    """What a process does before it touches the network, and may die after."""
    with transaction(sessions) as session:
        [claimed] = claim(session, post.settings, at, Room(1, 1, {})).claimed
        [started] = start(session, [claimed])
    return started


def lease_over(sessions: Sessions) -> None:
    """As if a minute had gone by since the process died."""
    with transaction(sessions) as session:
        session.execute(
            sa.update(Message)
            .where(Message.lease_until.is_not(None))
            .values(lease_until=NOW - timedelta(days=1))
        )


def a_while_ago(sessions: Sessions, age: timedelta) -> None:
    """As if the attempts had been made so long ago."""
    with transaction(sessions) as session:
        for attempt in session.scalars(sa.select(Attempt)):
            attempt.started_at -= age


def run_clean(post: Post) -> None:
    """What a new process does of its own: free, look up twice, send, and once more."""
    for _ in range(2):
        lease_over(post.sessions)
        outbox.plan(post.sessions, DUE)
        for _ in range(2):
            outbox.settle_unknown(post, DUE)
        while outbox.send_due(post, DUE):
            pass


def message(sessions: Sessions, kind: Kind = Kind.REMINDER) -> Message:
    with sessions() as session:
        return session.scalars(sa.select(Message).where(Message.kind == kind)).one()


def messages(sessions: Sessions) -> Sequence[Message]:
    with sessions() as session:
        order = (Message.due_at, Message.patient_id, Message.id)
        return session.scalars(sa.select(Message).order_by(*order)).all()


def tries(sessions: Sessions) -> list[Try]:
    with sessions() as session:
        return list(
            session.scalars(sa.select(Attempt.state).order_by(Attempt.message_id, Attempt.number))
        )


def sittings(sessions: Sessions) -> Sequence[Occurrence]:
    with sessions() as session:
        order = (Occurrence.due_at, Occurrence.patient_id, Occurrence.id)
        return session.scalars(sa.select(Occurrence).order_by(*order)).all()


def unrest(sessions: Sessions) -> int:
    """How many messages and attempts still stand in a passing state."""
    with sessions() as session:
        waiting = sa.select(sa.func.count()).where(Message.state.in_(PASSING))
        open_tries = sa.select(sa.func.count()).where(Attempt.state.in_(PASSING_TRIES))
        return (session.scalar(waiting) or 0) + (session.scalar(open_tries) or 0)


def copies(sandbox: Sandbox, size: int) -> list[int]:
    """How many texts each of the crowd has got."""
    return [len(sandbox.texts(number(place))) for place in range(size)]
