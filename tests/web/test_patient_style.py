"""Does every patient's page bring its own style, and does the policy let in that and no other?"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from patient_states import addresses
from setting import HandClock

from reminders.config import Settings
from reminders.core.wording import LANGUAGES
from reminders.store.db import Sessions
from reminders.web.headers import POLICY
from reminders.web.sheets import FAMILIES, sheet_of

STATIC = Path(__file__).parents[2] / "static"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_brings_one_block_of_style_and_the_policy_knows_it(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> None:
    places = addresses(client, sessions, clock, settings, language)

    for name, place in places.items():
        answer = client.get(place)
        [block] = re.findall(r"<style[^>]*>(.*?)</style>", answer.text, re.DOTALL)
        source = f"'sha256-{b64encode(sha256(block.encode()).digest()).decode()}'"

        allowed = POLICY.replace("style-src 'self'", f"style-src 'self' {source}")
        assert answer.headers["Content-Security-Policy"] == allowed, name
        assert "stylesheet" not in answer.text, name
        assert not re.search(r"\sstyle=|<script(?![^>]*\bsrc=)", answer.text), name


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("place", ["/login", "/healthz", "/sw.js"])
def test_whatever_brings_no_block_is_let_in_none(client: FlaskClient, place: str) -> None:
    assert client.get(place).headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("family", FAMILIES)
def test_a_block_holds_every_rule_of_its_files(family: str) -> None:
    block = str(sheet_of(STATIC, family).block)

    for name in FAMILIES[family]:
        written = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(), flags=re.DOTALL)
        assert bare(written) in bare(block)
    assert "/*" not in block


def bare(text: str) -> str:
    """The rules without room, and without the last semicolon of each."""
    return re.sub(r"\s+", "", text).replace(";}", "}")


@pytest.mark.parametrize("family", FAMILIES)
def test_room_that_means_something_stays(family: str) -> None:
    block = str(sheet_of(STATIC, family).block)

    assert ".choice :checked + span{" in block
    assert "@media screen and (prefers-color-scheme:dark){" in block
    assert "box-shadow:0 1px 2px rgb(0 0 0 / .06)}" in block
    assert ".two{display:grid;grid-template-columns:1fr 1fr;gap:.5rem}" in block
