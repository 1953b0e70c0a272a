"""Can another site's page press our buttons?"""

import pytest
import sqlalchemy as sa
from attack_forms import come_in
from flask import Flask
from flask.testing import FlaskClient
from patient_story import begin, ticket_of
from setting import HandClock
from test_routes import Route, Who, opening_to, rows

from reminders.config import Settings
from reminders.store.db import Sessions
from reminders.store.models import Base
from reminders.store.record import LogEntry

__all__ = ["rows"]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

# What a browser says of a form that another page sends.
FROM_ELSEWHERE = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a neighbour": {"Sec-Fetch-Site": "same-site"},
    "another origin": {"Origin": "https://evil.example"},
    "our name before another": {"Origin": "http://localhost.evil.example"},
    "another port": {"Origin": "http://localhost:8081"},
    "no origin at all": {"Origin": "http://[:::"},
}
FROM_US = ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}, {"Origin": "http://localhost"})


def posts_of_the_desk() -> list[Route]:
    return [one for one in opening_to(Who.STAFF, Who.DEMO) if one.method == "POST"]


def everything(sessions: Sessions) -> dict[str, int]:
    """How many rows there are of each kind."""
    with sessions() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("said", FROM_ELSEWHERE)
def test_no_form_of_the_desk_is_taken_from_elsewhere_even_with_a_token(
    app: Flask, rows: dict[str, int], sessions: Sessions, said: str
) -> None:
    client, token = come_in(app, sessions, "ada@maplept.example")
    client.environ_base |= {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in FROM_ELSEWHERE[said].items()
    }
    before = everything(sessions)

    answers = {one: one.ask(client, rows, token).status_code for one in posts_of_the_desk()}

    assert {one: status for one, status in answers.items() if status != 403} == {}
    assert everything(sessions) == before


def test_no_form_is_taken_with_the_token_of_somebody_elses_session(
    app: Flask, sessions: Sessions, rows: dict[str, int]
) -> None:
    client, _ = come_in(app, sessions, "ada@maplept.example")
    _, foreign = come_in(app, sessions, "lena@maplept.example")

    answers = {one: one.ask(client, rows, foreign).status_code for one in posts_of_the_desk()}

    assert {one: status for one, status in answers.items() if status != 400} == {}


@pytest.mark.parametrize("said", FROM_ELSEWHERE)
def test_no_report_of_a_patient_is_taken_from_elsewhere(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, said: str
) -> None:
    ana = begin(client, sessions, clock, settings)
    fields = {"csrf_token": ticket_of(ana.open("/change")), "act": "all"}

    answer = client.post(ana.path, data=fields, headers=FROM_ELSEWHERE[said])

    assert answer.status_code == 403
    assert everything(sessions)[LogEntry.__tablename__] == 0


@pytest.mark.parametrize("said", FROM_US, ids=str)
def test_a_report_from_the_patients_own_page_is_taken(
    client: FlaskClient,
    sessions: Sessions,
    clock: HandClock,
    settings: Settings,
    said: dict[str, str],
) -> None:
    ana = begin(client, sessions, clock, settings)
    fields = {"csrf_token": ticket_of(ana.open("/change")), "act": "all"}

    answer = client.post(ana.path, data=fields, headers=said)

    assert answer.status_code == 303
    assert everything(sessions)[LogEntry.__tablename__] == 1


def test_a_mail_service_may_end_the_messages_from_wherever_it_stands(client: FlaskClient) -> None:
    answer = client.post(f"/u/{'a' * 26}", headers={"Origin": "https://mail.example"})

    assert answer.status_code == 200


def test_a_proxy_that_calls_us_by_another_name_keeps_nobody_out(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    ana = begin(client, sessions, clock, settings)
    fields = {"csrf_token": ticket_of(ana.open("/change")), "act": "all"}

    answer = client.post(
        ana.path,
        data=fields,
        base_url="http://web.internal:8000",
        headers={"Origin": settings.public_base_url},
    )

    assert answer.status_code == 303
    assert everything(sessions)[LogEntry.__tablename__] == 1
