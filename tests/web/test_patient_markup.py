"""Is every page of a patient well-formed, in every state and both languages?"""

import html5lib
import pytest
from flask.testing import FlaskClient
from markup_rules import faults
from patient_states import PLAIN, STATES, addresses
from setting import HandClock

from reminders.config import Settings
from reminders.core.wording import LANGUAGES
from reminders.store.db import Sessions


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_well_formed(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> None:
    places = addresses(client, sessions, clock, settings, language)

    found = {name: list(faults(client.get(place).text)) for name, place in places.items()}

    assert found.keys() == STATES.keys() | PLAIN.keys()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_valid_for_a_strict_parser(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> None:
    places = addresses(client, sessions, clock, settings, language)

    for place in places.values():
        # It raises at the first fault that the standard knows.
        assert html5lib.HTMLParser(strict=True).parse(client.get(place).data) is not None


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_says_which_language_it_speaks(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> None:
    places = addresses(client, sessions, clock, settings, language)
    reader = {"Accept-Language": language}

    spoken = {
        client.get(one, headers=reader).text.partition('lang="')[2][:2] for one in places.values()
    }

    assert spoken == {language}


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<!doctype html><p><div></div></p>", "<div> inside <p>"),
        ("<!doctype html><b><i></b></i>", "</b> closes another element"),
        ("<!doctype html><b>", "<b> stays open"),
        ('<!doctype html><b id="a"></b><i id="a"></i>', "id a twice"),
        ('<!doctype html><label for="a"></label>', "nothing is called a"),
        ('<!doctype html><b id="a" id="b"></b>', "<b> says something twice"),
        ("<!doctype html><div><li></li></div>", "<li> out of place"),
        ("<p></p>", "no doctype"),
    ],
)
def test_a_fault_is_found(page: str, fault: str) -> None:
    assert fault in list(faults(page))
