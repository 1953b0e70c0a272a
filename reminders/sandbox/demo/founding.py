"""How does the demo clinic come to be: people, consents, first plans?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.dose import Dose
from reminders.core.exercises import Condition, library
from reminders.core.programme import Item, Phase, Programme, Timing, built_in
from reminders.core.schedule import local_day
from reminders.sandbox.demo.people import (
    HOUSE,
    PEOPLE,
    PROGRAMMES,
    STAFF,
    Colleague,
    Course,
    Person,
    number,
)
from reminders.sandbox.demo.story import WORKDAYS, ZONE, at_wall
from reminders.store.accounts import Role, Staff
from reminders.store.asking import Asking, OwnBands
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
    PhaseDraft,
    Plan,
    PlanDraft,
    PrescriptionDraft,
    RoutineDraft,
    plan_of,
    write_version,
)
from reminders.store.record import Visit
from reminders.store.templates import save_template

AT_THE_VISIT = time(15)
BETWEEN_VISITS = 14
MORE_REPS = 2
TEMPLATES = {"neck": "Neck and desk work", "chair": "On a chair"}
# The programmes that are a phase of the built-in course, in its order.
STAGES = ("settle", "control", "strength", "return")
_AGREED = "I agree to exercise reminders from Maple PT. I can stop them at any time with STOP."
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Founded:
    """The rows by which the story finds its people again: ids by name."""

    clinic: int
    staff: Mapping[str, int]
    patients: Mapping[str, int]
    exercises: Mapping[str, int]


def found(session: Session, password: str, now: datetime) -> Founded:
    """Write the clinic with its staff, its library and its patients with their first plans."""
    clinic = _clinic(session)
    sites = {site.name: site.id for site in _sites(session, clinic)}
    staff = {one.key: _staff(clinic, sites, one, password) for one in STAFF}
    session.add_all(staff.values())
    exercises = [Exercise(clinic_id=clinic.id, key=key) for key in library()]
    session.add_all(exercises)
    session.flush()
    clinic.safety_contact_id = staff[HOUSE.safety_contact].id
    ids = {key: person.id for key, person in staff.items()}
    for name, owner in (("neck", None), ("chair", ids[HOUSE.safety_contact])):
        save_template(session, clinic.id, TEMPLATES[name], _programme(name), owner_id=owner)
    founded = Founded(clinic.id, ids, {}, {row.key: row.id for row in exercises})
    return _with_patients(session, clinic, founded, now)


def write_plan(
    session: Session, founded: Founded, person: Person, course: Course, now: datetime
) -> None:
    """Write one version of a patient's plan, as at the visit of that day."""
    plan = plan_of(session, session.get_one(Patient, founded.patients[person.name]))
    before = plan.versions[-1].routines if plan.versions else ()
    keys = [routine.routine_key for routine in before] or [new_key() for _ in person.times]
    write_version(
        plan,
        PlanDraft(
            _prescriptions(founded, person, course),
            tuple(
                _routine(person, wall, key, now)
                for wall, key in zip(person.times, keys, strict=True)
            ),
            change=course.change,
            phases=_phases(plan, course),
        ),
        by=founded.staff[person.therapist],
        now=visit_at(course.ago, now),
    )


def _phases(plan: Plan, course: Course) -> tuple[PhaseDraft, ...]:
    """The stages of a back that recovers, for a programme that is one of them."""
    stages = built_in()["settle"].programme.phases
    if course.programme not in STAGES:
        return ()
    before = plan.versions[-1].phases if plan.versions else ()
    keys = [one.phase_key for one in before] or [new_key() for _ in stages]
    current = STAGES.index(course.programme)
    return tuple(
        PhaseDraft(stage, key, current=nth == current)
        for nth, (stage, key) in enumerate(zip(stages, keys, strict=True))
    )


def visit_at(ago: int, now: datetime) -> datetime:
    """The afternoon of a day so many days back, or of the working day before it."""
    day = local_day(now, ZONE) - ago * _DAY
    while day.weekday() not in WORKDAYS:
        day -= _DAY
    return at_wall(day, AT_THE_VISIT)


def _clinic(session: Session) -> Clinic:
    clinic = Clinic(
        name=HOUSE.name,
        short_name=HOUSE.short_name,
        zone=HOUSE.zone,
        phone=HOUSE.phone,
        emergency_number="911",
        crisis_number="988",
        double_opt_in=True,
        budget_cents=4_000,
    )
    session.add(clinic)
    session.flush()
    session.add_all(
        [
            _sender(clinic, Medium.TEXT, HOUSE.text),
            _sender(clinic, Medium.EMAIL, HOUSE.mail),
        ]
    )
    return clinic


def _sender(clinic: Clinic, medium: Medium, address: str) -> Sender:
    # The sandbox takes what it gets: nobody who tries the demo should wait for a carrier's pace.
    return Sender(clinic_id=clinic.id, medium=medium, address=address, per_second=50, tokens=50)


def _sites(session: Session, clinic: Clinic) -> list[Location]:
    sites = [Location(clinic_id=clinic.id, name=name, phone=tel) for name, tel in HOUSE.locations]
    session.add_all(sites)
    session.flush()
    return sites


