"""How does somebody try it all with one's own hands? A phone, a mailbox, and what the clinic sees.

Pages of the demo alone. What is written here goes the way of production: the sandbox brings it to
the signed door of the web, and what is answered comes back over HTTP and SMTP.
"""

from datetime import timedelta
from typing import Final, TypeVar, cast
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from reminders.sandbox.carrier import Line
from reminders.sandbox.demo import LANDLINES
from reminders.sandbox.forms import MailForm, NetworkForm, StageForm, TextForm
from reminders.sandbox.stage import Network, Stage
from reminders.sandbox.values import WebhookAnswer
from reminders.sandbox.views import wall
from reminders.sandbox.views.feed import feed, fortnights
from reminders.sandbox.views.mailbox import Letter, Reading, mailbox
from reminders.sandbox.views.owners import Owner, owners
from reminders.sandbox.views.talk import talk
from reminders.store.people import Medium, Patient

__all__ = ["Stage", "open_stage"]

EXTENSION: Final = "stage"
QUICK: Final = ("done 4", "skip", "later", "STOP")
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
AnyForm = TypeVar("AnyForm", bound=StageForm)
bp = Blueprint("demo", __name__, url_prefix="/demo")


def open_stage(app: Flask, stage: Stage) -> None:
    """Add the demo's pages to a web; the sandbox learns which numbers of the demo are landlines."""
    for number in LANDLINES:
        stage.sandbox.line(number, Line.LANDLINE)
    app.extensions[EXTENSION] = stage
    app.register_blueprint(bp)


@bp.before_request
def _let_go() -> None:
    """Let go of the session that the sign-in was looked up with: these pages bring their own.

    SQLite has one writer at a time, and two sessions of one request would wait for each other.
    """
    opened = g.get("session")
    if isinstance(opened, Session):
        opened.rollback()


@bp.get("/phone")
def phone() -> str:
    """Show a patient's phone; beside it, where there is room, a mailbox and the clinic's view."""
    return _page("phone")


@bp.get("/mailbox")
def mail_page() -> str:
    """Show a patient's mailbox."""
    return _page("mailbox")


@bp.get("/clinic")
def clinic() -> str:
    """Show what the clinic sees."""
    return _page("clinic")


@bp.post("/next")
def next_reminder() -> Response:
    """Move the clock to the next reminder of who is looked at, or else of anyone."""
    form = _sent(StageForm())
    reader = _reader(form)
    found = _stage().next_reminder(reader.patient_ids) if reader.patient_ids else None
    if found is not None:
        _stage().travel(found[0])
        return _back(form)
    return _follow_anyone(form, reader)


@bp.post("/hour")
def hour() -> Response:
    """Let an hour pass."""
    return _pass(HOUR)


@bp.post("/day")
def day() -> Response:
    """Let a day pass."""
    return _pass(DAY)


@bp.post("/text")
def text() -> Response:
    """Send a text from the chosen phone, as its owner would."""
    form = _sent(TextForm())
    owner = _owner(Medium.TEXT, form.number.data)
    if not form.words:
        flash("Write a text first.", "watch")
        return _back(form)
    _told(owner, _stage().sandbox.text_in(owner.address, owner.sender, form.words))
    return _back(form)


@bp.post("/mail")
def mail() -> Response:
    """Answer the open letter of the chosen mailbox."""
    form = _sent(MailForm())
    owner = _owner(Medium.EMAIL, form.mail.data)
    letter, words = _open_letter(owner, form.letter.data or ""), (form.words.data or "").strip()
    if letter is None or not letter.reply_to or not words:
        flash("Write an answer first." if letter else "There is nothing to answer yet.", "watch")
        return _back(form)
    name = f"<{letter.id}>"
    answer = _stage().sandbox.mail_in(letter.reply_to, owner.address, words, in_reply_to=name)
    _told(owner, answer)
    return _back(form)


@bp.post("/network")
def network() -> Response:
    """Let the provider and the mail server behave, or misbehave."""
    form = _sent(NetworkForm())
    _stage().turn(Network(form.network.data))
    return _back(form)


