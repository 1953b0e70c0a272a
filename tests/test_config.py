"""A setting that makes no sense stops the start, with its name and what is expected."""

from base64 import b64encode

import pytest

from reminders.config import BadSettings, Settings

KEY = b64encode(bytes(range(32))).decode()
POOR = b64encode(b"k" * 32).decode()
PRODUCTION = {
    "RUN_MODE": "production",
    "DATABASE_URL": "postgres://db/clinic",
    "PUBLIC_BASE_URL": "https://exercise.example.org",
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789",
    "ENCRYPTION_KEYS": KEY,
    "INDEX_KEY": b64encode(bytes(range(32, 64))).decode(),
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKENS": "current previous",
    "MAIL_HOOK_KEY": "zyxwvutsrqponmlkjihgfedcba9876543210",
}


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def test_without_settings_it_is_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)

    assert settings.run_mode == "demo"
    assert settings.sqlite


def test_production_reads_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **PRODUCTION)

    assert settings.sqlalchemy_url == "postgresql://db/clinic"
    assert [token.get_secret_value() for token in settings.twilio_auth_tokens] == [
        "current",
        "previous",
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("RUN_MODE", "live", "RUN_MODE"),
        ("PORT", "ninety", "PORT"),
        ("PUBLIC_BASE_URL", "exercise.example.org", "PUBLIC_BASE_URL must look like"),
        ("PUBLIC_BASE_URL", "http://exercise.example.org", "must begin with https://"),
        ("DATABASE_URL", "mysql://db", "DATABASE_URL must begin with"),
        ("SECRET_KEY", "short", "SECRET_KEY must be set"),
        ("ENCRYPTION_KEYS", "", "ENCRYPTION_KEYS must hold"),
        ("ENCRYPTION_KEYS", "c2hvcnQ=", "base64 of exactly 32 bytes"),
        ("INDEX_KEY", "not base64!", "base64 of exactly 32 bytes"),
        ("TWILIO_AUTH_TOKENS", "", "TWILIO_AUTH_TOKENS must be set"),
        ("MAIL_HOOK_KEY", "short", "MAIL_HOOK_KEY must be set"),
        ("PUBLIC_BASE_URL", "https://localhost", "PUBLIC_BASE_URL must not be this machine"),
        ("SECRET_KEY", "x" * 40, "SECRET_KEY must be set"),
        ("ENCRYPTION_KEYS", POOR, "must be random bytes"),
        ("INDEX_KEY", POOR, "must be random bytes"),
        ("INDEX_KEY", KEY, "INDEX_KEY must not be one of ENCRYPTION_KEYS"),
        ("TWILIO_ACCOUNT_SID", "", "TWILIO_ACCOUNT_SID and"),
        ("TWILIO_BASE_URL", "http://127.0.0.1:4010", "TWILIO_BASE_URL must be a provider's"),
        ("TWILIO_BASE_URL", "https://localhost:4010", "TWILIO_BASE_URL must be a provider's"),
        ("TWILIO_BASE_URL", "http://texts.example.org", "TWILIO_BASE_URL must be a provider's"),
        ("MAIL_HOOK_KEY", "m" * 40, "MAIL_HOOK_KEY must be set"),
        ("MAIL_HOOK_KEY", "abcdefghijklmnopqrstuvwxyz0123456789", "must not be SECRET_KEY"),
        ("METRICS_TOKEN", "short", "METRICS_TOKEN must be empty or"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL must be a database that outlasts"),
        ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL must be a database that outlasts"),
        ("LOG_LEVEL", "debug", "LOG_LEVEL must not be DEBUG"),
        ("SETTLE_SECONDS", "-1", "SETTLE_SECONDS"),
    ],
)
def test_nonsense_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    with pytest.raises(BadSettings, match=expected):
        read(monkeypatch, **PRODUCTION | {name: value})


def test_a_lease_outlasts_the_network_call_it_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = {"LEASE_SECONDS": "20", "CLOCK_TIMEOUT_SECONDS": "30"}

    with pytest.raises(BadSettings, match="LEASE_SECONDS must be longer"):
        read(monkeypatch, **PRODUCTION | pair)


def test_no_secret_shows_in_a_fault_or_a_print(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "very-secret-and-far-too-short"
    with pytest.raises(BadSettings) as fault:
        read(monkeypatch, **PRODUCTION | {"SECRET_KEY": secret})

    assert secret not in str(fault.value)
    assert PRODUCTION["SECRET_KEY"] not in repr(read(monkeypatch, **PRODUCTION))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"SMTP_SECURITY": "none"}, "SMTP_SECURITY must be starttls or tls"),
        ({"MAIL_DOMAIN": "localhost"}, "MAIL_DOMAIN must be the domain"),
        ({"IMAP_HOST": "imap.example.org", "IMAP_SECURITY": "none"}, "IMAP_SECURITY must be"),
    ],
    ids=["smtp", "domain", "imap"],
)
def test_mail_is_protected_and_has_a_domain(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], expected: str
) -> None:
    mail = {"SMTP_HOST": "smtp.example.org", "MAIL_DOMAIN": "in.example.org"}
    read(monkeypatch, **PRODUCTION | mail)

    with pytest.raises(BadSettings, match=expected):
        read(monkeypatch, **PRODUCTION | mail | values)


def test_a_mail_server_of_this_machine_needs_no_protection(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none", "MAIL_DOMAIN": "in.example.org"}

    assert read(monkeypatch, **PRODUCTION | mail).smtp_host == "127.0.0.1"


def test_all_that_is_unsafe_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings) as fault:
        read(monkeypatch, RUN_MODE="production")

    for name in ("PUBLIC_BASE_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "MAIL_HOOK_KEY", "TWILIO_"):
        assert name in str(fault.value)


def test_the_demo_and_the_tests_may_be_as_unsafe_as_they_like(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for mode in ("demo", "test"):
        values = {"TWILIO_BASE_URL": "http://127.0.0.1:4010", "LOG_LEVEL": "DEBUG"}
        settings = read(monkeypatch, RUN_MODE=mode, **values)

        assert settings.advice == ()


def test_what_production_can_run_without_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "BACKUP_RECIPIENTS": "age1example",
        "SMTP_HOST": "smtp.example.org",
        "MAIL_DOMAIN": "in.example.org",
        "METRICS_TOKEN": "t" * 16,
    }
    bare = read(monkeypatch, **PRODUCTION).advice

    assert [said.split()[0] for said in bare] == ["BACKUP_RECIPIENTS", "SMTP_HOST", "METRICS_TOKEN"]
    assert read(monkeypatch, **PRODUCTION | wanted).advice == ()


def test_the_public_address_is_kept_without_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, PUBLIC_BASE_URL="https://exercise.example.org/")

    assert settings.public_base_url == "https://exercise.example.org"
