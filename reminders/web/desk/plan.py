"""What should this patient do from now on?"""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from flask import abort, request
from werkzeug.wrappers import Response

from reminders import outbox
from reminders.core import gate, schedule
from reminders.core.exercises import library
from reminders.store.db import insert_once
from reminders.store.exercises import Exercise
from reminders.store.people import Patient
from reminders.store.plans import plan_of, write_version
from reminders.web.desk.access import May, bp, done, need, note, own, staff
from reminders.web.desk.draft import Draft, checked, from_form, plan_draft, pressed
from reminders.web.desk.plan_change import change_of
from reminders.web.desk.plan_page import plan_page
from reminders.web.desk.plan_preview import page_preview
from reminders.web.desk.plan_standing import Standing, standing_of
from reminders.web.desk.plan_start import begun
from reminders.web.desk.templates import kept_as_template
from reminders.web.house import now, session


@bp.get("/patients/<int:patient_id>/plan")
def plan(patient_id: int) -> str:
    """Show the plan in force, or what the reader wants to start from, ready to be changed."""
    patient = own(Patient, patient_id)
    standing = standing_of(patient)
    draft = begun(patient, standing, request.args.get("from", "")) or abort(404)
    note("plan.view", f"patient:{patient.id}")
    session().commit()
    return plan_page(patient, standing, draft)


@bp.post("/patients/<int:patient_id>/plan")
def change_plan(patient_id: int) -> tuple[str, int] | Response:
    """Give the patient this plan, or show the form again as the pressed button leaves it."""
    patient, button = own(Patient, patient_id), request.form.get("do", "look")
    need(May.PLAN)
    if button == "save":
        _one_at_a_time(patient)
    standing = standing_of(patient)
    draft = pressed(from_form(request.form), button, standing.entries)
    if button == "page":
        return page_preview(patient, standing, draft), 200
    if button not in {"save", "template"}:
        return plan_page(patient, standing, draft), 200
    return _kept(patient, standing, draft, button)


def _kept(
    patient: Patient, standing: Standing, draft: Draft, button: str
) -> tuple[str, int] | Response:
    phase = standing.phase
    draft = checked(draft, standing.known, phase.key if phase else "")
    if button == "template":
        draft, said = kept_as_template(draft)
        return plan_page(patient, standing, draft, said), 200 if said else 422
    if not draft.sound:
        return plan_page(patient, standing, draft), 422
    if draft.stamp not in {"", standing.stamp}:
        return plan_page(patient, standing, _begun_anew(patient, standing, draft)), 409
    number = _write(patient, standing, draft)
    note("plan.write", f"patient:{patient.id}")
    return done(f"Plan {number} is given.", ".patient", patient_id=patient.id)


def _one_at_a_time(patient: Patient) -> None:
    """Whoever gives a patient a plan at the same moment waits, and then sees this one."""
    mine = sa.select(Patient.id).where(Patient.id == patient.id)
    session().execute(mine.with_for_update(key_share=True))


def _begun_anew(patient: Patient, standing: Standing, draft: Draft) -> Draft:
    """Nothing given meanwhile is undone unseen: say what giving this would change now."""
    change = change_of(standing, draft, schedule.local_day(now(), patient.tz))
    said = "This plan was changed while you wrote."
    said += f" Given now, yours changes: {change}" if change else " It now reads like yours."
    return replace(draft, errors=(said,), stamp=standing.stamp)


def _write(patient: Patient, standing: Standing, draft: Draft) -> int:
    """Write the new version and take back what has not left of the old one, in one transaction."""
    if draft.minds is not None:
        patient.mind(draft.conditions)
    ids = _exercise_ids(patient.clinic_id, [one.key for one in draft.lines])
    change = change_of(standing, draft, schedule.local_day(now(), patient.tz))
    version = write_version(
        plan_of(session(), patient),
        plan_draft(draft, ids, standing.own, change),
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
