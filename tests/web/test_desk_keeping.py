"""Can an admin say for how long words are kept, and see first what would go?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from attack_forms import forms_on
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_therapist
from desk_door import press, sign_in
from flask.testing import FlaskClient

from reminders.store.accounts import Role
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Door, Fate, Reply
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic

PAGE = "/desk/clinic/keeping"
TWO_YEARS = {"words": "730", "strangers": "30"}


def come_in(client: FlaskClient, sessions: Sessions, role: Role = Role.ADMIN) -> None:
    """A clinic with answers of three years ago and of today."""
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        person = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", role)
        ana = a_patient(session, clinic)
        for number, days in enumerate((0, 1_100, 1_101)):
            at = NOW - timedelta(days=days)
            session.add(
                Reply(
                    clinic_id=clinic.id,
                    door=Door.TEXT,
                    provider_id=f"SM{number}",
                    sender=PATIENT_NUMBER,
                    sender_index=PATIENT_NUMBER,
                    text="done 4",
                    received_at=at,
                    read_at=at,
                    patient_id=ana.id,
                    fate=Fate.LOGGED,
                )
            )
        person_id = person.id
    sign_in(client, person_id)


def chosen(sessions: Sessions) -> tuple[int | None, int | None]:
    with sessions() as session:
        mine = session.scalars(sa.select(Clinic)).one()
        return mine.keep_words_days, mine.keep_strangers_days


def test_what_would_lose_its_words_is_said_before_the_choice_is_kept(
    client: FlaskClient, sessions: Sessions
) -> None:
    come_in(client, sessions)

    first = press(client, PAGE, **TWO_YEARS)

    assert first.status_code == 200
    assert "these lose their words: 2 answers." in first.text
    assert chosen(sessions) == (None, None)
    [form] = [one for one in forms_on(first) if "seen" in one.names]
    assert form.send(client, {}).status_code == 303
    assert chosen(sessions) == (730, 30)
    with sessions() as session:
        lines = session.scalars(sa.select(AuditEvent.action)).all()
        assert lines.count("clinic.keeping") == 1
        # Nothing goes at once: that is for the clearing-out.
        assert set(session.scalars(sa.select(Reply.text))) == {"done 4"}


def test_where_nothing_would_go_the_choice_is_kept_at_once(
    client: FlaskClient, sessions: Sessions
) -> None:
    come_in(client, sessions)

    answer = press(client, PAGE, words=str(5 * 365), strangers="0")

    assert answer.status_code == 303
    assert chosen(sessions) == (5 * 365, None)
    assert '<option selected value="1825">5 years' in client.get(PAGE).text


def test_what_is_usual_here_can_be_gone_back_to(client: FlaskClient, sessions: Sessions) -> None:
    come_in(client, sessions)
    press(client, PAGE, words=str(5 * 365), strangers="365")

    press(client, PAGE, words="0", strangers="0")

    assert chosen(sessions) == (None, None)
    assert "As usual here: 6 years" in client.get(PAGE).text


@pytest.mark.parametrize("words", ["90", "-1", "", "soon"])
def test_less_than_a_year_is_not_offered(
    client: FlaskClient, sessions: Sessions, words: str
) -> None:
    come_in(client, sessions)

    assert press(client, PAGE, words=words, strangers="30").status_code == 422
    assert chosen(sessions) == (None, None)


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT])
def test_nobody_but_an_admin_says_how_long(
    client: FlaskClient, sessions: Sessions, role: Role
) -> None:
    come_in(client, sessions, role)

    assert client.get(PAGE).status_code == 403
    assert press(client, "/desk/me", PAGE, **TWO_YEARS).status_code == 403
    assert chosen(sessions) == (None, None)
