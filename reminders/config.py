"""Which settings does this process run with, and what time is it?"""

import base64
import binascii
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Protocol, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

KEY_BYTES = 32
# A random key of that size has far more; a made-up one, like a letter over and over, has fewer.
DIFFERENT = 8


class Mode(StrEnum):
    """How real this process is: the sandbox starts in demo and test alone."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class OptOutBy(StrEnum):
    """Who answers STOP, START and HELP first: the carrier side or this service."""

    TWILIO = "twilio"
    SELF = "self"


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class BadSettings(ValueError):
    """A setting makes no sense; the message names it and says what is expected."""


def _words(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _without_slash(address: str) -> str:
    return address.rstrip("/")


WordList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
SecretList = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_words)]


class Settings(BaseSettings):
    """Everything that can be set, read once from the environment at the start."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    run_mode: Mode = Field(Mode.DEMO, description="demo, test or production")
    database_url: str = Field(
        "", description="SQLite or PostgreSQL address; empty: a file in VAR_DIR"
    )
    var_dir: Path = Field(Path("var"), description="Folder of the embedded database and demo keys")
    public_base_url: Annotated[str, AfterValidator(_without_slash)] = Field(
        "http://127.0.0.1:8000", description="The address patients and the provider use"
    )
    host: str = Field("127.0.0.1", description="Address the web listens on")
    port: int = Field(8000, ge=0, le=65535, description="Port the web listens on; 0 picks one")
    proxy_hops: int = Field(0, ge=0, le=5, description="Reverse proxies in front of the web")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs sessions and derives links; 32 random characters or more"
    )
    encryption_keys: SecretList = Field(
        (), description="Base64 keys of 32 bytes, newest first: the first encrypts, all decrypt"
    )
    index_key: SecretStr = Field(
        SecretStr(""), description="Base64 key of 32 bytes for looking up numbers and addresses"
    )
    twilio_account_sid: str = Field("", description="Account SID of the text provider")
    twilio_api_key: str = Field("", description="API key SID; empty: the account SID signs in")
    twilio_api_secret: SecretStr = Field(SecretStr(""), description="Secret of that key")
    twilio_auth_tokens: SecretList = Field(
        (), description="Tokens that sign webhooks, current first; several while one is rotated"
    )
    twilio_base_url: str = Field(
        "", description="Another Twilio-compatible provider; empty: Twilio itself"
    )
    carrier_optout: OptOutBy = Field(
        OptOutBy.TWILIO, description="Who answers STOP, START and HELP: twilio or self"
    )
    smtp_host: str = Field("", description="Mail server; empty: no email is sent")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server")
    smtp_username: str = Field("", description="Sign-in name at the mail server")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server")
    smtp_security: MailSecurity = Field(MailSecurity.STARTTLS, description="none, starttls or tls")
    imap_host: str = Field("", description="Server of the mailbox answers come to; empty: none")
    imap_port: int = Field(993, ge=1, le=65535, description="Port of that server")
    imap_username: str = Field("", description="Sign-in name of that mailbox")
    imap_password: SecretStr = Field(SecretStr(""), description="Password of that mailbox")
    imap_security: MailSecurity = Field(MailSecurity.TLS, description="none, starttls or tls")
    imap_folder: str = Field("INBOX", description="Folder that answers arrive in")
    imap_processed: str = Field(
        "Processed", description="Folder that answers are moved to once taken in; made if absent"
    )
    mail_domain: str = Field(
        "localhost", description="Domain of Message-ID and of the reply addresses"
    )
    mail_hook_key: SecretStr = Field(
        SecretStr(""), description="Secret part of the address that takes mail in"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens /metrics; empty: it stays closed"
    )
    sentry_dsn: SecretStr = Field(
        SecretStr(""), description="Address of an error tracker, told of faults; empty: none is"
    )
    red_flags_reviewed_by: str = Field(
        "", description="Clinician who has read the red flags, while their files are unsigned"
    )
    backup_recipients: WordList = Field(
        (), description="age public keys that backups are closed for; several may read them"
    )
    keep_words_days: int = Field(
        2190,
        ge=90,
        description="How long texts, emails and answers keep their words and addresses; "
        "a clinic may choose otherwise",
    )
    keep_strangers_days: int = Field(
        90, ge=7, description="The same for what came from numbers that are no patient's"
    )
    keep_links_days: int = Field(
        90, ge=7, description="How long a patient's way in is remembered after its end"
    )
    keep_receipts_days: int = Field(
        400, ge=30, description="How long the provider's receipts are kept"
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    late_reply_hours: int = Field(
        72, ge=1, le=24 * 14, description="How long a reply, link, form or reply token counts"
    )
    reminder_lateness_minutes: int = Field(
        120, ge=5, le=720, description="How late a reminder may still leave"
    )
    answer_lateness_minutes: int = Field(
        60, ge=1, le=720, description="How late an answer may still leave"
    )
    web_timeout_seconds: float = Field(5, gt=0, le=30, description="HTTP timeout inside a web")
    clock_timeout_seconds: float = Field(10, gt=0, le=45, description="HTTP timeout in the clock")
    lease_seconds: int = Field(60, ge=15, le=600, description="How long a claim holds")
    settle_seconds: int = Field(
        180, ge=0, le=900, description="Wait before an unknown attempt is looked up"
    )
    settle_again_seconds: int = Field(120, ge=0, le=900, description="Wait between the two looks")
    extra_reminders_a_day: int = Field(
        2, ge=0, le=5, description="Nudges and laters a day beyond the due moments, per patient"
    )
    spread_seconds: int = Field(
        120, ge=0, le=240, description="Reminders due at one moment leave spread over this long"
    )
    answers_a_day: int = Field(12, ge=1, le=100, description="Answers a day to one number")
    tick_seconds: float = Field(5, gt=0, le=60, description="Pause between two heartbeats")
    concurrency: int = Field(
        5, ge=1, le=256, description="Messages in flight per sender and process"
    )
    seats: int = Field(32, ge=1, le=256, description="Messages in flight per process")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _check_timeouts(self)
        _check_addresses(self)
        if self.run_mode is Mode.PRODUCTION:
            _check_production(self)
        return self

    @classmethod
    def read(cls) -> Self:
        """Read the environment; raise BadSettings with one line a fault."""
        try:
            return cls()
        except ValidationError as error:
            lines = [
                f"{'.'.join(str(part) for part in fault['loc']).upper() or 'SETTINGS'}: "
                f"{fault['msg'].removeprefix('Value error, ')}"
                for fault in error.errors(include_input=False, include_url=False)
            ]
            raise BadSettings("\n".join(lines)) from None

    @cached_property
    def sqlalchemy_url(self) -> str:
        """The database address as SQLAlchemy spells it (some hosts hand out postgres://)."""
        embedded = f"sqlite:///{self.var_dir.resolve() / 'reminders.db'}"
        return (self.database_url or embedded).replace("postgres://", "postgresql://", 1)

    @property
    def sqlite(self) -> bool:
        """Whether the embedded database is used, which allows one process only."""
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def advice(self) -> tuple[str, ...]:
        """What this installation can run without, and should not for long."""
        return tuple(said for said, wanting in _wanting(self) if wanting)

    @property
    def secure(self) -> bool:
        """Whether patients reach the web over HTTPS."""
        return self.public_base_url.startswith("https://")


class Clock(Protocol):
    """What tells the time; the doors read it once and pass it on."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class DemoClock:
    """The machine's clock plus an offset that the demo moves to the next reminder."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """Jump forward; a moment already past changes nothing."""
        self._offset = max(self._offset, moment - datetime.now(UTC))


def demo_secrets(folder: Path) -> dict[str, str]:
    """Return the demo's own random secrets, made on first use and kept beside its database."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "secret_key": _kept(folder / "secret_key"),
        "encryption_keys": _kept(folder / "encryption_key"),
        "index_key": _kept(folder / "index_key"),
        "mail_hook_key": _kept(folder / "mail_hook_key"),
    }


def _kept(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    return file.read_text().strip()


def _check_timeouts(settings: Settings) -> None:
    if settings.lease_seconds <= settings.clock_timeout_seconds:
        raise ValueError("LEASE_SECONDS must be longer than CLOCK_TIMEOUT_SECONDS")


def _check_addresses(settings: Settings) -> None:
    parts = urlsplit(settings.public_base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("PUBLIC_BASE_URL must look like https://exercise.example.org")
    if not settings.sqlalchemy_url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://")


def _check_production(settings: Settings) -> None:
    """Refuse what would be unsafe with real patients, all of it at once."""
    faults = [said for said, wrong in _unsafe(settings) if wrong]
    if faults:
        raise ValueError("\n".join(faults))
    for key in (*settings.encryption_keys, settings.index_key):
        _check_key(key)


def _unsafe(settings: Settings) -> tuple[tuple[str, bool], ...]:
    secret, hook = settings.secret_key, settings.mail_hook_key
    metrics = settings.metrics_token.get_secret_value()
    sending, reading = settings.smtp_security, settings.imap_security
    keys = (*settings.encryption_keys, settings.index_key)
    return (
        ("PUBLIC_BASE_URL must begin with https:// in production", not settings.secure),
        ("PUBLIC_BASE_URL must not be this machine", _is_here(settings.public_base_url)),
        ("SECRET_KEY must be set to at least 32 random characters", not _is_random(secret)),
        (
            "ENCRYPTION_KEYS must hold at least one base64 key of 32 bytes",
            not settings.encryption_keys,
        ),
        ("INDEX_KEY must not be one of ENCRYPTION_KEYS", len(set(keys)) < len(keys)),
        (
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKENS must be set",
            not settings.twilio_auth_tokens or not settings.twilio_account_sid,
        ),
        (
            "TWILIO_BASE_URL must be a provider's https:// address: the sandbox is for trying out",
            bool(settings.twilio_base_url) and not _is_far(settings.twilio_base_url),
        ),
        ("MAIL_HOOK_KEY must be set to at least 32 random characters", not _is_random(hook)),
        ("MAIL_HOOK_KEY must not be SECRET_KEY", hook == secret),
        ("METRICS_TOKEN must be empty or 16 characters and more", 0 < len(metrics) < 16),
        (
            "SMTP_SECURITY must be starttls or tls for a server elsewhere",
            sending is MailSecurity.NONE and _is_elsewhere(settings.smtp_host),
        ),
        (
            "IMAP_SECURITY must be starttls or tls for a server elsewhere",
            reading is MailSecurity.NONE and _is_elsewhere(settings.imap_host),
        ),
        (
            "MAIL_DOMAIN must be the domain that answers come to",
            bool(settings.smtp_host) and settings.mail_domain == "localhost",
        ),
        ("DATABASE_URL must be a database that outlasts the process", _is_in_memory(settings)),
        ("LOG_LEVEL must not be DEBUG: libraries would log what is private", _logs_all(settings)),
    )


_HERE = ("localhost", "127.", "::1", "0.0.0.0")  # noqa: S104 - recognised, not bound


def _is_here(url: str) -> bool:
    return (urlsplit(url).hostname or "").startswith(_HERE)


def _is_far(url: str) -> bool:
    return url.startswith("https://") and not _is_here(url)


def _is_elsewhere(host: str) -> bool:
    return bool(host) and not host.startswith(_HERE)


def _is_random(secret: SecretStr) -> bool:
    """Long, and not one letter over and over."""
    typed = secret.get_secret_value()
    return len(typed) >= KEY_BYTES and len(set(typed)) >= DIFFERENT


def _is_in_memory(settings: Settings) -> bool:
    return settings.sqlite and settings.sqlalchemy_url.partition("://")[2] in {"", "/:memory:"}


def _logs_all(settings: Settings) -> bool:
    return settings.log_level.upper() == "DEBUG"


def _wanting(settings: Settings) -> tuple[tuple[str, bool], ...]:
    if settings.run_mode is not Mode.PRODUCTION:
        return ()
    unwatched = not settings.metrics_token.get_secret_value()
    return (
        ("BACKUP_RECIPIENTS is empty: no backup can be made.", not settings.backup_recipients),
        ("SMTP_HOST is empty: no email and no alert by mail leaves.", not settings.smtp_host),
        ("METRICS_TOKEN is empty: no monitor sees what lies too long.", unwatched),
    )


def _check_key(key: SecretStr) -> None:
    try:
        raw = base64.b64decode(key.get_secret_value(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError("ENCRYPTION_KEYS and INDEX_KEY must be base64 of exactly 32 bytes")
    if len(set(raw)) < DIFFERENT:
        raise ValueError("ENCRYPTION_KEYS and INDEX_KEY must be random bytes")
