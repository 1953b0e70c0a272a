"""Can a patient be found, and can a new one come in with a consent that holds?"""

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient
from desk_door import an_alert, asked, names, press
from flask.testing import FlaskClient

from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.accounts import Staff
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Consent, ConsentStep, Location, Medium, Patient


def typed(sessions: Sessions, **changes: str) -> dict[str, str]:
    """The form of a new patient, well filled in."""
    with sessions() as session:
        location = session.query(Location).order_by(Location.id).first()
        staff = session.query(Staff).order_by(Staff.id).first()
        assert location is not None
        assert staff is not None
    fields = {
        "first_name": "Mei-Ling",
        "last_name": "Chen",
        "birth_year": "1960",
        "conditions": "Osteoporosis",
        "phone": "(207) 555-0134",
        "email": "",
        "medium": "text",
        "language": "en",
        "zone": "America/New_York",
        "location_id": str(location.id),
        "therapist_id": str(staff.id),
        "how": "paper",
        "agrees": "y",
        "knows_risk": "y",
    }
    return fields | changes


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ("ana", ["Ana Morales"]),
        ("JOSE", ["José Ibarra"]),
        ("iba jo", ["José Ibarra"]),
        ("orales", []),
        ("", ["José Ibarra", "Ana Morales"]),
    ],
    ids=["first name", "without accent", "any order", "not from the middle", "everyone"],
)
def test_a_patient_is_found_by_how_the_words_of_the_name_begin(
    client: FlaskClient, clinic_id: int, asked_for: str, found: list[str]
) -> None:
    page = client.get("/desk/patients", query_string={"q": asked_for, "show": "everyone"})

    assert names(page.text) == found


def test_whoever_needs_somebody_stands_first(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        ana = session.query(Patient).filter_by(phone_index=PATIENT_NUMBER).one()
        an_alert(session, ana)

    page = client.get("/desk/patients").text

    assert names(page) == ["Ana Morales", "José Ibarra"]
    assert "Needs someone 1" in page


def test_fifty_stand_on_a_page_and_the_questions_stay_few(
    client: FlaskClient, sessions: Sessions, engine: sa.Engine, clinic_id: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, clinic_id)
        for nth in range(52):
            a_patient(session, clinic, last_name=f"P{nth:02}", phone=f"+12075552{nth:03}")

    with asked(engine) as questions:
        first = client.get("/desk/patients").text
    second = client.get("/desk/patients?page=2").text

    assert len(names(first)) == 50
    assert len(names(second)) == 4
    assert len(questions) <= 10


def test_a_patient_comes_in_with_both_sentences_in_the_ledger(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    answer = press(client, "/desk/patients/new", **typed(sessions))

    assert answer.status_code == 303
    with sessions() as session:
        patient = session.query(Patient).filter_by(phone_index="+12075550134").one()
        assert answer.location.endswith(f"/desk/patients/{patient.id}/plan")
        [consent] = session.query(Consent).filter_by(patient_id=patient.id)
        assert (consent.step, consent.medium, consent.how) == (
            ConsentStep.GIVEN,
            Medium.TEXT,
            "paper",
        )
        assert "not encrypted" in consent.wording
        assert "STOP" in consent.wording
        assert consent.at == NOW
        assert consent.wording_version


@pytest.mark.parametrize(
    ("double", "wording"), [(True, Key.WELCOME), (False, Key.CONSENTED)], ids=["asked", "told"]
)
def test_the_first_text_asks_for_start_only_where_the_clinic_wants_it(
    client: FlaskClient, sessions: Sessions, clinic_id: int, *, double: bool, wording: Key
) -> None:
    with sessions.begin() as session:
        session.get_one(Clinic, clinic_id).double_opt_in = double

    press(client, "/desk/patients/new", **typed(sessions))

    with sessions() as session:
        [welcome] = session.query(Message).filter_by(kind=Kind.WELCOME)
    assert welcome.wording == wording


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"first_name": ""}, "A first name, please."),
        ({"phone": "555"}, "This number does not exist"),
        ({"phone": "(207) 555-0134 ext. 12"}, "without an extension"),
        ({"phone": ""}, "Texts need a mobile number."),
        ({"medium": "email"}, "Emails need an address."),
        ({"email": "mei at example"}, "An email address, please"),
        ({"birth_year": "60"}, "Four digits, please"),
        ({"agrees": ""}, "Without their yes nothing may be sent."),
        ({"knows_risk": ""}, "They must know this before they agree."),
        ({"zone": "Mars/Olympus"}, "Not a valid choice"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_said_above_its_field_and_nothing_typed_is_lost(
    client: FlaskClient,
    sessions: Sessions,
    clinic_id: int,
    changes: dict[str, str],
    error: str,
) -> None:
    answer = press(client, "/desk/patients/new", **typed(sessions, **changes))

    assert answer.status_code == 422
    assert error in answer.text
    assert 'value="Chen"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    with sessions() as session:
        assert session.query(Patient).count() == 2


def test_a_number_that_somebody_has_needs_a_tick(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    fields = typed(sessions, phone=PATIENT_NUMBER)

    refused = press(client, "/desk/patients/new", **fields)
    taken = press(client, "/desk/patients/new", **fields, shared="y")

    assert refused.status_code == 422
    assert "Ana Morales has this number already" in refused.text
    assert taken.status_code == 303
    with sessions() as session:
        assert session.query(Patient).filter_by(phone_index=PATIENT_NUMBER).count() == 2


@pytest.mark.parametrize(("tick", "known"), [({"landline": "y"}, True), ({}, False)])
def test_a_landline_is_known_from_the_first_day(
    client: FlaskClient, sessions: Sessions, clinic_id: int, tick: dict[str, str], known: bool
) -> None:
    press(client, "/desk/patients/new", **typed(sessions, **tick))

    with sessions() as session:
        assert session.query(Patient).filter_by(phone_index="+12075550134").one().landline is known


def test_a_therapist_of_another_clinic_cannot_be_chosen(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        pine = a_clinic(session, "+12075550200", "care@pine.example")
        stranger = session.query(Staff).filter_by(clinic_id=pine.id).one().id

    answer = press(client, "/desk/patients/new", **typed(sessions, therapist_id=str(stranger)))

    assert answer.status_code == 422
