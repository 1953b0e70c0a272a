"""What should this patient do from now on?"""

from collections.abc import Sequence
from datetime import time

import sqlalchemy as sa
from flask import request
from werkzeug.wrappers import Response

from reminders import outbox
from reminders.core import gate
from reminders.core.exercises import library
from reminders.store.db import insert_once
from reminders.store.people import Patient
from reminders.store.plans import Exercise, plan_of, write_version
from reminders.store.queries.plan import (
    Prescribed,
    RoutineRow,
    Version,
    own_exercises,
    prescribed,
    versions,
)
from reminders.web.desk import words
from reminders.web.desk.access import bp, done, note, own, staff
from reminders.web.desk.changes import Item, When, change_words
from reminders.web.desk.draft import (
    Draft,
    Rhythm,
    checked,
    from_form,
    from_plan,
    plan_draft,
    pressed,
)
from reminders.web.desk.plan_page import Standing, plan_page
from reminders.web.house import now, session


@bp.get("/patients/<int:patient_id>/plan")
def plan(patient_id: int) -> str:
    """Show the plan in force, ready to be changed."""
    patient = own(Patient, patient_id)
    standing = _standing(patient)
    note("plan.view", f"patient:{patient.id}")
    session().commit()
    return plan_page(patient, standing, from_plan(standing.lines, standing.routines))


@bp.post("/patients/<int:patient_id>/plan")
def change_plan(patient_id: int) -> tuple[str, int] | Response:
    """Give the patient this plan, or show the form again as the pressed button leaves it."""
    patient = own(Patient, patient_id)
    standing, button = _standing(patient), request.form.get("do", "look")
    draft = pressed(from_form(request.form), button)
    if button != "save":
        return plan_page(patient, standing, draft), 200
    draft = checked(draft, frozenset(standing.names))
    if not draft.sound:
        return plan_page(patient, standing, draft), 422
    number = _write(patient, standing, draft)
    note("plan.write", f"patient:{patient.id}")
    return done(f"Plan {number} is given.", ".patient", patient_id=patient.id)


def _standing(patient: Patient) -> Standing:
    current = next((one for one in versions(session(), patient.id) if one.current), None)
    names = {key: entry.texts["en"].name for key, entry in library().items()}
    names |= {one.key: one.name for one in own_exercises(session(), patient.clinic_id)}
    return Standing(
        current.number if current else 0,
        _lines(current),
        current.routines if current else (),
        names,
    )


def _lines(current: Version | None) -> tuple[Prescribed, ...]:
    return prescribed(session(), current.id, "en") if current is not None else ()


def _write(patient: Patient, standing: Standing, draft: Draft) -> int:
    """Write the new version and take back what has not left of the old one, in one transaction."""
    change = _change(standing, draft)
    ids = _exercise_ids(patient.clinic_id, [one.key for one in draft.lines])
    version = write_version(
        plan_of(session(), patient),
        plan_draft(draft, ids, standing.keys, change),
        by=staff().id,
        now=now(),
    )
    outbox.withdraw_unsent(session(), patient.id, gate.Reason.PLAN_CHANGED)
    return version.number


def _exercise_ids(clinic_id: int, keys: Sequence[str]) -> dict[str, int]:
    """The rows of these exercises; a built-in one gets its row when it is first prescribed."""
    rows = [{"clinic_id": clinic_id, "key": key} for key in dict.fromkeys(keys) if key in library()]
    insert_once(session(), Exercise, rows)
    found = session().execute(
        sa.select(Exercise.key, Exercise.id).where(
            Exercise.clinic_id == clinic_id, Exercise.key.in_(keys)
        )
    )
    return {key: row for key, row in found}  # noqa: C416 - rows, not pairs


def _change(standing: Standing, draft: Draft) -> str:
    return change_words(
        [Item(one.key, one.name, one.dose, one.note) for one in standing.lines],
        [Item(one.key, standing.names[one.key], one.dose, one.note) for one in draft.lines],
        [When(one.key, _row_words(one)) for one in standing.routines],
        [When(one.key, _words(one)) for one in draft.routines],
    )


def _row_words(one: RoutineRow) -> str:
    return _said(one.weekdays, one.times, one.every_days)


def _words(one: Rhythm) -> str:
    return _said(frozenset(one.days), one.walls, int(one.every) if one.every.isdigit() else 1)


def _said(days: frozenset[int], times: Sequence[time], every: int) -> str:
    walls = ", ".join(f"{wall:%H:%M}" for wall in times)
    steps = f", every {every} days" if every > 1 else ""
    return f"{words.opening(words.weekdays(days))} {walls}{steps}"
