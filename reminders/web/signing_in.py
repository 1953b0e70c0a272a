"""Who comes in to the desk, and how?

Flask-Security on the house's own session: a password (argon2), sign-out, a change of password.
There is no registration and nothing is remembered on a machine. A session ends

- 15 minutes after its last request, and 12 hours after signing in (not in the demo: its clock
  jumps);
- at sign-out and at a change of password, on every machine of that person: the cookie carries a
  word that the row gives up then, so a copied cookie is worth nothing;
- at once when the account is closed, or when the cookie comes from another address or browser.

Not met: a list of single sessions to end one by one.
"""

from datetime import timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
import structlog
from flask import (
    Flask,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import session as cookie
from flask.typing import RouteCallable
from flask_limiter import Limiter, RateLimitExceeded, RequestLimit
from flask_limiter.util import get_remote_address
from flask_login import user_logged_out  # type: ignore[import-untyped]  # ships no types
from flask_security import (
    ChangePasswordForm,
    LoginForm,
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
from reminders.store.accounts import NamedRole, Role, Staff
from reminders.store.audit import audit
from reminders.store.people import Clinic, new_key
from reminders.web.errors import error_page
from reminders.web.house import House, now, session

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=12)
FAILURES: Final = "5 per minute"
# NIST SP 800-63B-4 for a password that stands alone; the common ones are all shorter.
SHORTEST: Final = 15
DESK: Final = "/desk"

# What needs no token of ours: the provider signs its requests, a one-click unsubscribe comes from
# the patient's mail service, whose whole proof is the address it was given, and a patient's page
# carries a signed token of its own, since phones drop the cookie that ours needs.
WITHOUT_OUR_TOKEN: Final = frozenset({"hooks", "patient", "unsubscribe"})

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
    "SECURITY_MSG_PASSWORD_INVALID_LENGTH": ("At least %(length)s characters, please.", "error"),
    "SECURITY_MSG_RETYPE_PASSWORD_MISMATCH": ("The same password twice, please.", "error"),
}
log = structlog.get_logger(__name__)


def open_door(app: Flask, house: House) -> None:
    """Let staff sign in, and nobody send a form that our own pages did not give out."""
    mode = house.settings.run_mode
    app.config.update(_SETTINGS)
    if mode is not Mode.DEMO:
        app.before_request(_end_old_session)
    _want_our_token(app)
    security = Security(
        app, StaffStore(), login_form=SignInForm, change_password_form=NewPasswordForm
    )
    _leave_files_alone(app, security)
    security.want_json(lambda _request: False)
    security.unauthn_handler(_send_to_sign_in)
    security.change_password_context_processor(lambda: {"least": SHORTEST})
    _slow_down_guessing(app)
    user_authenticated.connect(_note_sign_in, app)
    user_logged_out.connect(_note_sign_out, app)
    password_changed.connect(_note_new_password, app)
    if mode is not Mode.PRODUCTION:
        security.login_context_processor(_demo_people)
        app.add_url_rule("/demo-sign-in", view_func=demo_sign_in, methods=["POST"])


class StaffStore(UserDatastore):
    """How Flask-Security finds staff: with the session of the request, by the blind index."""

    _KEYS: Final[dict[str, InstrumentedAttribute[Any]]] = {
        "email": Staff.email_index,
        "fs_uniquifier": Staff.fs_uniquifier,
        "id": Staff.id,
    }

    def __init__(self) -> None:
        super().__init__(Staff, NamedRole)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Staff | None:  # noqa: ARG002 - theirs
        ((key, value),) = wanted.items()
        found = session().scalar(sa.select(Staff).where(self._KEYS[key] == value))
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
        _note(person, "staff.sign_in_failed", actor="nobody")
        session().commit()
    else:
        log.warning("sign_in_failed", origin=request.remote_addr)


def _note_sign_in(_app: Flask, user: Staff, authn_via: list[str], **_: object) -> None:
    # A token from before signing in is worth nothing after it.
    cookie.pop("csrf_token", None)
    g.pop("csrf_token", None)
    cookie[_BEGAN] = cookie[_SEEN] = now().timestamp()
    if authn_via != ["change"]:  # a new password makes a new session of the same visit
        _note(user, "staff.sign_in")
    session().commit()


def _note_sign_out(_app: Flask, user: UserMixin, **_: object) -> None:
    person = session().get(Staff, getattr(user, "id", None)) if user.is_authenticated else None
    if person is None:
        return
    person.fs_uniquifier = new_key()
    _note(person, "staff.sign_out")
    session().commit()
    cookie.clear()


def _note_new_password(_app: Flask, user: UserMixin, **_: object) -> None:
    person = session().get_one(Staff, user.id)
    _note(person, "staff.password")
    session().commit()


def _note(person: Staff, action: str, actor: str = "") -> None:
    audit(
        session(),
        person.clinic_id,
        actor=actor or f"staff:{person.id}",
        action=action,
        subject=f"staff:{person.id}",
        now=now(),
        origin=request.remote_addr or "",
    )


def _end_old_session() -> Answer | None:
    """Sign out whoever has been idle too long or signed in too long ago."""
    if request.endpoint == "static" or not WITHOUT_OUR_TOKEN.isdisjoint(request.blueprints):
        return None
    if "_user_id" not in cookie:
        return None
    moment = now().timestamp()
    idle = moment - cookie.get(_SEEN, 0)
    if idle <= IDLE.total_seconds() and moment - cookie.get(_BEGAN, 0) <= LONGEST.total_seconds():
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

    @app.before_request
    def _check() -> None:
        if request.endpoint is None or not WITHOUT_OUR_TOKEN.isdisjoint(request.blueprints):
            return
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
                abort(403)
            csrf.protect()


def _leave_files_alone(app: Flask, security: Security) -> None:
    """A stylesheet needs no look into the database, and must not vary by cookie."""
    security.principal.skip_static = True
    # It would keep up the "remember me" that we do not have.
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)


def _slow_down_guessing(app: Flask) -> None:
    """Count failures only, so that a whole clinic behind one address can sign in at eight."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    guard = limiter.limit(
        FAILURES,
        methods=["POST"],
        deduct_when=lambda response: response.status_code == 200,
        on_breach=_say_wait,
    )
    sign_in = guard(app.view_functions["security.login"])
    app.view_functions["security.login"] = cast(RouteCallable, sign_in)
    app.register_error_handler(RateLimitExceeded, _said)


def _say_wait(_limit: RequestLimit) -> Response:
    answer = make_response(render_template("security/too_many.html"), 429)
    answer.headers["Retry-After"] = "60"
    return answer


def _said(fault: RateLimitExceeded) -> Answer:
    """What a limit has to say by itself comes before the page of all errors."""
    return cast(Answer, fault.response) if fault.response is not None else error_page(429)


def _people_of_the_demo() -> sa.Select[Staff]:
    first = sa.select(sa.func.min(Clinic.id)).scalar_subquery()
    return sa.select(Staff).where(Staff.clinic_id == first, Staff.active).order_by(Staff.id)


def _demo_people() -> dict[str, object]:
    return {"people": session().scalars(_people_of_the_demo()).all()}


def demo_sign_in() -> Answer:
    """Sign in as one of the demo's people, without a password."""
    chosen = request.form.get("staff", 0, int)
    person = session().scalar(_people_of_the_demo().where(Staff.id == chosen))
    if person is None:
        abort(404)
    login_user(person, authn_via=["demo"])
    return redirect(DESK, 303)
