"""What does somebody do who has forgotten the password?

The same answer for every address: whether somebody signs in with it is nobody's business. The mail
brings the address where new staff choose theirs; the number of the phone is asked after it as ever.
"""

from datetime import timedelta
from typing import Final

from flask import Blueprint, abort, flash, render_template, request
from flask_security import url_for_security
from sqlalchemy import select
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import EmailField, Form  # type: ignore[import-untyped]  # ships no types

from reminders.core.wording import Key
from reminders.store.accounts import Staff
from reminders.store.guesses import Limit
from reminders.store.invitations import invite, mail_way_in
from reminders.web.house import house, now, session
from reminders.web.noting import note_of
from reminders.web.throttle import may_try, say_wait
from reminders.web.whose import by_address

GOOD_FOR: Final = timedelta(minutes=30)
FROM_ONE_ADDRESS: Final = Limit("forgotten", 10, timedelta(hours=1))
FOR_ONE_PERSON: Final = Limit("reset", 3, timedelta(hours=1))
_SAID: Final = (
    "If somebody signs in with this address, a mail is on its way. It is good for half an hour."
)

bp = Blueprint("forgotten", __name__)


class ForgottenForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """The address somebody signs in with."""

    email = EmailField("Email")


def mail_is_set() -> bool:
    """Whether this installation can send the mail at all."""
    return bool(house().settings.smtp_host)


@bp.before_request
def _need_mail() -> None:
    if not mail_is_set():
        abort(404)


@bp.get("/forgotten")
def forgotten() -> str:
    """Ask for the address."""
    return render_template("security/forgotten.html", form=ForgottenForm())


@bp.post("/forgotten")
def send() -> Response:
    """Send the mail if there is somebody to send it to, and say the same in any case."""
    typed = request.form.get("email", "").strip()
    if not may_try((FROM_ONE_ADDRESS, request.remote_addr or "")):
        return say_wait()
    by_address(typed)
    person = session().scalar(select(Staff).where(Staff.email_index == typed))
    if may_try((FOR_ONE_PERSON, typed)) and person is not None and _may_ask(person):
        _mail(person)
    flash(_SAID)
    return redirect(url_for_security("login"), 303)


def _may_ask(person: Staff) -> bool:
    # Whoever has none yet was invited, and a stranger must not end that invitation.
    return person.active and person.password is not None


def _mail(person: Staff) -> None:
    token = invite(session(), person, now(), GOOD_FOR)
    written = mail_way_in(session(), person, Key.STAFF_RESET, token, now())
    note_of(person, "staff.forgot", actor="nobody")
    session().commit()
    house().courier.take(written)
