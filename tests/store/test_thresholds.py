"""Do a clinic and a patient get the thresholds that were set for them?"""

from datetime import date

import pytest
from builders import a_clinic, a_patient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reminders.core.triage import DEFAULTS, SETTABLE
from reminders.store.db import Sessions
from reminders.store.people import Clinic
from reminders.store.thresholds import OwnThresholds, thresholds_for, thresholds_of


@pytest.fixture
def maple(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return a_clinic(session).id


def sets(session: Session, clinic_id: int, patient_id: int | None = None, **chosen: int) -> None:
    session.add(OwnThresholds(clinic_id=clinic_id, patient_id=patient_id, **chosen))
    session.flush()


def test_a_clinic_that_set_nothing_has_those_of_the_product_on_its_own_working_days(
    sessions: Sessions, maple: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, maple)
        clinic.weekdays, clinic.closed_days = [0, 2], ["2026-03-18"]

        found = thresholds_of(session, clinic)

        assert (found.pain_high, found.silent_days) == (DEFAULTS.pain_high, DEFAULTS.silent_days)
        assert (found.workdays, found.closed) == ({0, 2}, {date(2026, 3, 18)})


def test_a_patients_own_come_before_the_clinics_and_those_before_ours(
    sessions: Sessions, maple: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, maple)
        ana = a_patient(session, clinic)
        bill = a_patient(session, clinic, phone="+12075550119")
        sets(session, maple, pain_high=6, silent_days=4)
        sets(session, maple, ana.id, pain_high=9)

        found = thresholds_for(session, clinic, [ana, bill])

        assert [found[one.id].pain_high for one in (ana, bill)] == [9, 6]
        assert [found[one.id].silent_days for one in (ana, bill)] == [4, 4]
        assert found[ana.id].pain_rise == DEFAULTS.pain_rise


def test_what_another_clinic_set_is_nothing_here(sessions: Sessions, maple: int) -> None:
    with sessions.begin() as session:
        pine = a_clinic(session, "+12075550200", "care@pine.example")
        sets(session, pine.id, pain_high=3)
        clinic = session.get_one(Clinic, maple)
        ana = a_patient(session, clinic)

        assert thresholds_of(session, clinic).pain_high == DEFAULTS.pain_high
        assert thresholds_for(session, clinic, [ana])[ana.id].pain_high == DEFAULTS.pain_high


def test_a_clinic_sets_its_thresholds_once(sessions: Sessions, maple: int) -> None:
    with sessions() as session:
        sets(session, maple, pain_high=6)

        with pytest.raises(IntegrityError):
            sets(session, maple, pain_high=5)


def test_all_that_can_be_set_has_a_column_and_a_default_within_its_bounds() -> None:
    for name, bounds in SETTABLE.items():
        assert name in OwnThresholds.__table__.columns
        assert bounds.least <= getattr(DEFAULTS, name) <= bounds.most
