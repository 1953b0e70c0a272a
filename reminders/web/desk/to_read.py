"""What did patients write that waits for a person, and what does the person make of it?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reminders.core.replies import Intent
from reminders.inbox.by_hand import (
    ByHand,
    NoSession,
    Verdict,
    give_to,
    read_by_hand,
    take_back,
)
from reminders.inbox.explaining import explained
from reminders.store.conversation import Door, Reply
from reminders.store.people import Patient
from reminders.store.queries.unread import (
    Person,
    Waiting,
    candidates,
    one_reply,
    unread,
)
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, note, own, reader, staff, wall
from reminders.web.house import house, now, session
from reminders.web.ids import row_id

# A lone whole number of the scale, not part of a time, a date, a fraction or a longer number.
_LEVEL: Final = re.compile(r"(?<![\d.,:/])(?:10|\d)(?![\d:/]|[.,]\d)")
MOST_LEVELS: Final = 2
_SAID: Final = {
    Verdict.DONE: "Logged: done",
    Verdict.PART: "Logged: part",
    Verdict.SKIPPED: "Logged: skipped",
    Verdict.PAIN: "Logged",
    Verdict.NOTHING: "Put away, nothing logged",
    Verdict.STOP: "Stopped. Only their START brings it back",
    Verdict.WRONG_NUMBER: "Stopped: this number is not theirs",
}
FINAL: Final = {Verdict.STOP, Verdict.WRONG_NUMBER}


@dataclass(frozen=True)
class Item:
    """One reply as the page shows it, with the readings it offers."""

    id: int
    who: str
    href: str
    about: str
    text: str
    why: str
    levels: tuple[str, ...]
    known: bool
    candidates: tuple[Person, ...]
    handled: str
    can_undo: bool


@bp.get("/to-read")
def to_read() -> str:
    """Show what waits, the longest first."""
    mine = request.args.get("show", "mine" if reader().own_only else "all") == "mine"
    found = unread(session(), reader(), mine=mine)
    note("desk.to_read", f"staff:{staff().id}")
    session().commit()
    return render_template(
        "desk/to_read.html",
        place="today",
        items=_items(found),
        undo=_undo(),
        filters=[
            ("Mine", url_for(".to_read", show="mine"), mine),
            ("All", url_for(".to_read", show="all"), not mine),
        ],
    )


@bp.get("/replies/<int:reply_id>")
def reply(reply_id: int) -> str:
    """Show one reply, to be read by hand whatever was made of it."""
    found = one_reply(session(), reader(), reply_id)
    if found is None:
        abort(404)
    note("reply.view", f"reply:{reply_id}")
    session().commit()
    return render_template("desk/reply.html", place="today", item=_items([found])[0])


@bp.post("/replies/<int:reply_id>")
def read_reply(reply_id: int) -> Response:
    """Enter what the person made of it."""
    row = own(Reply, reply_id)
    hand = _hand()
    try:
        read_by_hand(session(), house().settings, row, hand, now())
    except NoSession:
        flash("No session is near enough to log this for. Log it on the patient’s page.", "watch")
        return redirect(url_for(".reply", reply_id=row.id), 303)
    note(f"reply.{hand.verdict}", f"reply:{row.id}")
    return _put_away(row, hand)


@bp.post("/replies/<int:reply_id>/whose")
def give_reply(reply_id: int) -> Response:
    """Say which patient on that phone it came from."""
    row = own(Reply, reply_id)
    if "patient_id" not in request.form:
        abort(400)
    patient = own(Patient, request.form.get("patient_id", 0, type=row_id))
    if row.sender_index not in (patient.phone_index, patient.carer_phone_index):
        abort(404)
    give_to(session(), house().settings, row, patient, now())
    note("reply.give", f"reply:{row.id}")
    session().commit()
    return redirect(url_for(".reply", reply_id=row.id), 303)


@bp.post("/replies/<int:reply_id>/undo")
def undo_reply(reply_id: int) -> Response:
    """Take a reading by hand back: what stood before stands again."""
    row = own(Reply, reply_id)
    if row.handled_at is not None:
        take_back(session(), house().settings, row, now())
        note("reply.undo", f"reply:{row.id}")
        session().commit()
        flash("Taken back.")
    return redirect(url_for(".reply", reply_id=row.id), 303)


def _hand() -> ByHand:
    """The button that was pressed: "done", or "done:4" where it named a level itself."""
    verdict, _, level = request.form.get("do", "").partition(":")
    level = level or request.form.get("pain", "")
    if verdict not in set(Verdict) or (level and not _LEVEL.fullmatch(level)):
        abort(400)
    if verdict == Verdict.PAIN and not level:
        abort(400)
    return ByHand(Verdict(verdict), staff().id, int(level) if level else None)


def _put_away(row: Reply, hand: ByHand) -> Response:
    session().commit()
    level = f", pain {hand.pain}" if hand.pain is not None else ""
    flash(f"{_SAID[hand.verdict]}{level}.")
    if request.form.get("back") != "list":
        return redirect(url_for(".reply", reply_id=row.id), 303)
    return redirect(url_for(".to_read", was=row.id if hand.verdict not in FINAL else None), 303)


def _undo() -> int | None:
    """The reply just put away, if it may be taken back."""
    was = request.args.get("was", type=row_id)
    if was is None:
        return None
    row = own(Reply, was)
    return row.id if row.handled_by_id == staff().id else None


def _items(found: Sequence[Waiting]) -> list[Item]:
    phones = candidates(session(), clinic().id, found)
    return [_item(one, phones) for one in found]


def _item(one: Waiting, phones: Mapping[str, Sequence[Person]]) -> Item:
    person = one.patient
    return Item(
        id=one.id,
        who=person.name if person else _phone(one),
        href=url_for(".patient", patient_id=person.id) if person else "",
        about=_about(one),
        text=one.text or (words.counted(one.media, "picture") if one.media else "No words."),
        why=_why(one),
        levels=_levels(one.text),
        known=person is not None,
        candidates=tuple(phones.get(one.sender, ())) if person is None else (),
        handled=_handled(one),
        can_undo=one.handled_at is not None and one.fate is not None,
    )


def _phone(one: Waiting) -> str:
    return words.phone(one.sender) if one.door is Door.TEXT else one.sender


def _about(one: Waiting) -> str:
    by = {Door.TEXT: "text", Door.EMAIL: "email", Door.PAGE: "from their page"}[one.door]
    reach = timedelta(hours=house().settings.late_reply_hours)
    near = one.reminded_at is not None and one.at - one.reminded_at < reach
    reminder = f"after the reminder of {wall(one.reminded_at)}" if near and one.reminded_at else ""
    return words.dots(wall(one.at), by, reminder or "no reminder before it")


def _why(one: Waiting) -> str:
    """Why it waits, as far as the rules can say."""
    told = explained(one.why)
    if one.patient is None:
        return "Nobody of the clinic has this number, or several have."
    if told is not None and told.danger:
        return f"Read as a red flag: “{told.danger}”."
    if one.door is Door.PAGE:
        return "Words beside what was marked on the page."
    if told is None:
        return "It could not be read by rule."
    if told.intent == Intent.START:
        return "Wants texts again, but their phone company holds the stop: only START undoes it."
    return "Read as words for you." if told.intent == Intent.MESSAGE else "Asks something too."


def _levels(text: str) -> tuple[str, ...]:
    """The numbers that may be a pain level, if they are few enough to offer."""
    found = tuple(dict.fromkeys(_LEVEL.findall(text)))
    return found if len(found) <= MOST_LEVELS else ()


def _handled(one: Waiting) -> str:
    if one.handled_at is None:
        return ""
    return f"Read by {one.handled_by or 'staff'}, {wall(one.handled_at)}."
