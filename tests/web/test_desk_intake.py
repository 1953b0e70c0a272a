"""Does a list of patients come in as it was shown, and is nobody written to without a yes?"""

import csv
import html
import io
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient
from desk_door import press, sign_in, upload
from flask.testing import FlaskClient

from reminders.core.gate import Kind
from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Consent, Location, Medium, Patient

PAGE = "/desk/patients/import"
LIST = """First name;Last name;Mobile number;Email;Language;Agreed on;How they agreed
Mei-Ling;Chen;(207) 555-0134;;English;;
José;Ibáñez;;jose@example.org;Spanish;2026-03-02;paper
Leo;Morales;(207) 555-0118;;;;
Ana;Morales;(207) 555-0118;;;;
Tom;Reed;12;;;;
"""


@pytest.fixture
def clinic_id(sessions: Sessions, client: FlaskClient) -> int:
    """A clinic with Ana; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        a_patient(session, clinic)
        lena_id, clinic_id = clinic.safety_contact_id, clinic.id
    assert lena_id is not None
    sign_in(client, lena_id)
    return clinic_id


def shown(client: FlaskClient, content: str = LIST) -> str:
    answer = upload(client, PAGE, "file", content.encode("latin-1"))
    assert answer.status_code == 200
    return answer.text


def carried(page: str) -> str:
    """The list as the page of the preview carries it."""
    return html.unescape(re.findall(r'name="list" value="([^"]*)"', page)[0])


def take(client: FlaskClient, sessions: Sessions, page: str, **fields: object) -> str:
    """Press "take in" below a preview; returns what the next page says."""
    with sessions() as session:
        chosen = {
            "therapist_id": session.scalars(sa.select(Staff.id).order_by(Staff.id)).first(),
            "location_id": session.scalars(sa.select(Location.id).order_by(Location.id)).first(),
        }
    answer = press(client, PAGE, f"{PAGE}/take", list=carried(page), **{**chosen, **fields})
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text


def numbers_of(sessions: Sessions) -> dict[str, str | None]:
    with sessions() as session:
        return {one.name: one.phone for one in session.scalars(sa.select(Patient))}


def test_every_row_is_shown_with_what_becomes_of_it_and_nothing_is_kept(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    page = shown(client)

    assert "2 patients can come in" in page
    assert "Is a patient here already." in page
    assert "Ana Morales has this number. Do they share a phone?" in page
    assert "This number does not exist" in page
    assert list(numbers_of(sessions)) == ["Ana Morales"]


def test_who_is_sound_comes_in_and_the_rest_stays_out(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    said = take(client, sessions, shown(client))

    assert "2 patients came in. Nothing is sent to 2 of them before their yes is noted." in said
    assert set(numbers_of(sessions)) == {"Ana Morales", "Mei-Ling Chen", "José Ibáñez"}
    with sessions() as session:
        mailed = sa.select(Patient).where(Patient.email.is_not(None)).order_by(Patient.id)
        jose = session.scalars(mailed).all()[-1]
        assert (jose.medium, jose.language, jose.clinic_id) == (Medium.EMAIL, "es", clinic_id)
        actions = session.scalars(sa.select(AuditEvent.action)).all()
    assert actions.count("patient.add") == 2
    assert actions.count("patients.import") == 1


def test_a_list_taken_in_twice_brings_nobody_twice(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    page = shown(client)
    take(client, sessions, page)

    said = take(client, sessions, page)

    assert "0 patients came in." in said
    assert len(numbers_of(sessions)) == 3


def test_a_second_patient_on_a_number_comes_in_by_the_tick(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    take(client, sessions, shown(client), shared="4")

    assert numbers_of(sessions)["Leo Morales"] == PATIENT_NUMBER


def test_nobody_is_written_to_before_their_yes_is_noted(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    before = _consents(sessions)

    take(client, sessions, shown(client))

    assert _consents(sessions) == before
    with sessions() as session:
        assert session.scalars(sa.select(Message.id)).all() == []


def test_a_day_in_the_list_counts_as_a_yes_once_somebody_says_what_was_agreed(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    take(client, sessions, shown(client), agrees="y")

    with sessions() as session:
        newest = session.scalars(sa.select(Consent).order_by(Consent.id.desc())).first()
        [welcome] = session.scalars(sa.select(Message)).all()
        assert newest is not None
        assert (newest.how, newest.medium) == ("paper", Medium.EMAIL)
        assert newest.at == datetime(2026, 3, 2, 17, tzinfo=UTC)
        assert "not encrypted" in newest.wording
        assert (welcome.kind, welcome.patient_id) == (Kind.WELCOME, newest.patient_id)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "This file is empty."), (b"PK\x03\x04", "Save the sheet as CSV first")],
    ids=["nothing", "a workbook"],
)
def test_a_file_that_cannot_be_read_is_told_why(
    client: FlaskClient, clinic_id: int, content: bytes, said: str
) -> None:
    answer = upload(client, PAGE, "file", content)

    assert answer.status_code == 422
    assert said in answer.text


def test_a_therapist_of_another_clinic_takes_nobody_in(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        stranger = a_clinic(session, "+12075550200", "care@pine.example").safety_contact_id

    answer = press(client, PAGE, f"{PAGE}/take", list=LIST, therapist_id=stranger, location_id="1")

    assert answer.status_code == 422
    assert len(numbers_of(sessions)) == 1


def test_a_patient_of_another_clinic_is_met_by_nobody(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        pine = a_clinic(session, "+12075550200", "care@pine.example")
        a_patient(session, pine, first_name="Mei-Ling", last_name="Chen", phone="+12075550134")

    assert "2 patients can come in" in shown(client)


def test_what_a_row_says_is_shown_as_text(client: FlaskClient, clinic_id: int) -> None:
    page = shown(client, 'First name,Last name,Email\n<b>Ana</b>,=2+2,"""><script>"\n')

    assert "&lt;b&gt;Ana&lt;/b&gt; =2+2" in page
    assert "<script>" not in page.replace("<script src", "")


def test_the_example_is_a_list_that_comes_in(client: FlaskClient, clinic_id: int) -> None:
    example = client.get("/desk/patients/example.csv")

    assert example.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(example.get_data(as_text=True).lstrip("\ufeff"))))
    assert len(rows) == 2
    assert upload(client, PAGE, "file", example.data).status_code == 200


def _consents(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count(Consent.id))) or 0
