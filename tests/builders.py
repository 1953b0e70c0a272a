"""Plain functions that build a small clinic; each test changes what it is about."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.core.adherence import Outcome
from reminders.core.dose import Dose
from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Role, Staff
from reminders.store.exercises import Exercise
from reminders.store.people import (
    Clinic,
    Consent,
    ConsentStep,
    Location,
    Medium,
    Patient,
    Sender,
    new_key,
)
from reminders.store.plans import (
    Plan,
    PlanDraft,
    PrescriptionDraft,
    RoutineDraft,
    plan_of,
    write_version,
)
from reminders.store.record import Alert, EntrySource, LogEntry, Occurrence

# A Monday, half past eight in New York: reminders of nine o'clock are still to come.
NOW = datetime(2026, 3, 16, 12, 30, tzinfo=UTC)
START = date(2026, 3, 1)
CLINIC_NUMBER = "+12075550100"
CLINIC_MAIL = "care@maplept.example"
PATIENT_NUMBER = "+12075550118"


def a_clinic(session: Session, number: str = CLINIC_NUMBER, mail: str = CLINIC_MAIL) -> Clinic:
    """A clinic that is ready to send: emergency numbers, safety contact, two senders."""
    clinic = Clinic(
        name="Maple Physical Therapy",
        short_name="Maple PT",
        zone="America/New_York",
        phone="(207) 555-0142",
        emergency_number="911",
        crisis_number="988",
    )
    session.add(clinic)
    session.flush()
    session.add_all(
        [
            Location(clinic_id=clinic.id, name="Riverside"),
            a_sender(clinic, Medium.TEXT, number),
            a_sender(clinic, Medium.EMAIL, mail),
        ]
    )
    therapist = a_therapist(session, clinic, email=f"lena@{mail.partition('@')[2]}")
    clinic.safety_contact_id = therapist.id
    session.flush()
    return clinic


def a_sender(clinic: Clinic, medium: Medium, address: str, pace: float = 1_000.0) -> Sender:
    """A sender whose pace stands in nobody's way, unless a test is about it."""
    return Sender(clinic_id=clinic.id, medium=medium, address=address, per_second=pace, tokens=pace)


def a_therapist(
    session: Session,
    clinic: Clinic,
    name: str = "Lena Ortiz",
    email: str = "lena@maplept.example",
    role: Role = Role.THERAPIST,
) -> Staff:
    staff = Staff(
        clinic_id=clinic.id,
        name=name,
        email=email,
        phone="+12075550190",
        role=role,
        fs_uniquifier=new_key(),
        active=True,
    )
    session.add(staff)
    session.flush()
    return staff


def a_patient(session: Session, clinic: Clinic, **changes: object) -> Patient:
    """An active patient by text who has agreed to it."""
    known = select(Staff).where(Staff.clinic_id == clinic.id).order_by(Staff.id)
    therapist = session.scalars(known).first()
    fields: dict[str, object] = {
        "clinic_id": clinic.id,
        "clinic": clinic,
        "first_name": "Ana",
        "last_name": "Morales",
        "phone": PATIENT_NUMBER,
        "email": "ana@example.org",
        "zone": "America/New_York",
        "language": "en",
        "medium": Medium.TEXT,
        "created_at": NOW,
        "therapist_id": therapist.id if therapist else None,
    }
    patient = Patient(**fields | changes)
    session.add(patient)
    session.flush()
    for medium in Medium:
        if patient.address(medium):
            consents(session, patient, medium)
    return patient


def consents(session: Session, patient: Patient, medium: Medium) -> None:
    session.add(
        Consent(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            medium=medium,
            step=ConsentStep.CONFIRMED,
            address_index=patient.address(medium),
            wording="I agree to exercise reminders.",
            wording_version="1",
            how="paper",
            at=NOW,
            by="staff:1",
        )
    )
    session.flush()


def a_plan(
    session: Session,
    patient: Patient,
    now: datetime = NOW,
    times: tuple[time, ...] = (time(9),),
    exercises: tuple[str, ...] = ("bridge", "bird-dog"),
) -> Plan:
    """A plan of these exercises, every day at these local times."""
    plan = plan_of(session, patient)
    rows = [_exercise(session, patient.clinic_id, key) for key in exercises]
    write_version(
        plan,
        PlanDraft(
            tuple(PrescriptionDraft(row.id, Dose(sets=3, reps=10)) for row in rows),
            (RoutineDraft(times=times, starts=min(START, now.date())),),
        ),
        by=patient.therapist_id,
        now=now,
    )
    return plan


def _exercise(session: Session, clinic_id: int, key: str) -> Exercise:
    row = session.scalar(
        select(Exercise).where(Exercise.clinic_id == clinic_id, Exercise.key == key)
    )
    if row is None:
        row = Exercise(clinic_id=clinic_id, key=key)
        session.add(row)
        session.flush()
    return row


def an_alert(
    session: Session,
    patient: Patient,
    kind: AlertKind = AlertKind.SILENT,
    urgency: Urgency = Urgency.TODAY,
    **changes: object,
) -> Alert:
    fields: dict[str, object] = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "kind": kind,
        "urgency": urgency.rank,
        "sentence": f"A reason: {kind.value}.",
        "owner_id": patient.therapist_id,
        "opened_at": NOW - timedelta(hours=1),
    }
    alert = Alert(**fields | changes)
    session.add(alert)
    session.flush()
    return alert


def a_sitting(
    session: Session,
    plan: Plan,
    due_at: datetime,
    outcome: Outcome | None = None,
    pain: int | None = None,
    slot: int = 0,
) -> Occurrence:
    """A due session of a plan, and what was told of it."""
    version = plan.versions[-1]
    sitting = Occurrence(
        clinic_id=plan.clinic_id,
        patient_id=plan.patient_id,
        routine_key=version.routines[0].routine_key,
        slot=slot,
        day=due_at.date(),
        due_at=due_at,
        closes_at=due_at + timedelta(hours=18),
        plan_version_id=version.id,
        routine_id=version.routines[0].id,
    )
    session.add(sitting)
    session.flush()
    if outcome is not None or pain is not None:
        session.add(
            LogEntry(
                clinic_id=plan.clinic_id,
                patient_id=plan.patient_id,
                occurrence_id=sitting.id,
                day=sitting.day,
                outcome=outcome,
                pain=pain,
                source=EntrySource.TEXT,
                at=due_at + timedelta(hours=1),
            )
        )
        session.flush()
    return sitting
