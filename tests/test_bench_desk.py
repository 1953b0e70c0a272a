"""The bench of the desk measures the pages it names, of a clinic as large as it says."""

from sqlalchemy import func, select

from bench import desk
from bench.desk_stock import a_stock
from bench.stage import a_database, settings_for
from reminders.bootstrap import open_sessions
from reminders.config import SystemClock
from reminders.store.accounts import Staff
from reminders.store.people import Patient
from reminders.store.record import Alert, LogEntry, Occurrence


def test_every_page_is_timed_beside_the_same_figures_by_hand() -> None:
    speeds = desk.measure("", patients=8, days=3, rounds=2)

    assert [speed.page for speed in speeds] == ["Today", "Patients", "Patient"]
    assert all(0 < speed.p50 <= speed.p99 for speed in speeds)
    assert all(speed.by_hand > 0 for speed in speeds)
    assert all(speed.questions <= 11 for speed in speeds)


def test_the_clinic_has_the_patients_and_days_it_was_asked_for() -> None:
    with a_database("") as database:
        sessions = open_sessions(settings_for(database, desk.NOWHERE), migrate=True)
        stock = a_stock(sessions, patients=201, days=2, now=SystemClock().now())
        with sessions() as session:
            rows = [
                session.scalar(select(func.count()).select_from(one))
                for one in (Patient, Staff, Occurrence)
            ]
            mine = select(func.count()).where(Patient.therapist_id == stock.staff)
            kept = session.scalar(mine)
            told = session.scalar(select(func.count()).select_from(LogEntry)) or 0
            asking = session.scalar(select(func.count()).select_from(Alert)) or 0
        sessions.kw["bind"].dispose()

    assert rows == [201, 2, 2 * (201 + 134)]
    assert kept == 200
    assert 0.7 < told / rows[2] < 0.9
    assert asking == 50
