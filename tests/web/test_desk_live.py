"""What does a list that refreshes itself get, and what does it leave alone?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, an_alert
from desk_door import press, sign_in
from flask.testing import FlaskClient
from setting import HandClock

from reminders.core.triage import AlertKind
from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.web.refreshing import PART

ASKS = {PART: "live"}


@pytest.fixture
def alert_id(sessions: Sessions, client: FlaskClient) -> int:
    """Ana is silent; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff).where(Staff.clinic_id == clinic.id)).one()
        alert = an_alert(session, a_patient(session, clinic), AlertKind.SILENT)
        alert_id, lena_id = alert.id, lena.id
    sign_in(client, lena_id)
    return alert_id


@pytest.mark.parametrize("place", ["/desk/", "/desk/patients"])
def test_the_list_comes_without_the_frame_around_it(
    client: FlaskClient, alert_id: int, place: str
) -> None:
    whole, part = client.get(place).text, client.get(place, headers=ASKS).text

    assert 'data-live="list"' in part
    assert 'data-live="needs"' in part
    assert "data-row=" in part
    assert "Ana" in part
    assert '<nav class="places"' in whole
    assert '<nav class="places"' not in part
    assert "<script" not in part


def test_a_refresh_is_no_look_that_somebody_took(
    client: FlaskClient, sessions: Sessions, alert_id: int
) -> None:
    client.get("/desk/")
    before = _looks(sessions)

    client.get("/desk/", headers=ASKS)
    client.get("/desk/patients", headers=ASKS)

    assert before == 1
    assert _looks(sessions) == before


def _looks(sessions: Sessions) -> int:
    with sessions() as session:
        looks = AuditEvent.action.in_(("desk.today", "desk.patients"))
        return session.scalar(sa.select(sa.func.count(AuditEvent.id)).where(looks)) or 0


def test_a_refresh_eats_no_message_that_waits_to_be_shown(
    client: FlaskClient, alert_id: int
) -> None:
    press(client, "/desk/", f"/desk/alerts/{alert_id}/seen")

    client.get("/desk/", headers=ASKS)

    assert "Seen, and off the list." in client.get("/desk/").text


def test_a_page_that_refreshes_itself_does_not_keep_an_idle_person_signed_in(
    client: FlaskClient, clock: HandClock, alert_id: int
) -> None:
    answers = []
    for _ in range(4):
        clock.moment += timedelta(minutes=5)
        answers.append(client.get("/desk/", headers=ASKS).status_code)

    assert answers == [200, 200, 200, 303]


def test_every_page_of_the_desk_has_the_search_and_the_switch_of_its_keys(
    client: FlaskClient, alert_id: int
) -> None:
    for place in ("/desk/", "/desk/patients", "/desk/library", "/desk/clinic", "/desk/me"):
        page = client.get(place).text

        assert 'aria-label="Find a patient"' in page, place
        assert "Use these keys on this computer" in page, place