def _staff(clinic: Clinic, sites: Mapping[str, int], one: Colleague, password: str) -> Staff:
    return Staff(
        clinic_id=clinic.id,
        location_id=sites[one.location],
        name=one.name,
        email=one.email,
        phone=number(one.text),
        role=Role(one.role),
        password=password,
        fs_uniquifier=new_key(),
    )


def _with_patients(session: Session, clinic: Clinic, founded: Founded, now: datetime) -> Founded:
    sites = {row.id: row.location_id for row in session.scalars(sa.select(Staff))}
    rows = {
        person.name: _patient(clinic, founded.staff[person.therapist], sites, person, now)
        for person in PEOPLE
    }
    session.add_all(rows.values())
    session.flush()
    ids = {name: row.id for name, row in rows.items()}
    founded = Founded(founded.clinic, founded.staff, ids, founded.exercises)
    session.add_all(_answers_to_pain(clinic, rows, now))
    for person in PEOPLE:
        session.add_all(_consents(rows[person.name], person, now))
        session.add_all(_visits(rows[person.name], person, now))
        write_plan(session, founded, person, person.plans[0], now)
    return founded


def _answers_to_pain(
    clinic: Clinic, rows: Mapping[str, Patient], now: datetime
) -> Iterator[Asking | OwnBands]:
    """Off for the clinic and on for some: a therapist has read the lines."""
    asking = Asking(clinic_id=clinic.id)
    asking.approve(clinic.safety_contact_id or 0, now)
    yield asking
    for person in PEOPLE:
        if person.bands is not None:
            amber, red = person.bands
            yield OwnBands(
                clinic_id=clinic.id,
                patient_id=rows[person.name].id,
                pain_response=True,
                amber_from=amber,
                red_from=red,
            )


def _patient(
    clinic: Clinic, therapist: int, sites: Mapping[int, int | None], person: Person, now: datetime
) -> Patient:
    patient = Patient(
        clinic_id=clinic.id,
        clinic=clinic,
        location_id=sites[therapist],
        therapist_id=therapist,
        first_name=person.first,
        last_name=person.last,
        phone=person.first_number,
        email=person.email,
        conditions=person.conditions,
        birth_year=str(now.year - person.age),
        zone=HOUSE.zone,
        language=person.language,
        medium=Medium.TEXT if person.text else Medium.EMAIL,
        opens=person.opens,
        created_at=visit_at(person.since, now),
    )
    said = person.conditions.lower()
    patient.mind(one for one in Condition if one.replace("_", " ") in said)
    if person.pause is not None:
        first, last, reason = person.pause
        today = local_day(now, ZONE)
        patient.pause(
            today - first * _DAY, today - last * _DAY, by=f"staff:{therapist}", reason=reason
        )
    return patient


def _consents(patient: Patient, person: Person, now: datetime) -> list[Consent]:
    steps = [ConsentStep.GIVEN, ConsentStep.CONFIRMED][: 1 if person.unconfirmed else 2]
    at = visit_at(person.since, now)
    return [
        consent(patient, medium, step, at)
        for medium in Medium
        if patient.address(medium)
        for step in steps
    ]


def consent(patient: Patient, medium: Medium, step: ConsentStep, at: datetime) -> Consent:
    """One line of the ledger, as taken at the clinic."""
    by = f"staff:{patient.therapist_id}"
    return Consent.of(patient, medium, step, how="on paper", at=at, by=by).said(_AGREED, "1")


def _visits(patient: Patient, person: Person, now: datetime) -> list[Visit]:
    """Seen when the first plan was written, and every other week since."""
    seen = {visit_at(ago, now) for ago in range(person.since, 0, -BETWEEN_VISITS)}
    return [
        Visit(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            day=at.date(),
            by_id=patient.therapist_id,
            at=at,
        )
        for at in sorted(seen)
    ]


def _prescriptions(
    founded: Founded, person: Person, course: Course
) -> tuple[PrescriptionDraft, ...]:
    """The programme in the library's doses; the same programme again asks for a little more."""
    again = [one.programme for one in person.plans if one.ago > course.ago]
    more = MORE_REPS * again.count(course.programme)
    return tuple(
        PrescriptionDraft(founded.exercises[key], _dose(key, more))
        for key in PROGRAMMES[course.programme]
    )


def _programme(name: str) -> Programme:
    items = tuple(Item(key, _dose(key, 0)) for key in PROGRAMMES[name])
    return Programme((Phase("", items),), (Timing((time(8),), frozenset(WORKDAYS)),))


def _dose(key: str, more: int) -> Dose:
    dose = dict(library()[key].dose)
    if more and "reps" in dose:
        dose["reps"] = int(dose["reps"]) + more
    return Dose.from_json(dose)


def _routine(person: Person, wall: time, key: str, now: datetime) -> RoutineDraft:
    first = visit_at(person.since, now).date() + _DAY
    tomorrow = local_day(now, ZONE) + _DAY
    return RoutineDraft(
        times=(wall,),
        weekdays=frozenset(person.weekdays),
        every_days=person.every_days,
        starts=tomorrow if person.unconfirmed else first,
        routine_key=key,
    )
