"""Who must be rung, and what came of a call?"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask import render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import InputRequired, Length  # type: ignore[import-untyped]  # no types

from reminders.core.schedule import zone as zone_of
from reminders.core.wording import clock_words
from reminders.store.people import Medium, Patient
from reminders.store.queries.glances import Who, glances
from reminders.store.queries.to_call import LATELY, Cause, LastCall, ToCall, to_call
from reminders.store.record import Call
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, note, own, reader, staff, wall, zone
from reminders.web.desk.forms import Sheet, offered
from reminders.web.desk.fortnight import Picture, picture
from reminders.web.house import now, session


class Came(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    LEFT_WORD = "left_word"
    NO_ANSWER = "no_answer"


CAME: Final = {
    Came.REACHED: "We spoke",
    Came.LEFT_WORD: "Left a message",
    Came.NO_ANSWER: "No answer",
}
_TOOK_IT: Final = "Rang us, and somebody took it"
_MISSED: Final = "Rang us, and nobody took it"
_CAUSES: Final = {
    Cause.ASKED: "Asked for a call.",
    Cause.LANDLINE: "Texts cannot reach this number: it is a landline.",
    Cause.OPTED_OUT: "Has stopped our {many}, and still has sessions to do.",
    Cause.WRONG_NUMBER: "Somebody else has this {address}. Ask for the right one.",
    Cause.DEAD_ADDRESS: "This {address} does not work. Ask for another one.",
    Cause.NO_CONSENT: "Has not agreed to {many} to this {address}.",
    Cause.IN_DOUBT: "Silent for 60 days: is it still their {address}?",
    Cause.NOT_DELIVERED: "Our {many} do not arrive.",
}
# What only another number or address puts right.
_ELSEWHERE: Final = frozenset({Cause.LANDLINE, Cause.WRONG_NUMBER, Cause.DEAD_ADDRESS})
_MEDIA: Final = {Medium.TEXT: ("texts", "number"), Medium.EMAIL: ("emails", "email address")}


class CallForm(Sheet):
    """What came of a call, and what was said, for staff only."""

    came = RadioField(
        "What came of it",
        choices=offered((came.value, said) for came, said in CAME.items()),
        validators=[InputRequired("Choose one, please.")],
    )
    note = TextAreaField("What was said", [Length(max=500, message="At most 500 letters, please.")])


@dataclass(frozen=True)
class Row:
    """One patient to ring, as the list shows them."""

    id: int
    href: str
    name: str
    about: str
    why: str
    quote: str
    phone: str
    phone_words: str
    carer: str
    carer_phone: str
    carer_words: str
    last: str
    picture: Picture
    elsewhere: bool


@bp.get("/calls")
def call_list() -> str:
    """Show whom only a call reaches, or who has asked for one; who was reached stands apart."""
    mine = request.args.get("show", "mine" if reader().own_only else "all") == "mine"
    today = now().astimezone(zone()).date()
    found = to_call(session(), reader(), today, mine=mine)
    rows = _rows(found)
    since = now() - LATELY
    spoken = [row for row, one in zip(rows, found, strict=True) if one.reached_since(since)]
    note("desk.calls", f"staff:{staff().id}")
    session().commit()
    return render_template(
        "desk/calls.html",
        place="patients",
        waiting=[row for row in rows if row not in spoken],
        spoken=spoken,
        came=[(came.value, said) for came, said in CAME.items()],
        at=words.headline(now().astimezone(zone())),
        filters=[
            ("Mine", url_for(".call_list", show="mine"), mine),
            ("Everyone", url_for(".call_list", show="all"), not mine),
        ],
    )


def _rows(found: list[ToCall]) -> list[Row]:
    seen = glances(session(), [Who(one.id, one.zone) for one in found], now())
    return [_row(one, picture(seen[one.id])) for one in found]


def _row(one: ToCall, drawn: Picture) -> Row:
    theirs = now().astimezone(zone_of(one.zone))
    far = one.zone != clinic().zone
    return Row(
        id=one.id,
        href=url_for(".patient", patient_id=one.id),
        name=one.name,
        about=words.about(
            words.language(one.language),
            f"{clock_words(theirs.time(), 'en')} for them" if far else "",
        ),
        why=cause_words(one.cause, one.medium),
        quote=one.words,
        phone=one.phone or "",
        phone_words=words.phone(one.phone),
        carer=one.carer_name or "",
        carer_phone=one.carer_phone or "",
        carer_words=words.phone(one.carer_phone),
        last=_last(one.last) if one.last else "Not rung yet.",
        picture=drawn,
        elsewhere=one.cause in _ELSEWHERE,
    )


def cause_words(cause: Cause, medium: Medium) -> str:
    """Why a call is what is left."""
    many, address = _MEDIA[medium]
    return _CAUSES[cause].format(many=many, address=address)


def _last(call: LastCall) -> str:
    came = came_words(reached=call.reached, left_word=call.left_word)
    return f"{came}, {wall(call.at)}, by {call.by}."


def came_words(*, reached: bool, left_word: bool, incoming: bool = False) -> str:
    """What came of a call that was kept."""
    if incoming:
        return _TOOK_IT if reached else _MISSED
    if reached:
        return CAME[Came.REACHED]
    return CAME[Came.LEFT_WORD if left_word else Came.NO_ANSWER]


@bp.get("/patients/<int:patient_id>/call")
def call(patient_id: int) -> str:
    """Ask what came of a call."""
    return _page(own(Patient, patient_id), CallForm())


@bp.post("/patients/<int:patient_id>/call")
def rung(patient_id: int) -> tuple[str, int] | Response:
    """Keep what came of a call; it stands in the conversation, for staff only."""
    patient, form = own(Patient, patient_id), CallForm(request.form)
    if not form.validate():
        return _page(patient, form), 422
    came = Came(form.came.data)
    session().add(
        Call(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            by_id=staff().id,
            at=now(),
            reached=came is Came.REACHED,
            left_word=came is Came.LEFT_WORD,
            note=(form.note.data or "").strip() or None,
        )
    )
    note("call.log", f"patient:{patient.id}")
    said = f"Noted for {patient.first_name}: {CAME[came].lower()}."
    if request.form.get("back") == "calls":
        return done(said, ".call_list")
    return done(said, ".patient", patient_id=patient.id)


def _page(patient: Patient, form: CallForm) -> str:
    return render_template(
        "desk/call.html",
        place="patients",
        patient=patient,
        form=form,
        phone=words.phone(patient.phone),
    )
