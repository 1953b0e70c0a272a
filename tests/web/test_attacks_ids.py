"""Can a form name a row of another clinic, and so bind the two together?

Each field that holds the number of a row is sent with every number of another clinic's rows. The
answer may be what it likes; afterwards no row of one clinic points to a row of another.
"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from attack_forms import Offered, come_in
from builders import NOW, a_clinic, a_patient, a_plan, an_alert
from flask import Flask
from sqlalchemy.orm import Session
from test_attacks_odd_input import faults, offered
from test_routes import rows

from reminders.core.programme import Phase, Programme
from reminders.store.conversation import Door, Reply
from reminders.store.db import Sessions
from reminders.store.models import Base
from reminders.store.people import Clinic
from reminders.store.templates import save_template

__all__ = ["faults", "rows"]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
POINTING = ("_id", "staff", "therapist", "location", "patient", "exercise", "template", "whose")


@pytest.fixture
def theirs(sessions: Sessions, rows: dict[str, int]) -> int:
    """A third clinic with a row of each kind that a form could name; returns its id."""
    with sessions.begin() as session:
        clinic = a_clinic(session, "+12075550300", "care@birch.example")
        other = a_patient(session, clinic, phone="+12075550333", email="bo@example.org")
        a_plan(session, other, exercises=("bridge", "dead-bug"))
        an_alert(session, other)
        save_template(session, clinic.id, "Theirs", Programme((Phase(""),)), owner_id=None)
        session.add(
            Reply(
                clinic_id=clinic.id,
                door=Door.TEXT,
                provider_id="SM9",
                sender=other.phone,
                sender_index=other.phone,
                text="done",
                received_at=NOW,
                patient_id=other.id,
            )
        )
        session.flush()
        return clinic.id


def numbers_of(session: Session, clinic_id: int) -> set[int]:
    """Every number that a row of this clinic has and no row of ours of the same kind."""
    found: set[int] = set()
    for table in Base.metadata.sorted_tables:
        if "clinic_id" in table.c:
            of_theirs = sa.select(table.c.id).where(table.c.clinic_id == clinic_id)
            found |= set(session.scalars(of_theirs.limit(3)))
    return found


def pointing(form: Offered) -> Iterator[str]:
    """The fields that seem to hold the number of a row."""
    for name, value in dict(form.filled).items():
        if value.isdecimal() or any(word in name for word in POINTING):
            yield name


def across(session: Session) -> dict[str, int]:
    """How many rows point to a row of another clinic, by the column that points."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            parent = key.column.table.alias()
            if "clinic_id" in table.c and "clinic_id" in parent.c:
                strays = sa.select(sa.func.count()).where(
                    key.parent == parent.c[key.column.name],
                    table.c.clinic_id != parent.c.clinic_id,
                )
                found[f"{table.name}.{key.parent.name}"] = session.scalar(strays) or 0
    return found


def test_no_form_binds_a_row_of_ours_to_a_row_of_another_clinic(
    app: Flask, sessions: Sessions, rows: dict[str, int], theirs: int, faults: list[str]
) -> None:
    client, _ = come_in(app, sessions, "ada@maplept.example")
    forms = [form for form in offered(client, rows) if form.method == "POST"]
    fields = [(form, name) for form in forms for name in pointing(form)]
    assert len(fields) > 20
    with sessions() as session:
        foreign = numbers_of(session, theirs)

    for form, name in fields:
        for number in foreign:
            form.send(client, {name: str(number)})

    assert faults == []
    with sessions() as session:
        strays = across(session)
        safety = session.scalars(sa.select(Clinic)).all()
        staff = Base.metadata.tables["staff"]
        people = session.execute(sa.select(staff.c.id, staff.c.clinic_id))
        homes = {row.id: row.clinic_id for row in people}
    assert len(strays) > 30
    assert {column: count for column, count in strays.items() if count} == {}
    assert all(homes.get(one.safety_contact_id or 0, one.id) == one.id for one in safety)


def test_a_row_that_points_away_would_be_found(
    sessions: Sessions, rows: dict[str, int], theirs: int
) -> None:
    with sessions.begin() as session:
        patient = Base.metadata.tables["patient"]
        stray = sa.select(patient.c.therapist_id).where(patient.c.clinic_id == theirs)
        session.execute(
            sa.update(patient)
            .where(patient.c.id == rows["patient_id"])
            .values(therapist_id=stray.scalar_subquery())
        )

        assert across(session)["patient.therapist_id"] == 1
