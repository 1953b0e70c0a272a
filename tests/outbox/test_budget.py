"""What texts cost, month by month, and what a spent budget keeps back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan, a_therapist
from river import DUE, messages
from sqlalchemy.orm import Session

from reminders import outbox, watch
from reminders.core.gate import Kind, Reason
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.outbox.standing import standing_of
from reminders.sandbox import Sandbox
from reminders.store.accounts import Role
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic, Medium
from reminders.store.record import Alert, Hold
from reminders.store.spending import Spending, count_spending, month_of, spent_millicents
from reminders.watch.budgets import MARKS, reached

DAY = timedelta(days=1)
MARCH = date(2026, 3, 1)


def a_message(session: Session, clinic: Clinic, due_at: datetime = NOW, **changes: object) -> None:
    fields: dict[str, object] = {
        "clinic_id": clinic.id,
        "recipient": "p1",
        "kind": Kind.REMINDER,
        "key": due_at.isoformat() + str(changes),
        "medium": Medium.TEXT,
        "state": State.DELIVERED,
        "segments": 1,
        "due_at": due_at,
        "ready_at": due_at,
        "created_at": due_at,
    }
    session.add(Message(**fields | changes))
    session.flush()


@pytest.fixture
def clinic(sessions: Sessions) -> int:
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        return clinic.id


def spent(sessions: Sessions, clinic: int, now: datetime = NOW) -> int:
    with sessions() as session:
        return spent_millicents(session, session.get_one(Clinic, clinic), now)


def count(sessions: Sessions, clinic: int, now: datetime = NOW) -> None:
    with transaction(sessions) as session:
        count_spending(session, session.get_one(Clinic, clinic), now)


def budget(sessions: Sessions, clinic: int, cents: int | None) -> None:
    with transaction(sessions) as session:
        session.get_one(Clinic, clinic).budget_cents = cents


@pytest.mark.parametrize(
    ("changes", "segments"),
    [
        ({"segments": 2}, 2),
        ({"segments": 0}, 1),
        ({"state": State.SENT, "segments": 0}, 1),
        ({"state": State.CLAIMED, "segments": 0}, 1),
        ({"state": State.FAILED, "segments": 1}, 1),
        ({"state": State.FAILED, "segments": 0}, 0),
        ({"state": State.WITHHELD, "segments": 0}, 0),
        ({"state": State.DUE, "segments": 0}, 0),
        ({"medium": Medium.EMAIL, "segments": 0}, 0),
        ({"due_at": datetime(2026, 2, 28, 12, tzinfo=UTC)}, 0),
        ({"kind": Kind.SAFETY, "segments": 1}, 1),
    ],
    ids=str,
)
def test_what_a_message_adds_to_its_month(
    clinic: int, sessions: Sessions, changes: dict[str, object], segments: int
) -> None:
    with transaction(sessions) as session:
        a_message(session, session.get_one(Clinic, clinic), **{"due_at": NOW, **changes})

    assert spent(sessions, clinic) == segments * 1_100


def test_counting_the_days_that_are_over_changes_no_sum(clinic: int, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        row = session.get_one(Clinic, clinic)
        for days in range(40):
            a_message(session, row, NOW - days * DAY)
    before = spent(sessions, clinic)

    for _ in range(2):
        count(sessions, clinic)

    assert before == spent(sessions, clinic) == 16 * 1_100
    with sessions() as session:
        rows = session.scalars(sa.select(Spending).order_by(Spending.month)).all()
    assert [(row.month, row.messages) for row in rows] == [(date(2026, 2, 1), 24), (MARCH, 15)]


def test_a_month_that_is_over_keeps_the_price_it_was_counted_at(
    clinic: int, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        a_message(session, session.get_one(Clinic, clinic), NOW - 20 * DAY)
    count(sessions, clinic)

    with transaction(sessions) as session:
        session.get_one(Clinic, clinic).thousand_texts_cents = 5_000
    count(sessions, clinic, NOW + DAY)

    with sessions() as session:
        assert session.scalars(sa.select(Spending.millicents)).all() == [1_100]


def test_a_month_begins_at_the_clinics_own_midnight() -> None:
    still_february = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)

    assert month_of(still_february, ZoneInfo("America/New_York")) == date(2026, 2, 1)


def test_a_spent_budget_keeps_reminders_back_and_lets_a_safety_answer_go(
    clinic: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        row = session.get_one(Clinic, clinic)
        a_plan(session, a_patient(session, row))
        a_message(session, row, NOW - DAY)
    budget(sessions, clinic, 1)

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    assert sandbox.texts(PATIENT_NUMBER) == ()
    reminder = messages(sessions)[-1]
    assert (reminder.state, reminder.reason) == (State.WITHHELD, Reason.BUDGET)


def test_an_email_costs_nothing_and_goes_all_the_same(
    clinic: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        row = session.get_one(Clinic, clinic)
        a_plan(session, a_patient(session, row, medium=Medium.EMAIL))
        a_message(session, row, NOW - DAY)
    budget(sessions, clinic, 1)

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    assert len(sandbox.mails("ana@example.org")) == 1


def test_the_standing_of_several_clinics_is_told_at_once(clinic: int, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        spent_out = a_clinic(session, "+12075550101", "a@other.example")
        spent_out.budget_cents = 1
        a_message(session, spent_out, NOW)
        held = a_clinic(session, "+12075550102", "b@third.example")
        session.add(Hold(clinic_id=held.id, reason="storm", by="staff:1", since=NOW))
        released = a_clinic(session, "+12075550103", "c@fourth.example")
        gone = Hold(clinic_id=released.id, reason="storm", by="staff:1", since=NOW)
        session.add(gone)
        gone.release(NOW)
        ids = (clinic, spent_out.id, held.id, released.id)
    with sessions() as session:
        told = standing_of(session, ids, NOW)

    assert [(told[one].held, told[one].over_budget) for one in ids] == [
        (False, False), (False, True), (True, False), (False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "marks"),
    [(0, ()), (79, ()), (80, (80,)), (99, (80,)), (100, (100,)), (250, (100,))],
)
def test_a_budget_has_two_marks(percent: int, marks: tuple[int, ...]) -> None:
    assert reached(percent * 1_000, 100) == marks


def test_the_admin_hears_once_of_a_budget_nearly_used_and_once_of_one_that_is(
    clinic: int, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        row = session.get_one(Clinic, clinic)
        for hours in range(8):
            a_message(session, row, NOW - timedelta(hours=hours), segments=10)
    budget(sessions, clinic, 100)

    for _ in range(2):
        watch.count_costs(sessions, NOW)
    near = alerts(sessions)
    with transaction(sessions) as session:
        a_message(session, session.get_one(Clinic, clinic), NOW - 2 * DAY, segments=20)
    for _ in range(2):
        watch.count_costs(sessions, NOW)

    assert near == [MARKS[80]]
    assert alerts(sessions) == [MARKS[80], MARKS[100]]
    with sessions() as session:
        mails = session.scalars(sa.select(Message).where(Message.kind == Kind.STAFF)).all()
    assert {(mail.address, mail.wording) for mail in mails} == {
        ("ada@maplept.example", Key.STAFF_BUDGET)
    }
    assert len(mails) == 2


def alerts(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(sa.select(Alert.sentence).order_by(Alert.id)))


@pytest.mark.parametrize("way", ["next month", "a larger budget", "no budget"])
def test_the_desk_no_longer_speaks_of_a_budget_that_is_not_spent(
    clinic: int, sessions: Sessions, way: str
) -> None:
    with transaction(sessions) as session:
        a_message(session, session.get_one(Clinic, clinic), NOW - DAY)
    budget(sessions, clinic, 1)
    watch.count_costs(sessions, NOW)
    before = still_open(sessions)

    budget(sessions, clinic, {"next month": 1, "a larger budget": 100}.get(way))
    watch.count_costs(sessions, NOW + 31 * DAY if way == "next month" else NOW)

    assert (before, still_open(sessions)) == ([MARKS[100]], [])


def still_open(sessions: Sessions) -> list[str]:
    with sessions() as session:
        rows = session.scalars(sa.select(Alert).where(Alert.resolved_at.is_(None)))
        return [row.sentence for row in rows]


def test_without_a_budget_nothing_is_said(clinic: int, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_message(session, session.get_one(Clinic, clinic), NOW, segments=900)

    watch.count_costs(sessions, NOW)

    assert alerts(sessions) == []


def test_what_one_clinic_spends_is_not_anothers(clinic: int, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        other = a_clinic(session, "+12075550101", "care@other.example")
        a_message(session, other, NOW, segments=900)

    assert spent(sessions, clinic) == 0
