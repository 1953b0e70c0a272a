"""Does the database put fourteen days together as the definitions have it?"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import cycle

import pytest
from builders import NOW, a_clinic, a_patient, a_plan, a_sitting
from sqlalchemy.orm import Session

from reminders.core.adherence import (
    Excuse,
    Outcome,
    PainPoint,
    figures,
    pain_at_start,
    pain_now,
    real_change,
    strip,
)
from reminders.store.db import Sessions
from reminders.store.people import Patient
from reminders.store.plans import Plan, Routine
from reminders.store.queries.glances import Glance, Who, glances
from reminders.store.queries.history import pains_of, sittings_of
from reminders.store.record import EntrySource, LogEntry, Moment

DAY = timedelta(days=1)
TODAY = date(2026, 3, 16)
OUTCOMES = (Outcome.DONE, None, Outcome.PART, Outcome.DONE, Outcome.SKIPPED, None, Outcome.DONE)
EXCUSES = (None, None, None, Excuse.PAUSED, None, Excuse.FAILED, None, None, *Excuse)
PAINS = (5, None, 3, 0, 8)


@pytest.fixture
def ana(sessions: Sessions) -> int:
    with sessions.begin() as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        session.query(Routine).one().next_due_at = None
        return patient.id


def sits(session: Session, *, days: int) -> None:
    """Up to two sessions a day, of every outcome and excuse in turn, some with pain."""
    plan = session.query(Plan).one()
    turns = zip(cycle(OUTCOMES), cycle(EXCUSES), cycle(PAINS), strict=False)
    for n in range(days):
        for slot in range(1 + n % 2):
            outcome, excuse, pain = next(turns)
            due = NOW - n * DAY - slot * timedelta(hours=1)
            one = a_sitting(session, plan, due, outcome, pain if outcome else None, slot=slot)
            one.excuse = excuse
    session.flush()


def glance_of(session: Session, patient_id: int, *, paused: bool = False) -> Glance:
    patient = session.get_one(Patient, patient_id)
    return glances(session, [Who(patient_id, patient.zone, paused)], NOW)[patient_id]


def change_of(pains: Sequence[PainPoint]) -> int:
    """How far the latest pain is from the first week's, as the definitions have it."""
    then, latest = pain_at_start(pains), pain_now(pains)
    if then is None or latest is None or abs(latest - then) < real_change(then):
        return 0
    return round(latest - then)


@pytest.mark.parametrize("days", [0, 1, 13, 14, 20, 40])
def test_a_glance_says_what_the_definitions_say(sessions: Sessions, ana: int, days: int) -> None:
    with sessions.begin() as session:
        sits(session, days=days)
        known = sittings_of(session, [ana], TODAY - 60 * DAY)[ana]
        pains = pains_of(session, ana)

        found = glance_of(session, ana)

        recent = [one for one in known if one.day > TODAY - 14 * DAY]
        counted = figures(recent, NOW)
        assert found.days == strip(known, TODAY, NOW)
        assert (found.done, found.due) == (counted.done, counted.due)
        assert found.pain == pain_now(pains)
        assert found.change == change_of(pains)


def test_where_pain_began_is_found_however_long_ago(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        plan = session.query(Plan).one()
        for n in (*range(170, 177), *range(100, 120)):
            a_sitting(session, plan, NOW - n * DAY, Outcome.DONE, 8 if n >= 170 else 1)
        a_sitting(session, plan, NOW - DAY, Outcome.DONE, 3)
        assert pain_at_start(pains_of(session, ana)) == 8

        found = glance_of(session, ana)

        assert (found.pain, found.change) == (3, -5)


def test_pain_of_no_session_counts_and_that_of_the_morning_after_does_not(
    sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        plan = session.query(Plan).one()
        told = {"clinic_id": plan.clinic_id, "patient_id": ana, "source": EntrySource.TEXT}
        other = {"day": TODAY - DAY, "at": NOW - DAY, "pain": 6, "moment": Moment.OTHER}
        morning = {"day": TODAY, "at": NOW, "pain": 9, "moment": Moment.NEXT_MORNING}
        session.add_all([LogEntry(**told, **other), LogEntry(**told, **morning)])
        session.flush()

        found = glance_of(session, ana)

        assert found.pain == 6
        assert [day.pain for day in found.days] == [None] * 14


def test_what_is_due_later_today_is_to_come_or_paused(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        session.query(Routine).one().next_due_at = NOW + timedelta(hours=1)
        session.flush()

        marks = [glance_of(session, ana, paused=one).days[-1].mark.value for one in (False, True)]

        assert marks == ["to-come", "paused"]
