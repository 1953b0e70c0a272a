"""Does an admin see who saw and did what, and whether anybody changed it?"""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_therapist
from desk_door import asked, sign_in
from flask.testing import FlaskClient
from patient_story import words_of
from setting import HandClock

from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent, audit
from reminders.store.db import Sessions
from reminders.store.sealing import seal_new

HOUR = timedelta(hours=1)


@pytest.fixture
def ada(sessions: Sessions, clock: HandClock) -> int:
    """An admin of a clinic where Lena has looked at Ana, once a day for three days."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        ana = a_patient(session, clinic)
        lena = session.scalars(sa.select(Staff)).one()
        for days in range(3):
            audit(
                session,
                clinic.id,
                actor=f"staff:{lena.id}",
                action="patient.view",
                subject=f"patient:{ana.id}",
                now=NOW - timedelta(days=days),
                origin="192.0.2.7",
            )
        audit(
            session,
            clinic.id,
            actor="link:9",
            action="page seen",
            subject=f"patient:{ana.id}",
            now=NOW - 5 * HOUR,
        )
        other = a_clinic(session, "+12075550200", "care@pine.example")
        audit(session, other.id, actor="staff:9", action="staff.join", subject="staff:9", now=NOW)
        found = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN).id
    clock.moment = NOW + HOUR
    return found


@pytest.fixture
def desk(client: FlaskClient, ada: int) -> FlaskClient:
    sign_in(client, ada)
    return client


def lines(page: str) -> list[str]:
    return [words_of(row) for row in page.split('<tr role="row"><td')[1:]]


def test_the_trail_names_who_saw_whom_and_when(desk: FlaskClient) -> None:
    page = desk.get("/desk/clinic/audit").text

    told = lines(page)
    assert sum("Lena Ortiz" in one and "patient view" in one for one in told) == 3
    assert all("Ana Morales" in one for one in told if "patient view" in one)
    assert any("a patient’s page" in one for one in told)
    assert "192.0.2.7" in page
    assert "14 Mar 2026, 8:30 am" in page
    assert "staff join" not in page


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        pytest.param("verb=patient+view", 3, id="a verb"),
        pytest.param("verb=patient", 3, id="the beginning of a verb"),
        pytest.param("verb=%25", 0, id="no pattern but a sign"),
        pytest.param("verb=patient&from=2026-03-15", 2, id="from a day on"),
        pytest.param("verb=patient&until=2026-03-15", 2, id="until a day, with it"),
        pytest.param("person=1&patient=1", 3, id="a person and a patient"),
        pytest.param("patient=2", 0, id="another patient"),
        pytest.param("verb=page.seen", 0, id="another spelling"),
        pytest.param("verb=staff.join", 0, id="another clinic's doing"),
        pytest.param("verb=patient&page=1", 0, id="beyond the end"),
        pytest.param("verb=patient&from=9999-12-31&until=0001-01-01", 3, id="no days of ours"),
    ],
)
def test_the_trail_is_narrowed(desk: FlaskClient, wanted: str, count: int) -> None:
    assert len(lines(desk.get(f"/desk/clinic/audit?{wanted}").text)) == count


def test_a_long_trail_is_turned_page_by_page(desk: FlaskClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(120):
            audit(session, 1, actor="service", action=f"n{number}", subject="", now=NOW)

    first = desk.get("/desk/clinic/audit?verb=n").text
    second = desk.get("/desk/clinic/audit?verb=n&page=1").text
    third = desk.get("/desk/clinic/audit?verb=n&page=2").text

    assert [len(lines(page)) for page in (first, second, third)] == [50, 50, 20]
    assert "n119" in first and "n0" in third
    assert "Older" in second and "Newer" in second
    assert "Older" not in third and "Newer" not in first


def test_the_trail_is_taken_away_as_it_is_kept(desk: FlaskClient) -> None:
    answer = desk.get("/desk/clinic/audit.csv?verb=patient")

    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert head[:4] == ["Time (UTC)", "Who", "What", "About"]
    assert [row[1:5] for row in rows] == [["staff:1", "patient.view", "patient:1", "192.0.2.7"]] * 3
    assert "Morales" not in answer.text


def test_looking_at_the_trail_leaves_a_line_in_it(desk: FlaskClient, sessions: Sessions) -> None:
    for place in ("", ".csv", "?check=yes"):
        desk.get(f"/desk/clinic/audit{place}")

    with sessions() as session:
        noted = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.id > 5)).all()
    assert {"audit.view", "audit.take_away", "audit.verify"} <= set(noted)


def test_a_whole_chain_is_said_to_be_whole(desk: FlaskClient, sessions: Sessions) -> None:
    seal_new(sessions)

    page = words_of(desk.get("/desk/clinic/audit?check=yes").text)

    assert "Nothing was changed." in page
    assert "lines in the chain" in page


def test_a_line_that_was_changed_is_named(desk: FlaskClient, sessions: Sessions) -> None:
    seal_new(sessions)
    with sessions.begin() as session:
        session.execute(sa.update(AuditEvent).where(AuditEvent.id == 2).values(actor="staff:7"))

    page = words_of(desk.get("/desk/clinic/audit?check=yes").text)

    assert "The chain is broken at line 2." in page


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT])
def test_only_an_admin_sees_the_trail(
    client: FlaskClient, sessions: Sessions, ada: int, role: Role
) -> None:
    with sessions.begin() as session:
        session.get_one(Staff, ada).role = role
    sign_in(client, ada)

    for place in ("/desk/clinic/audit", "/desk/clinic/audit.csv"):
        assert client.get(place).status_code == 403


def test_a_page_of_the_trail_takes_few_statements(desk: FlaskClient, engine: sa.Engine) -> None:
    with asked(engine) as heard:
        desk.get("/desk/clinic/audit")

    assert len(heard) <= 10
