"""Does the sheet to take home say who writes, how to answer and whom to call, and no more?"""

import re

import pytest
from builders import CLINIC_MAIL, CLINIC_NUMBER, a_clinic, a_patient, a_plan
from desk_door import sign_in
from flask.testing import FlaskClient

from reminders.core.replies import Context, Intent, read
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.web.qr import contact_card, qr_svg


def sheet(client: FlaskClient, sessions: Sessions, **changes: object) -> str:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        patient = a_patient(session, clinic, conditions="Low back", **changes)
        a_plan(session, patient)
        patient_id, lena_id = patient.id, clinic.safety_contact_id
    assert lena_id is not None
    sign_in(client, lena_id)
    page = client.get(f"/desk/patients/{patient_id}/sheet")
    assert page.status_code == 200
    return re.findall(r"<article.*?</article>", page.text, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Nobody reads your messages at once.", "Call 911 now if", "DONE 3", "STOP"]),
        ("es", ["Nadie lee sus mensajes al momento.", "Llame ya al 911 si", "HECHO 3", "STOP"]),
    ],
)
def test_the_sheet_says_what_to_do_in_the_patients_language(
    client: FlaskClient, sessions: Sessions, language: str, words: list[str]
) -> None:
    page = sheet(client, sessions, language=language)

    assert f'lang="{language}"' in page
    for one in [*words, "(207) 555-0100", CLINIC_MAIL, "(207) 555-0142", "<b>988</b>"]:
        assert one in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_word_that_the_sheet_teaches_is_understood(
    client: FlaskClient, sessions: Sessions, language: str
) -> None:
    page = sheet(client, sessions, language=language)

    taught = re.findall(r"<dt>([^<]+)</dt>", page)
    readings = [read(word, Context(lang=language)) for word in taught]
    assert [one.intent for one in readings] == [
        *(Intent.DONE, Intent.PARTIAL, Intent.SKIP),
        *(Intent.LATER, Intent.HELP, Intent.STOP),
    ]
    assert readings[0].pain == 3


def test_nothing_clinical_stands_on_the_sheet(client: FlaskClient, sessions: Sessions) -> None:
    page = sheet(client, sessions)

    assert "Ana" in page
    for private in ("Morales", "Low back", "bridge", "Bridge", "555-0118", "ana@example.org"):
        assert private not in page


def test_the_square_is_a_card_of_the_number_to_expect(
    client: FlaskClient, sessions: Sessions
) -> None:
    page = sheet(client, sessions, email=None)

    card = contact_card("Maple PT", CLINIC_NUMBER)
    assert "TEL;TYPE=CELL:+12075550100" in card
    path = re.findall(r'd="[^"]+"', qr_svg(card, ""))[0]
    assert path in page
    assert path not in str(qr_svg(contact_card("Maple PT", "+12075550101"), ""))


def test_a_card_cannot_be_broken_by_a_name() -> None:
    card = contact_card("Smith; Jones, PT", email="care@example.org")

    assert "FN:Smith\\; Jones\\, PT" in card.splitlines()
    assert not any(line.startswith("TEL") for line in card.splitlines())


def test_who_has_no_email_is_told_of_no_address(client: FlaskClient, sessions: Sessions) -> None:
    assert CLINIC_MAIL not in sheet(client, sessions, email=None)


def test_a_printed_sheet_leaves_a_line_in_the_audit_trail(
    client: FlaskClient, sessions: Sessions
) -> None:
    sheet(client, sessions)

    with sessions() as session:
        assert session.query(AuditEvent).filter_by(action="patient.sheet").count() == 1
