"""How do staff write to a patient: in which words, how long, and when does it leave?"""

from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types

from reminders.core import schedule
from reminders.core.schedule import Window
from reminders.core.triage import AlertKind
from reminders.core.wording import revealing
from reminders.store.canned import canned_lines
from reminders.store.people import Medium, Patient
from reminders.store.queries.library import shelf
from reminders.store.record import open_alert
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, note, own, staff
from reminders.web.desk.alerts import handle_replies
from reminders.web.desk.forms import NoteForm
from reminders.web.desk.letters import preview_note, queue_note
from reminders.web.house import now, session

MOST_SEGMENTS: Final = 3


@bp.get("/patients/<int:patient_id>/note")
def write(patient_id: int) -> str:
    """Show an empty note to a patient, with the lines that stand ready."""
    return _page(own(Patient, patient_id), NoteForm())


@bp.post("/patients/<int:patient_id>/note")
def written(patient_id: int) -> tuple[str, int] | Response:
    """Send a few words, or show first what they come to."""
    patient, form = own(Patient, patient_id), NoteForm(request.form)
    if "line" in request.form:
        _put_in(patient, form)
        return _page(patient, form), 200
    if not form.validate() or not may_go(patient, form) or request.form.get("do") != "send":
        return _page(patient, form), 422 if form.errors else 200
    queue_note(patient, form.note.data)
    _answered(patient)
    note("patient.note", f"patient:{patient.id}")
    return done(_sent_words(patient), ".patient", patient_id=patient.id)


def may_go(patient: Patient, form: NoteForm) -> bool:
    """Whether these words may reach a patient; what is against it stands beside the field."""
    typed = form.note.data or ""
    form.note.errors = [*_too_long(patient, typed), *_tells(patient, form.note, form.anyway)]
    return not form.note.errors


def _too_long(patient: Patient, typed: str) -> Iterator[str]:
    """A text of many segments is a letter."""
    size = preview_note(patient, typed).size
    if patient.medium is Medium.TEXT and size.segments > MOST_SEGMENTS:
        yield f"This is {words.counted(size.segments, 'text')}; at most 3, please."


def _tells(patient: Patient, typed: Field, anyway: Field) -> Iterator[str]:
    """Words of the body, of exercises or of pain: sent only by who has seen that they are."""
    found = revealing(typed.data or "", patient.language, _exercises(patient.language))
    if found and not anyway.data:
        named = ", ".join(f"“{word}”" for word in found)
        yield f"Others may see this message. Leave out {named}, or send it anyway."


def _exercises(language: str) -> Iterator[str]:
    for one in shelf(session(), clinic().id):
        for lang in {language, "en"} & one.entry.texts.keys():
            yield one.entry.texts[lang].name


def _put_in(patient: Patient, form: NoteForm) -> None:
    """Add the chosen line to what was typed."""
    chosen = next((one for one in _lines(patient) if one[0] == request.form["line"]), None)
    if chosen is not None:
        form.note.data = f"{form.note.data or ''} {chosen[1]}".strip()


def _lines(patient: Patient) -> list[tuple[str, str, str]]:
    """The lines there are in the patient's language: number, words, and those in English."""
    known = canned_lines(session(), clinic().id)
    return [
        (str(n), line[patient.language], _in_english(line, patient.language))
        for n, line in enumerate(known)
        if line.get(patient.language)
    ]


def _in_english(line: Mapping[str, str], language: str) -> str:
    return line.get("en", "") if language != "en" else ""


def _page(patient: Patient, form: NoteForm) -> str:
    typed = form.note.data or ""
    return render_template(
        "desk/note.html",
        place="patients",
        patient=patient,
        form=form,
        lines=_lines(patient),
        leaves=leaves(patient.window, patient.tz),
        seen=preview_note(patient, typed) if typed.strip() else None,
    )


def leaves(window: Window, zone: ZoneInfo) -> str:
    """When a note goes out that is not sent in the patient's hours; nothing if it goes at once."""
    if schedule.inside(now(), zone, window):
        return ""
    opening = schedule.next_opening(now(), zone, window).astimezone(zone)
    return words.moment(opening, schedule.local_day(now(), zone))


def _sent_words(patient: Patient) -> str:
    """What happens to the note, as far as the window decides it."""
    later = leaves(patient.window, patient.tz)
    return f"Your note goes out {later}, their time." if later else "Your note is on its way."


def _answered(patient: Patient) -> None:
    """Whoever answers has read what was written."""
    handle_replies(patient.id)
    for kind in (AlertKind.MESSAGE, AlertKind.UNCLEAR):
        alert = open_alert(session(), patient.id, kind)
        if alert is not None:
            alert.resolve(staff().id, now())
