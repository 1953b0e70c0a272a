"""Shall we write once more today, and when?"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

import sqlalchemy as sa
from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from reminders import inbox
from reminders.core import schedule
from reminders.core.gate import Kind, Reason
from reminders.core.wording import clock_words
from reminders.store.conversation import Message, State, move
from reminders.store.people import Patient
from reminders.store.queries.page import Holder, Page
from reminders.store.record import Occurrence
from reminders.web.house import now, session
from reminders.web.patient.holding import Doors, page_of
from reminders.web.patient.own_form import OwnForm, form_token
from reminders.web.patient.showing import ended, framed, note_seen
from reminders.web.words import filled, words

HOUR: Final = timedelta(hours=1)
EVENING: Final = time(18)

bp = Doors("later", __name__)


@dataclass(frozen=True)
class Offer:
    """One way to say when."""

    value: str
    label: str


@bp.get("/x/<token>/later")
def show(token: str) -> Response:
    """Offer a few times, or say which one was chosen."""
    page = page_of(token)
    return _page(page, token) if page is not None else ended(token)


@bp.post("/x/<token>/later")
def ask(token: str) -> Response:
    """Write once more today, by the rule that a text has."""
    page = page_of(token)
    if page is None:
        return ended(token)
    if not OwnForm(page.holder.link_id).validate() or not _can_wait(page):
        return redirect(url_for(".show", token=token), 303)
    patient = session().get_one(Patient, page.holder.patient_id)
    at = _moment(patient, request.form.get("when", ""), request.form.get("clock", ""))
    if at is None:
        return _page(page, token, _hours(patient))
    about = session().get_one(Occurrence, page.sittings[-1].occurrence_id)
    inbox.remind_later(session(), patient, about, at, now())
    note_seen(page.holder, "later today")
    return redirect(url_for(".show", token=token), 303)


@bp.post("/x/<token>/later/undo")
def undo(token: str) -> Response:
    """Take it back."""
    page = page_of(token)
    if page is None:
        return ended(token)
    if OwnForm(page.holder.link_id).validate():
        for message in _waiting(session(), page.holder):
            move(session(), message.id, State.WITHDRAWN, reason=Reason.TAKEN_BACK)
        note_seen(page.holder, "later taken back")
    return redirect(url_for(".show", token=token), 303)


def _can_wait(page: Page) -> bool:
    shut = page.holder.held or page.closed
    return bool(page.sittings) and not page.logged and not shut


def _page(page: Page, token: str, trouble: str = "") -> Response:
    holder = page.holder
    waiting = [
        clock_words(one.due_at.astimezone(holder.zone).time(), holder.language)
        for one in _waiting(session(), holder)
    ]
    return framed(
        "patient/later.html",
        holder,
        token,
        status=400 if trouble else 200,
        waiting=waiting,
        offers=_offers(holder, now()) if _can_wait(page) else (),
        trouble=trouble,
        form_token=form_token(holder.link_id),
    )


def _waiting(session: Session, holder: Holder) -> list[Message]:
    """What the patient asked for and has not had yet."""
    return list(
        session.scalars(
            sa.select(Message)
            .where(
                Message.patient_id == holder.patient_id,
                Message.kind == Kind.LATER,
                Message.state == State.DUE,
            )
            .order_by(Message.due_at)
        )
    )


def _offers(holder: Holder, moment: datetime) -> tuple[Offer, ...]:
    """In an hour, and this evening where that is later still."""
    w, zone = words(holder.language).later, holder.zone
    in_an_hour = (moment + HOUR).astimezone(zone).time()
    offers = [Offer("hour", filled(w.hour, time=clock_words(in_an_hour, holder.language)))]
    evening = schedule.next_wall(moment, zone, EVENING)
    today = schedule.local_day(moment, zone)
    if schedule.local_day(evening, zone) == today and evening > moment + HOUR:
        said = filled(w.evening, time=clock_words(EVENING, holder.language))
        offers.append(Offer("evening", said))
    return (*offers, Offer("clock", w.other))


def _moment(patient: Patient, when: str, clock: str) -> datetime | None:
    if when == "hour":
        minutes = int(HOUR.total_seconds()) // 60
        return inbox.later_moment(patient, now(), delay_minutes=minutes, clock=None)
    wall = EVENING if when == "evening" else _wall(clock)
    return inbox.later_moment(patient, now(), delay_minutes=None, clock=wall)


def _wall(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def _hours(patient: Patient) -> str:
    opens, closes = patient.window.opens, patient.window.closes
    lang = patient.language
    return filled(
        words(lang).later.bad, opens=clock_words(opens, lang), closes=clock_words(closes, lang)
    )
