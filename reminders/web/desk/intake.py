"""How does a whole list of patients come in, and who of it does not?

The file is read, shown row by row and forgotten: the page that shows it carries it along, and
nothing is stored before somebody takes it in. Nobody of it is written to before their yes is noted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from itertools import chain
from typing import Final

from flask import Response as FlaskResponse
from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectField  # type: ignore[import-untyped]  # ships no types

from reminders.core.intake import (
    EXAMPLE,
    MOST_BYTES,
    MOST_ROWS,
    Entry,
    Judged,
    NotAList,
    Standing,
    Table,
    Usual,
    decoded,
    entries,
    judged,
    table,
)
from reminders.store.people import Medium, Patient
from reminders.store.queries.patients import colleagues, owners_of
from reminders.store.queries.today import places
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, note, staff, zone
from reminders.web.desk.consenting import agree, agreement, welcome
from reminders.web.desk.forms import Sheet, offered
from reminders.web.desk.patients.sheet import written
from reminders.web.house import now, session

_NOON: Final = time(12)  # of a day on which somebody agreed, the hour is not known


@bp.get("/patients/import")
def import_patients() -> str:
    """Ask for a file."""
    return _ask()


@bp.get("/patients/example.csv")
def example_list() -> FlaskResponse:
    """Give a list of one to fill in."""
    answer = FlaskResponse(written(EXAMPLE), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename="patients-example.csv")
    return answer


@bp.post("/patients/import")
def look_at_list() -> str | tuple[str, int]:
    """Show every row, and what would become of it; nothing is stored."""
    upload = request.files.get("file")
    try:
        asked = PatientList(decoded(upload.read(MOST_BYTES + 1) if upload is not None else b""))
    except NotAList as fault:
        return _ask(str(fault)), 422
    form = _form()
    form.therapist_id.data, form.location_id.data = staff().id, staff().location_id
    return _show(asked, form)


@bp.post("/patients/import/take")
def take_list() -> str | tuple[str, int] | Response:
    """Take in who is sound, and whoever shares a phone and is ticked."""
    try:
        asked = PatientList(decoded(request.form.get("list", "").encode()))
    except NotAList as fault:
        return _ask(str(fault)), 422
    form = _form()
    if not form.validate():
        return _show(asked, form), 422
    coming = asked.coming(frozenset(request.form.getlist("shared", type=int)))
    for entry in coming:
        _admit(entry, form)
    note("patients.import", f"clinic:{clinic().id}")
    return done(_said(coming, agreed=form.agrees.data), ".patients", show="everyone")


@dataclass(frozen=True)
class PatientList:
    """A file as it was read, judged by who is a patient at this moment; raises NotAList."""

    text: str

    def __post_init__(self) -> None:
        _ = self.table  # said at once, not while the page is drawn

    @cached_property
    def table(self) -> Table:
        return table(self.text)

    @cached_property
    def rows(self) -> Sequence[Judged]:
        """Every row and what becomes of it."""
        usual = Usual(clinic().language, clinic().zone, now().astimezone(zone()).date())
        found = entries(self.table, usual)
        addresses = set(chain.from_iterable((one.phone, one.email) for one in found)) - {""}
        return judged(found, owners_of(session(), clinic().id, addresses))

    def coming(self, shared: frozenset[int]) -> list[Entry]:
        """Who comes in, these lines being ticked."""
        return [one.entry for one in self.rows if one.comes_in(shared)]


class IntakeForm(Sheet):
    """Whose patients they become, and whether a day in the list stands for their yes."""

    therapist_id = SelectField("Therapist of all", coerce=int)
    location_id = SelectField("Location of all", coerce=int)
    agrees = BooleanField()


def _form() -> IntakeForm:
    form = IntakeForm(request.form)
    people = colleagues(session(), clinic().id)
    form.therapist_id.choices = offered((one.id, one.name) for one in people)
    form.location_id.choices = offered(
        (site.id, site.name) for site in places(session(), clinic().id)
    )
    return form


def _ask(trouble: str = "") -> str:
    return render_template(
        "desk/intake.html",
        place="patients",
        trouble=trouble,
        most_rows=MOST_ROWS,
        most_kilobytes=MOST_BYTES // 1024,
    )


def _show(asked: PatientList, form: IntakeForm) -> str:
    sound = asked.coming(frozenset())
    sharing = [one for one in asked.rows if one.standing is Standing.SHARES]
    return render_template(
        "desk/intake_look.html",
        place="patients",
        text=asked.text,
        rows=[(one, _becomes(one)) for one in asked.rows],
        strange=asked.table.strange,
        sound=len(sound),
        sharing=len(sharing),
        dated=any(one.agreed_on for one in sound) or any(one.entry.agreed_on for one in sharing),
        form=form,
        agreement=agreement(clinic()),
        number=words.phone,
    )


def _becomes(one: Judged) -> tuple[str, ...]:
    """What is said beside a row."""
    where = f"{one.whom}, line {one.above}," if one.above else one.whom
    if one.standing is Standing.FAULTY:
        return one.entry.faults
    if one.standing is Standing.HERE:
        return ("Stands in this file twice." if one.above else "Is a patient here already.",)
    if one.standing is Standing.SHARES:
        return (f"{where} has this number. Do they share a phone?",)
    return ("Comes in.",)


def _admit(entry: Entry, form: IntakeForm) -> None:
    patient = Patient(
        clinic_id=clinic().id,
        clinic=clinic(),
        location_id=form.location_id.data,
        therapist_id=form.therapist_id.data,
        first_name=entry.first_name,
        last_name=entry.last_name,
        phone=entry.phone or None,
        email=entry.email or None,
        conditions=entry.conditions,
        birth_year=entry.birth_year,
        zone=entry.zone,
        language=entry.language,
        medium=Medium(entry.by),
        created_at=now(),
    )
    session().add(patient)
    session().flush()
    note("patient.add", f"patient:{patient.id}")
    if entry.agreed_on is not None and form.agrees.data:
        at = datetime.combine(entry.agreed_on, _NOON, zone())
        agree(patient, agreement(clinic()), entry.how, min(at, now()))
        welcome(patient)


def _said(coming: Sequence[Entry], *, agreed: bool) -> str:
    waiting = [one for one in coming if one.agreed_on is None or not agreed]
    said = f"{words.counted(len(coming), 'patient')} came in."
    if not waiting:
        return said
    return f"{said} Nothing is sent to {len(waiting)} of them before their yes is noted."
