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
from reminders.config import Settings
from reminders.store.accounts import Staff
from reminders.store.db import Sessions
from reminders.web.courier import Courier
from reminders.web.headers import guard
from reminders.web.house import House, open_house
from reminders.web.signing_in import open_door

ROOT = Path(__file__).parents[2]
MAIL = "lena@maplept.example"
PASSWORD = "seven green apples on a tree"
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
    things = House(settings, clock, sessions, post, Courier(lambda _: None))
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
        lena.password = PasswordHasher(**CHEAP).hash(PASSWORD)


def token_on(page: TestResponse) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[0]


def sign_in(
    client: FlaskClient, email: str = MAIL, password: str = PASSWORD, place: str = "/login"
) -> TestResponse:
    page = client.get(place)
    fields = {"csrf_token": token_on(page), "email": email, "password": password}
    found = re.findall(r'name="next"[^>]*value="([^"]*)"', page.text)
    return client.post("/login", data=fields | ({"next": found[0]} if found else {}))


def is_in(client: FlaskClient) -> bool:
    return client.get("/desk").status_code == 200
