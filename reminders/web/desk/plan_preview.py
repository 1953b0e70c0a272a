"""What will the patient get: the text as it leaves, and the page behind its link?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import render_template

from reminders.core import schedule
from reminders.core.wording import Size, Values, measure, reminder
from reminders.core.wording.speech import speech
from reminders.store.people import Care, Patient
from reminders.store.queries.library import Shelved
from reminders.store.queries.page import Holder, Page, Task
from reminders.web.desk import words
from reminders.web.desk.access import clinic, staff
from reminders.web.desk.draft import Draft, Line, Rhythm
from reminders.web.desk.plan_standing import Standing, words_in
from reminders.web.house import house, now
from reminders.web.patient.form import Typed
from reminders.web.patient.view import Frame, session_of

TOKEN: Final = "k7qdm2xr5sfa4twp6hbn3ycvz7"  # noqa: S105 - an example: a real one is as long


@dataclass(frozen=True)
class TextPreview:
    """The reminder as it will leave."""

    body: str
    size: Size
    first: str


def text_preview(patient: Patient, draft: Draft) -> TextPreview:
    """The reminder in the patient's language, as long as a real one."""
    values = Values(
        clinic=clinic().short_name,
        first=patient.first_name if clinic().use_first_name else "",
        link=f"{house().settings.public_base_url}/x/{TOKEN}",
        phone=clinic().phone,
    )
    body = reminder(patient.language, values, with_stop=False)
    return TextPreview(body, measure(body), _first(patient, draft))


def page_preview(patient: Patient, standing: Standing, draft: Draft) -> str:
    """The page behind the link with these exercises: to look at, with nothing to send."""
    known = [(one, standing.shelf[one.key]) for one in draft.in_force if one.key in standing.shelf]
    tasks = tuple(_task(nth, one, patient, sheet) for nth, (one, sheet) in enumerate(known, 1))
    page = Page(_holder(patient), tasks=tasks)
    frame = Frame.of(page.holder)
    return render_template(
        "patient/session.html",
        s=session_of(page, Typed(), None, now()),
        f=frame,
        w=frame.w,
        lang=frame.lang,
        token=TOKEN,
        ticket="",
        preview=True,
    )


def _holder(patient: Patient) -> Holder:
    mine = clinic()
    return Holder(
        link_id=0,
        clinic_id=mine.id,
        patient_id=patient.id,
        occurrence_ids=(),
        open=True,
        ends_at=now(),
        first_name=patient.first_name if mine.use_first_name else "",
        language=speech(patient.language).lang,
        zone=patient.tz,
        therapist=staff().name.partition(" ")[0],
        clinic=mine.short_name,
        phone=mine.phone,
        emergency=mine.emergency_number or "911",
        crisis=mine.crisis_number or "988",
        discharged=patient.state is Care.DISCHARGED,
        held=False,
        last=None,
        asks=False,
        tries=0,
    )


def _task(nth: int, line: Line, patient: Patient, shelved: Shelved) -> Task:
    return Task(
        prescription_id=nth,
        version_id=0,
        exercise_id=nth,
        position=nth,
        key=line.key,
        words=words_in(shelved, speech(patient.language).lang),
        dose=line.dose,
        note=line.note,
        drawing=shelved.drawing,
        photo=shelved.photo,
        video=shelved.video,
    )


def _first(patient: Patient, draft: Draft) -> str:
    """When the first reminder of this plan leaves."""
    moments = [at for one in draft.routines if one.sound and (at := _next(patient, one))]
    if not moments:
        return "not planned"
    today = schedule.local_day(now(), patient.tz)
    return words.moment(min(moments).astimezone(patient.tz), today)


def _next(patient: Patient, one: Rhythm) -> datetime | None:
    rhythm = schedule.Rhythm(
        patient.tz,
        one.walls,
        one.first or schedule.local_day(now(), patient.tz),
        one.last,
        frozenset(one.days),
        one.steps,
        patient.window,
        tuple(pause.span for pause in patient.pauses),
    )
    due = schedule.next_due(rhythm, now())
    return due.at if due is not None and not due.paused else None
