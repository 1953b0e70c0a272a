"""Which real things does a process use: database, channels, log?"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, cast

import structlog
from sqlalchemy import Engine

from reminders.channels import Channel
from reminders.channels.background import InThreads
from reminders.channels.imap import ImapBox
from reminders.channels.smtp import Security, SmtpChannel
from reminders.channels.twilio import TwilioChannel
from reminders.config import BadSettings, Mode, Settings
from reminders.core.safety.review import unsigned
from reminders.outbox import Post
from reminders.store.db import Sessions, make_engine, make_sessions
from reminders.store.keyring import Keyring
from reminders.store.migrate import upgrade

if TYPE_CHECKING:
    from sentry_sdk.types import Event

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def read_settings() -> Settings:
    """Read the environment; raise BadSettings where this process must not run as it stands.

    Production asks who has read the red flags: a machine that screens for them answers to somebody.
    """
    settings, missing = Settings.read(), unsigned()
    asked = settings.run_mode is Mode.PRODUCTION and not settings.red_flags_reviewed_by.strip()
    if asked and missing:
        raise BadSettings(
            "RED_FLAGS_REVIEWED_BY must name the clinician who has read the red flags of "
            f"{' and '.join(missing)} (reminders/core/safety/*.toml), unless the files are signed "
            "themselves: reviewer and reviewed_on"
        )
    return settings


def open_engine(settings: Settings) -> Engine:
    """The database of this installation, with its keys; its folder is made where there is none."""
    if not settings.database_url:
        settings.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return make_engine(settings.sqlalchemy_url, Keyring.of(settings))


@contextmanager
def database(settings: Settings, *, migrate: bool = False) -> Iterator[Engine]:
    """That database for the time of one command."""
    engine = open_engine(settings)
    try:
        if migrate:
            upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def open_sessions(settings: Settings, *, migrate: bool = False) -> Sessions:
    """Sessions on that database, brought up to this code first where one process is all."""
    engine = open_engine(settings)
    if migrate:
        upgrade(engine)
    return make_sessions(engine)


def open_post(settings: Settings, *, timeout: float, sessions: Sessions | None = None) -> Post:
    """Everything that sending needs; `timeout` in seconds, shorter in a web than in the clock."""
    return Post(
        sessions=sessions or open_sessions(settings),
        settings=settings,
        texts=open_texts(settings, timeout=timeout),
        mails=_mails(settings, timeout),
    )


def open_texts(settings: Settings, *, timeout: float) -> TwilioChannel:
    """The provider of texts, with the key that sends."""
    username = settings.twilio_api_key or settings.twilio_account_sid
    password = settings.twilio_api_secret.get_secret_value() or first_token(settings)
    return _texts(settings, username, password, timeout)


def open_texts_by_token(settings: Settings, *, timeout: float) -> TwilioChannel:
    """The same account, with the token that signs its webhooks."""
    return _texts(settings, settings.twilio_account_sid, first_token(settings), timeout)


def open_mailbox(settings: Settings) -> ImapBox | None:
    """The mailbox that answers come to, where there is one to be looked into."""
    if not settings.imap_host:
        return None
    return ImapBox(
        settings.imap_host,
        settings.imap_port,
        settings.imap_username,
        settings.imap_password.get_secret_value(),
        settings.imap_folder,
        settings.imap_processed,
        Security(settings.imap_security.value),
        settings.clock_timeout_seconds,
    )


def set_up_logging(settings: Settings) -> None:
    """One JSON line an event, with ids only; the libraries' own chatter is kept down."""
    spoken = logging.StreamHandler()
    spoken.setFormatter(_OfALibrary())
    logging.basicConfig(level=settings.log_level, handlers=[spoken])
    for name in ("twilio.http_client", "urllib3", "sqlalchemy.engine", "alembic", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_told_elsewhere(settings),
            _only_the_fault,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(settings.log_level)
        ),
        cache_logger_on_first_use=True,
    )


class _OfALibrary(logging.Formatter):
    """A library's own line, as JSON: its place and its pattern, never what it fills in."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "event": "library",
            "logger": record.name,
            "level": record.levelname.lower(),
            # A message that comes without arguments may be filled in already.
            "pattern": record.msg if record.args and isinstance(record.msg, str) else "",
            "place": [f"{record.filename}:{record.lineno}"],
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            event |= _fault(record.exc_info)
        return json.dumps(event)


def _told_elsewhere(settings: Settings) -> Iterator[structlog.typing.Processor]:
    """What tells an error tracker of each fault that the log is told of, where there is one."""
    address = settings.sentry_dsn.get_secret_value()
    if not address:
        return
    try:
        import sentry_sdk
        from sentry_sdk.utils import BadDsn
    except ImportError:
        raise BadSettings("SENTRY_DSN needs the extra: install reminders[sentry]") from None
    try:
        sentry_sdk.init(
            address,
            environment=settings.run_mode.value,
            default_integrations=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            send_client_reports=False,
            before_send=_only_types_and_places,
        )
    except BadDsn:
        raise BadSettings("SENTRY_DSN must be the address that the tracker gives out") from None

    def tell(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        if event.get("exc_info"):
            sentry_sdk.capture_exception(tags={"event": str(event["event"])})
        return event

    yield tell


_TOLD: Final = frozenset(
    ("event_id", "timestamp", "platform", "level", "environment", "release", "tags")
)
_PLACE: Final = frozenset(("module", "function", "lineno"))


def _only_types_and_places(event: "Event", _hint: object) -> "Event":
    """Keep what the log would keep: no words, no values, no address that was asked for."""
    faults = [
        {
            "type": fault["type"],
            "stacktrace": {
                "frames": [
                    {name: frame[name] for name in _PLACE & frame.keys()}
                    for frame in (fault.get("stacktrace") or {}).get("frames", ())
                ]
            },
        }
        for fault in event.get("exception", {}).get("values", ())
    ]
    kept = {name: value for name, value in event.items() if name in _TOLD}
    return cast("Event", {**kept, "exception": {"values": faults}})


def _only_the_fault(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep an exception's type and place; its words may hold a number or a text."""
    if event.pop("exc_info", None):
        event.update(_fault(sys.exc_info()))
    return event


def _fault(raised: _Raised) -> dict[str, object]:
    kind, _, trace = raised
    frames = traceback.extract_tb(trace)
    return {
        "fault": kind.__name__ if kind is not None else "",
        "place": [f"{Path(at.filename).name}:{at.lineno}" for at in frames[-3:]],
    }


def first_token(settings: Settings) -> str:
    """The token that signs webhooks now."""
    tokens = settings.twilio_auth_tokens
    return tokens[0].get_secret_value() if tokens else ""


def _texts(settings: Settings, username: str, password: str, timeout: float) -> TwilioChannel:
    return TwilioChannel(
        settings.twilio_account_sid,
        username,
        password,
        base_url=settings.twilio_base_url,
        timeout=timeout,
        callback_url=settings.public_base_url + "/hooks/status/{attempt_id}",
        pool=settings.seats,
    )


def open_mail_server(settings: Settings, *, timeout: float) -> SmtpChannel | None:
    """The mail server, where there is one."""
    if not settings.smtp_host:
        return None
    return SmtpChannel(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_username,
        settings.smtp_password.get_secret_value(),
        Security(settings.smtp_security.value),
        timeout,
        envelope_from=f"bounce+{{attempt_id}}@{settings.mail_domain}",
        domain=settings.mail_domain,
    )


def _mails(settings: Settings, timeout: float) -> Channel | None:
    server = open_mail_server(settings, timeout=timeout)
    return InThreads(server, settings.concurrency) if server is not None else None
