"""Production asks who has read the red flags."""

import pytest
from test_config import PRODUCTION

from reminders.bootstrap import read_settings
from reminders.config import BadSettings, Settings
from reminders.core.safety.review import is_signed, unsigned


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_production_does_not_start_while_nobody_has_read_the_red_flags(
    production: pytest.MonkeyPatch,
) -> None:
    assert unsigned() == ("en", "es")

    with pytest.raises(BadSettings, match="RED_FLAGS_REVIEWED_BY must name the clinician"):
        read_settings()


def test_production_starts_once_a_clinician_is_named(production: pytest.MonkeyPatch) -> None:
    production.setenv("RED_FLAGS_REVIEWED_BY", "Dr. Berg, 2026-11-21")

    assert read_settings().red_flags_reviewed_by == "Dr. Berg, 2026-11-21"


def test_blanks_name_nobody(production: pytest.MonkeyPatch) -> None:
    production.setenv("RED_FLAGS_REVIEWED_BY", "  ")

    with pytest.raises(BadSettings):
        read_settings()


def test_the_demo_starts_without(production: pytest.MonkeyPatch) -> None:
    production.setenv("RUN_MODE", "demo")

    assert read_settings().run_mode == "demo"


@pytest.mark.parametrize(
    ("reviewer", "on", "signed"),
    [("Dr. Berg", "2026-11-21", True), ("Dr. Berg", "", False), ("", "2026-11-21", False)],
)
def test_a_list_is_signed_by_name_and_date(reviewer: str, on: str, *, signed: bool) -> None:
    assert is_signed({"reviewer": reviewer, "reviewed_on": on}) is signed
