"""Has every open alert an owner who is there, whichever door opened it and whoever leaves?"""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_therapist, an_alert
from sqlalchemy.orm import Session

from reminders.core.triage import AlertKind
from reminders.store.accounts import Role, Staff
from reminders.store.caseload import adopt, owner_of, transfer
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient
from reminders.store.record import Alert, alert_clinic


@dataclass(frozen=True)
class World:
    clinic: int
    lena: int
    jonas: int
    ana: int


@pytest.fixture
def world(sessions: Sessions) -> World:
    """Lena, the safety contact; Jonas, whose patient Ana is."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).one()
        jonas = a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example")
        ana = a_patient(session, clinic, therapist_id=jonas.id)
        return World(clinic.id, lena.id, jonas.id, ana.id)


def leaves(session: Session, *staff: int) -> None:
    for row in staff:
        session.get_one(Staff, row).active = False
    session.flush()


def owners(session: Session) -> list[int | None]:
    return list(session.scalars(sa.select(Alert.owner_id).order_by(Alert.id)))


def test_the_therapist_gets_what_is_about_their_patient(sessions: Sessions, world: World) -> None:
    with sessions() as session:
        clinic = session.get_one(Clinic, world.clinic)

        assert owner_of(session, clinic, world.jonas, NOW) == world.jonas
        assert owner_of(session, clinic, None, NOW) == world.lena


def test_who_left_gets_nothing_any_more(sessions: Sessions, world: World) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, world.clinic)
        ada = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)

        leaves(session, world.jonas)
        without_jonas = owner_of(session, clinic, world.jonas, NOW)
        leaves(session, world.lena)
        without_both = owner_of(session, clinic, world.jonas, NOW)
        leaves(session, ada.id)

        assert (without_jonas, without_both) == (world.lena, ada.id)
        assert owner_of(session, clinic, world.jonas, NOW) is None


def test_what_a_leaver_had_taken_is_anybodys_again(sessions: Sessions, world: World) -> None:
    with sessions.begin() as session:
        alert = an_alert(session, session.get_one(Patient, world.ana))
        alert.acknowledge(world.jonas, NOW)
        leaves(session, world.jonas)

        assert adopt(session, NOW) == 1

        assert (alert.owner_id, alert.acknowledged_at) == (world.lena, None)
        assert adopt(session, NOW) == 0


def test_what_is_resolved_stays_as_it_was(sessions: Sessions, world: World) -> None:
    with sessions.begin() as session:
        alert = an_alert(session, session.get_one(Patient, world.ana))
        alert.resolve(world.jonas, NOW)
        leaves(session, world.jonas)

        assert adopt(session, NOW) == 0
        assert alert.owner_id == world.jonas


def test_an_alert_that_was_opened_for_nobody_gets_an_owner(
    sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        ana = session.get_one(Patient, world.ana)
        an_alert(session, ana, owner_id=None)
        session.add(
            Alert(
                clinic_id=world.clinic,
                kind=AlertKind.UNCLEAR,
                urgency=1,
                sentence="A stranger wrote.",
                opened_at=NOW,
            )
        )
        session.flush()

        adopt(session, NOW)

        assert owners(session) == [world.jonas, world.lena]


def test_a_fault_of_the_service_belongs_to_the_safety_contact(
    sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        alert_clinic(session, world.clinic, "The sender is not ready.", NOW)
        session.flush()

        assert owners(session) == [world.lena]


def test_another_clinic_takes_over_nothing(sessions: Sessions, world: World) -> None:
    with sessions.begin() as session:
        a_clinic(session, "+12075550200", "care@pine.example")
        an_alert(session, session.get_one(Patient, world.ana))
        leaves(session, world.jonas, world.lena)

        adopt(session, NOW)

        assert owners(session) == [world.jonas]


def test_open_alerts_go_along_with_their_patient(sessions: Sessions, world: World) -> None:
    with sessions.begin() as session:
        ana = session.get_one(Patient, world.ana)
        mine = an_alert(session, ana, AlertKind.SILENT)
        mine.acknowledge(world.jonas, NOW)
        closed = an_alert(session, ana, AlertKind.PAIN_UP)
        closed.resolve(world.jonas, NOW)
        third = a_therapist(
            session, session.get_one(Clinic, world.clinic), "Ada Berg", "ada@maplept.example"
        )
        in_hand = an_alert(session, ana, AlertKind.NOT_DELIVERED)
        in_hand.acknowledge(third.id, NOW)

        transfer(session, ana, world.lena)

        assert ana.therapist_id == world.lena
        assert (mine.owner_id, mine.acknowledged_at) == (world.lena, None)
        assert closed.owner_id == world.jonas
        assert (in_hand.owner_id, in_hand.acknowledged_at) == (third.id, NOW)
