"""Does a script in any text that is kept stay letters, on every page that shows it?"""

import json
from collections.abc import Iterator

import html5lib
import pytest
import sqlalchemy as sa
from attack_forms import come_in
from builders import NOW, an_alert
from flask import Flask
from patient_states import addresses as patients_pages
from setting import HandClock
from sqlalchemy.orm import Session
from test_routes import Who, opening_to, rows
from werkzeug.test import TestResponse

from reminders.config import Settings
from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Staff
from reminders.store.audit import audit
from reminders.store.db import Sessions
from reminders.store.keyring import Encrypted
from reminders.store.models import Base
from reminders.store.people import Patient

__all__ = ["rows"]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

MARK = "data-evil"
SHORT = f'"><i {MARK}>'  # as much as the shortest of our columns holds
EVIL = (
    f"{SHORT}'><svg onload=evil()> </textarea></title></option></script>"
    f"<script {MARK}>evil()</script> {MARK}=1 onclick=evil() [x](javascript:evil()) **<i {MARK}>**"
)
# Words of people in plain columns; every encrypted one is found by its type.
PLAIN = {
    *("clinic.name", "clinic.short_name", "clinic.phone", "clinic.emergency_number"),
    *("clinic.crisis_number", "location.name", "sender.fault", "wording.text", "hold.reason"),
    *("exercise.reviewer", "consent.wording", "consent.how", "routine.fault", "message.reason"),
}
# Not words: numbers that are reckoned with, and what is found by its digest.
LEFT_ALONE = {"patient.birth_year", "patient.minded", "staff.email", "staff.factor_secret"}


def poisoned(session: Session) -> set[str]:
    """Put a script into every text that is kept; returns which columns hold it now."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            name = f"{table.name}.{column.name}"
            personal = isinstance(column.type, Encrypted) and name not in LEFT_ALONE
            if (personal or name in PLAIN) and _poison(session, table, column):
                found.add(name)
    return found


def _poison(session: Session, table: sa.Table, column: sa.Column[str]) -> bool:
    kept = session.execute(sa.select(table.c.id, column)).all()
    written = False
    for row_id, value in kept:
        if value and not _structured(value):
            longest = getattr(column.type, "length", None)
            evil = SHORT if longest and longest < 400 else f"{EVIL} {table.name}.{column.name}"
            session.execute(
                sa.update(table).where(table.c.id == row_id).values({column.name: evil})
            )
            written = True
    return written


def _structured(value: str) -> bool:
    try:
        return isinstance(json.loads(value), dict | list)
    except ValueError:
        return False


def faults_of(page: TestResponse) -> Iterator[str]:
    """What a browser would make of the text, were it not kept as letters."""
    for element in html5lib.parse(page.text, namespaceHTMLElements=False).iter():
        kind = str(element.tag).rpartition("}")[2]  # in a drawing it stands behind a namespace
        for name, value in element.attrib.items():
            if name == MARK or str(name).startswith("on"):
                yield f"<{kind} {name}>"
            if str(value).strip().lower().startswith(("javascript:", "data:text")):
                yield f"<{kind} {name}={value[:40]}>"
        if kind == "script" and not element.get("src"):
            yield "<script>"


@pytest.fixture
def told(sessions: Sessions, rows: dict[str, int]) -> None:
    """More of what patients and staff write: on the patient, in an alert, in a note."""
    with sessions.begin() as session:
        ana = session.get_one(Patient, rows["patient_id"])
        ana.conditions, ana.carer_name = "Bad knee", "Jo"
        ana.carer_email = "jo@example.org"
        an_alert(session, ana, AlertKind.SILENT, Urgency.TODAY, evidence="It hurts")
        [lena, *_] = session.scalars(sa.select(Staff).order_by(Staff.id))
        lena.name = "Lena Ortiz"
        seen = {"actor": f"staff:{lena.id}", "subject": f"patient:{ana.id}"}
        audit(session, ana.clinic_id, action="patient.view", now=NOW, **seen)


def test_no_page_of_the_desk_makes_anything_of_a_script_that_is_kept(
    app: Flask, sessions: Sessions, rows: dict[str, int], told: None
) -> None:
    client, _ = come_in(app, sessions, "ada@maplept.example")
    with sessions.begin() as session:
        columns = poisoned(session)
    assert {"patient.first_name", "reply.text", "alert.sentence", "staff.name"} <= columns

    found, shown = {}, set()
    for route in opening_to(Who.STAFF):
        page = route.ask(client, rows) if route.method == "GET" else None
        if page is not None and page.mimetype == "text/html":
            assert page.status_code == 200, route
            found[route.rule] = list(faults_of(page))
            shown |= {one for one in columns if one in page.text}

    assert {rule: faults for rule, faults in found.items() if faults} == {}
    assert {"patient.first_name", "reply.text", "alert.sentence"} <= shown


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_a_patient_makes_anything_of_a_script_that_is_kept(
    app: Flask, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> None:
    client = app.test_client()
    places = patients_pages(client, sessions, clock, settings, language)
    with sessions.begin() as session:
        columns = poisoned(session)

    found, shown = {}, set()
    for name, place in places.items():
        page = client.get(place, follow_redirects=True)
        assert page.status_code == 200, name
        found[name] = list(faults_of(page))
        shown |= {one for one in columns if one in page.text}

    assert {name: faults for name, faults in found.items() if faults} == {}
    assert "patient.first_name" in shown


def test_the_reader_of_these_pages_would_see_a_script(app: Flask) -> None:
    @app.get("/naive")
    def naive() -> str:
        return f'<p title="{EVIL}">{EVIL}</p><a href="javascript:evil()">{NOW}</a>'

    faults = set(faults_of(app.test_client().get("/naive")))

    assert {f"<i {MARK}>", "<svg onload>", "<script>", "<a href=javascript:evil()>"} <= faults
