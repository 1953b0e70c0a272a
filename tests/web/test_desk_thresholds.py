"""Can a clinic and a patient have thresholds of their own, and only sound ones?"""

import pytest
from builders import a_clinic, a_patient
from desk_door import press, sign_in
from flask.testing import FlaskClient
from markup_rules import faults

from reminders.store.accounts import Role, Staff
from reminders.store.db import Sessions
from reminders.store.thresholds import OwnThresholds

CLINIC = "/desk/clinic/thresholds"


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one().id
        ana = a_patient(session, clinic).id
    sign_in(client, lena)
    return ana


def rows(sessions: Sessions) -> list[tuple[int | None, dict[str, int]]]:
    with sessions() as session:
        found = session.query(OwnThresholds).order_by(OwnThresholds.id)
        return [(row.patient_id, row.chosen) for row in found]


def test_a_clinic_sets_numbers_of_its_own_and_the_rest_stay_as_they_come(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    before = client.get(CLINIC).text

    press(client, CLINIC, pain_high="6", silent_days="")
    press(client, CLINIC, pain_high="5")

    assert "As it comes: 7" in before
    assert list(faults(before)) == []
    assert rows(sessions) == [(None, {"pain_high": 5})]
    assert 'value="5"' in client.get(CLINIC).text


def test_a_patient_has_numbers_beside_those_of_everyone(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, CLINIC, pain_high="6")
    place = f"/desk/patients/{ana}/thresholds"

    page = client.get(place).text
    answer = press(client, place, pain_high="9")

    assert "As for everyone: 6" in page
    assert "untaken_workdays" not in page
    assert list(faults(page)) == []
    assert answer.location.endswith(f"/desk/patients/{ana}")
    assert rows(sessions) == [(None, {"pain_high": 6}), (ana, {"pain_high": 9})]


@pytest.mark.parametrize("typed", ["0", "11", "-3", "seven", "9" * 30])
def test_a_number_out_of_bounds_is_kept_on_the_page_and_not_in_the_database(
    client: FlaskClient, sessions: Sessions, ana: int, typed: str
) -> None:
    answer = press(client, CLINIC, pain_high=typed)

    assert answer.status_code == 422
    assert typed in answer.text
    assert rows(sessions) == []


def test_an_assistant_looks_and_changes_nothing(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        session.query(Staff).one().role = Role.ASSISTANT

    page = client.get(CLINIC).text
    for place in (CLINIC, f"/desk/patients/{ana}/thresholds"):
        press(client, "/desk/me", place, pain_high="5")

    assert "A therapist can change this." in page
    assert rows(sessions) == []
