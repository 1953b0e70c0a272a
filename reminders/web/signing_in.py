"""Who comes in to the desk, and how?

Flask-Security on the house's own session: a password (argon2), then a number that only their phone
shows (second_factor), sign-out, a change of password. There is no registration and nothing is
remembered on a machine. A session ends

- 15 minutes after its last request, and 12 hours after signing in (not in the demo: its clock
  jumps);
- at sign-out and at a change of password, on every machine of that person: the cookie carries a
  word that the row gives up then, so a copied cookie is worth nothing;
- at once when the account is closed, or when the cookie comes from another address or browser.

Not met: a list of single sessions to end one by one.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from flask import (
    Flask,
    abort,
    flash,
    g,
    redirect,
    request,
)
from flask import session as cookie
from flask_login import user_logged_out  # type: ignore[import-untyped]  # ships no types
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    PasswordUtil,
    Security,
    UserDatastore,
    UserMixin,
    login_user,
    password_changed,
    url_for_security,
    user_authenticated,
)
from flask_wtf import CSRFProtect  # type: ignore[import-untyped]  # ships no types
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response as Answer

from reminders.config import Mode
from reminders.core.passwords import SHORTEST, weakness
from reminders.store.accounts import NamedRole, Role, Staff, known_of
from reminders.store.people import Clinic
from reminders.web import forgotten, second_factor
from reminders.web.cookies import Cookies
from reminders.web.house import House, now, session
from reminders.web.noting import DESK, note_of
from reminders.web.origins import refuse_strangers
from reminders.web.refreshing import by_itself
from reminders.web.throttle import AT_THE_DOOR, ONE_ACCOUNT, PASSWORD, Guessed, slowed
from reminders.web.whose import by_address, by_cookie, by_demo

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=12)

# What needs no token of ours: the provider signs its requests, a one-click unsubscribe comes from
# the patient's mail service, whose whole proof is the address it was given, and a patient's page
# carries a signed token of its own, since phones drop the cookie that ours needs.
WITHOUT_OUR_TOKEN: Final = frozenset({"hooks", "patient", "unsubscribe"})
MACHINES: Final = frozenset({"hooks"})

_BEGAN, _SEEN = "began", "seen"
_SETTINGS: Final[dict[str, object]] = {
    # Tokens live as long as their session. The strict mode wants a Referer, which our pages forbid.
    "WTF_CSRF_CHECK_DEFAULT": False,
    "WTF_CSRF_TIME_LIMIT": None,
    "WTF_CSRF_SSL_STRICT": False,
    "SESSION_PROTECTION": "strong",
    "SECURITY_PASSWORD_HASH": "argon2",
    # No second hash under the secret key: changing that key must not lock everyone out.
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_URL": "/password",
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_FRESHNESS": timedelta(seconds=-1),
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_POST_LOGIN_VIEW": DESK,
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": ("Email or password is not right.", "error"),
    "SECURITY_MSG_INVALID_PASSWORD": ("This is not the password you use now.", "error"),
    "SECURITY_MSG_PASSWORD_CHANGE": ("Your password is changed.", "success"),
    "SECURITY_MSG_RETYPE_PASSWORD_MISMATCH": ("The same password twice, please.", "error"),
}
log = structlog.get_logger(__name__)


def open_door(app: Flask, house: House) -> None:
    """Let staff sign in, and nobody send a form that our own pages did not give out."""
    mode = house.settings.run_mode
    app.config.update(_SETTINGS)
    app.session_interface = Cookies()
    if mode is not Mode.DEMO:
        app.before_request(_end_old_session)
    _want_our_token(app)
    security = Security(
        app,
        StaffStore(),
        login_form=SignInForm,
        change_password_form=NewPasswordForm,
        password_util_cls=OurPasswords,
    )
    _leave_files_alone(app, security)
    _leave_machines_alone(app, security)
    security.want_json(lambda _request: False)
    security.unauthn_handler(_send_to_sign_in)
    security.change_password_context_processor(lambda: {"least": SHORTEST})
    security.two_factor_plugins = second_factor.AfterPassword()
    app.register_blueprint(second_factor.bp)
    app.register_blueprint(forgotten.bp)
    security.login_context_processor(lambda: {"mailed": forgotten.mail_is_set()})
    _slow_down_guessing(app)
    user_authenticated.connect(_note_sign_in, app)
    user_logged_out.connect(_note_sign_out, app)
    password_changed.connect(_note_new_password, app)
    if mode is not Mode.PRODUCTION:
        security.login_context_processor(_demo_people)
        app.add_url_rule("/demo-sign-in", view_func=demo_sign_in, methods=["POST"])


class StaffStore(UserDatastore):
    """How Flask-Security finds staff: with the session of the request, by the blind index."""

    _KEYS: Final[dict[str, tuple[InstrumentedAttribute[Any], Callable[[str], None]]]] = {
        "email": (Staff.email_index, by_address),
        "fs_uniquifier": (Staff.fs_uniquifier, by_cookie),
    }

    def __init__(self) -> None:
        super().__init__(Staff, NamedRole)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Staff | None:  # noqa: ARG002 - theirs
        ((name, value),) = wanted.items()
        key, find_clinic = self._KEYS[name]
        find_clinic(value)
        found = session().scalar(sa.select(Staff).where(key == value))
        # Who is there is asked before every view, also one that opens a session of its own: an
        # embedded database would let that one wait for this request to end.
        session().commit()
        return found

    def find_role(self, role: str) -> NamedRole | None:
        return NamedRole(role) if role in set(Role) else None

    def put(self, model: Staff) -> Staff:
        session().add(model)
        return model

    def commit(self) -> None:
        session().commit()


class OurPasswords(PasswordUtil):
    """Long, and not what would be guessed first."""

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: ARG002 - theirs; nobody registers
        **kwargs: Any,
    ) -> tuple[list[str] | None, str]:
        typed = self.normalize(password)
        wrong = weakness(typed, known_of(kwargs["user"]))
        return [wrong] if wrong else None, typed


class SignInForm(LoginForm):
    """Email and password; nothing is remembered, and every failure is noted."""

    remember = None

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.email.label.text = "Email"

    def filter_email(self, typed: str | None) -> str | None:
        return typed.strip() if typed else typed

    def validate_next(self, _field: object) -> None:
        """A place that is not ours is passed over when the time comes; it keeps nobody out."""

    def validate(self, **extra: Any) -> bool:
        if super().validate(**extra):
            return True
        _note_failure(self.user)
        return False


class NewPasswordForm(ChangePasswordForm):
    """The password of now and the new one twice, in our words."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.password.label.text = "Your password now"
        self.new_password.label.text = "New password"
        self.new_password_confirm.label.text = "New password again"