def _stage() -> Stage:
    return cast(Stage, current_app.extensions[EXTENSION])


def _page(place: str) -> str:
    stage, now = _stage(), _stage().clock.now()
    owner, box = (_owner(medium, request.args.get(_ASKED[medium], "")) for medium in Medium)
    texts, mails = stage.sandbox.texts(owner.address), stage.sandbox.mails(box.address)
    reader = box if place == "mailbox" else owner
    with stage.sessions() as session:
        seen = {
            "phones": owners(session, Medium.TEXT),
            "boxes": owners(session, Medium.EMAIL),
            "days": talk(session, owner, texts, now),
            "mailbox": mailbox(session, box, mails, _reading(request.args.get("letter", ""))),
            "feed": feed(session, owner.clinic_id, now),
            "fortnights": fortnights(session, reader, now),
        }
    return render_template(
        "demo/stage.html",
        place=place,
        owner=owner,
        box=box,
        quick=QUICK,
        now=now,
        now_words=wall.whole(now, owner.zone),
        networks=tuple(Network),
        network=stage.weather.network,
        **seen,
    )


_ASKED = {Medium.TEXT: "number", Medium.EMAIL: "mail"}


def _owner(medium: Medium, address: str | None) -> Owner:
    """The phone or mailbox asked for; without one, the first whose reader is written to there."""
    with _stage().sessions() as session:
        known = owners(session, medium)
    if address:
        return next((one for one in known if one.address == address), None) or abort(404)
    return next((one for one in known if one.preferred), None) or abort(404)


def _reading(wanted: str) -> Reading:
    return Reading(_stage().clock.now(), wanted, str(current_app.secret_key))


def _open_letter(box: Owner, wanted: str) -> Letter | None:
    mails = _stage().sandbox.mails(box.address)
    with _stage().sessions() as session:
        return mailbox(session, box, mails, _reading(wanted)).open


def _sent(form: AnyForm) -> AnyForm:
    """The form as it was sent; what no page of ours sends is refused."""
    if not form.validate():
        abort(400)
    return form


def _reader(form: StageForm) -> Owner:
    by_mail = form.place.data == "mailbox"
    medium = Medium.EMAIL if by_mail else Medium.TEXT
    return _owner(medium, form.mail.data if by_mail else form.number.data)


def _follow_anyone(form: StageForm, reader: Owner) -> Response:
    """Go to whoever is reminded next, and say so."""
    found = _stage().next_reminder()
    if found is None:
        flash("No reminder is planned for anyone in the next two weeks.", "watch")
        return _back(form)
    at, patient_id = found
    _stage().travel(at)
    flash(f"No reminder is planned for {reader.first}, so this is the next of anyone.", "watch")
    with _stage().sessions() as session:
        patient = session.get_one(Patient, patient_id)
        address = patient.address(patient.medium)
    if patient.medium is Medium.EMAIL:
        return _go("mailbox", number=form.number.data, mail=address)
    return _go("phone", number=address, mail=form.mail.data)


def _pass(span: timedelta) -> Response:
    form = _sent(StageForm())
    _stage().travel(_stage().clock.now() + span)
    return _back(form)


def _told(owner: Owner, answer: WebhookAnswer) -> None:
    """Wait for what comes back; say so where the clinic's door did not take it."""
    if answer.status is not None and answer.status < 300:
        _stage().await_answer(owner.address)
        return
    said = f"answered {answer.status}" if answer.status is not None else "did not answer"
    flash(f"The clinic’s door {said}: it has not taken this.", "danger")


def _back(form: StageForm) -> Response:
    return _go(form.place.data, number=form.number.data, mail=form.mail.data)


def _go(place: str, **chosen: str | None) -> Response:
    endpoint = {"phone": ".phone", "mailbox": ".mail_page", "clinic": ".clinic"}[place]
    asked = {name: address for name, address in chosen.items() if address}
    return redirect(f"{url_for(endpoint)}?{urlencode(asked)}", 303)
