"""Does triage get to know what is known of a patient?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from sqlalchemy.orm import Session

from reminders.channels import Reason
from reminders.core import triage
from reminders.core.adherence import Excuse, Outcome, PainPoint
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind, Failure, History
from reminders.store.conversation import Door, Fate, Message, Reply, State
from reminders.store.db import Sessions
from reminders.store.people import Medium, Patient
from reminders.store.plans import plan_of
from reminders.store.queries.history import FAILURES, history_of, sittings_of
from reminders.store.record import Alert, EntrySource, Hold, LogEntry, Moment, Occurrence

TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def a_sitting(session: Session, patient: Patient, days_ago: int, **changes: object) -> Occurrence:
    """A sitting of nine o'clock local time."""
    version = plan_of(session, patient).current or a_plan(session, patient).current
    assert version is not None
    day = TODAY - days_ago * DAY
    due = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "routine_key": version.routines[0].routine_key,
        "slot": 0,
        "day": day,
        "due_at": due,
        "closes_at": due + 18 * HOUR,
        "plan_version_id": version.id,
        "routine_id": version.routines[0].id,
    }
    row = Occurrence(**fields | changes)
    session.add(row)
    session.flush()
    return row


def an_entry(session: Session, patient: Patient, **changes: object) -> LogEntry:
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "day": TODAY,
        "source": EntrySource.TEXT,
        "at": NOW,
    }
    row = LogEntry(**fields | changes)
    session.add(row)
    session.flush()
    return row


def an_entry_of(session: Session, sitting: Occurrence, **changes: object) -> LogEntry:
    patient = session.get_one(Patient, sitting.patient_id)
    fields = {"occurrence_id": sitting.id, "day": sitting.day, "at": sitting.due_at + HOUR}
    return an_entry(session, patient, **fields | changes)


def a_message(session: Session, patient: Patient, days_ago: int, **changes: object) -> Message:
    at = NOW - days_ago * DAY
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "recipient": f"p{patient.id}",
        "kind": Kind.REMINDER,
        "key": f"day {days_ago}",
        "patient_id": patient.id,
        "medium": Medium.TEXT,
        "due_at": at,
        "ready_at": at,
        "created_at": at,
        "ended_at": at,
    }
    row = Message(**fields | changes)
    session.add(row)
    session.flush()
    return row


def a_reply(session: Session, patient: Patient, days_ago: int, **changes: object) -> Reply:
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "door": Door.TEXT,
        "provider_id": f"{patient.id} {days_ago}",
        "sender": patient.phone,
        "sender_index": patient.phone,
        "text": f"words of {days_ago} days ago",
        "received_at": NOW - days_ago * DAY,
        "intent": "message",
        "fate": Fate.FOR_A_PERSON,
    }
    row = Reply(**fields | changes)
    session.add(row)
    session.flush()
    return row


def an_alert(session: Session, patient: Patient, **changes: object) -> Alert:
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "kind": AlertKind.SAFETY,
        "urgency": 0,
        "sentence": "Wrote of a possible emergency.",
        "evidence": "my calf is hot and swollen",
        "opened_at": NOW - HOUR,
    }
    row = Alert(**fields | changes)
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def ana(session: Session) -> Patient:
    return a_patient(session, a_clinic(session))


@pytest.fixture
def ben(session: Session, ana: Patient) -> Patient:
    """Somebody else, of whom nothing may be told."""
    return a_patient(session, ana.clinic, first_name="Ben", phone="+12075550119")


def known(session: Session, patient: Patient, now: datetime = NOW) -> History:
    return history_of(session, patient, now)


def test_of_a_new_patient_nothing_is_known_but_the_zone(session: Session, ana: Patient) -> None:
    assert known(session, ana) == History(zone=ana.tz)


# Sittings


