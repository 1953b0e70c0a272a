"""How does a new member of staff choose a password?

The address comes from the command line or by mail, is good for three days and once. Opening it
changes nothing; a wrong, spent or old one looks like any page that is not there.
"""

from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request
from flask_security import hash_password, login_user
from werkzeug.wrappers import Response
from wtforms import Form, PasswordField, ValidationError  # type: ignore[import-untyped]
from wtforms.fields import Field  # type: ignore[import-untyped]
from wtforms.validators import EqualTo, Length  # type: ignore[import-untyped]

from reminders.store.accounts import Staff
from reminders.store.audit import audit
from reminders.store.invitations import Invitation, find_invitation, use
from reminders.store.people import new_key
from reminders.web.house import now, session
from reminders.web.signing_in import DESK, SHORTEST

LONGEST: Final = 128

bp = Blueprint("joining", __name__)


class FirstPassword(Form):  # type: ignore[misc]  # wtforms ships no types
    """A password, twice."""

    password = PasswordField(
        "Password",
        [Length(SHORTEST, LONGEST, f"At least {SHORTEST} characters, please, at most {LONGEST}.")],
    )
    again = PasswordField(
        "The same again", [EqualTo("password", "The same password twice, please.")]
    )

    def __init__(self, person: Staff, **typed: Any) -> None:
        super().__init__(**typed)
        self.person = person

    def validate_password(self, field: Field) -> None:
        if not guessable(field.data or "", self.person):
            return
        raise ValidationError("Not your name, your address or one letter over and over, please.")


def guessable(password: str, person: Staff) -> bool:
    """Whether whoever knows the person would try it early."""
    bare = "".join(password.casefold().split())
    known = {person.email.casefold(), "".join(person.name.casefold().split())}
    left = bare
    for word in known:
        left = left.replace(word, "")
    return len(set(bare)) < 5 or len(left) < 6


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
    person.password = hash_password(form.password.data)
    person.fs_uniquifier = new_key()
    person.confirmed_at = now()
    audit(
        session(),
        person.clinic_id,
        actor=f"staff:{person.id}",
        action="staff.join",
        subject=f"staff:{person.id}",
        now=now(),
        origin=request.remote_addr or "",
    )
    session().commit()
    login_user(person, authn_via=["password"])
    return redirect(DESK, 303)


def _invitation(token: str) -> Invitation:
    found = find_invitation(session(), token, now())
    if found is None:
        abort(404)
    return found


def _page(invitation: Invitation, form: FirstPassword) -> str:
    return render_template(
        "security/join.html", form=form, person=invitation.staff, clinic=invitation.staff.clinic
    )
