"""Is the list of patients found, filtered, ordered, kept and taken away as it says?"""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan, a_therapist
from desk_door import a_sitting, an_alert, asked, names, press
from flask.testing import FlaskClient

from reminders.core.adherence import Outcome
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Location, Patient
from reminders.store.plans import plan_of
from reminders.store.queries.listed import Order
from reminders.store.record import Call
from reminders.store.views import MOST_KEPT, SavedView, keep_view
from reminders.web.desk.patients.sheet import harmless


def a_call(patient: Patient, ago: timedelta, *, reached: bool = True) -> Call:
    """Somebody rang this patient."""
    return Call(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        by_id=patient.therapist_id,
        at=NOW - ago,
        reached=reached,
    )


# Finding, filtering, ordering


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ("(207) 555-0118", ["Ana Morales"]),
        ("0119", ["José Ibarra"]),
        ("5550118", ["Ana Morales"]),
        ("ANA@example.org", ["José Ibarra", "Ana Morales"]),
        ("(207) 555-0177", ["Ana Morales"]),
        ("999", []),
    ],
    ids=["whole number", "last digits", "without area code", "email", "carer", "nobody’s"],
)
def test_a_patient_is_found_by_a_number_or_an_email(
    client: FlaskClient, sessions: Sessions, clinic_id: int, asked_for: str, found: list[str]
) -> None:
    with sessions.begin() as session:
        ana = session.query(Patient).filter_by(phone_index=PATIENT_NUMBER).one()
        ana.carer_phone = "+12075550177"

    page = client.get("/desk/patients", query_string={"q": asked_for}).text

    assert names(page) == found


def test_filters_add_up_and_say_how_many_they_hold(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, clinic_id)
        site = Location(clinic_id=clinic_id, name="Hilltop")
        session.add(site)
        session.flush()
        eva = a_patient(session, clinic, first_name="Eva", language="es", location_id=site.id)
        a_patient(session, clinic, first_name="Ivo", language="es", therapist_id=None)
        an_alert(session, eva)

    everyone = client.get("/desk/patients?show=everyone").text
    spanish = client.get("/desk/patients?show=everyone&language=es").text
    mine = client.get("/desk/patients?show=mine&language=es&needs=yes").text

    for chip in ("Mine 3", "Everyone 4", "Needs someone 1", "Spanish 2", "English 2"):
        assert f">{chip}<" in everyone
    assert names(spanish) == ["Eva Morales", "Ivo Morales"]
    assert names(mine) == ["Eva Morales"]
    assert "Hilltop" not in everyone  # one location is no choice


def test_the_discharged_stand_apart(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        session.query(Patient).filter_by(phone_index=PATIENT_NUMBER).one().discharge()

    everyone = client.get("/desk/patients?show=everyone").text
    discharged = client.get("/desk/patients?show=everyone&state=discharged").text

    assert names(everyone) == ["José Ibarra"]
    assert "Discharged 1" in everyone
    assert names(discharged) == ["Ana Morales"]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("name", ["Bea", "José", "Ana"]),
        ("heard", ["José", "Bea", "Ana"]),
        ("sessions", ["Ana", "Bea", "José"]),
        ("nonsense", ["José", "Bea", "Ana"]),
    ],
)
def test_the_reader_says_what_stands_first(
    client: FlaskClient, sessions: Sessions, clinic_id: int, order: str, first: list[str]
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, clinic_id)
        ana = session.query(Patient).filter_by(phone_index=PATIENT_NUMBER).one()
        jose = session.query(Patient).filter_by(phone_index="+12075550119").one()
        bea = a_patient(session, clinic, first_name="Bea", last_name="Álvarez")
        a_sitting(session, plan_of(session, ana), NOW - timedelta(days=2))
        for back, outcome in ((3, Outcome.DONE), (2, Outcome.SKIPPED)):
            a_sitting(session, a_plan(session, bea), NOW - timedelta(days=back), outcome)
        a_sitting(session, plan_of(session, ana), NOW - timedelta(days=20), Outcome.DONE)
        session.add_all([a_call(ana, timedelta(hours=1)), a_call(bea, timedelta(days=3))])
        an_alert(session, jose)

    page = client.get("/desk/patients", query_string={"sort": order, "show": "everyone"}).text

    assert [name.split()[0] for name in names(page)] == first


def test_every_order_asks_few_questions_however_many_patients_others_have(
    client: FlaskClient, sessions: Sessions, engine: sa.Engine, clinic_id: int
) -> None:
    with sessions.begin() as session:
        pine = a_clinic(session, "+12075550200", "care@pine.example")
        for nth in range(30):
            a_patient(session, pine, phone=f"+12075553{nth:03}")

    counts = set()
    for order in Order:
        with asked(engine) as questions:
            page = client.get(f"/desk/patients?show=everyone&sort={order.value}").text
        counts.add(len(questions))
        assert len(names(page)) == 2

    assert max(counts) <= 10


