"""Does the demo clinic hold what it promises, and do its rows agree with each other?"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from demo_rows import Demo, settings_of_the_demo

from reminders.core.adherence import Excuse, Outcome, figures
from reminders.core.gate import Consent as Agreed
from reminders.core.gate import Kind, Reason
from reminders.core.triage import AlertKind
from reminders.sandbox.demo import ACCESS, LANDLINES, clear, is_stale, seed
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import (
    Attempt,
    Door,
    Fate,
    Link,
    Message,
    Receipt,
    Reply,
    State,
    find_link,
)
from reminders.store.db import Sessions, make_sessions
from reminders.store.models import Base
from reminders.store.people import (
    Care,
    Clinic,
    Location,
    Medium,
    Patient,
    Source,
    Suppression,
    Why,
    consent_of,
)
from reminders.store.plans import Plan, Routine
from reminders.store.queries.history import sittings_of
from reminders.store.record import Alert, LogEntry, Visit

ZONE = ZoneInfo("America/New_York")
# A Saturday, half past nine: the morning's reminders have gone out, the evening's are to come.
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=ZONE).astimezone(UTC)
TODAY = NOW.astimezone(ZONE).date()
TUESDAY = date(2026, 11, 17)
WEEKS = timedelta(weeks=8)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def seeded(request: pytest.FixtureRequest, engines: dict[str, sa.Engine]) -> Iterator[Sessions]:
    """The demo clinic, made once for all tests that only look at it."""
    engine = engines[request.param]
    sessions = make_sessions(engine)
    seed(sessions, settings_of_the_demo(), NOW)
    yield sessions
    clear(sessions)


@pytest.fixture
def demo(seeded: Sessions) -> Iterator[Demo]:
    with seeded() as session:
        yield Demo(seeded, session)


def test_the_clinic_has_two_sites_three_therapists_and_an_admin_and_may_send(demo: Demo) -> None:
    clinic = demo.session.scalars(sa.select(Clinic)).one()
    roles = [one.role for one in demo.session.scalars(sa.select(Staff).order_by(Staff.id))]

    assert (clinic.short_name, clinic.zone, clinic.ready) == ("Maple PT", str(ZONE), True)
    assert demo.session.scalar(sa.select(sa.func.count(Location.id))) == 2
    assert roles == [Role.THERAPIST, Role.THERAPIST, Role.THERAPIST, Role.ADMIN]
    assert demo.session.scalar(sa.select(sa.func.count(Patient.id))) == 25


def test_every_number_and_address_belongs_to_nobody(demo: Demo) -> None:
    patients = demo.session.scalars(sa.select(Patient)).all()
    staff = demo.session.scalars(sa.select(Staff)).all()

    phones = {row.phone for row in (*patients, *staff) if row.phone}
    mails = {row.email for row in (*patients, *staff) if row.email}
    assert all(re.fullmatch(r"\+1207555 ?01\d\d", phone) for phone in phones)
    assert all(mail.endswith(".example") for mail in mails)


def test_the_demo_password_opens_the_desk(demo: Demo) -> None:
    wanted = sa.select(Staff).where(Staff.email_index == ACCESS.desk_email)
    person = demo.session.scalars(wanted).one()

    assert person.password is not None
    assert PasswordHasher().verify(person.password, ACCESS.desk_password)


def test_each_story_has_its_own_alert_and_the_quiet_ones_have_none(demo: Demo) -> None:
    open_now = sa.select(Alert).where(Alert.resolved_at.is_(None))
    kinds: dict[str, set[AlertKind]] = defaultdict(set)
    for alert in demo.session.scalars(open_now):
        assert alert.patient is not None
        kinds[alert.patient.first_name].add(alert.kind)

    # What the service makes of a landline is its own affair.
    assert kinds.pop("Harold", set()) <= {AlertKind.NOT_DELIVERED}
    assert kinds == {
        "Walter": {AlertKind.SAFETY},
        "Denise": {AlertKind.PAIN_UP},
        "Tom": {AlertKind.SILENT},
        "Nadia": {AlertKind.MESSAGE},
        "Priya": {AlertKind.NOT_BETTER},
        "Marcus": {AlertKind.UNDER_HALF},
        "Ruth": {AlertKind.DOING_WELL},
    }


def test_the_steady_one_answers_most_of_eight_weeks(demo: Demo) -> None:
    ana = demo.patient("Ana")
    known = sittings_of(demo.session, (ana.id,), TODAY - WEEKS)[ana.id]
    found = figures(known, NOW)

    assert found.due >= 54
    assert found.sessions_percent is not None
    assert 60 <= found.sessions_percent < 80
    assert min(found.part, found.skipped, found.no_answer) > 0


def test_the_silent_one_gets_every_text_and_has_not_answered_since_tuesday(demo: Demo) -> None:
    last = demo.replies("Tom")[-1].received_at.astimezone(ZONE).date()
    since = [
        message
        for message in demo.messages("Tom", Kind.REMINDER)
        if message.due_at.astimezone(ZONE).date() >= TUESDAY
    ]

    assert last == TUESDAY - timedelta(days=1)
    assert [message.state for message in since] == [State.DELIVERED] * 5


def test_the_pain_of_one_rises_to_seven_this_morning(demo: Demo) -> None:
    pains = [entry.pain for entry in demo.entries("Denise") if entry.pain is not None]

    assert pains[-1] == 7
    assert sorted(pains[-9:-4])[2] <= 5


def test_one_does_everything_and_is_not_better(demo: Demo) -> None:
    priya = demo.patient("Priya")
    known = sittings_of(demo.session, (priya.id,), TODAY - timedelta(days=27))[priya.id]
    pains = [entry.pain for entry in demo.entries("Priya") if entry.pain is not None]

    assert (figures(known, NOW).sessions_percent or 0) >= 85
    assert abs(sorted(pains[:7])[3] - sorted(pains[-7:])[3]) < 2


def test_one_opted_out_in_plain_words_and_gets_nothing_since(demo: Demo) -> None:
    greg = demo.patient("Greg")
    blocked = demo.session.scalars(
        sa.select(Suppression).where(Suppression.address_index == greg.phone)
    ).one()
    [confirmation] = demo.messages("Greg", Kind.OPT_OUT)
    later = [one for one in demo.messages("Greg") if one.due_at > confirmation.due_at]

    assert (blocked.why, blocked.source, blocked.lifted_at) == (Why.OPT_OUT, Source.PATIENT, None)
    assert confirmation.state is State.DELIVERED
    assert {one.state for one in later} == {State.WITHHELD}
    assert len(later) >= 8


def test_the_new_number_of_one_is_a_landline_and_gets_no_more_texts(demo: Demo) -> None:
    harold = demo.patient("Harold")
    failed = [one for one in demo.messages("Harold") if one.state is State.FAILED]
    texts = [one for one in demo.messages("Harold") if one.medium is Medium.TEXT]
    after = [one for one in texts if one.due_at > failed[0].due_at]

    assert (harold.phone,) == LANDLINES
    assert [one.reason for one in failed] == ["not_a_mobile"]
    assert {one.state for one in after} <= {State.WITHHELD}
    assert len([one for one in demo.messages("Harold") if one.state is State.DELIVERED]) > 80


@pytest.mark.parametrize("first", ["Luis", "Rosa"])
def test_two_write_and_are_written_to_in_spanish(demo: Demo, first: str) -> None:
    texts = [one.text or "" for one in demo.messages(first) if one.state is State.DELIVERED]
    heard = [one.text for one in demo.replies(first)]

    assert all("ejercicios" in text or "Gracias" in text or "listo" in text for text in texts[:2])
    assert any("hice todo" in text for text in heard)
    assert {entry.outcome for entry in demo.entries(first)} == set(Outcome)


def test_one_is_reached_by_email_only(demo: Demo) -> None:
    bill = demo.patient("Bill")

    assert (bill.phone, bill.medium) == (None, Medium.EMAIL)
    assert {one.medium for one in demo.messages("Bill")} == {Medium.EMAIL}
    assert {one.door for one in demo.replies("Bill")} == {Door.EMAIL}
    assert len(demo.entries("Bill")) > 25


def test_two_share_a_phone_and_once_it_had_to_be_asked_who_wrote(demo: Demo) -> None:
    june, frank = demo.patient("June"), demo.patient("Frank")
    asked = demo.session.scalars(sa.select(Message).where(Message.wording == "who")).one()
    day = asked.due_at.astimezone(ZONE).date()

    assert june.phone == frank.phone
    assert "A for J.A. or B for F.A." in (asked.text or "")
    for first, pain in (("June", 3), ("Frank", 2)):
        [entry] = [one for one in demo.entries(first) if one.day == day]
        assert (entry.outcome, entry.pain) == (Outcome.DONE, pain)


def test_one_is_paused_for_a_while_and_gets_no_text(demo: Demo) -> None:
    paused = [one for one in demo.occurrences("Hannah") if one.excuse is Excuse.PAUSED]

    assert [one.day for one in paused] == [TODAY - timedelta(days=ago) for ago in range(8, 0, -1)]
    assert {one.message_id for one in paused} == {None}


def test_one_is_discharged_and_nothing_is_due_for_him(demo: Demo) -> None:
    owen = demo.patient("Owen")
    due = sa.select(Routine.next_due_at).where(Routine.patient_id == owen.id)

    assert owen.state is Care.DISCHARGED
    assert set(demo.session.scalars(due)) == {None}
    assert demo.occurrences("Owen")[-1].day < TODAY - timedelta(days=5)


def test_a_red_flag_of_this_morning_was_answered_and_stands_open(demo: Demo) -> None:
    walter = demo.patient("Walter")
    [answer] = demo.messages("Walter", Kind.SAFETY)
    wanted = sa.select(Alert).where(Alert.patient_id == walter.id, Alert.resolved_at.is_(None))
    alert = demo.session.scalars(wanted).one()
    told = demo.session.scalars(sa.select(Message).where(Message.alert_id == alert.id)).all()

    assert walter.safety_hold_at is not None
    assert (answer.state, "911" in (answer.text or "")) == (State.DELIVERED, True)
    assert alert.opened_at.astimezone(ZONE).date() == TODAY
    assert {one.medium for one in told} == set(Medium)
    assert {one.state for one in told} <= {State.DELIVERED, State.SENT}


def test_one_question_waits_and_another_was_answered(demo: Demo) -> None:
    [waiting] = [one for one in demo.replies("Nadia") if one.fate is Fate.FOR_A_PERSON]
    [handled] = [one for one in demo.replies("Ana") if one.fate is Fate.FOR_A_PERSON]
    [note] = demo.messages("Ana", Kind.NOTE)

    assert waiting.handled_at is None
    assert waiting.received_at < NOW - timedelta(days=1)
    assert handled.handled_at is not None
    assert (note.state, note.text) == (
        State.DELIVERED,
        "Maple PT: Yes, a short walk is fine. Lena",
    )


def test_a_new_patient_was_asked_and_has_not_said_yes(demo: Demo) -> None:
    caleb = demo.patient("Caleb")
    [welcome] = demo.messages("Caleb")
    due = sa.select(Routine.next_due_at).where(Routine.patient_id == caleb.id)

    assert (welcome.kind, welcome.state) == (Kind.WELCOME, State.DELIVERED)
    assert consent_of(demo.session, caleb, Medium.TEXT) is Agreed.GIVEN
    assert (demo.session.scalars(due).one() or NOW) > NOW


def test_plans_changed_on_the_way_and_the_old_ones_stay(demo: Demo) -> None:
    plan = demo.session.scalars(
        sa.select(Plan).where(Plan.patient_id == demo.patient("Ana").id)
    ).one()
    used = {one.plan_version_id for one in demo.occurrences("Ana")}

    assert [version.number for version in plan.versions] == [1, 2, 3]
    assert used == {version.id for version in plan.versions}
    assert len({one.routine_key for one in demo.occurrences("Ana")}) == 1
    assert demo.session.scalar(sa.select(sa.func.count(Visit.id))) > 75


def test_nothing_lies_in_the_future_and_nothing_due_is_left(demo: Demo) -> None:
    waiting = sa.select(Message.id).where(
        Message.state.in_((State.DUE, State.CLAIMED)), Message.ready_at <= NOW
    )
    soon = demo.session.scalar(
        sa.select(sa.func.min(Routine.next_due_at)).where(Routine.next_due_at > NOW)
    )

    assert not demo.session.scalars(waiting).all()
    assert not demo.session.scalars(sa.select(Reply.id).where(Reply.read_at.is_(None))).all()
    assert (demo.session.scalar(sa.select(sa.func.max(Reply.received_at))) or NOW) <= NOW
    assert (demo.session.scalar(sa.select(sa.func.max(LogEntry.at))) or NOW) <= NOW
    assert soon - NOW <= timedelta(hours=1)


def test_every_text_that_left_has_its_attempt_its_receipts_and_a_link_that_opens(
    demo: Demo,
) -> None:
    left = sa.select(Message).where(Message.state == State.DELIVERED, Message.kind == Kind.REMINDER)
    receipts = defaultdict(set)
    for attempt, status in demo.session.execute(sa.select(Receipt.attempt_id, Receipt.status)):
        receipts[attempt].add(status)
    attempts = {one.message_id: one for one in demo.session.scalars(sa.select(Attempt))}
    newest = demo.session.scalars(left.order_by(Message.due_at.desc())).first()

    for message in demo.session.scalars(left):
        assert receipts[attempts[message.id].id] == {"sent", "delivered"}
    assert newest is not None
    token = (newest.text or "").partition("/x/")[2].split()[0]
    link = find_link(demo.session, token)
    assert isinstance(link, Link)
    assert (link.id, link.open_at(NOW)) == (newest.link_id, True)


def test_a_clinic_that_is_there_is_not_made_twice(seeded: Sessions) -> None:
    def counts() -> list[int]:
        with seeded() as session:
            return [
                session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            ]

    before = counts()
    assert seed(seeded, settings_of_the_demo(), NOW + timedelta(hours=2)) == ACCESS
    assert counts() == before


def test_a_demo_of_another_day_is_stale_and_so_is_one_whose_clock_was_ahead(
    seeded: Sessions,
) -> None:
    assert not is_stale(seeded, NOW)
    assert not is_stale(seeded, NOW + timedelta(hours=12))
    assert is_stale(seeded, NOW + timedelta(days=1))
    assert is_stale(seeded, NOW - timedelta(hours=2))


def test_reasons_that_keep_a_text_back_are_on_its_row(demo: Demo) -> None:
    kept = sa.select(Message.reason).where(Message.state == State.WITHHELD).distinct()

    assert set(demo.session.scalars(kept)) >= {Reason.UNREACHABLE, Reason.SUPPRESSED}
