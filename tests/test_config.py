"""A setting that makes no sense stops the start, with its name and what is expected."""

import pytest

from reminders.config import BadSettings, Settings

PRODUCTION = {
    "RUN_MODE": "production",
    "DATABASE_URL": "postgres://db/clinic",
    "PUBLIC_BASE_URL": "https://exercise.example.org",
    "SECRET_KEY": "x" * 32,
    "ENCRYPTION_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    "INDEX_KEY": "aWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWk=",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKENS": "current previous",
    "MAIL_HOOK_KEY": "m" * 32,
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
