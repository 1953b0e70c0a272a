"""Do the questions that pages ask get small, right and scoped answers?"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from sqlalchemy.orm import Session

from reminders.core.adherence import Mark, Outcome
from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Staff
from reminders.store.db import Sessions
from reminders.store.people import Care, Clinic, Patient
from reminders.store.plans import Plan
from reminders.store.queries.glances import Who, glances
from reminders.store.queries.history import pains_of
from reminders.store.queries.listed import Wanted, crowd, flags, listed
from reminders.store.queries.patient import consent_steps, header
from reminders.store.queries.patients import who_has
from reminders.store.queries.plan import prescribed, versions
from reminders.store.queries.today import Reader, count_needs, lines
from reminders.store.record import Alert, EntrySource, LogEntry, Moment, Occurrence, Visit

TODAY = date(2026, 3, 16)


@pytest.fixture
def ana(sessions: Sessions) -> int:
    with sessions.begin() as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        return patient.id


def the_reader(session: Session, *, own_only: bool = True) -> Reader:
    clinic = session.query(Clinic).order_by(Clinic.id).first()
    assert clinic is not None
    lena = session.query(Staff).filter_by(clinic_id=clinic.id).order_by(Staff.id).first()
    assert lena is not None
    return Reader(clinic.id, lena.id, own_only=own_only)


def open_alert_of(session: Session, patient: Patient, kind: AlertKind, urgency: Urgency) -> Alert:
    alert = Alert(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        kind=kind,
        urgency=urgency.rank,
        sentence="A reason.",
        owner_id=patient.therapist_id,
        opened_at=NOW,
    )
    session.add(alert)
    session.flush()
    return alert


def told(
    session: Session,
    patient_id: int,
    day: date,
    pain: int,
    moment: Moment = Moment.OTHER,
    outcome: Outcome | None = None,
    occurrence_id: int | None = None,
) -> None:
    session.add(
        LogEntry(
            clinic_id=session.get_one(Patient, patient_id).clinic_id,
            patient_id=patient_id,
            occurrence_id=occurrence_id,
            day=day,
            moment=moment,
            outcome=outcome,
            pain=pain,
            source=EntrySource.TEXT,
            at=datetime.combine(day, time(15), UTC),
        )
    )
    session.flush()


def a_due(session: Session, patient_id: int, day: date) -> int:
    plan = session.query(Plan).filter_by(patient_id=patient_id).one()
    routine = plan.versions[-1].routines[0]
    due_at = datetime.combine(day, time(13), UTC)
    occurrence = Occurrence(
        clinic_id=plan.clinic_id,
        patient_id=patient_id,
        routine_key=routine.routine_key,
        slot=0,
        day=day,
        due_at=due_at,
        closes_at=due_at + timedelta(hours=18),
        plan_version_id=plan.versions[-1].id,
        routine_id=routine.id,
    )
    session.add(occurrence)
    session.flush()
    return occurrence.id


def test_people_are_counted_once_however_many_reasons_they_have(
    sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        open_alert_of(session, patient, AlertKind.SILENT, Urgency.TODAY)
        open_alert_of(session, patient, AlertKind.PAIN_UP, Urgency.TODAY)
        open_alert_of(session, patient, AlertKind.DOING_WELL, Urgency.GOOD_NEWS)

    with sessions() as session:
        reader = the_reader(session)

        assert count_needs(session, reader, NOW) == 1
        assert len(lines(session, reader, NOW, mine=True)) == 3


def test_a_snoozed_alert_is_away_until_its_time(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        alert = open_alert_of(session, patient, AlertKind.SILENT, Urgency.TODAY)
        alert.snooze(NOW + timedelta(hours=1))

    with sessions() as session:
        reader = the_reader(session)

        assert count_needs(session, reader, NOW) == 0
        assert count_needs(session, reader, NOW + timedelta(hours=1)) == 1
        assert flags(session, reader, NOW, mine=False) == {}


def test_an_alert_of_another_clinic_is_nobodys_here(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        pine = a_clinic(session, "+12075550200", "care@pine.example")
        stranger = a_patient(session, pine, phone="+12075550222")
        open_alert_of(session, stranger, AlertKind.SAFETY, Urgency.NOW)
        assert session.query(Alert).count() == 1

    with sessions() as session:
        reader = the_reader(session, own_only=False)

        assert lines(session, reader, NOW, mine=False) == ()
        assert header(session, reader, stranger.id, NOW) is None
        assert who_has(session, reader.clinic_id, "+12075550222") == ""


def test_the_worst_flag_of_a_patient_is_the_one_shown(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        open_alert_of(session, patient, AlertKind.UNDER_HALF, Urgency.WHEN_YOU_CAN)
        open_alert_of(session, patient, AlertKind.MESSAGE, Urgency.TODAY)
        open_alert_of(session, patient, AlertKind.PAIN_UP, Urgency.TODAY)

    with sessions() as session:
        found = flags(session, the_reader(session), NOW, mine=False)

    assert found[ana].kind is AlertKind.PAIN_UP


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["Ana Morales", "Bill Hartley"]),
        (Wanted(mine=True), ["Ana Morales"]),
        (Wanted(state=Care.PAUSED), ["Bill Hartley"]),
        (Wanted(state=Care.DISCHARGED), ["Cleo Ward"]),
        (Wanted(asking=True), ["Ana Morales"]),
    ],
    ids=["everyone but the discharged", "mine", "paused", "discharged", "who needs somebody"],
)
def test_a_filter_shows_its_patients_and_counts_them(
    sessions: Sessions, ana: int, wanted: Wanted, found: list[str]
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        jonas = a_therapist(session, patient.clinic, "Jonas", "jonas@maplept.example").id
        open_alert_of(session, patient, AlertKind.SILENT, Urgency.TODAY)
        for first, last, state in (
            ("Bill", "Hartley", Care.PAUSED),
            ("Cleo", "Ward", Care.DISCHARGED),
        ):
            a_patient(
                session,
                patient.clinic,
                first_name=first,
                last_name=last,
                phone=None,
                email=None,
                state=state,
                therapist_id=jonas,
            )

    with sessions() as session:
        reader = the_reader(session)
        flagged = flags(session, reader, NOW, mine=False)
        rows = listed(session, reader, wanted, flagged, now=NOW, today=TODAY)
        counted = crowd(session, reader, NOW)

    assert sorted(row.name for row in rows) == sorted(found)
    assert {tally.state: tally.number for tally in counted.tallies} == dict.fromkeys(Care, 1)
    assert [tally.mine for tally in counted.tallies].count(True) == 1
    assert counted.needs == 1


def test_a_glance_holds_fourteen_days_and_what_is_still_to_come(
    sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        done = a_due(session, ana, TODAY - timedelta(days=1))
        a_due(session, ana, TODAY - timedelta(days=20))
        told(session, ana, TODAY - timedelta(days=1), 4, Moment.AFTER, Outcome.DONE, done)

    with sessions() as session:
        seen = glances(session, [Who(ana, "America/New_York")], NOW)[ana]

    assert [day.mark for day in seen.days[-3:]] == [Mark.REST, Mark.DONE, Mark.TO_COME]
    assert (len(seen.days), seen.done, seen.due, seen.pain) == (14, 1, 1, 4)


@pytest.mark.parametrize(("latest", "change"), [(3, -3), (5, 0), (8, 2)], ids=str)
def test_a_change_is_shown_only_where_it_is_real(
    sessions: Sessions, ana: int, latest: int, change: int
) -> None:
    with sessions.begin() as session:
        told(session, ana, TODAY - timedelta(days=90), 6)
        told(session, ana, TODAY, latest)

    with sessions() as session:
        seen = glances(session, [Who(ana, "America/New_York")], NOW)[ana]

    assert seen.change == change


def test_a_next_morning_is_no_pain_of_the_session(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        told(session, ana, TODAY, 3)
        told(session, ana, TODAY, 8, Moment.NEXT_MORNING)

    with sessions() as session:
        assert [point.value for point in pains_of(session, ana)] == [3]


def test_the_head_of_a_page_holds_pauses_and_the_last_visit(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        patient.pause(TODAY, TODAY + timedelta(days=3), by="staff:1")
        patient.pause(TODAY - timedelta(days=30), TODAY - timedelta(days=25), by="staff:1")
        for back in (9, 2):
            day = TODAY - timedelta(days=back)
            session.add(Visit(clinic_id=patient.clinic_id, patient_id=ana, day=day, at=NOW))

    with sessions() as session:
        head = header(session, the_reader(session), ana, NOW)

    assert head is not None
    assert head.therapist == "Lena Ortiz"
    assert head.last_visit == TODAY - timedelta(days=2)
    assert len(head.pauses) == 2
    assert head.paused_on(TODAY)


def test_a_ledger_speaks_of_the_address_of_now(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        assert len(consent_steps(session, ana)) == 2
        session.get_one(Patient, ana).phone = "+12075550199"

    with sessions() as session:
        [left] = consent_steps(session, ana)

    assert left.medium.value == "email"


def test_versions_come_oldest_first_with_their_routines(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        a_plan(session, session.get_one(Patient, ana), times=(time(8), time(18)))

    with sessions() as session:
        first, second = versions(session, ana)
        lines = prescribed(session, second.id, "es")

    assert (first.current, second.current) == (False, True)
    assert second.routines[0].times == (time(8), time(18))
    assert second.by == "Lena Ortiz"
    assert lines[0].name == "Puente"
