"""How does a note to a patient come about: lines that stand ready, what others may not see?"""

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_therapist
from desk_door import an_alert, press, sign_in
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.core.wording import CANNED
from reminders.store.accounts import Role, Staff
from reminders.store.canned import CannedLine, canned_lines, keep_canned_lines
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient
from reminders.store.record import Alert, Call
from reminders.web.desk.contact import SEEN

LINES = "/desk/clinic/lines"
OWN = ({"en": "All is well.", "es": "Todo va bien."}, {"en": "English alone."})


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana of the first clinic; her therapist is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff).where(Staff.clinic_id == clinic.id)).one()
        ana, lena_id = a_patient(session, clinic).id, lena.id
    sign_in(client, lena_id)
    return ana


def notes(sessions: Sessions) -> list[str]:
    with sessions() as session:
        found = session.scalars(sa.select(Message.filling).where(Message.kind == Kind.NOTE))
        return [filling or "" for filling in found]


def clinic_of(session: Session, patient_id: int) -> Clinic:
    return session.get_one(Patient, patient_id).clinic


def an_admin(client: FlaskClient, sessions: Sessions, patient_id: int) -> None:
    """Sign in as the clinic's admin instead."""
    with sessions.begin() as session:
        clinic = clinic_of(session, patient_id)
        admin = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
    with client.session_transaction() as cookie:
        cookie.clear()
    sign_in(client, admin.id)


def test_a_line_that_stands_ready_joins_what_was_typed_and_sends_nothing(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    path = f"/desk/patients/{ana}/note"

    answer = press(client, path, note="Dear Ana.", line="0")

    assert answer.status_code == 200
    assert f"Dear Ana. {CANNED[0]['en']}</textarea>" in answer.text
    assert "<b>1 text</b>" in answer.text
    assert notes(sessions) == []


@pytest.mark.parametrize("number", ["", "99", "x"])
def test_a_line_that_there_is_not_changes_nothing(
    client: FlaskClient, ana: int, number: str
) -> None:
    answer = press(client, f"/desk/patients/{ana}/note", note="Dear Ana.", line=number)

    assert answer.status_code == 200
    assert "Dear Ana.</textarea>" in answer.text


def test_lines_are_offered_in_the_patients_language_with_the_english_beside_them(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        keep_canned_lines(session, clinic_of(session, ana).id, OWN)
        session.get_one(Patient, ana).language = "es"

    page = client.get(f"/desk/patients/{ana}/note").text

    assert "Todo va bien." in page
    assert '<span class="meta" lang="en">All is well.</span>' in page
    assert "English alone." not in page


def test_a_note_about_a_body_is_sent_only_when_somebody_has_seen_that_it_is(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    path, words = f"/desk/patients/{ana}/note", "Rest the knee and skip the chin tuck."

    warned = press(client, path, note=words, do="send")
    before = notes(sessions)
    sent = press(client, path, note=words, do="send", anyway="y")

    assert warned.status_code == 422
    assert "Leave out “knee”, “chin tuck”, or send it anyway." in warned.text
    assert 'name="anyway"' in warned.text
    assert before == []
    assert sent.status_code == 303
    assert len(notes(sessions)) == 1


def test_a_harmless_note_asks_for_no_tick(client: FlaskClient, ana: int) -> None:
    page = press(client, f"/desk/patients/{ana}/note", note="Well done.", do="look").text

    assert 'name="anyway"' not in page


def test_a_farewell_is_looked_at_in_the_same_way(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    path = f"/desk/patients/{ana}/discharge"

    warned = press(client, path, note="Mind your back pain.", do="discharge")
    still = client.get(f"/desk/patients/{ana}").text
    sent = press(client, path, note="Mind your back pain.", do="discharge", anyway="y")

    assert warned.status_code == 422
    assert "Discharged. Nothing is sent." not in still
    assert sent.status_code == 303


def test_the_clinics_lines_stand_in_place_of_ours_until_all_are_emptied(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    an_admin(client, sessions, ana)

    press(client, LINES, en_0="All is well.", es_0="Todo va bien.", en_3="English alone.")
    with sessions() as session:
        own = canned_lines(session, clinic_of(session, ana).id)
    shown = client.get(LINES).text
    press(client, LINES)

    assert own == OWN
    assert "Empty all of them and ours come back." in shown
    with sessions() as session:
        assert canned_lines(session, clinic_of(session, ana).id) == CANNED
        assert session.scalar(sa.select(sa.func.count(CannedLine.id))) == 0


@pytest.mark.parametrize(
    ("text", "error"),
    [("Rest the knee.", "Leave out “knee”"), ("long " * 40, "At most 140 letters")],
    ids=["clinical", "long"],
)
def test_a_line_that_may_not_stand_is_kept_on_the_page_with_its_reason(
    client: FlaskClient, sessions: Sessions, ana: int, text: str, error: str
) -> None:
    an_admin(client, sessions, ana)

    answer = press(client, LINES, en_0="Good.", en_1=text)

    assert answer.status_code == 422
    assert error in answer.text
    assert text.strip() in answer.text
    with sessions() as session:
        assert canned_lines(session, clinic_of(session, ana).id) == CANNED


def test_nobody_but_an_admin_changes_the_lines(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, LINES, en_0="All is well.")

    assert "An admin can change this." in client.get(LINES).text
    with sessions() as session:
        assert canned_lines(session, clinic_of(session, ana).id) == CANNED


def test_lines_of_another_clinic_are_not_offered(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        other = a_clinic(session, "+12075550200", "care@pine.example")
        keep_canned_lines(session, other.id, ({"en": "From over there."},))

    assert "From over there." not in client.get(f"/desk/patients/{ana}/note").text


@pytest.mark.parametrize(
    ("taken", "words"),
    [(True, "Rang us, and somebody took it"), (False, "Rang us, and nobody took it")],
)
def test_a_call_from_their_phone_stands_in_the_conversation(
    client: FlaskClient, sessions: Sessions, ana: int, taken: bool, words: str
) -> None:
    with sessions.begin() as session:
        clinic = clinic_of(session, ana)
        row = {"clinic_id": clinic.id, "patient_id": ana, "at": NOW, "provider_id": "CA1"}
        session.add(Call(**row, reached=taken))

    page = client.get(f"/desk/patients/{ana}").text

    assert words in page
    assert "from their number" in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_one_tap_tells_who_wrote_that_it_was_read(
    client: FlaskClient, sessions: Sessions, ana: int, language: str
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        patient.language = language
        written = an_alert(session, patient, AlertKind.MESSAGE).id
        silent = an_alert(session, patient, AlertKind.SILENT).id

    press(client, "/desk", f"/desk/alerts/{written}/say-seen", also=str(silent))
    twice = press(client, "/desk", f"/desk/alerts/{written}/say-seen")

    assert [SEEN[language] in filling for filling in notes(sessions)] == [True]
    assert twice.status_code == 409
    with sessions() as session:
        assert session.get_one(Alert, written).resolved_at == NOW
        assert session.get_one(Alert, silent).resolved_at is None


def test_nothing_is_said_to_who_wrote_nothing(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        alert = an_alert(session, session.get_one(Patient, ana), AlertKind.SILENT).id

    answer = press(client, "/desk", f"/desk/alerts/{alert}/say-seen")

    assert answer.status_code == 409
    assert notes(sessions) == []
