"""The way in to the desk, with nothing but a word behind it; for tests of signing in."""

import re
from pathlib import Path

import sqlalchemy as sa
from argon2 import PasswordHasher
from builders import a_clinic
from flask import Flask
from flask.testing import FlaskClient
from flask_security import auth_required
from setting import HandClock
from werkzeug.test import TestResponse

from reminders.bootstrap import open_post
from reminders.config import Mode, Settings, SystemClock
from reminders.core.totp import Secret
from reminders.store.accounts import Staff
from reminders.store.db import Sessions
from reminders.web.courier import Courier
from reminders.web.headers import guard
from reminders.web.house import House, house_of, open_house
from reminders.web.signing_in import open_door

ROOT = Path(__file__).parents[2]
MAIL = "lena@maplept.example"
PASSWORD = "seven green apples on a tree"
# What Lena's phone knows.
PHONE = Secret.of(b"the phone of lena ortiz")
CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


def a_house_with_a_door(settings: Settings, sessions: Sessions, clock: HandClock) -> Flask:
    """The door alone, with a desk behind it that only says who came in."""
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config.update(
        SECRET_KEY="s" * 40,
        TESTING=True,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            f"argon2__{key}": cost for key, cost in CHEAP.items()
        },
    )
    post = open_post(settings, timeout=1, sessions=sessions)
    things = House(settings, clock, sessions, post, Courier(lambda *_: None))
    open_house(app, things)
    guard(app, secure=settings.secure)
    open_door(app, things)

    @app.route("/desk", methods=["GET", "POST"])
    @auth_required()
    def desk() -> str:
        return "the desk"

    return app


def lena_with_a_password(sessions: Sessions) -> None:
    with sessions.begin() as session:
        lena = session.scalars(
            sa.select(Staff).where(Staff.clinic_id == a_clinic(session).id)
        ).one()
        give_password(lena)


def give_password(person: Staff) -> None:
    """A password, and a phone that shows numbers."""
    person.password = PasswordHasher(**CHEAP).hash(PASSWORD)
    person.factor_secret = PHONE.key


def token_on(page: TestResponse) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[0]


def sign_in(
    client: FlaskClient, email: str = MAIL, password: str = PASSWORD, place: str = "/login"
) -> TestResponse:
    """Give the password and, if it is right, the number that the phone shows."""
    answer = give(client, email, password, place)
    return show_phone(client) if answer.location == "/factor" else answer


def give(
    client: FlaskClient, email: str = MAIL, password: str = PASSWORD, place: str = "/login"
) -> TestResponse:
    """Give the password alone."""
    page = client.get(place)
    fields = {"csrf_token": token_on(page), "email": email, "password": password}
    found = re.findall(r'name="next"[^>]*value="([^"]*)"', page.text)
    return client.post("/login", data=fields | ({"next": found[0]} if found else {}))


def show_phone(client: FlaskClient) -> TestResponse:
    """Type the number of this half minute, as if none had been typed in it yet."""
    things = house_of(client.application)
    with things.sessions.begin() as session:
        session.execute(sa.update(Staff).values(factor_step=None))
    # A phone does not follow the clock of the demo.
    demo = things.settings.run_mode is Mode.DEMO
    moment = SystemClock().now() if demo else things.clock.now()
    return type_code(client, PHONE.number(moment))


def show_new_phone(client: FlaskClient) -> TestResponse:
    """Type in the key that the page shows, and then the number that the phone shows."""
    page = client.get("/factor/new")
    secret = Secret("".join(re.findall(r"<b>((?:[A-Z2-7]{4} ?){8})</b>", page.text)[0].split()))
    number = secret.number(house_of(client.application).clock.now())
    return client.post("/factor/new", data={"csrf_token": token_on(page), "code": number})


def type_code(client: FlaskClient, code: str, door: str = "/factor") -> TestResponse:
    """Type something at the second door."""
    return client.post(door, data={"csrf_token": token_on(client.get(door)), "code": code})


def is_in(client: FlaskClient) -> bool:
    return client.get("/desk").status_code == 200