def test_a_sitting_comes_with_what_is_reported_of_it_now(session: Session, ana: Patient) -> None:
    done = a_sitting(session, ana, 2)
    an_entry_of(session, done, outcome=Outcome.SKIPPED, superseded_at=NOW)
    an_entry_of(session, done, outcome=Outcome.DONE, pain=4)
    an_entry_of(session, done, moment=Moment.NEXT_MORNING, pain=7)
    silent = a_sitting(session, ana, 1)
    paused = a_sitting(session, ana, 0, excuse=Excuse.PAUSED)

    found = known(session, ana).sittings

    assert [one.occurrence_id for one in found] == [done.id, silent.id, paused.id]
    assert [one.outcome for one in found] == [Outcome.DONE, None, None]
    assert [one.pain for one in found] == [4, None, None]
    assert [one.excuse for one in found] == [None, None, Excuse.PAUSED]
    assert (found[0].day, found[0].due_at) == (done.day, done.due_at)
    assert found[0].closes_at == done.closes_at


def test_sittings_of_several_patients_come_in_one_select(
    session: Session, ana: Patient, ben: Patient
) -> None:
    yesterday, today = a_sitting(session, ana, 1), a_sitting(session, ana, 0)
    his = a_sitting(session, ben, 0)
    a_sitting(session, ana, 3)
    asked: list[str] = []
    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    found = sittings_of(session, [ana.id, ben.id, 999], TODAY - DAY)

    assert {who: [one.occurrence_id for one in rows] for who, rows in found.items()} == {
        ana.id: [yesterday.id, today.id],
        ben.id: [his.id],
        999: [],
    }
    assert len(asked) == 1


def test_what_lies_further_back_than_twelve_weeks_is_left_out(
    session: Session, ana: Patient
) -> None:
    a_sitting(session, ana, 85)
    kept = a_sitting(session, ana, 84)

    assert [one.occurrence_id for one in known(session, ana).sittings] == [kept.id]


def test_nothing_of_another_patient_is_told(session: Session, ana: Patient, ben: Patient) -> None:
    an_entry_of(session, a_sitting(session, ben, 1), outcome=Outcome.DONE, pain=8)
    a_message(session, ben, 1, state=State.FAILED, reason="unreachable")
    a_reply(session, ben, 1)
    an_alert(session, ben)

    assert known(session, ben) != History(zone=ben.tz)
    assert known(session, ana) == History(zone=ana.tz)


# Pain and words


def test_pain_is_every_report_of_it_but_the_next_morning_and_the_corrected(
    session: Session, ana: Patient
) -> None:
    sitting = a_sitting(session, ana, 1)
    an_entry_of(session, sitting, pain=9, superseded_at=NOW)
    an_entry_of(session, sitting, pain=3)
    an_entry_of(session, sitting, pain=6, moment=Moment.NEXT_MORNING)
    an_entry(session, ana, pain=5, moment=Moment.OTHER)
    an_entry(session, ana, day=date(2025, 1, 1), pain=0, moment=Moment.OTHER)

    assert known(session, ana).pains == (
        PainPoint(date(2025, 1, 1), 0, NOW),
        PainPoint(sitting.day, 3, sitting.due_at + HOUR),
        PainPoint(TODAY, 5, NOW),
    )


def test_last_heard_is_any_word_of_theirs_but_no_absence_note(
    session: Session, ana: Patient
) -> None:
    a_reply(session, ana, 4, fate=Fate.QUIET)
    a_reply(session, ana, 2, automatic=True, fate=Fate.QUIET)
    assert known(session, ana).last_heard == NOW - 4 * DAY

    an_entry(session, ana, at=NOW - 3 * DAY, source=EntrySource.STAFF, outcome=Outcome.DONE)

    assert known(session, ana).last_heard == NOW - 3 * DAY


def test_the_oldest_unhandled_words_wait_and_those_not_understood_apart(
    session: Session, ana: Patient
) -> None:
    a_reply(session, ana, 9, handled_at=NOW)
    a_reply(session, ana, 8, fate=Fate.ANSWERED)
    a_reply(session, ana, 3)
    a_reply(session, ana, 2)
    a_reply(session, ana, 1, intent="")

    found = known(session, ana)

    assert (found.unread_since, found.unread_words) == (NOW - 3 * DAY, "words of 3 days ago")
    assert (found.unclear_since, found.unclear_words) == (NOW - DAY, "words of 1 days ago")


