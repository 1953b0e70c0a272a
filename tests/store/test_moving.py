"""Do rows that are written together come out as they would one by one, on both databases?"""

from datetime import timedelta

import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.core.gate import Reason
from reminders.store.conversation import Link, Message, Purpose, State
from reminders.store.db import Sessions, transaction
from reminders.store.links import draft_link
from reminders.store.moving import insert_all, move_each, put_off
from reminders.store.people import Medium
from reminders.store.plans import Routine

DUE = NOW + timedelta(minutes=31)
NUMBER = "+12075550142"
SITTINGS = ((), (7,), (8, 9))


def two_due(sessions: Sessions) -> list[int]:
    """The ids of two patients' reminders, in order."""
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        a_plan(session, a_patient(session, clinic))
        a_plan(session, a_patient(session, clinic, phone="+12075550177", email="zoe@example.org"))
    outbox.plan(sessions, DUE)
    with sessions() as session:
        return list(session.scalars(sa.select(Message.id).order_by(Message.id)))


def drafts(session: Session) -> list[dict[str, object]]:
    patient = a_patient(session, a_clinic(session))
    return [
        dict(
            draft_link(
                patient.clinic_id, patient.id, Purpose.SESSION, Medium.TEXT,
                secret="s", now=NOW, expires_at=DUE, occurrence_ids=sittings,
            ).columns
        )
        for sittings in SITTINGS
    ]  # fmt: skip


def test_rows_are_inserted_with_their_lists_and_come_back_in_the_order_given(
    sessions: Sessions,
) -> None:
    with transaction(sessions) as session:
        ids = insert_all(session, Link, drafts(session), "token_hash")

    with sessions() as session:
        links = [session.get_one(Link, link_id) for link_id in ids]
    assert [tuple(link.occurrence_ids) for link in links] == [*SITTINGS]
    assert {(link.purpose, link.tries, link.revoked_at) for link in links} == {
        (Purpose.SESSION, 0, None)
    }


def test_each_row_makes_its_own_where_a_column_makes_its_value(sessions: Sessions) -> None:
    two_due(sessions)
    with transaction(sessions) as session:
        planned = session.scalars(sa.select(Routine).order_by(Routine.id)).all()
        rows = [
            {
                "clinic_id": one.clinic_id, "patient_id": one.patient_id,
                "plan_version_id": one.plan_version_id, "starts": one.starts, "times": ["08:00"],
            }
            for one in planned
        ]  # fmt: skip
        made = insert_all(session, Routine, rows, "patient_id")

    with sessions() as session:
        first, second = (session.get_one(Routine, routine_id) for routine_id in made)
    assert first.routine_key != second.routine_key
    assert first.positions == second.positions == []
    assert first.weekdays == [*range(7)]


def test_every_message_gets_values_of_its_own(sessions: Sessions) -> None:
    first, second = two_due(sessions)
    rows = [
        {
            "id": first, "text": "Buenos días", "address": NUMBER, "address_index": NUMBER,
            "lease_until": DUE, "says_stop": True,
        },
        {
            "id": second, "text": None, "address": None, "address_index": None,
            "lease_until": None, "says_stop": False,
        },
    ]  # fmt: skip

    with transaction(sessions) as session:
        moved = move_each(session, State.CLAIMED, rows)

    with sessions() as session:
        one, other = session.get_one(Message, first), session.get_one(Message, second)
    assert moved
    assert (one.text, one.address, one.says_stop) == ("Buenos días", NUMBER, True)
    assert (other.text, other.address, other.says_stop) == (None, None, False)
    assert (one.lease_until, other.lease_until) == (DUE, None)
    assert one.state is other.state is State.CLAIMED
    assert one.address_index is not None


def test_what_may_not_come_into_a_state_stays_and_is_told(sessions: Sessions) -> None:
    first, second = two_due(sessions)
    with transaction(sessions) as session:
        session.get_one(Message, second).state = State.WITHDRAWN
    rows = [
        {"id": one, "ready_at": DUE + timedelta(hours=1), "turn_at": None, "reason": Reason.WINDOW}
        for one in (first, second)
    ]

    with transaction(sessions) as session:
        moved = put_off(session, rows)

    with sessions() as session:
        ready = [session.get_one(Message, one).ready_at for one in (first, second)]
    assert not moved
    assert ready[0] == DUE + timedelta(hours=1)
    assert ready[1] < ready[0]
