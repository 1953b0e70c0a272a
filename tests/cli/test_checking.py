"""Does `check` say the same as the start: what is refused, and what is only advised?"""

from pathlib import Path

import pytest
from test_config import PRODUCTION

from reminders.cli import main
from reminders.config import Settings


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in (PRODUCTION | {"RED_FLAGS_REVIEWED_BY": "Dr. Berg, 2026-11-21"}).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_what_is_refused_is_named(production: pytest.MonkeyPatch) -> None:
    production.setenv("SECRET_KEY", "x" * 40)
    production.setenv("TWILIO_BASE_URL", "http://127.0.0.1:4010")

    with pytest.raises(SystemExit) as left:
        main(["check"])

    assert "SECRET_KEY must be set" in str(left.value)
    assert "TWILIO_BASE_URL must be" in str(left.value)


def test_what_is_sound_is_said_with_what_is_still_worth_doing(
    production: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check"])

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "The settings make sense."
    assert [line.split()[2] for line in said[1:]] == [
        "BACKUP_RECIPIENTS",
        "SMTP_HOST",
        "METRICS_TOKEN",
    ]


def test_the_folder_of_an_embedded_database_is_made(
    production: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    production.delenv("DATABASE_URL")
    production.setenv("VAR_DIR", str(tmp_path / "new"))

    main(["migrate"])

    assert (tmp_path / "new" / "reminders.db").exists()
