"""The web notices a clock that has fallen silent, and tells the admins itself."""

from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan, a_therapist

from reminders.core.wording import Key
from reminders.outbox import Post, send_one
from reminders.sandbox import Sandbox
from reminders.store.accounts import Role
from reminders.store.audit import Heartbeat, beat
from reminders.store.conversation import Message
from reminders.store.db import Sessions, db_now, transaction
from reminders.web.lookout import Lookout, notice_silence


@pytest.fixture
def clinic(sessions: Sessions) -> int:
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        a_plan(session, a_patient(session, clinic))
        a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        beat(session, "clock", db_now(session))
        return clinic.id


def silent_for(sessions: Sessions, age: timedelta) -> None:
    with transaction(sessions) as session:
        session.scalars(sa.select(Heartbeat)).one().beat_at = db_now(session) - age


def look(sessions: Sessions) -> tuple[int, ...]:
    with sessions() as session:
        now = db_now(session)
    return notice_silence(sessions, now)


def test_a_clock_that_beats_is_left_alone(clinic: int, sessions: Sessions) -> None:
    silent_for(sessions, timedelta(seconds=100))

    assert look(sessions) == ()


def test_a_silent_clock_is_told_to_the_admin_once_an_hour_at_most(
    clinic: int, sessions: Sessions
) -> None:
    silent_for(sessions, timedelta(minutes=3))

    told = [look(sessions), look(sessions)]

    assert len(told[0]) == 1
    # Only where the hour turned between the two looks is there a second one.
    with sessions() as session:
        mails = session.scalars(sa.select(Message)).all()
    assert len({mail.key for mail in mails}) == len(mails)
    assert {(mail.address, mail.wording) for mail in mails} == {
        ("ada@maplept.example", Key.STAFF_SILENT)
    }


def test_a_clock_that_was_never_set_up_wakes_nobody(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_clinic(session)

    assert look(sessions) == ()


def test_the_mail_goes_out_without_any_clock(
    clinic: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    silent_for(sessions, timedelta(minutes=3))

    for message_id in look(sessions):
        with sessions() as session:
            now = db_now(session)
        send_one(post, message_id, now)

    [mail] = sandbox.mails("ada@maplept.example")
    assert "nothing is being sent" in mail.header("Subject")


def test_requests_that_pass_make_it_look_after_a_while_and_not_before() -> None:
    looked = Event()
    hasty, patient = Lookout(looked.set, every_seconds=3600), Lookout(looked.set, every_seconds=0)

    hasty.pass_by()
    early = looked.is_set()
    patient.pass_by()

    assert not early
    assert looked.wait(10)
