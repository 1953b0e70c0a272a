"""Does a role open what is meant for it, and nothing else?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from attack_forms import come_in
from builders import a_therapist
from flask import Flask
from flask.testing import FlaskClient
from test_routes import rows

from reminders.store.accounts import Role
from reminders.store.db import Sessions
from reminders.store.models import Base
from reminders.store.people import Clinic

__all__ = ["rows"]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

# What may differ whoever asks: the trail itself, and when somebody was seen.
_UNSTEADY = frozenset({"audit_event", "staff", "guess"})


@dataclass(frozen=True)
class Deed:
    """Something that only some roles may do: where it is sent, with what."""

    place: str
    fields: Mapping[str, str] = field(default_factory=dict)


DEEDS: dict[str, tuple[Deed, set[Role]]] = {
    "ask who it is": (Deed("/desk/clinic/second-step"), {Role.ADMIN}),
    "switch checks": (Deed("/desk/checks"), {Role.ADMIN}),
    "set a budget": (
        Deed("/desk/clinic/budget", {"budget": "50", "price": "11"}),
        {Role.ADMIN, Role.THERAPIST},
    ),
    "say how long words are kept": (
        Deed("/desk/clinic/keeping", {"words": "1825", "strangers": "0"}),
        {Role.ADMIN},
    ),
    "release a hold": (Deed("/desk/holds/{hold_id}/release"), {Role.ADMIN, Role.THERAPIST}),
    "sign for an exercise": (Deed("/desk/library/own-wall-push/review"), {Role.THERAPIST}),
}


@pytest.fixture
def people(sessions: Sessions, rows: dict[str, int]) -> dict[Role, str]:
    """One of each role in the first clinic."""
    with sessions.begin() as session:
        ours = session.scalars(sa.select(Clinic).order_by(Clinic.id)).first()
        assert ours is not None
        for role in Role:
            a_therapist(session, ours, "Kim Lee", f"{role}@maplept.example", role)
    return {role: f"{role}@maplept.example" for role in Role}


def everything(sessions: Sessions) -> dict[str, list[sa.Row[tuple[object, ...]]]]:
    tables = [one for one in Base.metadata.sorted_tables if one.name not in _UNSTEADY]
    with sessions() as session:
        return {
            one.name: list(session.execute(sa.select(*one.c).order_by(one.c.id))) for one in tables
        }


def do(client: FlaskClient, deed: Deed, rows: dict[str, int], token: str) -> int:
    place = deed.place.format(**rows)
    return client.post(place, data={**deed.fields, "csrf_token": token}).status_code


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("named", DEEDS)
def test_a_deed_is_done_by_whose_it_is_and_by_nobody_else(
    app: Flask,
    sessions: Sessions,
    rows: dict[str, int],
    people: dict[Role, str],
    named: str,
    role: Role,
) -> None:
    deed, whose = DEEDS[named]
    client, token = come_in(app, sessions, people[role])
    before = everything(sessions)

    assert do(client, deed, rows, token) in {303, 403}

    assert (everything(sessions) != before) is (role in whose)


@pytest.mark.parametrize("role", Role)
def test_a_closed_account_opens_nothing_at_once(
    app: Flask, sessions: Sessions, rows: dict[str, int], people: dict[Role, str], role: Role
) -> None:
    client, token = come_in(app, sessions, people[role])
    assert client.get("/desk/patients").status_code == 200

    with sessions.begin() as session:
        session.execute(sa.update(Base.metadata.tables["staff"]).values(active=False))

    assert client.get("/desk/patients").status_code == 303
    assert do(client, DEEDS["release a hold"][0], rows, token) in {303, 400}
