"""Does a clinic begin from an empty database, and end with a text on somebody's phone?"""

import re
from base64 import b64encode
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from desk_door import press
from flask.testing import FlaskClient
from front_door import show_new_phone, token_on
from open_house import free_port, served
from setting import KEY, HandClock

from app import create_app
from reminders.cli import main
from reminders.config import Settings, SystemClock
from reminders.outbox import apply_receipts
from reminders.sandbox import Sandbox
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Location, Patient
from reminders.web.house import house_of

PASSWORD = "three green herons at noon"
GIVEN = {
    "--name": "Maple Physical Therapy",
    "--short-name": "Maple PT",
    "--phone": "(207) 555-0118",
    "--texts-from": "207 555 0100",
    "--mails-from": "reminders@maplept.example",
    "--admin-name": "Ada Berg",
    "--admin-email": "ada@maplept.example",
    "--admin-phone": "207 555 0199",
}
ADA, ANA = "+12075550199", "+12075550123"


def begin(capsys: pytest.CaptureFixture[str]) -> str:
    """The command, and the path of the address that it prints."""
    main(["new-clinic", *(word for pair in GIVEN.items() for word in pair)])
    [path] = re.findall(r"(/join/[0-9a-f]{40})", capsys.readouterr().out)
    return path


def join(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    fields = {"csrf_token": token_on(page), "password": PASSWORD, "again": PASSWORD}
    client.post(path, data=fields)
    show_new_phone(client)


def missing(client: FlaskClient) -> list[str]:
    page = client.get("/desk/clinic/set-up").text
    rows = re.findall(r"<li>.*?</li>", page.partition('<ol class="list steps">')[2], re.S)
    undone = [row for row in rows if "Done</span>" not in row]
    return [unescape(re.findall(r"<h2>(.*?)</h2>", row)[0]) for row in undone]


def test_from_an_empty_database_to_a_text_on_a_phone(
    wired: Settings,
    engine: sa.Engine,
    sessions: Sessions,
    sandbox: Sandbox,
    clock: HandClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = free_port()
    public = wired.model_copy(update={"public_base_url": f"http://127.0.0.1:{port}"})
    for name, value in {
        "RUN_MODE": "test",
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "PUBLIC_BASE_URL": public.public_base_url,
        "ENCRYPTION_KEYS": KEY,
        "INDEX_KEY": b64encode(b"i" * 32).decode(),
        "VAR_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)

    # The IT person runs one command, and enters two addresses at the provider.
    way_in = begin(capsys)
    sandbox.deliver_to(texts=f"{public.public_base_url}/hooks/text")
    clock.moment = SystemClock().now()  # the command has no other
    app = create_app(public, time=clock, sessions=sessions)
    app.testing = True
    admin = app.test_client()

    with served(app, port):
        # The admin chooses a password, and lands on what is missing.
        join(admin, way_in)
        assert "things are missing" in admin.get("/desk").text
        assert missing(admin) == [
            "Hours, working days and closed days",
            "Number that texts leave from",
            "Answers find their way back",
            "Mail server",
            "Wordings seen",
            "First therapist",
            "First patient",
            "A text has arrived",
        ]

        # They go through it line by line.
        hours = {"opens": "08:00", "closes": "20:00"}
        there = {"staffed_from": "08:00", "staffed_until": "17:00"}
        days = {"weekdays": ["0", "1", "2", "3", "4"], "closed_days": "2026-12-25"}
        press(admin, "/desk/clinic/hours", **hours, **there, **days)
        for what in ("texts", "door", "mail"):
            press(admin, "/desk/clinic/sending", f"/desk/clinic/sending/{what}")
        admin.get("/desk/clinic/wordings")
        lena = {"name": "Lena Ortiz", "email": "lena@maplept.example", "role": "therapist"}
        invited = press(admin, "/desk/clinic/people/new", phone="", **lena)
        assert "/join/" in invited.text
        press(admin, "/desk/patients/new", **first_patient(sessions))
        press(admin, "/desk/clinic/sending", "/desk/clinic/sending/text")
        house_of(app).courier.close()
        sandbox.settle()
    apply_receipts(sessions, clock.moment)  # as the clock's next tick does

    assert missing(admin) == []
    assert "The clinic is set up" in admin.get("/desk/clinic/set-up").text
    assert "Nobody needs you" in admin.get("/desk").text
    [test] = sandbox.texts(ADA)
    assert test.body.startswith("Maple PT: a test.")
    with sessions() as session:
        welcome = session.scalars(sa.select(Message).where(Message.patient_id.is_not(None))).one()
        ana = session.scalars(sa.select(Patient)).one()
    assert (ana.phone, welcome.wording) == (ANA, "welcome")


def first_patient(sessions: Sessions) -> dict[str, str]:
    with sessions() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        site = session.scalars(sa.select(Location.id)).one()
    return {
        "first_name": "Ana",
        "last_name": "Morales",
        "phone": "207 555 0123",
        "medium": "text",
        "language": "en",
        "zone": clinic.zone,
        "location_id": str(site),
        "therapist_id": str(clinic.safety_contact_id),
        "how": "paper",
        "agrees": "y",
        "knows_risk": "y",
    }
