"""How does a new member of staff choose a password, or another one who has forgotten theirs?

The address comes from the command line, from an admin or by mail, and is good once. Opening it
changes nothing; a wrong, spent or old one looks like any page that is not there.
"""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_security import hash_password
from werkzeug.wrappers import Response
from wtforms import Form, PasswordField, ValidationError  # type: ignore[import-untyped]
from wtforms.fields import Field  # type: ignore[import-untyped]
from wtforms.validators import EqualTo  # type: ignore[import-untyped]

from reminders.core.passwords import weakness
from reminders.store.accounts import Staff, known_of
from reminders.store.invitations import Invitation, find_invitation, use
from reminders.web.house import now, session
from reminders.web.noting import DESK, as_signed_in, note_of
from reminders.web.second_factor import ask_for_factor
from reminders.web.whose import by_invitation

bp = Blueprint("joining", __name__)


class FirstPassword(Form):  # type: ignore[misc]  # wtforms ships no types
    """A password, twice."""

    password = PasswordField("Password", filters=[as_signed_in])
    again = PasswordField(
        "The same again",
        [EqualTo("password", "The same password twice, please.")],
        filters=[as_signed_in],
    )

    def __init__(self, person: Staff, **typed: Any) -> None:
        super().__init__(**typed)
        self.person = person

    def validate_password(self, field: Field) -> None:
        wrong = weakness(field.data or "", known_of(self.person))
        if wrong:
            raise ValidationError(wrong)


@bp.get("/join/<token>")
def offer(token: str) -> str:
    """Ask for a password."""
    invitation = _invitation(token)
    return _page(invitation, FirstPassword(invitation.staff))


@bp.post("/join/<token>")
def join(token: str) -> tuple[str, int] | Response:
    """Keep the password and let the person in, or say what is wrong with it."""
    invitation = _invitation(token)
    form = FirstPassword(invitation.staff, formdata=request.form)
    if not form.validate():
        return _page(invitation, form), 422
    if not use(session(), invitation, now()):
        abort(404)
    person = invitation.staff
    note_of(person, "staff.join" if person.password is None else "staff.password")
    person.password = hash_password(form.password.data)
    person.end_sessions()
    person.confirmed_at = now()
    session().commit()
    return ask_for_factor(person, DESK)


def _invitation(token: str) -> Invitation:
    by_invitation(token)
    found = find_invitation(session(), token, now())
    if found is None:
        abort(404)
    return found


def _page(invitation: Invitation, form: FirstPassword) -> str:
    return render_template(
        "security/join.html", form=form, person=invitation.staff, clinic=invitation.staff.clinic
    )
