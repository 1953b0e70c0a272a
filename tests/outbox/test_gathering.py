"""Is every fact read that the gate asks of a kind, and none that it does not?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from builders import NOW
from river import DUE, a_crowd, an_answer, message
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.core.adherence import Outcome
from reminders.core.gate import CHECKS, Check, Kind, Reason
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Consent, Patient, PatientPause
from reminders.store.plans import Routine
from reminders.store.record import EntrySource, Hold, LogEntry, Moment, Occurrence

WORDINGS = {
    Kind.REMINDER: Key.REMINDER,
    Kind.LATER: Key.LATER_REMINDER,
    Kind.ANSWER: Key.STARTED,
    Kind.WELCOME: Key.WELCOME,
    Kind.LINK: Key.NEW_LINK,
    Kind.QUESTION: Key.NEXT_MORNING,
}


def pause(session: Session, patient: Patient) -> None:
    day = DUE.date()
    session.add(
        PatientPause(
            clinic_id=patient.clinic_id, patient_id=patient.id, first_day=day, last_day=day, by="t"
        )
    )


def hold(session: Session, patient: Patient) -> None:
    session.add(Hold(clinic_id=patient.clinic_id, reason="a person", since=NOW, by="t"))


def never_agreed(session: Session, patient: Patient) -> None:
    session.execute(sa.delete(Consent).where(Consent.patient_id == patient.id))


def logged(session: Session, patient: Patient) -> None:
    routine = session.scalars(sa.select(Routine)).one()
    sitting = Occurrence(
        clinic_id=patient.clinic_id, patient_id=patient.id, routine_key="r", slot=1, day=DUE.date(),
        due_at=DUE, closes_at=DUE, plan_version_id=routine.plan_version_id, routine_id=routine.id,
    )  # fmt: skip
    session.add(sitting)
    session.flush()
    session.add(
        LogEntry(
            clinic_id=patient.clinic_id, patient_id=patient.id, occurrence_id=sitting.id,
            day=sitting.day, moment=Moment.AFTER, outcome=Outcome.DONE, source=EntrySource.STAFF,
            at=NOW,
        )
    )  # fmt: skip
    session.execute(sa.update(Message).values(occurrence_id=sitting.id))


Fault = Callable[[Session, Patient], None]
FAULTS: dict[Check, tuple[Fault, State, Reason]] = {
    Check.PAUSE: (pause, State.WITHHELD, Reason.PAUSED),
    Check.HOLD: (hold, State.WITHHELD, Reason.HOLD),
    Check.CONSENT: (never_agreed, State.WITHHELD, Reason.NO_CONSENT),
    Check.LOGGED: (logged, State.WITHDRAWN, Reason.LOGGED),
}


@pytest.mark.parametrize("check", FAULTS, ids=str)
@pytest.mark.parametrize("kind", WORDINGS, ids=str)
def test_what_the_gate_asks_of_a_kind_is_known_at_the_claim(
    sessions: Sessions, post: Post, kind: Kind, check: Check
) -> None:
    fault, state, reason = FAULTS[check]
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        an_answer(session, patient, kind=kind, wording=WORDINGS[kind])
        fault(session, patient)

    outbox.send_due(post, DUE)

    row = message(sessions, kind)
    asked = check in CHECKS[kind]
    assert (row.state, row.reason) == ((state, reason) if asked else (State.SENT, ""))


def test_for_an_answer_nothing_is_read_that_only_reminders_need(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        an_answer(session, patient)
        pause(session, patient)
        logged(session, patient)

    with statements(sessions) as said:
        outbox.send_due(post, DUE)

    tables = ("patient_pause", "consent", "occurrence", "hold")
    assert not [one for one in said if any(f" {table} " in one for table in tables)]
    assert message(sessions, Kind.ANSWER).state == State.SENT


@contextmanager
def statements(sessions: Sessions) -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    said: list[str] = []

    def note(*call: object) -> None:
        said.append(" ".join(str(call[2]).split()))

    sa.event.listen(sessions.kw["bind"], "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(sessions.kw["bind"], "before_cursor_execute", note)
