"""Is it really the patient who asks for their history and settings?

A link can be forwarded or read over a shoulder. Before anything but today's session it asks for the
birth year or, where we do not know it, for a code sent to where the link was sent. Five tries a
link, counted in the database; who has passed is remembered for this link by this browser.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import wraps
from hashlib import sha256

import sqlalchemy as sa
from flask import current_app, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response
from wtforms import StringField  # type: ignore[import-untyped,unused-ignore]
from wtforms.validators import Regexp  # type: ignore[import-untyped,unused-ignore]

from reminders.store.conversation import Link
from reminders.store.people import Patient, suppressed
from reminders.store.queries.page import Holder
from reminders.store.second_step import (
    TRIES,
    code_written,
    give_back_tries,
    spend_try,
    write_code,
)
from reminders.web.house import house, now, session
from reminders.web.patient.holding import Doors, holder_of, path_of
from reminders.web.patient.own_form import OwnForm, form_token
from reminders.web.patient.showing import ended, framed, note_seen
from reminders.web.words import counted, words

# A code is good for the quarter of an hour it was asked for in, and the next one.
CODE_LASTS = timedelta(minutes=15)
REMEMBERED = 5

bp = Doors("second_step", __name__)
OwnView = Callable[[Holder, str], Response]


class Place(StrEnum):
    """What lies behind the second step: the page to go on to."""

    WEEK = "week"
    REMINDERS = "reminders"
    KEEP = "keep"


class Asks(StrEnum):
    """What the second step asks for."""

    YEAR = "year"
    CODE = "code"


@dataclass(frozen=True)
class Question:
    """What is asked of the holder of one link, and which answers are right."""

    link: Link
    asks: Asks
    answers: frozenset[str]
    keys: tuple[str, ...]

    def right(self, answer: str) -> bool:
        return any(hmac.compare_digest(answer.encode(), one.encode()) for one in self.answers)


class StepForm(OwnForm):
    """One short answer."""

    answer = StringField(
        filters=[lambda typed: (typed or "").strip()], validators=[Regexp(r"^[0-9]{4}$")]
    )


def behind_second_step(place: Place) -> Callable[[OwnView], Callable[[str], Response]]:
    """Let only the patient on to a page of their own; the page gets who holds the link."""

    def guard(view: OwnView) -> Callable[[str], Response]:
        @wraps(view)
        def guarded(token: str) -> Response:
            holder = holder_of(token)
            if holder is None or not holder.open:
                return ended(token)
            if holder.held or holder.discharged:
                return redirect(url_for("patient.show", token=token), 303)
            if holder.asks and holder.link_id not in _passed():
                return _ask(holder, token, place)
            return view(holder, token)

        return guarded

    return guard


@bp.post("/x/<token>/check/<any(week, reminders, keep):place>")
def check(token: str, place: str) -> Response:
    """Take an answer, if this link has a try left."""
    holder, wanted = holder_of(token), Place(place)
    if holder is None or not holder.open:
        return ended(token)
    form, said = StepForm(holder.link_id), words(holder.language).step
    if not form.validate():
        trouble = said.unsure if form.csrf_token.errors else said.shape
        return _ask(holder, token, wanted, trouble)
    left = spend_try(session(), holder.link_id)
    if left is None:
        return _ask(replace(holder, tries=TRIES), token, wanted)
    if _question(holder).right(form.answer.data):
        return _let_in(holder, token, wanted)
    note_seen(holder, "second step failed")
    trouble = counted(said.wrong, left) if left else ""
    return _ask(replace(holder, tries=TRIES - left), token, wanted, trouble)


@bp.post("/x/<token>/code/<any(week, reminders, keep):place>")
def send_code(token: str, place: str) -> Response:
    """Send a code to where the link was sent, once a quarter of an hour."""
    holder = holder_of(token)
    if holder is None or not holder.open:
        return ended(token)
    question = _question(holder)
    if OwnForm(holder.link_id).validate() and question.asks is Asks.CODE and holder.tries < TRIES:
        code = _code(question.link, _quarter(now()))
        filling = json.dumps({"code": code})
        sent = write_code(session(), question.link, question.keys[0], filling, now())
        note_seen(holder, "code asked for")
        house().courier.take(sent)
    return redirect(_page_of(Place(place), token), 303)


def _ask(holder: Holder, token: str, place: Place, trouble: str = "") -> Response:
    if holder.tries >= TRIES:
        return framed("patient/step_closed.html", holder, token)
    question = _question(holder)
    by_code = question.asks is Asks.CODE
    return framed(
        "patient/second_step.html",
        holder,
        token,
        status=400 if trouble else 200,
        place=place,
        by_code=by_code,
        stopped=by_code and _stopped(question.link),
        sent=by_code and code_written(session(), question.link, question.keys),
        trouble=trouble,
        form_token=form_token(holder.link_id),
    )


def _question(holder: Holder) -> Question:
    """What to ask: the birth year if the clinic knows it, else a code."""
    link, year = (
        session()
        .execute(
            sa.select(Link, Patient.birth_year)
            .join(Patient, Patient.id == Link.patient_id)
            .where(Link.id == holder.link_id)
        )
        .one()
    )
    quarters = (_quarter(now()), _quarter(now() - CODE_LASTS))
    keys = tuple(f"code-{link.id}-{quarter}" for quarter in quarters)
    if year:
        return Question(link, Asks.YEAR, frozenset({year}), keys)
    good = frozenset(_code(link, one) for one in quarters)
    return Question(link, Asks.CODE, good, keys)


def _stopped(link: Link) -> bool:
    """Whether no code can leave: the messages with this link's way in were stopped."""
    address = link.patient.address(link.medium)
    return address is None or suppressed(session(), link.clinic_id, link.medium, address)


def _quarter(moment: datetime) -> int:
    return int(moment.timestamp() // CODE_LASTS.total_seconds())


def _code(link: Link, quarter: int) -> str:
    """Worked out again from the secret and the link: nothing is kept that could be read."""
    secret = house().settings.secret_key.get_secret_value().encode()
    digest = hmac.digest(secret, f"second-step:{link.key}:{quarter}".encode(), sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10_000:04d}"


def _let_in(holder: Holder, token: str, place: Place) -> Response:
    give_back_tries(session(), holder.link_id)
    note_seen(holder, "second step passed")
    answer = redirect(_page_of(place, token), 303)
    known = [holder.link_id, *(one for one in _passed() if one != holder.link_id)]
    answer.set_cookie(
        _cookie(),
        str(_signer().dumps(known[:REMEMBERED])),
        path=path_of(token),
        secure=house().settings.secure,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _page_of(place: Place, token: str) -> str:
    return url_for(f"patient.{place}.show", token=token)


def _passed() -> tuple[int, ...]:
    """The links whose second step this browser has passed."""
    try:
        known = _signer().loads(request.cookies.get(_cookie(), ""))
    except BadSignature:
        return ()
    return tuple(known)


def _cookie() -> str:
    return "__Secure-known" if house().settings.secure else "known"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="patient-second-step")