# What did not arrive


def test_failures_count_since_the_last_message_that_arrived(session: Session, ana: Patient) -> None:
    a_message(session, ana, 5, state=State.FAILED, reason="unreachable")
    a_message(session, ana, 4, state=State.DELIVERED)
    a_message(session, ana, 3, state=State.FAILED, reason="mailbox_full")
    a_message(session, ana, 2, state=State.WITHHELD, reason="paused")
    a_message(session, ana, 1, state=State.FAILED, reason="a new word of the provider")

    assert known(session, ana).failures == (
        Failure(NOW - 3 * DAY, "the mailbox is full"),
        Failure(NOW - DAY, "the carrier did not say why"),
    )


@pytest.mark.parametrize(
    ("after", "counted"),
    [
        pytest.param(timedelta(hours=23), 1, id="just sent"),
        pytest.param(timedelta(hours=24), 0, id="a day without bad news"),
    ],
)
def test_a_message_without_any_receipt_counts_as_arrived_after_a_day(
    session: Session, ana: Patient, after: timedelta, counted: int
) -> None:
    a_message(session, ana, 1, state=State.FAILED, reason="unreachable")
    a_message(session, ana, 0, state=State.SENT)

    assert len(known(session, ana, NOW + after).failures) == counted


def test_a_notice_to_staff_is_no_message_to_the_patient(session: Session, ana: Patient) -> None:
    lena = a_therapist(session, ana.clinic, email="second@maplept.example")
    notice = {"kind": Kind.STAFF, "staff_id": lena.id, "recipient": f"s{lena.id}"}
    a_message(session, ana, 1, state=State.FAILED, reason="unreachable", **notice)

    assert known(session, ana).failures == ()


def test_every_reason_of_a_provider_has_its_half_sentence() -> None:
    assert set(FAILURES) == {reason.value for reason in Reason}


# Red flags and holds


def test_a_red_flag_stands_until_its_alert_is_resolved(session: Session, ana: Patient) -> None:
    alert = an_alert(session, ana)
    found = known(session, ana)
    assert found.red_flag_since == NOW - HOUR
    assert found.red_flag_words == "my calf is hot and swollen"

    alert.resolve(None, NOW)
    session.flush()

    assert known(session, ana).red_flag_since is None


def test_a_safety_pause_is_a_red_flag_even_without_an_alert(session: Session, ana: Patient) -> None:
    ana.hold_for_safety(NOW)

    assert known(session, ana).red_flag_since == NOW


def test_the_oldest_hold_of_the_clinic_is_told_until_it_is_released(
    session: Session, ana: Patient
) -> None:
    other = a_clinic(session, "+12075550101", "care@other.example")
    holds = [
        Hold(clinic_id=other.id, reason="not ours", by="staff:9", since=NOW - 9 * DAY),
        Hold(clinic_id=ana.clinic_id, reason="over", by="staff:1", since=NOW, released_at=NOW),
        Hold(clinic_id=ana.clinic_id, reason="flood", by="service", since=NOW - 2 * DAY),
        Hold(clinic_id=ana.clinic_id, reason="storm", by="staff:1", since=NOW - DAY),
    ]
    session.add_all(holds)
    session.flush()

    found = known(session, ana)

    assert (found.hold_since, found.hold_words) == (NOW - 2 * DAY, "flood")


def test_the_rules_can_read_it(session: Session, ana: Patient) -> None:
    for days in range(1, 5):
        a_sitting(session, ana, days)
    a_message(session, ana, 2, state=State.FAILED, reason="unreachable")
    a_message(session, ana, 1, state=State.FAILED, reason="unreachable")
    an_alert(session, ana)

    kinds = [reason.kind for reason in triage.reasons(known(session, ana), NOW)]

    assert kinds == [AlertKind.SAFETY, AlertKind.SILENT, AlertKind.NOT_DELIVERED]
