"""Can a therapist choose what is asked and said, in words they have read; and take in a carer?"""

import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_therapist
from desk_door import press, sign_in
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reminders.core.bands import Band, Bands
from reminders.core.wording import ADVICE, LANGUAGES
from reminders.core.wording.speech import speech
from reminders.inbox.carers import tell_carer_of_silence
from reminders.store.accounts import Role, Staff
from reminders.store.asking import Asking, bands_of
from reminders.store.conversation import Message, State, Wording
from reminders.store.db import Sessions
from reminders.store.people import Consent, ConsentStep, Medium, Patient

OURS = {f"{band}_{lang}": speech(lang).sms[ADVICE[band]] for band in Band for lang in LANGUAGES}
ALL_ON = OURS | {
    "pain_response": "y",
    "skip_reason": "y",
    "next_morning": "y",
    "approved": "y",
    "amber_from": "3",
    "red_from": "7",
}
EVA = {
    "name": "Eva Morales",
    "phone": "(207) 555-0177",
    "email": "eva@example.org",
    "patient_agrees": "y",
    "may_report": "y",
    "agrees": "y",
    "how": "phone",
}


@dataclass(frozen=True)
class Desk:
    client: FlaskClient
    sessions: Sessions
    lena: int
    ana: int

    def choose(self, **fields: object) -> TestResponse:
        return press(self.client, "/desk/clinic/asking", **fields)

    def bands(self) -> Bands | None:
        with self.sessions() as session:
            return bands_of(session, session.get_one(Patient, self.ana))

    def own_lines(self) -> dict[str, str]:
        with self.sessions() as session:
            rows = session.scalars(sa.select(Wording))
            return {f"{row.key}-{row.language}": row.text for row in rows}

    def patient(self) -> Patient:
        with self.sessions() as session:
            return session.get_one(Patient, self.ana)


@pytest.fixture
def desk(sessions: Sessions, client: FlaskClient) -> Desk:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        desk = Desk(client, sessions, lena.id, a_patient(session, clinic).id)
    sign_in(client, desk.lena)
    return desk


def test_at_first_everything_is_off_and_our_lines_are_offered(desk: Desk) -> None:
    page = desk.client.get("/desk/clinic/asking").text

    assert re.findall(r'<input checked id="(\w+)"', page) == ["next_morning"]
    assert OURS["amber_es"] in page
    assert "Nobody has approved them yet." in page
    assert desk.bands() is None


def test_what_a_therapist_turns_on_holds_with_their_name(desk: Desk) -> None:
    answer = desk.choose(**ALL_ON)

    assert answer.status_code == 303
    assert desk.bands() == Bands(3, 7)
    assert desk.own_lines() == {}
    with desk.sessions() as session:
        asking = session.scalars(sa.select(Asking)).one()
    assert (asking.skip_reason, asking.approved_by_id) == (True, desk.lena)


def test_a_clinics_own_line_is_kept_and_given_up_again(desk: Desk) -> None:
    desk.choose(**ALL_ON | {"amber_en": "Slow down a notch."})
    kept = desk.own_lines()
    desk.choose(**ALL_ON)

    assert kept == {"pain_amber-en": "Slow down a notch."}
    assert desk.own_lines() == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"approved": ""}, "until a therapist has read the lines"),
        ({"red_from": "3"}, "Red must begin above amber."),
        ({"red_en": "Rest your knee."}, "Leave out"),
        ({"green_es": ""}, "Write something"),
        ({"green_en": "See www.example.org"}, "Leave out web addresses"),
        ({"red_en": "Easy. " * 40}, "Take out"),
    ],
    ids=["unread", "bands", "clinical", "empty", "address", "too long"],
)
def test_what_cannot_stand_is_said_beside_its_field(
    desk: Desk, change: dict[str, str], said: str
) -> None:
    fields = ALL_ON | change
    answer = desk.choose(**{name: value for name, value in fields.items() if value != ""})

    assert answer.status_code == 422
    assert said in answer.text
    assert desk.bands() is None


def come_in_as(desk: Desk, role: Role) -> None:
    with desk.sessions.begin() as session:
        clinic = session.get_one(Patient, desk.ana).clinic
        other_id = a_therapist(session, clinic, "Max Roe", "max@maplept.example", role).id
    press(desk.client, "/desk/me", "/logout")
    sign_in(desk.client, other_id)


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.ADMIN])
def test_who_is_no_therapist_may_look_and_not_change(desk: Desk, role: Role) -> None:
    come_in_as(desk, role)

    page = desk.client.get("/desk/clinic/asking").text
    desk.choose(**ALL_ON)

    assert "A therapist can change this." in page
    assert desk.bands() is None


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.ADMIN])
def test_who_is_no_therapist_gives_no_patient_bands_of_their_own(desk: Desk, role: Role) -> None:
    desk.choose(**ALL_ON)
    come_in_as(desk, role)

    place = f"/desk/patients/{desk.ana}/pain"
    press(desk.client, place, choice="own", amber_from=5, red_from=8)

    assert "A therapist can change this." in desk.client.get(place).text
    assert desk.bands() == Bands(3, 7)


