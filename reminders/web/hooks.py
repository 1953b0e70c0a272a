"""What does the provider bring: a text, a call, a receipt, a mail?

Verify → store, once per provider id → commit → read → 200. Early, late and repeated events are
normal. With the database dead only a red flag and a caller get an answer; everything else gets a
503, so that the provider calls again.
"""

import hmac
from collections.abc import Callable
from contextlib import suppress
from functools import wraps

import structlog
from flask import Blueprint, Response, abort, request
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reminders import inbox, outbox
from reminders.channels import Call, Incoming, Leg, Malformed, mail
from reminders.channels.twilio import (
    put_through,
    read_call,
    read_incoming,
    read_status,
    said_aloud,
    spoken,
    verify,
)
from reminders.core.safety import Danger, screen
from reminders.core.wording import MARKERS, Key, Sentence, Values, nobody_there, sms
from reminders.store.db import at_once, transaction
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
    with at_once(things.sessions) as session:
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


@bp.post("/call")
@signed
def call() -> Response:
    """Put a caller through to the clinic while it is open, else say the emergency number."""
    try:
        ringing = read_call(request.form)
    except Malformed as fault:
        abort(400, f"missing {fault}")
    if ringing.account != house().settings.twilio_account_sid:
        abort(403)
    if ringing.leg is Leg.ANSWERED:
        return _note_talk(house(), ringing)
    return _speak(house(), ringing)


def _note_talk(things: House, talked: Call) -> Response:
    # The talk is over: nothing of it fails with the database.
    with suppress(DBAPIError), transaction(things.sessions) as session:
        inbox.took_call(session, talked)
    return Response(EMPTY, mimetype="text/xml")


def _speak(things: House, ringing: Call) -> Response:
    try:
        with transaction(things.sessions) as session:
            heard = inbox.receive_call(session, ringing, now())
    except DBAPIError:
        known = things.emergencies.get(ringing.recipient)
        if known is None:
            return Response("try again", 503, mimetype="text/plain")
        heard = nobody_there(known.language, known.clinic, known.emergency)
    return Response(_in_twiml(heard, things), mimetype="text/xml")


def _in_twiml(heard: inbox.PutThrough | Sentence | None, things: House) -> str:
    if isinstance(heard, Sentence):
        return said_aloud(heard.text, heard.voice)
    if heard is None:
        return EMPTY
    return put_through(heard.number, things.settings.public_base_url + "/hooks/call")


@bp.post("/status/<attempt_id>")
@signed
def status(attempt_id: str) -> Response:
    """Take a receipt, also an early, late or repeated one; one for a stranger is no error."""
    try:
        event = read_status(request.form)
    except Malformed as fault:
        abort(400, f"missing {fault}")
    try:
        with at_once(house().sessions) as session:
            known = outbox.keep_receipt(session, attempt_id, event, now())
    except DBAPIError:
        return Response("try again", 503, mimetype="text/plain")
    if not known:
        log.warning("receipt_for_stranger", provider_id=event.provider_id)
    return Response(status=204)


@bp.post("/mail")
def letter() -> Response:
    """Take a mail as raw MIME from whoever knows the secret part of this address."""
    secret = house().settings.mail_hook_key.get_secret_value()
    if not secret or not hmac.compare_digest(request.args.get("key", "").encode(), secret.encode()):
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


@bp.post("/proof")
@signed
def proof() -> Response:
    """Answer our own knock: what the provider would post to this place arrives as it was signed."""
    nonce = request.form.get("nonce", "")
    return Response(proof_of(house().settings.secret_key, nonce), mimetype="text/plain")


def proof_of(secret: SecretStr, nonce: str) -> str:
    """What only a web of this installation can say to a nonce."""
    key = b"knock:" + secret.get_secret_value().encode()
    return hmac.new(key, nonce.encode(), "sha256").hexdigest()
