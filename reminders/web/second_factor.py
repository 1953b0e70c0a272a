"""Is it really them? After the password comes a number that only the person's phone shows.

Whoever has given a right password is nobody yet: the cookie says who is at the door, for ten
minutes, and nothing opens but the pages here. The first time they set up a phone. A number is good
once. Ten codes on paper stand in for a lost phone, each once.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, cast

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_security import UserMixin, auth_required, current_user, login_user, url_for_security
from flask_security.tf_plugin import TfPlugin
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import Form, PasswordField, StringField  # type: ignore[import-untyped]  # ships no types

from reminders.config import Mode, SystemClock
from reminders.core.totp import Secret
from reminders.store.accounts import Staff
from reminders.store.factors import spend_code, spend_step, take_phone
from reminders.web.house import house, now, session
from reminders.web.noting import DESK, as_signed_in, note_of
from reminders.web.qr import qr_svg
from reminders.web.throttle import CODE, PASSWORD, may_try, say_wait, was_right
from reminders.web.whose import by_cookie

AT_THE_DOOR: Final = timedelta(minutes=10)
# A path of this very site: browsers take "//" and a backslash for another one.
_OURS: Final = re.compile(r"/(?![/\\])[^\\\s]*")
_WHO, _SINCE, _PLACE, _ANEW = "at_door", "at_door_since", "at_door_for", "at_door_anew"
_WRONG: Final = "This number or code is not right, or has been used. Wait for the next number."

bp = Blueprint("second_factor", __name__, url_prefix="/factor")


class AfterPassword(TfPlugin):
    """Where Flask-Security asks whether a right password is enough. It never is."""

    def tf_enter(
        self,
        user: UserMixin,
        remember_me: bool | None,  # noqa: ARG002 - theirs; nothing is remembered
        primary_authn_via: str,  # noqa: ARG002 - theirs
        next_loc: str | None,
    ) -> Response:
        return ask_for_factor(cast(Staff, user), next_loc)


class CodeForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """Six digits of a phone, or a code from paper."""

    code = StringField("Code")


class AnewForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """The password of now."""

    password = PasswordField("Your password now", filters=[as_signed_in])


def ask_for_factor(person: Staff, place: str | None, *, anew: bool = False) -> Response:
    """Keep who is at the door, in a session that is new, and ask for the rest."""
    wanted = place if place and _OURS.fullmatch(place) else DESK
    cookie.clear()
    g.pop("csrf_token", None)
    cookie[_WHO] = person.fs_uniquifier
    cookie[_SINCE] = now().timestamp()
    cookie[_PLACE] = wanted
    cookie[_ANEW] = anew
    asked = person.has_factor and not anew
    return redirect(url_for("second_factor.ask" if asked else "second_factor.begin"))


@bp.get("")
def ask() -> str | Response:
    """Ask for the number that the phone shows."""
    return _asked("security/code.html", CodeForm())


@bp.get("/recovery")
def ask_for_recovery() -> str | Response:
    """Ask for a code from paper instead."""
    return _asked("security/recovery.html", CodeForm())


@bp.post("")
def come_in() -> str | Response | tuple[str, int]:
    """Let in whoever has the number of this half minute."""
    return _come_in("security/code.html", _has_number)


@bp.post("/recovery")
def come_in_by_paper() -> str | Response | tuple[str, int]:
    """Let in whoever has one of the ten codes."""
    return _come_in("security/recovery.html", _has_code)


@bp.get("/new")
def begin() -> str | Response:
    """Show a new phone what it must know."""
    person = _with_new_phone()
    return _set_up_page(person, CodeForm()) if person is not None else _start_over()


@bp.post("/new")
def finish() -> str | Response | tuple[str, int]:
    """Keep the phone once it shows the right number; here and never again are its ten codes.

    The page answers the form itself: what is shown once cannot wait for another request.
    """
    person = _with_new_phone()
    if person is None:
        return _start_over()
    if not may_try((CODE, f"staff:{person.id}")):
        return say_wait()
    form, secret = CodeForm(request.form), _offered(person)
    step = secret.step_of(form.code.data or "", _phone_time(), None)
    if step is None:
        form.code.errors = [_WRONG]
        return _set_up_page(person, form), 422
    codes = take_phone(session(), person, secret, step, replacing=cookie.get(_ANEW, False))
    if codes is None:
        abort(404)
    note_of(person, "staff.factor")
    place = _let_in(person)
    return render_template("security/codes.html", codes=codes, place=place)


@bp.get("/anew")
@auth_required()
def anew() -> str:
    """Ask for the password before another phone takes the place of this one."""
    return render_template("security/anew.html", form=AnewForm())


@bp.post("/anew")
@auth_required()
def begin_anew() -> Response | tuple[str, int]:
    """Set up another phone; the one of now counts until then."""
    person = cast(Staff, current_user._get_current_object())
    trying = (PASSWORD, f"staff:{person.id}")
    if not may_try(trying):
        return say_wait()
    form = AnewForm(request.form)
    if not person.verify_and_update_password(form.password.data or ""):
        form.password.errors = ["This is not the password you use now."]
        return render_template("security/anew.html", form=form), 422
    was_right(trying)
    return ask_for_factor(person, f"{DESK}/me", anew=True)


def _asked(page: str, form: CodeForm) -> str | Response:
    person = _at_door()
    if person is None:
        return _start_over()
    if not person.has_factor:
        return redirect(url_for(".begin"))
    return render_template(page, form=form)


def _come_in(page: str, proven: Callable[[Staff, str], bool]) -> str | Response | tuple[str, int]:
    """Let in whoever proves to be who is at the door."""
    person = _at_door()
    if person is None or not person.has_factor:
        return _start_over()
    trying = (CODE, f"staff:{person.id}")
    if not may_try(trying):
        return say_wait()
    form = CodeForm(request.form)
    if not proven(person, form.code.data or ""):
        note_of(person, "staff.code_failed", actor="nobody")
        session().commit()
        form.code.errors = [_WRONG]
        return render_template(page, form=form), 422
    was_right(trying)
    return redirect(_let_in(person), 303)


def _has_number(person: Staff, typed: str) -> bool:
    secret = Secret(person.factor_secret or "")
    step = secret.step_of(typed, _phone_time(), person.factor_step)
    return step is not None and spend_step(session(), person, step)


def _has_code(person: Staff, typed: str) -> bool:
    if not spend_code(session(), person, typed):
        return False
    note_of(person, "staff.recovery_code")
    return True


def _at_door() -> Staff | None:
    """Who has given a right password within the last ten minutes, in this browser."""
    since = cookie.get(_SINCE, 0)
    if _WHO not in cookie or now().timestamp() - since > AT_THE_DOOR.total_seconds():
        return None
    by_cookie(cookie[_WHO])
    return session().scalar(
        select(Staff).where(Staff.fs_uniquifier == cookie[_WHO], Staff.active.is_(True))
    )


def _with_new_phone() -> Staff | None:
    """Who is at the door and may set up a phone: the first one, or another in its place."""
    person = _at_door()
    if person is None or (person.has_factor and not cookie.get(_ANEW)):
        return None
    return person


def _let_in(person: Staff) -> str:
    """Begin the session; returns the page that was asked for."""
    place = str(cookie.get(_PLACE, DESK))
    cookie.clear()
    login_user(person, authn_via=["password", "authenticator"])
    return place


def _start_over() -> Response:
    return redirect(url_for_security("login"), 303)


def _set_up_page(person: Staff, form: CodeForm) -> str:
    secret = _offered(person)
    address = secret.address(person.email, person.clinic.short_name)
    return render_template(
        "security/phone.html",
        form=form,
        picture=qr_svg(address, "What the authenticator app has to read"),
        key=secret.pretty,
        address=address,
    )


def _offered(person: Staff) -> Secret:
    """The secret of a phone to come: the same each time the page is opened, kept nowhere.

    It rests on the word that a session hangs on, which is given up once the phone is taken.
    """
    key = house().settings.secret_key.get_secret_value().encode()
    return Secret.of(hmac.digest(key, b"phone:" + person.fs_uniquifier.encode(), hashlib.sha256))


def _phone_time() -> datetime:
    """What time a real phone has: the demo's clock jumps, and phones do not follow it."""
    return SystemClock().now() if house().settings.run_mode is Mode.DEMO else now()
