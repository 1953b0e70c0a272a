"""What the desk says of delivery: what left, what it cost, what failed and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from desk_door import press, sign_in
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from reminders import outbox, watch
from reminders.core.gate import Kind, Reason
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic, Medium, Patient, Sender
from reminders.store.plans import Routine
from reminders.store.record import Alert
from reminders.watch.delivery import SENTENCE

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
PAGE = "/desk/clinic/delivery"
DUE = NOW - timedelta(hours=3)
EVENING = NOW + timedelta(hours=10)


@dataclass(frozen=True)
class World:
    clinic: int
    lena: int
    ana: int
    number: int


@pytest.fixture
def world(sessions: Sessions, client: FlaskClient) -> World:
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff)).one()
        a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        ana = a_patient(session, clinic)
        a_plan(session, ana)
        number = session.scalars(sa.select(Sender).where(Sender.medium == Medium.TEXT)).one()
        made = World(clinic.id, lena.id, ana.id, number.id)
    sign_in(client, made.lena)
    return made


Write = Callable[..., None]


@pytest.fixture
def write(sessions: Sessions, world: World) -> Write:
    """Put a message into the past."""

    def put(state: State, reason: str = "", times: int = 1, **changes: object) -> None:
        with transaction(sessions) as session:
            for _ in range(times):
                _message(session, world, state, reason, **changes)

    return put


def _message(session: Session, world: World, state: State, reason: str, **changes: object) -> None:
    number = session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0
    fields: dict[str, object] = {
        "clinic_id": world.clinic,
        "recipient": f"p{world.ana}",
        "kind": Kind.REMINDER,
        "key": f"k{number}",
        "patient_id": world.ana,
        "sender_id": world.number,
        "medium": Medium.TEXT,
        "state": state,
        "reason": reason,
        "segments": 1 if state in (State.SENT, State.DELIVERED) else 0,
        "due_at": DUE,
        "ready_at": DUE,
        "created_at": DUE,
        "ended_at": DUE,
    }
    session.add(Message(**fields | changes))
    session.flush()


# Planned and sent


def test_each_day_says_what_left_and_why_the_rest_did_not(
    client: FlaskClient, world: World, write: Write
) -> None:
    write(State.DELIVERED, times=3)
    write(State.SENT)
    write(State.WITHHELD, Reason.SUPPRESSED)
    write(State.MISSED, Reason.LATE)
    write(State.FAILED, "unreachable")
    write(State.WITHDRAWN, Reason.LOGGED)
    write(State.DELIVERED, due_at=DUE - timedelta(days=2))

    page = client.get(PAGE).text

    assert "4 of 8 sent" in page
    stayed = "1 opted out, 1 too late (our service), 1 failed, 1 no longer needed"
    assert f"3 confirmed by the carrier · {stayed}" in page
    assert "1 of 1 sent" in page
    assert page.count("Nothing was planned") == 5


@pytest.mark.parametrize(
    ("left", "missing", "alarmed"),
    [(0, 2, False), (0, 3, True), (1, 5, False), (5, 5, False), (4, 8, True), (9, 1, False)],
)
def test_a_clinic_whose_reminders_do_not_leave_is_told(
    sessions: Sessions, world: World, write: Write, left: int, missing: int, *, alarmed: bool
) -> None:
    write(State.DELIVERED, times=left)
    write(State.MISSED, Reason.LATE, times=missing)

    for _ in range(2):
        watch.compare_with_plan(sessions, NOW)

    assert alarms(sessions) == ([SENTENCE] if alarmed else [])
    with sessions() as session:
        mails = session.scalars(sa.select(Message).where(Message.kind == Kind.STAFF)).all()
    assert [(mail.address, mail.wording) for mail in mails] == (
        [("ada@maplept.example", Key.STAFF_SENDING)] if alarmed else []
    )


@pytest.mark.parametrize(
    ("ago", "evidence"),
    [
        ((0, 1), ""),
        ((0, 1, 2), "None of 3 since Sat 14 Mar."),
        ((0, 2, 6), "None of 3 since Tue 10 Mar."),
        ((0, 2, 7), ""),
        ((0, 0, 0), "None of 3 so far today."),
    ],
)
def test_where_one_or_two_a_day_are_planned_some_days_without_any_alarm_as_well(
    sessions: Sessions, world: World, write: Write, ago: tuple[int, ...], evidence: str
) -> None:
    for days in ago:
        write(State.MISSED, Reason.LATE, due_at=DUE - timedelta(days=days))

    watch.compare_with_plan(sessions, NOW)

    assert evidences(sessions) == ([evidence] if evidence else [])


def test_one_that_left_yesterday_is_not_none(
    sessions: Sessions, world: World, write: Write
) -> None:
    for days in range(4):
        state = State.SENT if days == 1 else State.MISSED
        write(state, due_at=DUE - timedelta(days=days))

    watch.compare_with_plan(sessions, NOW)

    assert evidences(sessions) == []


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.WITHHELD, Reason.PAUSED),
        (State.WITHHELD, Reason.SUPPRESSED),
        (State.WITHHELD, Reason.HOLD),
        (State.WITHHELD, Reason.BUDGET),
        (State.WITHDRAWN, Reason.LOGGED),
    ],
    ids=str,
)
def test_what_rightly_stayed_alarms_nobody(
    sessions: Sessions, world: World, write: Write, state: State, reason: Reason
) -> None:
    write(state, reason, times=12)

    watch.compare_with_plan(sessions, NOW)

    assert alarms(sessions) == []


def test_what_was_never_planned_alarms_as_well_and_the_alert_goes_with_its_cause(
    sessions: Sessions, world: World, post: Post
) -> None:
    with transaction(sessions) as session:
        for place in range(3):
            other = a_patient(
                session, session.get_one(Clinic, world.clinic), phone=f"+1207555020{place}"
            )
            a_plan(session, other)
    watch.compare_with_plan(sessions, EVENING)
    before = alarms(sessions)

    outbox.plan(sessions, NOW + timedelta(minutes=31))
    with transaction(sessions) as session:
        session.execute(sa.update(Message).values(state=State.SENT))
    watch.compare_with_plan(sessions, EVENING)

    assert before == [SENTENCE]
    assert alarms(sessions) == []


def evidences(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(sa.select(Alert.evidence).where(Alert.resolved_at.is_(None))))


def alarms(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(sa.select(Alert.sentence).where(Alert.resolved_at.is_(None))))


# Senders


def test_a_sender_that_failed_says_why_and_is_used_again_when_a_person_says_so(
    client: FlaskClient, sessions: Sessions, world: World, write: Write
) -> None:
    with transaction(sessions) as session:
        number = session.get_one(Sender, world.number)
        number.fail("sender_fault", NOW - timedelta(hours=1))
        number.per_second = 1.5
    write(State.FAILED, "unreachable", times=2)
    page = client.get(PAGE).text

    press(client, PAGE, f"/desk/senders/{world.number}/mend")

    assert "Nothing leaves until your admin has put it right" in page
    assert "2 times: The phone was off or had no signal" in page
    assert "at most 1.5 a second" in page
    with sessions() as session:
        assert session.get_one(Sender, world.number).fault == ""
        assert "sender.mend" in session.scalars(sa.select(AuditEvent.action)).all()
    assert "It works again" not in client.get(PAGE).text


def test_an_assistant_can_look_and_change_nothing(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with transaction(sessions) as session:
        session.get_one(Staff, world.lena).role = Role.ASSISTANT
        session.get_one(Sender, world.number).fail("sender_fault", NOW)

    page = client.get(PAGE).text
    press(client, "/desk/clinic/budget", f"/desk/senders/{world.number}/mend")
    press(client, "/desk/clinic/budget", budget="1", price="1")

    assert "It works again" not in page
    with sessions() as session:
        assert session.get_one(Sender, world.number).fault == "sender_fault"
        assert session.get_one(Clinic, world.clinic).budget_cents is None


# Money


def test_costs_stand_by_month_and_kind_and_last_months_stay(
    client: FlaskClient, sessions: Sessions, world: World, write: Write
) -> None:
    write(State.DELIVERED, times=2, segments=1)
    write(State.DELIVERED, kind=Kind.SAFETY, segments=2)
    write(State.SENT, due_at=DUE - timedelta(days=20), segments=3)
    watch.count_costs(sessions, NOW)

    page = client.get(PAGE).text

    assert "<b>March 2026</b> $0.04" in page
    assert "2 reminders, 2 texts, $0.02" in page
    assert "1 safety answers, 2 texts, $0.02" in page
    assert "<b>February 2026</b> $0.03" in page


def test_a_limit_is_kept_with_its_price(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    press(client, "/desk/clinic/budget", budget="49.90", price="8")

    with sessions() as session:
        clinic = session.get_one(Clinic, world.clinic)
        assert (clinic.budget_cents, clinic.thousand_texts_cents) == (4_990, 800)
    assert "$0.00 of $49.90 this month, 0 %." in client.get(PAGE).text
    press(client, "/desk/clinic/budget", budget="", price="8")
    assert "No limit is set." in client.get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"budget": "-1", "price": "8"}, "Dollars, please"),
        ({"budget": "a lot", "price": "8"}, "Not a valid decimal value."),
        ({"budget": "5", "price": ""}, "A price, please"),
        ({"budget": "5", "price": "0"}, "Between 0.01 and 1,000"),
    ],
    ids=str,
)
def test_a_limit_that_makes_no_sense_is_sent_back(
    client: FlaskClient, sessions: Sessions, world: World, typed: dict[str, str], said: str
) -> None:
    answer = press(client, "/desk/clinic/budget", **typed)

    assert answer.status_code == 422
    assert said in answer.text
    with sessions() as session:
        assert session.get_one(Clinic, world.clinic).budget_cents is None


# One patient


def test_the_patients_page_says_when_a_text_last_arrived_and_what_failed(
    client: FlaskClient, sessions: Sessions, world: World, write: Write
) -> None:
    write(State.DELIVERED, due_at=NOW - timedelta(days=3), ended_at=NOW - timedelta(days=3))
    write(State.FAILED, "unreachable")
    with transaction(sessions) as session:
        failed = session.scalars(sa.select(Message).where(Message.state == State.FAILED)).one()
        session.add(
            Attempt(
                clinic_id=world.clinic,
                message_id=failed.id,
                public_id="a1",
                number=1,
                state=Try.UNDELIVERED,
                started_at=DUE,
                code="30003",
            )
        )

    page = client.get(f"/desk/patients/{world.ana}").text

    assert "<dt>Arrived</dt><dd>Fri 13 Mar</dd>" in page
    assert "today: the phone was off or had no signal (30003)" in page
    assert "The next reminder goes as usual" in page


def test_a_plan_that_cannot_be_scheduled_is_named_on_both_pages(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with transaction(sessions) as session:
        session.scalars(sa.select(Routine)).one().set_aside("ValueError")

    assert "cannot be scheduled" in client.get(f"/desk/patients/{world.ana}").text
    page = client.get(PAGE).text
    assert "1 plan cannot be scheduled." in page
    assert f'href="/desk/patients/{world.ana}/plan"' in page


def test_a_second_reminder_is_set_for_one_patient(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    outbox.plan(sessions, NOW + timedelta(minutes=31))

    press(client, f"/desk/patients/{world.ana}/nudge", hours="4", way="email")

    with sessions() as session:
        ana = session.get_one(Patient, world.ana)
        assert (ana.nudge_hours, ana.nudge_medium) == (4, Medium.EMAIL)
        # The reminder of today stays as it is.
        assert session.scalars(sa.select(Message.state)).all() == [State.DUE]
    page = client.get(f"/desk/patients/{world.ana}/nudge").text
    assert 'selected value="4"' in page
    press(client, f"/desk/patients/{world.ana}/nudge", hours="0", way="same")
    with sessions() as session:
        ana = session.get_one(Patient, world.ana)
        assert (ana.nudge_hours, ana.nudge_medium) == (None, None)


def test_a_second_reminder_that_waits_is_taken_back_with_its_setting(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with transaction(sessions) as session:
        session.get_one(Patient, world.ana).nudge_hours = 3
    outbox.plan(sessions, NOW + timedelta(minutes=31))

    press(client, f"/desk/patients/{world.ana}/nudge", hours="0", way="same")

    with sessions() as session:
        rows = session.execute(sa.select(Message.kind, Message.state))
        states = {row.kind: row.state for row in rows}
    assert states == {Kind.REMINDER: State.DUE, Kind.NUDGE: State.WITHDRAWN}


def test_hours_that_are_not_offered_are_refused(client: FlaskClient, world: World) -> None:
    answer = press(client, f"/desk/patients/{world.ana}/nudge", hours="99", way="same")

    assert answer.status_code == 422
