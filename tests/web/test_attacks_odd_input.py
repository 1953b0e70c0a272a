"""Does anything that can be typed into a field, an address or a search break a page?"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from attack_forms import Offered, Value, come_in, forms_on
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from patient_story import begin
from setting import HandClock
from structlog.testing import capture_logs
from test_routes import LISTED, Route, Who, opening_to, rows

from reminders.config import Settings
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient

__all__ = ["rows"]
# The stricter database: it refuses what SQLite keeps.
pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)

ODD: dict[str, Value] = {
    "a null byte": "a\0b",
    "no UTF-8": b"\xff\xfe\xc3\x28",
    "half of a pair": b"\xed\xa0\x80",
    "a number beyond every column": "9" * 40,
    "a number at the edge": str(2**63),
    "a number below nothing": "-1",
    "beyond all numbers": "1e309",
    "digits that count nothing": "²",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
    "far too much": "x" * 20_000,
    "SQL": "'; DROP TABLE patient; --",
    "a template": "{{ 7 * 7 }} ${phone} %(id)s {0}",
    "a line end": "a\r\nBcc: b@example.org",
    "JSON": '{"a": [[[[]]]]}',
}
ODDEST = ("a null byte", "a number beyond every column", "the last day", "far too much")
Sent = tuple[Offered, Mapping[str, Value]]
PATIENTS_PAGES = ("", "/week", "/reminders", "/later", "/stop", "/keep", "/off")


@pytest.fixture
def faults(app: Flask) -> Iterator[list[str]]:
    """What went wrong inside, as it happens; visitors get the page of errors."""
    app.testing = False
    heard: list[str] = []

    def hear(_app: Flask, exception: Exception) -> None:
        heard.append(f"{type(exception).__name__}: {str(exception)[:200]}")

    with got_request_exception.connected_to(hear, app), capture_logs():
        yield heard


def offered(client: FlaskClient, rows: dict[str, int]) -> list[Offered]:
    """Every form of the desk, once."""
    found: dict[tuple[str, str, str], Offered] = {}
    for route in opening_to(Who.STAFF):
        answer = route.ask(client, rows) if route.method == "GET" else None
        if answer is not None and answer.mimetype == "text/html" and answer.status_code == 200:
            for form in forms_on(answer):
                found.setdefault((form.method, form.action, str(form.names)), form)
    return list(found.values())


def everywhere(forms: list[Offered], odd: Value) -> Iterator[Sent]:
    """Each form with the odd thing in all its fields."""
    for form in forms:
        yield form, dict.fromkeys(form.names, odd)


def one_by_one(forms: list[Offered], odd: Value) -> Iterator[Sent]:
    """Each form with the odd thing in one field after another, and the rest as it stands."""
    for form in forms:
        yield from ((form, {name: odd}) for name in form.names)


def tried(client: FlaskClient, letters: Iterator[Sent], faults: list[str]) -> list[str]:
    """Send them all; what goes wrong is told with where it went wrong."""
    for form, changed in letters:
        before = len(faults)
        if form.send(client, changed).status_code >= 500 or len(faults) > before:
            faults[before:] = [f"{form.action} {changed}: {faults[before:]}"]
    return faults


@pytest.mark.parametrize("odd", ODDEST)
def test_no_field_of_the_desk_breaks_by_what_is_typed_into_it(
    app: Flask, sessions: Sessions, rows: dict[str, int], faults: list[str], odd: str
) -> None:
    client, _ = come_in(app, sessions, "ada@maplept.example")
    forms = offered(client, rows)
    assert len(forms) > 25

    assert tried(client, one_by_one(forms, ODD[odd]), faults) == []


def test_no_form_of_the_desk_breaks_when_all_of_it_is_odd(
    app: Flask, sessions: Sessions, rows: dict[str, int], faults: list[str]
) -> None:
    client, _ = come_in(app, sessions, "ada@maplept.example")
    forms = offered(client, rows)

    for odd in ODD.values():
        tried(client, everywhere(forms, odd), faults)

    assert faults == []


def test_no_field_of_a_patients_page_breaks_by_what_is_typed_into_it(
    client: FlaskClient,
    sessions: Sessions,
    clock: HandClock,
    settings: Settings,
    faults: list[str],
) -> None:
    ana = begin(client, sessions, clock, settings)
    with sessions.begin() as session:
        session.scalars(sa.select(Clinic)).one().second_step = False
    forms = [form for place in PATIENTS_PAGES for form in forms_on(client.get(ana.path + place))]
    assert len(forms) > 8

    for odd in ODD.values():
        tried(client, everywhere(forms, odd), faults)
        tried(client, one_by_one(forms, odd), faults)

    assert faults == []


def test_nobody_breaks_the_sign_in_by_what_is_typed_into_it(
    client: FlaskClient, faults: list[str]
) -> None:
    forms = list(forms_on(client.get("/login")))

    for number, odd in enumerate(ODD.values()):
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        tried(client, everywhere(forms, odd), faults)
        tried(client, one_by_one(forms, odd), faults)

    assert faults == []


ODD_PLACES = (
    *("0", "-1", str(2**63 - 1), str(2**63), "9" * 40, "1e3", "²", "..", "%00", "%ff%fe"),
    *("%ed%a0%80", "'--", "a" * 4_000),
)


@pytest.mark.parametrize("place", ODD_PLACES, ids=lambda place: place[:20])
def test_no_address_breaks_by_what_stands_in_it(
    app: Flask, sessions: Sessions, rows: dict[str, int], faults: list[str], place: str
) -> None:
    client, token = come_in(app, sessions, "ada@maplept.example")
    doors = [route for route in LISTED if "<" in route.rule]

    for route in doors:
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", route.rule)
        address = re.sub(r"<[^>]+>", quote(place, safe="%"), address)
        data = {"csrf_token": token} if route.method == "POST" else None
        answer = client.open(address, method=route.method, data=data)
        assert answer.status_code < 500, (route, faults)

    assert faults == []


def pages_with_a_search(rows: dict[str, int]) -> list[Route]:
    return [route for route in opening_to(Who.STAFF) if route.method == "GET"]


SEARCHES = (
    *("q", "page", "show", "sort", "view", "therapist", "location", "state", "lang", "done"),
    *("day", "from", "until", "since", "next", "person", "patient", "verb", "month", "weeks"),
)


@pytest.mark.parametrize("odd", ["a null byte", "no UTF-8", "a number beyond every column", "SQL"])
def test_no_search_breaks_by_what_is_asked(
    app: Flask, rows: dict[str, int], faults: list[str], odd: str, sessions: Sessions
) -> None:
    client, _ = come_in(app, sessions, "ada@maplept.example")
    asked = "&".join(f"{name}={quote(ODD[odd])}" for name in SEARCHES)

    for route in pages_with_a_search(rows):
        answer = client.get(f"{address_of(route, rows)}?{asked}")
        assert answer.status_code < 500, (route, faults)

    assert faults == []
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Patient.id))) == 1


def address_of(route: Route, rows: dict[str, int]) -> str:
    place = re.sub(r"<int:(\w+)>", lambda found: str(rows.get(found[1], 1)), route.rule)
    return place.replace("<key>", "own-wall-push")


@pytest.mark.parametrize("search", ["' OR 1=1 --", "%", "_", "Mor%", "' UNION SELECT 1 --"])
def test_a_search_is_words_and_nothing_else(
    app: Flask, sessions: Sessions, rows: dict[str, int], search: str
) -> None:
    client, _ = come_in(app, sessions, "ada@maplept.example")
    assert "Morales" in client.get("/desk/patients?q=Morales").text

    found = client.get(f"/desk/patients?q={quote(search)}").text

    assert f"/desk/patients/{rows['patient_id']}" not in found


def test_a_million_letters_are_refused_at_the_door(
    app: Flask, sessions: Sessions, rows: dict[str, int], faults: list[str]
) -> None:
    client, token = come_in(app, sessions, "ada@maplept.example")
    posts = [one for one in LISTED if one.method == "POST" and one.who is not Who.STAGE]

    novel = f"csrf_token={token}&note=".encode() + b"x" * 1_000_000
    kind = "application/x-www-form-urlencoded"

    for route in posts:
        place = re.sub(r"<any\((\w+)[^>]*>", r"\1", address_of(route, rows))
        place = re.sub(r"<[^>]+>", "a" * 26, place)
        answer = client.post(place, data=novel, content_type=kind)
        # Whoever opens nothing gets the page of an ended link, and what was sent is not read.
        assert answer.status_code in {200, 303, 400, 403, 413, 422}, route
    assert faults == []
