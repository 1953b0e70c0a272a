"""When is the demo's database made anew, and when is it left alone?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan
from demo_rows import settings_of_the_demo

from reminders import outbox
from reminders.config import BadSettings
from reminders.sandbox.demo import clear, is_stale, seed
from reminders.store.db import Sessions, transaction
from reminders.store.models import Base
from reminders.store.people import Clinic


def test_a_stale_demo_is_emptied_and_made_anew(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        patient = a_patient(session, clinic)
        a_plan(session, patient)
    outbox.plan(sessions, NOW + timedelta(days=2))

    clear(sessions)

    with sessions() as session:
        for table in Base.metadata.sorted_tables:
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0, table.name


def test_an_empty_database_is_not_stale(sessions: Sessions) -> None:
    assert not is_stale(sessions, NOW)


def test_the_demo_does_not_move_in_with_another_clinic(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_clinic(session)

    with pytest.raises(BadSettings, match="DATABASE_URL"):
        seed(sessions, settings_of_the_demo(), NOW)

    assert not is_stale(sessions, NOW)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Clinic.id))) == 1
