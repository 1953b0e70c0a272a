"""How does a patient get everything that we know of them?"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Response, abort, render_template

from reminders.store.people import Patient
from reminders.store.taking_away import Everything, Row, everything
from reminders.web.desk.access import bp, clinic, may_release, note, own, zone
from reminders.web.house import now, session

# What each part is called, and which of its columns a person reads; the JSON has them all.
_PARTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "consent": (
        "Agreed to",
        {"at": "When", "medium": "For", "step": "What", "how": "How", "by": "Noted by"}
        | {"wording": "In these words"},
    ),
    "suppression": ("Blocked", {"at": "When", "medium": "For", "why": "Why", "source": "Told by"}),
    "patient_pause": (
        "Pauses",
        {"first_day": "From", "last_day": "To", "reason": "Why", "by": "Noted by"},
    ),
    "plan_version": (
        "Plans",
        {"number": "Number", "made_at": "Made", "made_by_id": "By", "change": "What changed"},
    ),
    "prescription": (
        "Exercises of the plans",
        {"plan_version_id": "Plan row", "exercise_id": "Exercise", "note": "Note"},
    ),
    "occurrence": ("Sessions that were due", {"day": "Day", "due_at": "Due", "excuse": "Excused"}),
    "log_entry": (
        "What was reported",
        {"day": "Day", "moment": "About", "outcome": "Outcome", "pain": "Pain, 0 to 10"}
        | {"reason": "Why not", "note": "Words", "source": "By", "superseded_at": "Replaced"},
    ),
    "message": (
        "What we wrote",
        {"due_at": "When", "medium": "By", "kind": "Kind", "text": "Text", "state": "State"},
    ),
    "reply": ("What came back", {"received_at": "When", "door": "By", "text": "Text"}),
    "alert": (
        "What staff were asked to look at",
        {"opened_at": "Since", "sentence": "Why", "evidence": "Evidence", "resolved_at": "Closed"},
    ),
    "call": ("Calls", {"at": "When", "by_id": "By", "reached": "Reached", "note": "Note"}),
    "visit": ("Visits", {"day": "Day", "by_id": "Noted by"}),
    "audit_event": (
        "Who saw or did something with this record",
        {"at": "When", "actor": "Who", "action": "What"},
    ),
}
_WHO: Final[Mapping[str, str]] = {
    "first_name": "First name",
    "last_name": "Last name",
    "birth_year": "Year of birth",
    "phone": "Mobile number",
    "email": "Email",
    "conditions": "Comes for",
    "language": "Language",
    "zone": "Time zone",
    "state": "State",
    "carer_name": "Carer",
    "carer_phone": "Carer’s number",
    "carer_email": "Carer’s email",
    "created_at": "Patient since",
}
_PEOPLE: Final = frozenset({"by_id", "made_by_id"})
# Elsewhere the same letters are somebody's words.
_NOTED_BY: Final = frozenset({"by", "actor"})
_STAFF: Final = re.compile(r"staff:(\d{1,18})")


@dataclass(frozen=True)
class Part:
    """One table of the page that a person reads."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@bp.get("/patients/<int:patient_id>/record.zip")
def take_record(patient_id: int) -> Response:
    """Give everything about one patient: a page to read and a file for programs."""
    patient = own(Patient, patient_id)
    if not may_release():
        abort(403)
    note("patient.export", f"patient:{patient.id}")
    known = everything(session(), patient)
    answer = Response(_packed(patient, known), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"record-{patient.id}.zip")
    session().commit()
    return answer


def _packed(patient: Patient, known: Everything) -> bytes:
    packed = io.BytesIO()
    written = json.dumps(known.as_json(clinic().name, now()), ensure_ascii=False, indent=1)
    page = render_template(
        "desk/record_page.html",
        patient=patient,
        clinic=clinic(),
        made=_shown(now().isoformat()),
        who=[(label, _shown(known.tables["patient"][0][name])) for name, label in _WHO.items()],
        parts=list(_parts(known)),
    )
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.json", written)
        archive.writestr("record.html", page)
    return packed.getvalue()


def _parts(known: Everything) -> Iterator[Part]:
    for table, (title, columns) in _PARTS.items():
        rows: Sequence[Row] = known.tables[table]
        if rows:
            cells = (tuple(_cell(known, name, row[name]) for name in columns) for row in rows)
            yield Part(title, tuple(columns.values()), tuple(cells))


def _cell(known: Everything, column: str, value: Any) -> str:
    """A value as a person reads it: names for the ids of staff and exercises."""
    if column in _PEOPLE:
        return known.staff.get(value, "")
    if column == "exercise_id":
        return known.exercises[value].replace("-", " ")
    if column in _NOTED_BY and (found := _STAFF.fullmatch(str(value))):
        return known.staff.get(int(found[1]), str(value))
    return _shown(value)


def _shown(value: Any) -> str:
    """Moments as the clinic's wall showed them, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if moment.tzinfo is None:
        return str(value)  # a day, or a year of birth
    return f"{moment.astimezone(zone()):%Y-%m-%d %H:%M}"
