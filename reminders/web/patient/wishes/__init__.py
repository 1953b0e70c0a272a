"""How does the patient want to be written to, and what of it do they change?

One page shows what is true now, each line with its form; every change is one verb, audited, and
comes back to the same page, which says what is true from now on.
"""

from collections.abc import Callable

import sqlalchemy as sa
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from reminders.store.people import Patient
from reminders.store.queries.page import Holder
from reminders.store.queries.wishes import wishes_of
from reminders.web.house import house, now, session
from reminders.web.patient.holding import Doors
from reminders.web.patient.own_form import OwnForm, form_token
from reminders.web.patient.second_step import Place, behind_second_step
from reminders.web.patient.showing import framed, note_seen
from reminders.web.patient.view import Frame
from reminders.web.patient.wishes.acts import (
    Asked,
    Topic,
    Trouble,
    renew_calendar,
    resume,
    set_language,
    set_pace,
    set_pause,
    set_times,
    set_way,
)
from reminders.web.patient.wishes.said import Said, said_of

bp = Doors("reminders", __name__)
Act = Callable[[Asked], Trouble | None]


@bp.get("/x/<token>/reminders")
@behind_second_step(Place.REMINDERS)
def show(holder: Holder, token: str) -> Response:
    """Show how they are written to now."""
    shown = _page(holder, token, Said(done=request.args.get("done", "")))
    note_seen(holder, "reminders seen")
    return shown


@bp.post("/x/<token>/reminders/times")
@behind_second_step(Place.REMINDERS)
def times(holder: Holder, token: str) -> Response:
    """Come at other times of day."""
    return _take(holder, token, Topic.TIMES, set_times)


@bp.post("/x/<token>/reminders/way")
@behind_second_step(Place.REMINDERS)
def way(holder: Holder, token: str) -> Response:
    """Come by text, or by email."""
    return _take(holder, token, Topic.WAY, set_way)


@bp.post("/x/<token>/reminders/language")
@behind_second_step(Place.REMINDERS)
def language(holder: Holder, token: str) -> Response:
    """Come in another language."""
    return _take(holder, token, Topic.LANGUAGE, set_language)


@bp.post("/x/<token>/reminders/pause")
@behind_second_step(Place.REMINDERS)
def pause(holder: Holder, token: str) -> Response:
    """Not come for some days."""
    return _take(holder, token, Topic.PAUSE, set_pause)


@bp.post("/x/<token>/reminders/resume")
@behind_second_step(Place.REMINDERS)
def go_on(holder: Holder, token: str) -> Response:
    """Come again."""
    return _take(holder, token, Topic.RESUME, resume)


@bp.post("/x/<token>/reminders/pace")
@behind_second_step(Place.REMINDERS)
def pace(holder: Holder, token: str) -> Response:
    """Come less often, or each time again."""
    return _take(holder, token, Topic.PACE, set_pace)


@bp.post("/x/<token>/reminders/calendar")
@behind_second_step(Place.REMINDERS)
def calendar(holder: Holder, token: str) -> Response:
    """Have a calendar's address, and the one before no longer."""
    return _take(holder, token, Topic.CALENDAR, renew_calendar)


def _take(holder: Holder, token: str, topic: Topic, act: Act) -> Response:
    _one_at_a_time(holder.patient_id)
    asked = Asked(
        session(),
        house().settings.secret_key.get_secret_value(),
        wishes_of(session(), holder.patient_id),
        request.form,
        now(),
    )
    sure = OwnForm(holder.link_id).validate()
    trouble = act(asked) if sure else Trouble.UNSURE
    if trouble is not None:
        session().rollback()
        return _page(holder, token, Said(topic, trouble, typed=request.form), status=400)
    note_seen(holder, f"{topic} changed")
    return redirect(url_for(".show", token=token, done=topic), 303)


def _one_at_a_time(patient_id: int) -> None:
    """Whoever gives the patient a plan at the same moment waits, and then sees this one."""
    mine = sa.select(Patient.id).where(Patient.id == patient_id)
    session().execute(mine.with_for_update(key_share=True))


def _page(holder: Holder, token: str, said: Said, *, status: int = 200) -> Response:
    wishes = wishes_of(session(), holder.patient_id)
    return framed(
        "patient/reminders.html",
        holder,
        token,
        status=status,
        s=said_of(wishes, Frame.of(holder), said, house().settings, now()),
        form_token=form_token(holder.link_id),
    )
