"""Does a way in end with the address that it went to, also one that is being made just then?"""

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import DUE, claim_next, lease_over, message
from sqlalchemy.exc import OperationalError

from reminders import outbox
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.outbox.claiming import claim
from reminders.outbox.pacing import Room
from reminders.outbox.readdressing import leave_address
from reminders.sandbox import Sandbox
from reminders.store.conversation import Link, Message, Purpose, State
from reminders.store.db import transaction
from reminders.store.links import new_link
from reminders.store.people import Consent, ConsentStep, Medium, Patient

NEW = "+12075550155"


@pytest.fixture
def ana(post: Post) -> int:
    """A patient with a reminder that is due."""
    with transaction(post.sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        ana = patient.id
    outbox.plan(post.sessions, DUE)
    return ana


def open_links(post: Post) -> list[Purpose]:
    with post.sessions() as session:
        standing = sa.select(Link.purpose).where(Link.revoked_at.is_(None)).order_by(Link.id)
        return list(session.scalars(standing))


def a_new_number(post: Post, ana: int) -> None:
    with transaction(post.sessions) as session:
        patient = session.get_one(Patient, ana)
        patient.phone = NEW
        step, how = ConsentStep.CONFIRMED, "phone"
        session.add(Consent.of(patient, Medium.TEXT, step, how=how, at=DUE, by="staff:1"))
        leave_address(session, ana, Medium.TEXT, DUE)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_whoever_leaves_an_address_waits_for_a_letter_that_is_being_written_to_it(
    post: Post, ana: int
) -> None:
    with transaction(post.sessions) as writing:
        claim(writing, post.settings, DUE, Room(1, 1, {}))

        with pytest.raises(OperationalError, match="lock timeout"), transaction(post.sessions) as s:
            s.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
            leave_address(s, ana, Medium.TEXT, DUE)

    assert open_links(post) == [Purpose.SESSION]
    a_new_number(post, ana)
    assert open_links(post) == []


def test_a_try_that_came_to_nothing_is_made_again_with_a_way_in_of_its_own(
    post: Post, sandbox: Sandbox, ana: int
) -> None:
    claim_next(post.sessions, post)  # and there the process dies
    before = message(post.sessions).link_id

    a_new_number(post, ana)
    lease_over(post.sessions)
    for _ in range(2):
        outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    after = message(post.sessions)
    assert after.state is State.SENT
    assert after.link_id != before
    assert open_links(post) == [Purpose.SESSION]
    assert len(sandbox.texts(NEW)) == 1
    assert not sandbox.texts(PATIENT_NUMBER)


def test_only_the_ways_in_of_that_medium_end_and_never_a_carers(post: Post, ana: int) -> None:
    kept = [(Purpose.CARER, Medium.TEXT), (Purpose.SESSION, Medium.EMAIL)]
    ended = [(one, Medium.TEXT) for one in Purpose if one is not Purpose.CARER]
    with transaction(post.sessions) as session:
        patient = session.get_one(Patient, ana)
        for purpose, medium in [*kept, *ended]:
            who = (patient.clinic_id, ana, purpose, medium)
            session.add(new_link(*who, secret="s" * 40, now=DUE, expires_at=DUE))

    a_new_number(post, ana)

    assert sorted(open_links(post)) == sorted(purpose for purpose, _ in kept)


def test_somebody_elses_answer_stays(post: Post, ana: int) -> None:
    with transaction(post.sessions) as session:
        patient = session.get_one(Patient, ana)
        other = a_patient(session, patient.clinic, phone="+12075550166")
        for one in (patient, other):
            session.add(
                Message(
                    clinic_id=one.clinic_id,
                    recipient=f"p{one.id}",
                    kind=Kind.ANSWER,
                    key="r1",
                    patient_id=one.id,
                    medium=Medium.TEXT,
                    address=one.phone,
                    address_index=one.phone,
                    wording="started",
                    due_at=DUE,
                    ready_at=DUE,
                    created_at=DUE,
                )
            )
        other_id = other.id

    a_new_number(post, ana)

    with post.sessions() as session:
        rows = sa.select(Message.patient_id, Message.state).where(Message.kind == Kind.ANSWER)
        states = {row.patient_id: row.state for row in session.execute(rows)}
    assert states == {ana: State.WITHDRAWN, other_id: State.DUE}
