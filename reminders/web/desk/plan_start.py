"""Where does a new plan start from: a template, another patient's plan, an earlier version?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template, request

from reminders.core.programme import BuiltIn, Programme, built_in
from reminders.store.people import Patient
from reminders.store.queries.listed import Named, Order, Sought, Wanted, listed
from reminders.store.queries.plan import versions
from reminders.store.templates import (
    Template,
    current_version,
    programme_of,
    templates_for,
    version_of,
)
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, note, own, reader, staff, wall, zone
from reminders.web.desk.draft import Draft, from_plan, from_programme, lighter, moved_on
from reminders.web.desk.plan_standing import Standing, standing_of
from reminders.web.house import now, session

MOST_NAMES: Final = 12


@dataclass(frozen=True)
class Start:
    """One programme to start from."""

    source: str  # "template:settle", "version:2", "patient:17"
    name: str
    about: str
    what: str


@bp.get("/patients/<int:patient_id>/plan/start")
def plan_start(patient_id: int) -> str:
    """Offer templates, earlier versions and the plans of other patients."""
    patient = own(Patient, patient_id)
    standing, wanted = standing_of(patient), request.args.get("q", "").strip()
    note("plan.start", f"patient:{patient.id}")
    page = render_template(
        "desk/plan_start.html",
        place="patients",
        patient=patient,
        built_in=[_of_built_in(one, standing) for one in built_in().values()],
        kept=_kept(standing),
        earlier=_earlier(patient),
        wanted=wanted,
        people=_people(patient, wanted),
    )
    session().commit()
    return page


def begun(patient: Patient, standing: Standing, source: str) -> Draft | None:
    """The draft to begin with; nothing where there is no such source."""
    plan = from_plan(standing.lines, standing.routines, standing.phases, standing.reasons)
    match source:
        case "":
            return plan
        case "next":
            return moved_on(plan, 1)
        case "back":
            before = moved_on(plan, -1)
            return before if before != plan else lighter(plan)
    programme = _programme(patient, source)
    return from_programme(programme, standing.routines) if programme is not None else None


def _programme(patient: Patient, source: str) -> Programme | None:
    kind, _, about = source.partition(":")
    if kind == "template" and about in built_in():
        return built_in()[about].programme
    if not about.isdecimal() or len(about) > 12:
        return None
    match kind:
        case "template":
            template = own(Template, int(about))
            return template.programme if template.open_to(staff().id) else None
        case "version":
            version = version_of(session(), patient.id, int(about))
            return programme_of(version) if version is not None else None
        case "patient":
            return _of_patient(own(Patient, int(about)))
    return None


def _of_patient(other: Patient) -> Programme | None:
    """Another patient's plan without its notes: they were written to that person."""
    note("plan.copy", f"patient:{other.id}")
    current = current_version(session(), other.id)
    return programme_of(current).without_notes() if current is not None else None


def _of_built_in(one: BuiltIn, standing: Standing) -> tuple[Start, BuiltIn]:
    return Start(f"template:{one.key}", one.name, one.summary, _what(one.programme, standing)), one


def _kept(standing: Standing) -> list[Start]:
    return [
        Start(
            f"template:{one.id}",
            one.name,
            "yours" if one.personal else "the clinic’s",
            _what(one.programme, standing),
        )
        for one in templates_for(session(), clinic().id, staff().id)
    ]


def _what(programme: Programme, standing: Standing) -> str:
    """The exercises of the first phase, and how many phases follow."""
    first = ", ".join(standing.name(item.key) for item in programme.phases[0].items)
    following = len(programme.phases) - 1
    return f"{first}. {words.counted(following, 'phase')} to follow." if following else f"{first}."


def _earlier(patient: Patient) -> list[Start]:
    known = versions(session(), patient.id)
    return [
        Start(f"version:{one.number}", f"Plan {one.number}", wall(one.made_at), one.change)
        for one in reversed(known)
    ]


def _people(patient: Patient, wanted: str) -> Sequence[Named]:
    """Patients of the clinic by name; nobody until a name is looked for."""
    if not wanted:
        return ()
    sought = Wanted(sought=Sought(name=wanted), order=Order.NAME)
    today = now().astimezone(zone()).date()
    found = listed(session(), reader(), sought, {}, now=now(), today=today)
    return [one for one in found if one.id != patient.id][:MOST_NAMES]
