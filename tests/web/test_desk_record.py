"""Can it be shown who agreed to what, in which words, and is a yes noted as it was given?"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from desk_door import press, sign_in
from flask.testing import FlaskClient

from reminders import watch
from reminders.core import gate
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.outbox import Refusal, stop_writing
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Care, Consent, Medium, Patient, Source, Why, consent_of
from reminders.store.record import Alert

YES = {"agrees": "y", "knows_risk": "y", "how": "in_person", "on": "2026-03-16"}


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana, whose yes was noted once; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        patient_id, lena_id = a_patient(session, clinic).id, clinic.safety_contact_id
    assert lena_id is not None
    sign_in(client, lena_id)
    return patient_id


@pytest.fixture
def waiting(sessions: Sessions, ana: int) -> int:
    """Leo, who came in by a list: nobody has noted a yes."""
    with sessions.begin() as session:
        clinic = session.get_one(Patient, ana).clinic
        leo = a_patient(session, clinic, first_name="Leo", phone="+12075550134", language="es")
        session.execute(sa.delete(Consent).where(Consent.patient_id == leo.id))
        return leo.id


def record(client: FlaskClient, patient_id: int) -> str:
    return re.sub(r"<[^>]+>", "\n", client.get(f"/desk/patients/{patient_id}/record").text)


def how_far(sessions: Sessions, patient_id: int) -> gate.Consent:
    with sessions() as session:
        return consent_of(session, session.get_one(Patient, patient_id), Medium.TEXT)


def test_the_ledger_shows_who_agreed_when_how_and_in_which_words(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, f"/desk/patients/{ana}/consent", **YES)

    page = record(client, ana)

    assert "agreed, texts" in page
    assert "16 Mar 2026" in page
    assert "in person" in page
    assert "Lena Ortiz" in page
    assert "2026-11/2026-11" in page
    assert "Texts and emails are not encrypted" in page
    assert "confirmed, texts" in page  # the older line stays
    with sessions() as session:
        seen = sa.select(AuditEvent.subject).where(AuditEvent.action == "patient.record")
        assert f"patient:{ana}" in session.scalars(seen).all()


def test_what_was_taken_back_stands_in_the_ledger_with_the_block(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        clinic_id = session.get_one(Patient, ana).clinic_id
        refusal = Refusal(
            clinic_id, Medium.TEXT, PATIENT_NUMBER, Why.OPT_OUT, Source.PATIENT, "reply by text"
        )
        stop_writing(session, refusal, NOW)

    page = record(client, ana)

    assert "took it back, texts" in page
    assert "reply by text" in page
    assert "No texts since 16 Mar 2026: they want no more, told by them." in page


def test_a_line_for_an_earlier_number_says_so(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    assert "for an earlier address" not in record(client, ana)
    with sessions.begin() as session:
        session.get_one(Patient, ana).phone = "+12075550177"

    assert record(client, ana).count("for an earlier address") == 1


def test_a_pause_stands_in_the_record_with_its_reason(client: FlaskClient, ana: int) -> None:
    press(client, f"/desk/patients/{ana}/pause", first="2026-03-16", last="", reason="Surgery")

    page = record(client, ana)

    assert "16 Mar 2026 until somebody resumes · Surgery · by Lena Ortiz" in page


def test_without_a_yes_the_record_says_so(client: FlaskClient, waiting: int) -> None:
    assert "Nobody has noted a yes." in record(client, waiting)


def test_a_first_yes_is_kept_in_the_patients_language_and_answered_with_a_welcome(
    client: FlaskClient, sessions: Sessions, waiting: int
) -> None:
    assert how_far(sessions, waiting) is gate.Consent.NONE

    answer = press(client, f"/desk/patients/{waiting}/consent", **YES | {"on": "2026-03-10"})

    assert answer.status_code == 303
    assert how_far(sessions, waiting) is gate.Consent.GIVEN
    with sessions() as session:
        lines = session.scalars(sa.select(Consent).where(Consent.patient_id == waiting)).all()
        [welcome] = session.scalars(sa.select(Message)).all()
    assert {one.medium for one in lines} == {Medium.TEXT, Medium.EMAIL}
    assert {one.at for one in lines} == {datetime(2026, 3, 10, 16, tzinfo=UTC)}
    assert all(one.wording.startswith("Acepto recibir") for one in lines)
    assert (welcome.kind, welcome.patient_id) == (Kind.WELCOME, waiting)


def test_a_second_yes_for_the_same_number_brings_no_second_welcome(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, f"/desk/patients/{ana}/consent", **YES)

    with sessions() as session:
        assert session.scalars(sa.select(Message)).all() == []


def test_a_yes_for_another_number_brings_a_welcome_of_its_own(
    client: FlaskClient, sessions: Sessions, waiting: int
) -> None:
    press(client, f"/desk/patients/{waiting}/consent", **YES)
    with sessions.begin() as session:
        session.get_one(Patient, waiting).phone = "+12075550177"

    answer = press(client, f"/desk/patients/{waiting}/consent", **YES)

    assert answer.status_code == 303
    with sessions() as session:
        assert len(session.scalars(sa.select(Message)).all()) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"agrees": ""}, "Without their yes nothing may be sent."),
        ({"knows_risk": ""}, "They must know this before they agree."),
        ({"on": (NOW.date() + timedelta(days=1)).isoformat()}, "This day is still to come."),
        ({"on": ""}, "A day, please."),
    ],
    ids=["not agreed", "risk not told", "tomorrow", "no day"],
)
def test_a_yes_that_is_not_whole_is_not_kept(
    client: FlaskClient, sessions: Sessions, waiting: int, changes: dict[str, str], error: str
) -> None:
    answer = press(client, f"/desk/patients/{waiting}/consent", **YES | changes)

    assert answer.status_code == 422
    assert error in answer.text
    assert how_far(sessions, waiting) is gate.Consent.NONE


def test_staff_hear_that_a_block_outlasts_what_they_note(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        clinic_id = session.get_one(Patient, ana).clinic_id
        refusal = Refusal(
            clinic_id, Medium.TEXT, PATIENT_NUMBER, Why.OPT_OUT, Source.PATIENT, "reply by text"
        )
        stop_writing(session, refusal, NOW)

    answer = press(client, f"/desk/patients/{ana}/consent", **YES)

    assert "only Ana’s START opens it" in client.get(answer.location).text


def test_nobody_agrees_for_who_is_discharged(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        session.get_one(Patient, ana).state = Care.DISCHARGED

    assert client.get(f"/desk/patients/{ana}/consent").status_code == 404
    assert "Note their yes" not in record(client, ana)


def test_the_day_of_a_yes_is_the_patients_own_today(client: FlaskClient, waiting: int) -> None:
    page = client.get(f"/desk/patients/{waiting}/consent").text

    assert f'value="{date(2026, 3, 16)}"' in page


def test_staff_say_that_it_is_still_their_number(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        a_plan(session, session.get_one(Patient, ana))
    watch.doubt_numbers(sessions, NOW + timedelta(days=61))
    assert "ask whether it is still theirs" in record(client, ana)
    assert "in doubt since" in client.get(f"/desk/patients/{ana}").text
    assert "is it still their number?" in client.get("/desk/calls").text

    press(client, f"/desk/patients/{ana}/record", f"/desk/patients/{ana}/number")

    page = record(client, ana)
    assert "ask whether it is still theirs" not in page
    assert "asked by staff" in page
    assert "the service" in page
    assert how_far(sessions, ana) is gate.Consent.CONFIRMED


def test_a_new_yes_ends_the_doubt_of_a_number(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    watch.doubt_numbers(sessions, NOW + timedelta(days=61))

    press(client, f"/desk/patients/{ana}/consent", **YES)

    assert how_far(sessions, ana) is gate.Consent.GIVEN
    with sessions() as session:
        [doubt] = session.scalars(sa.select(Alert).where(Alert.kind == AlertKind.HOLD))
        assert doubt.resolved_at is not None


def test_a_number_that_nobody_doubts_is_not_confirmed_by_a_press(
    client: FlaskClient, sessions: Sessions, waiting: int
) -> None:
    press(client, f"/desk/patients/{waiting}/consent", f"/desk/patients/{waiting}/number")

    assert how_far(sessions, waiting) is gate.Consent.NONE