def test_words_that_nobody_has_read_go_to_nobody(desk: Desk) -> None:
    desk.choose(**ALL_ON)
    place = f"/desk/patients/{desk.ana}/pain"
    press(desk.client, place, choice="own", amber_from=5, red_from=8)
    off = {name: text for name, text in ALL_ON.items() if name not in {"pain_response", "approved"}}

    desk.choose(**off)
    as_read = desk.bands()
    desk.choose(**off | {"amber_en": "Slow down a notch."})

    assert as_read == Bands(5, 8)
    assert desk.bands() is None
    assert "Nobody has approved them yet." in desk.client.get("/desk/clinic/asking").text


@pytest.mark.parametrize(
    ("choice", "bands"),
    [("own", Bands(5, 8)), ("none", None), ("clinic", Bands(3, 7))],
)
def test_a_patient_may_have_bands_of_their_own_or_none(
    desk: Desk, choice: str, bands: Bands | None
) -> None:
    desk.choose(**ALL_ON)
    place = f"/desk/patients/{desk.ana}/pain"
    press(desk.client, place, choice="own", amber_from=2, red_from=9)

    press(desk.client, place, choice=choice, amber_from=5, red_from=8)

    assert desk.bands() == bands


def test_a_carer_is_taken_in_with_both_agreements_written_down(desk: Desk) -> None:
    press(desk.client, f"/desk/patients/{desk.ana}/carer", **EVA)

    ana = desk.patient()
    assert (ana.carer_name, ana.carer_phone) == ("Eva Morales", "+12075550177")
    assert ana.carer_may_report
    assert ana.carer_consent_at is not None
    with desk.sessions() as session:
        lines = session.scalars(sa.select(Consent).where(Consent.how == "carer, phone")).all()
    assert {line.medium for line in lines} == set(Medium)
    assert all("the person I help" in line.wording for line in lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agrees": ""}, "Without the carer’s own yes"),
        ({"patient_agrees": ""}, "Without the patient’s yes"),
        ({"phone": PATIENT_NUMBER}, "the patient’s own number"),
        ({"phone": "", "email": ""}, "A number or an email address"),
        ({"phone": "12"}, "number"),
        ({"email": "eva"}, "An email address, please"),
        ({"name": ""}, "A name, please."),
    ],
    ids=["carer", "patient", "own number", "nothing", "number", "email", "name"],
)
def test_a_carer_without_an_agreement_or_a_way_is_not_taken_in(
    desk: Desk, change: dict[str, str], said: str
) -> None:
    fields = {name: value for name, value in (EVA | change).items() if value != ""}

    answer = press(desk.client, f"/desk/patients/{desk.ana}/carer", **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert desk.patient().carer_consent_at is None


@pytest.mark.parametrize(
    ("act", "state"),
    [
        ("remove", State.WITHDRAWN),
        ("replace", State.WITHDRAWN),
        ("discharge", State.WITHDRAWN),
        ("keep", State.DUE),
    ],
)
def test_what_waits_for_a_carer_leaves_only_while_they_are_the_carer(
    desk: Desk, act: str, state: State
) -> None:
    place = f"/desk/patients/{desk.ana}/carer"
    texts_only = {name: text for name, text in EVA.items() if name != "email"}
    press(desk.client, place, **texts_only)
    with desk.sessions.begin() as session:
        tell_carer_of_silence(session, session.get_one(Patient, desk.ana), NOW)

    match act:
        case "remove":
            press(desk.client, place, do="remove")
        case "replace":
            press(desk.client, place, **texts_only | {"phone": "(207) 555-0178"})
        case "discharge":
            press(desk.client, f"/desk/patients/{desk.ana}/discharge")
        case _:
            press(desk.client, place, **texts_only | {"name": "Eva M. Morales"})

    with desk.sessions() as session:
        assert session.scalars(sa.select(Message.state)).one() is state


def test_a_carer_who_is_let_go_is_told_nothing_more(desk: Desk) -> None:
    place = f"/desk/patients/{desk.ana}/carer"
    press(desk.client, place, **EVA)

    press(desk.client, place, do="remove")

    ana = desk.patient()
    assert (ana.carer_phone, ana.carer_consent_at, ana.carer_may_report) == (None, None, False)
    with desk.sessions() as session:
        last = session.scalars(sa.select(Consent).order_by(Consent.id.desc()).limit(1)).one()
    assert last.step is ConsentStep.REVOKED
