"""Does every kind of answer tell the browser what to refuse?"""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest
from builders import a_clinic
from flask import Flask, abort
from flask.testing import FlaskClient
from setting import HandClock, make_settings
from werkzeug.test import TestResponse

from app import LARGEST_FORM, create_app
from reminders.config import Mode
from reminders.store.db import Sessions

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

REFUSED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
A_TOKEN = "a" * 26

ANSWERS: dict[str, tuple[int, Callable[[FlaskClient], TestResponse]]] = {
    "a page": (200, lambda client: client.get("/login")),
    "a way to the sign-in": (303, lambda client: client.get("/desk/")),
    "a patient's page": (200, lambda client: client.get(f"/x/{A_TOKEN}")),
    "an unsubscribe": (200, lambda client: client.post(f"/u/{A_TOKEN}")),
    "json": (200, lambda client: client.get("/healthz")),
    "nothing there": (404, lambda client: client.get("/nothing/there")),
    "a file that is not there": (404, lambda client: client.get("/static/nothing.css")),
    "another method": (405, lambda client: client.delete("/login")),
    "what may be asked": (200, lambda client: client.options("/login")),
    "the head of a page": (200, lambda client: client.head("/login")),
    "a form without our token": (400, lambda client: client.post("/login")),
    "an unsigned webhook": (403, lambda client: client.post("/hooks/text")),
    "too much": (413, lambda client: client.post("/login", data={"a": "x" * LARGEST_FORM})),
    "a refusal": (403, lambda client: client.get("/refused")),
    "a fault of ours": (500, lambda client: client.get("/broken")),
}


@pytest.fixture
def app(app: Flask, sessions: Sessions) -> Flask:
    """The web as it answers the world, with two doors that go wrong."""
    with sessions.begin() as session:
        a_clinic(session)
    app.testing = False

    @app.get("/refused")
    def refuse() -> str:
        abort(403)

    @app.get("/broken")
    def broken() -> str:
        raise LookupError("Ana Morales +12075550118")

    return app


def refused_for(page: str) -> dict[str, str]:
    """A page's own block of style is let in by its hash; nothing else inline is."""
    digests = [sha256(one.encode()).digest() for one in re.findall(r"<style>(.*?)</style>", page)]
    hashes = [f"'sha256-{b64encode(digest).decode()}'" for digest in digests]
    return REFUSED | {"style-src": " ".join([REFUSED["style-src"], *hashes])}


def inline(page: str) -> list[str]:
    """What a page holds inline beside its one block of style."""
    bare = re.sub(r"<style>[^<]*</style>", "", page, count=1)
    return re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", bare)


def policy_of(answer: TestResponse) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return dict(part.strip().split(" ", 1) for part in parts)


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_carries_every_header(client: FlaskClient, kind: str) -> None:
    status, ask = ANSWERS[kind]

    answer = ask(client)

    assert answer.status_code == status
    assert policy_of(answer) == refused_for(answer.text)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "static" in answer.request.path or answer.headers["Cache-Control"] == "no-store"


def test_a_stylesheet_is_guarded_too_and_kept_by_the_browser(client: FlaskClient) -> None:
    page = client.get("/login").text
    place = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page)[0]

    answer = client.get(place)

    assert policy_of(answer) == REFUSED
    assert "no-store" not in answer.headers["Cache-Control"]
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers
    answer.close()


def test_a_fault_of_ours_says_nothing_of_anybody(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/broken")

    told = answer.text + caplog.text
    assert not re.search(r"Ana|Morales|5550118|LookupError|Traceback", told)


# Cookies


def test_the_cookie_is_ours_alone_over_https(sessions: Sessions, clock: HandClock) -> None:
    real = make_settings(run_mode=Mode.PRODUCTION, public_base_url="https://exercise.example.org")
    client = create_app(real, time=clock, sessions=sessions).test_client()

    answer = client.get("/login", base_url="https://exercise.example.org")

    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_without_https_nothing_is_promised_about_it(client: FlaskClient) -> None:
    answer = client.get("/login")

    [cookie] = answer.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    assert "Strict-Transport-Security" not in answer.headers


def test_a_strange_host_is_refused_in_production(sessions: Sessions, clock: HandClock) -> None:
    real = make_settings(run_mode=Mode.PRODUCTION, public_base_url="https://exercise.example.org")
    client = create_app(real, time=clock, sessions=sessions).test_client()

    answer = client.get("/login", base_url="https://evil.example")

    assert answer.status_code == 400


@pytest.mark.parametrize("place", [f"/x/{A_TOKEN}", f"/u/{A_TOKEN}", "/healthz", "/nothing"])
def test_a_patient_is_given_no_cookie(client: FlaskClient, place: str) -> None:
    assert "Set-Cookie" not in client.get(place).headers


# The pages keep to it


@pytest.mark.parametrize("kind", ANSWERS)
def test_no_page_holds_what_the_policy_refuses(client: FlaskClient, kind: str) -> None:
    page = ANSWERS[kind][1](client).text

    assert inline(page) == []
    places = re.findall(r'(?:src|href|action)="((?:https?:)?//[^"]*)"', page)
    assert places == []


def test_no_page_of_the_desk_holds_what_the_policy_refuses(client: FlaskClient) -> None:
    door = client.get("/login").text
    fields = {
        "csrf_token": re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', door)[0],
        "staff": re.findall(r'name="staff" value="(\d+)"', door)[0],
    }
    assert client.post("/demo-sign-in", data=fields).status_code == 303

    for place in ("/desk/", "/desk/patients", "/desk/patients/new", "/desk/me", "/password"):
        answer = client.get(place)

        assert answer.status_code == 200
        assert policy_of(answer) == REFUSED
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text), place
