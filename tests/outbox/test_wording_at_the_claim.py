"""What is written is written at the claim, from the state of that moment, and tells no secret."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import DUE, an_answer, claim_next, message, messages

from reminders import outbox
from reminders.core.gate import Kind
from reminders.core.wording import Key, measure
from reminders.outbox import Post
from reminders.sandbox import Behaviour, Create, Sandbox
from reminders.store.conversation import Link, Wording
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic, Patient
from reminders.store.plans import Routine

DAY = timedelta(days=1)
LONGEST_NAME = "Northside Movement Center"
STRANGE_WORDS = ("bridge", "bird", "pain since", "knee", "surgery", "morales")


@pytest.fixture
def patient(sessions: Sessions) -> int:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session), conditions="knee surgery")
        a_plan(session, patient)
        return patient.id


def said(post: Post, sandbox: Sandbox, at: datetime = DUE) -> str:
    """Send what is due at a moment; returns the newest text the patient has."""
    outbox.plan(post.sessions, at)
    outbox.send_due(post, at)
    return sandbox.texts(PATIENT_NUMBER)[-1].body


@pytest.mark.parametrize(("agreed", "shown"), [(True, True), (False, False)])
def test_the_first_name_shows_only_where_the_clinic_says_so(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox, *, agreed: bool, shown: bool
) -> None:
    with transaction(sessions) as session:
        session.get_one(Patient, patient).clinic.use_first_name = agreed

    assert ("Ana" in said(post, sandbox)) is shown


CHANGES: dict[str, tuple[Callable[[Patient], None], str]] = {
    "language": (lambda one: setattr(one, "language", "es"), "hora de sus ejercicios"),
    "name": (lambda one: setattr(one, "first_name", "Luz"), "Luz"),
    "clinic": (lambda one: setattr(one.clinic, "short_name", "Oak PT"), "Oak PT: "),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_between_plan_and_claim_is_in_the_text(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox, change: str
) -> None:
    outbox.plan(sessions, DUE)
    apply, words = CHANGES[change]
    with transaction(sessions) as session:
        apply(session.get_one(Patient, patient))

    assert words in said(post, sandbox)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_clinic_with_the_longest_name_pays_for_one_segment(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox, language: str
) -> None:
    with transaction(sessions) as session:
        one = session.get_one(Patient, patient)
        one.clinic.short_name, one.language, one.first_name = LONGEST_NAME, language, "María José"

    body = said(post, sandbox)

    assert measure(body).segments == 1
    assert message(sessions).segments == 1
    assert body.startswith(f"{LONGEST_NAME}: ")
    assert re.search(r"http://localhost/x/[a-z2-7]{26} ", body)


def test_a_text_holds_nothing_of_the_plan_the_condition_or_the_family_name(
    patient: int, post: Post, sandbox: Sandbox
) -> None:
    body = said(post, sandbox).casefold()

    assert [word for word in STRANGE_WORDS if word in body] == []


@pytest.mark.parametrize("start", ["2026-03-16", "2026-03-02"], ids=["steady", "clocks change"])
@pytest.mark.parametrize("weekdays", [range(7), (0, 2, 4), (0,)], ids=["daily", "three", "weekly"])
def test_the_way_out_is_said_at_least_weekly_and_not_every_time(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox,
    start: str, weekdays: tuple[int, ...],
) -> None:  # fmt: skip
    first = datetime.fromisoformat(f"{start}T14:30").replace(tzinfo=UTC)
    with transaction(sessions) as session:
        routine = session.scalars(sa.select(Routine)).one()
        routine.weekdays, routine.next_due_at = list(weekdays), first - timedelta(hours=3)

    for days in range(15):
        outbox.plan(sessions, first + days * DAY)
        outbox.send_due(post, first + days * DAY)

    with_stop = [row.due_at for row in messages(sessions) if "STOP" in (row.text or "")]
    assert all(later - sooner <= 7 * DAY for sooner, later in pairwise(with_stop))
    assert len(with_stop) == 3
    assert len(messages(sessions)) == len({*range(15)} & _days(first, weekdays))


def _days(first: datetime, weekdays: tuple[int, ...]) -> set[int]:
    return {day for day in range(15) if (first + day * DAY).weekday() in weekdays}


def test_a_clinics_own_words_are_used(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        session.add(
            Wording(
                clinic_id=clinic.id, key=Key.REMINDER, language="en",
                text="move a little[, $first]! $link Write DONE or SKIP.",
            )
        )  # fmt: skip

    assert said(post, sandbox).startswith("Maple PT: move a little, Ana! http://localhost/x/")


def test_a_second_try_carries_the_same_link_so_that_one_look_finds_either(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))
    outbox.send_due(post, DUE)
    refused = message(sessions).text or ""

    body = said(post, sandbox, DUE + timedelta(minutes=1))

    with sessions() as session:
        assert len(session.scalars(sa.select(Link)).all()) == 1
    assert re.findall("/x/(.{26})", refused) == re.findall("/x/(.{26})", body)


@pytest.mark.parametrize(
    ("wall", "minutes_left"),
    [(time(9), 119), (time(19), 59)],
    ids=["lateness ends it", "window ends it"],
)
def test_a_text_is_worth_delivering_until_lateness_or_window_end(
    sessions: Sessions, post: Post, wall: time, minutes_left: int
) -> None:
    at = DUE + timedelta(hours=wall.hour - 9)
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient, times=(wall,))
    outbox.plan(sessions, at)

    claimed = claim_next(sessions, post, at)

    assert claimed.outgoing.valid_seconds == minutes_left * 60


def test_an_answer_has_no_link_and_no_name_of_an_exercise(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        an_answer(session, session.get_one(Patient, patient), wording=Key.MESSAGE)

    outbox.send_due(post, DUE)

    body = message(sessions, Kind.ANSWER).text or ""
    assert "http" not in body
    assert measure(body).segments == 1
