"""What does the provider bring: a text, a receipt, a mail?

Verify → store, once per provider id → commit → read → 200. Early, late and repeated events are
normal. With the database dead only a red flag gets an answer; everything else gets a 503, so that
the provider calls again.
"""

import hmac
from collections.abc import Callable
from functools import wraps

import structlog
from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reminders import inbox, outbox
from reminders.channels import Incoming, Malformed, mail
from reminders.channels.twilio import read_incoming, read_status, spoken, verify
from reminders.core.safety import Danger, screen
from reminders.core.wording import MARKERS, Key, Values, sms
from reminders.store.db import transaction
from reminders.web.house import Emergency, House, house, now

LARGEST_FORM = 64 * 1024
LARGEST_MAIL = 6 * 1024 * 1024
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
log = structlog.get_logger(__name__)
bp = Blueprint("hooks", __name__, url_prefix="/hooks")


def signed(door: Callable[..., Response]) -> Callable[..., Response]:
    """Open only to whoever signed the configured public address with one of our tokens."""

    @wraps(door)
    def guarded(**place: str) -> Response:
        request.max_content_length = request.max_form_memory_size = LARGEST_FORM
        settings = house().settings
        url = settings.public_base_url + request.full_path.removesuffix("?")
        tokens = [token.get_secret_value() for token in settings.twilio_auth_tokens]
        if not verify(
            url,
            request.form,
            request.headers.get("X-Twilio-Signature", ""),
            tokens,
            signature_settings=request.headers.get("X-Twilio-Webhooks-Signature-Settings", ""),
        ):
            log.warning("bad_signature", path=request.endpoint)
            abort(403)
        return door(**place)

    return guarded


@bp.post("/text")
@signed
def text() -> Response:
    """Take a text from a phone; its answer is a row that the courier sends."""
    try:
        incoming = read_incoming(request.form)
    except Malformed as fault:
        abort(400, f"missing {fault}")
    if incoming.account != house().settings.twilio_account_sid:
        abort(403)
    try:
        _take(house(), incoming)
    except DBAPIError:
        return _without_database(house(), incoming)
    return Response(EMPTY, mimetype="text/xml")


def _take(things: House, incoming: Incoming) -> None:
    with transaction(things.sessions) as session:
        reply_id = inbox.receive_text(session, incoming, now())
    if reply_id is not None:
        _answer(things, reply_id)


def _answer(things: House, reply_id: int) -> None:
    """Read the stored reply and let its answers leave; a fault here waits for the clock's sweep."""
    try:
        things.courier.take(inbox.read(things.sessions, things.settings, reply_id, now()))
    except SQLAlchemyError:
        log.exception("reply_not_read_yet", reply=reply_id)


def _without_database(things: House, incoming: Incoming) -> Response:
    """Answer a red flag in the very response: the only TwiML that we speak."""
    flag = screen(incoming.text)
    known = things.emergencies.get(incoming.recipient)
    if flag is None or known is None or flag.danger is Danger.DEATH:
        return Response("try again", 503, mimetype="text/plain")
    key = Key.CRISIS if flag.danger is Danger.CRISIS else Key.URGENT
    return Response(spoken(sms(key, flag.lang, _values(known))), mimetype="text/xml")


def _values(known: Emergency) -> Values:
    return Values(
        clinic=known.clinic, phone=known.phone, emergency=known.emergency, crisis=known.crisis
    )


@bp.post("/status/<attempt_id>")
@signed
def status(attempt_id: str) -> Response:
    """Take a receipt, also an early, late or repeated one; one for a stranger is no error."""
    try:
        event = read_status(request.form)
    except Malformed as fault:
        abort(400, f"missing {fault}")
    try:
        with transaction(house().sessions) as session:
            known = outbox.receive_receipt(session, attempt_id, event, now())
    except DBAPIError:
        return Response("try again", 503, mimetype="text/plain")
    if not known:
        log.warning("receipt_for_stranger", provider_id=event.provider_id)
    return Response(status=204)


@bp.post("/mail")
def letter() -> Response:
    """Take a mail as raw MIME from whoever knows the secret part of this address."""
    secret = house().settings.mail_hook_key.get_secret_value()
    if not secret or not hmac.compare_digest(request.args.get("key", ""), secret):
        abort(403)
    request.max_content_length = LARGEST_MAIL
    written = mail.read(request.get_data(cache=False), MARKERS)
    try:
        with transaction(house().sessions) as session:
            reply_id = inbox.receive_mail(session, written, now())
    except DBAPIError:
        return Response("try again", 503, mimetype="text/plain")
    if reply_id is not None:
        _answer(house(), reply_id)
    return Response("taken", mimetype="text/plain")
