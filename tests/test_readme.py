"""The README stays true."""

import re
from pathlib import Path

from reminders.config import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_settings_table_is_the_settings() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", README, re.M)
    told = {name: (default.strip("`"), meaning) for name, default, meaning in rows}

    known = {
        name.upper(): (_shown(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    }
    assert told == known


def test_every_place_the_readme_names_is_there() -> None:
    named = re.findall(r"`((?:reminders|templates|app\.py|\.ci)[\w/.]*)`", README)
    named += re.findall(r"\]\(([\w/.]+)\)", README)

    assert named
    assert [place for place in named if not (ROOT / place).exists()] == []


def test_every_make_target_the_readme_names_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`?make (\w+)`?", README))

    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.M)] == []


def _shown(default: object) -> str:
    if hasattr(default, "get_secret_value") or default in ("", ()):
        return ""
    return str(getattr(default, "value", default))