def _note_failure(person: UserMixin | None) -> None:
    """Keep that somebody failed, never which address was typed."""
    if isinstance(person, Staff):
        note_of(person, "staff.sign_in_failed", actor="nobody")
        session().commit()
    else:
        log.warning("sign_in_failed", origin=request.remote_addr)


def _note_sign_in(_app: Flask, user: Staff, authn_via: list[str], **_: object) -> None:
    # A token from before signing in is worth nothing after it.
    cookie.pop("csrf_token", None)
    g.pop("csrf_token", None)
    cookie[_BEGAN] = cookie[_SEEN] = now().timestamp()
    if authn_via != ["change"]:  # a new password makes a new session of the same visit
        user.seen_at = now()
        note_of(user, "staff.sign_in")
    session().commit()


def _note_sign_out(_app: Flask, user: UserMixin, **_: object) -> None:
    person = session().get(Staff, getattr(user, "id", None)) if user.is_authenticated else None
    if person is None:
        return
    person.end_sessions()
    note_of(person, "staff.sign_out")
    session().commit()
    cookie.clear()


def _note_new_password(_app: Flask, user: UserMixin, **_: object) -> None:
    person = session().get_one(Staff, user.id)
    note_of(person, "staff.password")
    session().commit()


def _end_old_session() -> Answer | None:
    """Sign out whoever has been idle too long or signed in too long ago."""
    if request.endpoint == "static" or not WITHOUT_OUR_TOKEN.isdisjoint(request.blueprints):
        return None
    if "_user_id" not in cookie:
        return None
    moment = now().timestamp()
    idle = moment - cookie.get(_SEEN, 0)
    if idle <= IDLE.total_seconds() and moment - cookie.get(_BEGAN, 0) <= LONGEST.total_seconds():
        if not by_itself():
            cookie[_SEEN] = moment
        return None
    cookie.clear()
    flash("You were signed out to keep the records safe. Please sign in again.", "watch")
    # A form from the old session has lost its token: to the door, not to an error.
    return None if request.method == "GET" else _send_to_sign_in()


def _send_to_sign_in(*_: object, **__: object) -> Answer:
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for_security("login", next=wanted), 303)


def _want_our_token(app: Flask) -> None:
    csrf = CSRFProtect(app)
    refuse_strangers(app)

    @app.before_request
    def _check() -> None:
        if request.endpoint is None or not WITHOUT_OUR_TOKEN.isdisjoint(request.blueprints):
            return
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            csrf.protect()


def _leave_files_alone(app: Flask, security: Security) -> None:
    """A stylesheet needs no look into the database, and must not vary by cookie."""
    security.principal.skip_static = True
    # It would keep up the "remember me" that we do not have.
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)


def _leave_machines_alone(app: Flask, security: Security) -> None:
    """The provider signs its requests and has no cookie: nobody is looked for at its doors."""
    steps = app.before_request_funcs[None]
    ask_who = security.principal._on_before_request
    steps[steps.index(ask_who)] = lambda: None if request.blueprint in MACHINES else ask_who()


def _slow_down_guessing(app: Flask) -> None:
    views = app.view_functions
    views["security.login"] = slowed(views["security.login"], _who_signs_in)
    views["security.change_password"] = slowed(views["security.change_password"], _who_changes)


def _who_signs_in() -> tuple[Guessed, ...]:
    """From where and into which account, whether there is such an account or not."""
    typed = request.form.get("email", "").strip()
    return (AT_THE_DOOR, request.remote_addr or ""), (ONE_ACCOUNT, typed)


def _who_changes() -> tuple[Guessed, ...]:
    return ((PASSWORD, str(cookie.get("_user_id", ""))),)


def _people_of_the_demo() -> sa.Select[Staff]:
    first = sa.select(sa.func.min(Clinic.id)).scalar_subquery()
    return sa.select(Staff).where(Staff.clinic_id == first, Staff.active).order_by(Staff.id)


def _demo_people() -> dict[str, object]:
    by_demo()
    return {"people": session().scalars(_people_of_the_demo()).all()}


def demo_sign_in() -> Answer:
    """Sign in as one of the demo's people, without a password."""
    by_demo()
    chosen = request.form.get("staff", 0, int)
    person = session().scalar(_people_of_the_demo().where(Staff.id == chosen))
    if person is None:
        abort(404)
    login_user(person, authn_via=["demo"])
    return redirect(DESK, 303)