def test_pages_have_numbers_that_keep_what_was_asked(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, clinic_id)
        for nth in range(310):
            a_patient(session, clinic, phone=None, email=None, last_name=f"P{nth:03}")

    page = client.get("/desk/patients?show=everyone&sort=name&page=4").text

    pages = re.findall(r'<nav class="ways" aria-label="Pages">.*?</nav>', page)[0]
    assert re.findall(r">(\d+)<", pages) == ["1", "2", "3", "4", "5", "6", "7"]
    assert re.findall(r'aria-current="true">(\d+)<', pages) == ["4"]
    assert "sort=name" in pages
    assert names(client.get("/desk/patients?show=everyone&page=99").text)


# Lists to keep


def test_a_list_is_kept_under_a_name_and_let_go(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    asks = "show=everyone&sort=name"

    kept = press(
        client, f"/desk/patients?{asks}", "/desk/patients/views", name="By name", wanted=asks
    )

    assert kept.status_code == 303
    page = client.get(kept.location).text
    assert (
        f'href="/desk/patients?{asks}" aria-current="true">By name</a>'.replace("&", "&amp;")
        in page
    )
    with sessions() as session:
        view_id = session.query(SavedView).one().id
    press(client, kept.location, f"/desk/patients/views/{view_id}/remove")
    assert "By name" not in client.get("/desk/patients").text.replace("By name is off", "")


@pytest.mark.parametrize(
    ("name", "wanted", "rows"),
    [("", "sort=name", []), ("Odd", "show=mine&q=ana&next=//evil", ["show=mine"])],
    ids=["without a name", "by hand"],
)
def test_only_what_a_list_can_ask_for_is_kept(
    client: FlaskClient, sessions: Sessions, clinic_id: int, name: str, wanted: str, rows: list[str]
) -> None:
    press(client, "/desk/me", "/desk/patients/views", name=name, wanted=wanted)

    with sessions() as session:
        assert [view.wanted for view in session.query(SavedView)] == rows


def test_a_name_is_kept_once_and_lists_do_not_grow_without_end(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    for nth in (*range(MOST_KEPT + 1), 0):
        press(client, "/desk/me", "/desk/patients/views", name=f"List {nth}", wanted="sort=name")

    with sessions() as session:
        assert session.query(SavedView).count() == MOST_KEPT


def test_a_list_of_a_colleague_is_not_there_for_others(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        carla = a_therapist(session, session.get_one(Clinic, clinic_id), "Carla", "c@x.example")
        keep_view(session, clinic_id, carla.id, "Carla’s own", "show=mine")
        session.flush()
        view_id = session.query(SavedView).one().id

    assert "Carla’s own" not in client.get("/desk/patients").text
    refused = press(client, "/desk/me", f"/desk/patients/views/{view_id}/remove")

    assert refused.status_code == 404


# To take away


def test_the_list_is_taken_away_as_a_table_that_says_the_same(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        ana = session.query(Patient).filter_by(phone_index=PATIENT_NUMBER).one()
        a_sitting(session, plan_of(session, ana), NOW - timedelta(days=2), Outcome.DONE, 3)
        a_sitting(session, plan_of(session, ana), NOW - timedelta(days=1), Outcome.SKIPPED)
        an_alert(session, ana)

    answer = client.get("/desk/patients.csv?show=everyone&sort=name")

    assert answer.headers["Content-Disposition"] == "attachment; filename=patients-2026-03-16.csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    head, jose, mine = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert jose[0] == "José Ibarra"
    told = dict(zip(head, mine, strict=True))
    assert told["Name"] == "Ana Morales"
    assert (told["Sessions done, 14 days"], told["Sessions due, 14 days"]) == ("1", "2")
    assert (told["Done %"], told["Pain now"], told["Needs someone"]) == ("50", "3", "silent")
    assert told["Therapist"] == "Lena Ortiz"
    with sessions() as session:
        assert session.query(AuditEvent).filter_by(action="patients.take_away").count() == 1


@pytest.mark.parametrize(
    ("cell", "written_as"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("Ana", "Ana"),
        (-2, -2),
        (None, None),
    ],
)
def test_no_cell_is_run_as_a_formula(cell: str | int | None, written_as: str | int | None) -> None:
    assert harmless(cell) == written_as


def test_a_name_that_looks_like_a_formula_leaves_as_words(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        ana = session.query(Patient).filter_by(phone_index=PATIENT_NUMBER).one()
        ana.first_name = '=HYPERLINK("//evil")'

    text = client.get("/desk/patients.csv?show=everyone").data.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert any(row[0].startswith("'=HYPERLINK") for row in rows)
