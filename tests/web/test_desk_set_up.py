"""Can an admin, and nobody else, say what the clinic is and needs, and see what is missing?"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, a_clinic, a_patient, a_therapist
from desk_door import press, sign_in
from flask import Flask
from flask.testing import FlaskClient

from reminders.core.gate import Kind
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Door, Message, Reply, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Care, Clinic, Location, Medium, Patient, Sender
from reminders.store.sites import NowhereToGo, close_site
from reminders.web.house import house_of


@pytest.fixture
def clinic_id(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return a_clinic(session).id


def come_in(client: FlaskClient, sessions: Sessions, role: Role = Role.ADMIN) -> int:
    with sessions.begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        person = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", role)
    sign_in(client, person.id)
    return person.id


def clinic_now(sessions: Sessions) -> Clinic:
    with sessions() as session:
        return session.scalars(sa.select(Clinic)).one()


def lines(page: str) -> dict[str, str]:
    """Each line of the checklist with its state."""
    rows = re.findall(r"<li>.*?</li>", page.partition('<ol class="list steps">')[2], re.S)
    found = {}
    for row in rows:
        [title] = re.findall(r"<h2>(.*?)</h2>", row)
        found[title] = re.findall(r"</svg>([^<]+)</span>", row)[0]
    return found


DETAILS = {
    "name": "Pine Physical Therapy",
    "short_name": "Pine PT",
    "phone": "(207) 555-0150",
    "zone": "America/Chicago",
    "language": "es",
    "double_opt_in": "y",
}
HOURS = {
    "opens": "09:00",
    "closes": "19:00",
    "staffed_from": "08:00",
    "staffed_until": "17:30",
    "weekdays": ["0", "1", "3"],
    "closed_days": "2026-12-25\n2026-07-03\n",
}


# The checklist


def test_a_new_clinic_is_told_line_by_line_what_is_missing(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)

    said = lines(client.get("/desk/clinic/set-up").text)

    assert said == {
        "Name, short name and phone": "Done",
        "Time zone and language": "Done",
        "Hours, working days and closed days": "Worth doing",
        "Emergency and crisis numbers": "Done",
        "Safety contact with a mobile": "Done",
        "Number that texts leave from": "Missing",
        "Answers find their way back": "Missing",
        "Mail server": "Worth doing",
        "Wordings seen": "Worth doing",
        "First therapist": "Done",
        "First patient": "Missing",
        "A text has arrived": "Missing",
    }


def test_what_has_gone_out_and_come_in_needs_no_test(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        ana = a_patient(session, session.get_one(Clinic, clinic_id))
        session.add_all(
            Message(
                clinic_id=clinic_id,
                recipient=f"p{ana.id}",
                kind=Kind.NOTE,
                key=medium,
                patient_id=ana.id,
                medium=medium,
                state=State.DELIVERED,
                due_at=NOW,
                ready_at=NOW,
                created_at=NOW,
            )
            for medium in Medium
        )
        session.add(
            Reply(
                clinic_id=clinic_id,
                door=Door.TEXT,
                provider_id="SM1",
                sender=ana.phone,
                sender_index=ana.phone,
                text="done",
                received_at=NOW,
            )
        )
    come_in(client, sessions)

    page = client.get("/desk/clinic/set-up").text

    assert "Missing" not in lines(page).values()
    assert "The clinic is set up" in page


def test_an_admin_lands_on_the_list_until_it_is_complete_and_others_never(
    app: Flask, sessions: Sessions, clinic_id: int
) -> None:
    admin, assistant = app.test_client(), app.test_client()
    come_in(admin, sessions)
    with sessions.begin() as session:
        other = a_therapist(
            session, session.get_one(Clinic, clinic_id), "Bo", "bo@maplept.example", Role.ASSISTANT
        ).id
    sign_in(assistant, other)

    assert "things are missing" in admin.get("/desk").text
    assert "Nobody needs you" in admin.get("/desk/").text
    assert "Nobody needs you" in assistant.get("/desk").text


def test_another_clinics_patients_and_texts_prove_nothing_here(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)
    with sessions.begin() as session:
        a_patient(session, a_clinic(session, "+12075550200", "care@pine.example"))

    assert lines(client.get("/desk/clinic/set-up").text)["First patient"] == "Missing"


# Name and place


def test_the_names_the_phone_and_the_place_are_kept(
    app: Flask, client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)

    answer = press(client, "/desk/clinic/details", **DETAILS)

    assert (answer.status_code, answer.location) == (303, "/desk/clinic/set-up")
    mine = clinic_now(sessions)
    assert (mine.name, mine.short_name, mine.phone) == (
        "Pine Physical Therapy",
        "Pine PT",
        "+12075550150",
    )
    assert (mine.zone, mine.language) == ("America/Chicago", "es")
    assert (mine.double_opt_in, mine.use_first_name) == (True, False)
    assert house_of(app).emergencies[CLINIC_NUMBER].clinic == "Pine PT"


@pytest.mark.parametrize(
    ("page", "fields", "said"),
    [
        ("details", {"name": ""}, "Fill this in"),
        ("details", {"short_name": "Łódź PT"}, "Plain letters"),
        ("details", {"short_name": "N" * 26}, "At most 25 letters"),
        ("details", {"phone": "12"}, "This number does not exist"),
        ("details", {"zone": "Chicago"}, "A time zone, please"),
        ("details", {"language": "fr"}, "Not a valid choice"),
        ("hours", {"opens": "06:00"}, "Not before 8:00"),
        ("hours", {"closes": "21:00"}, "Not after 20:00"),
        ("hours", {"opens": ""}, "A time, please"),
        ("hours", {"opens": "soon"}, "Not a valid time"),
        ("hours", {"closes": "late"}, "Not a valid time"),
        ("hours", {"closes": "09:00"}, "Later than the beginning"),
        ("hours", {"staffed_until": "07:00"}, "Later than the beginning"),
        ("hours", {"weekdays": []}, "At least one day"),
        ("hours", {"closed_days": "Christmas"}, "not “Christmas”"),
        ("safety", {"emergency_number": "nine", "crisis_number": "988"}, "A number that can"),
        ("safety", {"emergency_number": "911", "crisis_number": ""}, "A number that can"),
        ("safety", {"emergency_number": "911", "crisis_number": "988"}, "Somebody with a mobile"),
        ("locations", {"name": "", "phone": ""}, "Fill this in"),
        ("locations", {"name": "Riverside", "phone": "12"}, "This number does not exist"),
        ("senders", {"text": f"MG{'0' * 32}", "email": "care@maplept.example"}, "The number itse"),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_is_kept(
    client: FlaskClient,
    sessions: Sessions,
    clinic_id: int,
    page: str,
    fields: dict[str, str],
    said: str,
) -> None:
    come_in(client, sessions)
    sound = {"details": DETAILS, "hours": HOURS, "safety": {"contact": "0"}}.get(page, {})
    before = clinic_now(sessions)

    answer = press(client, f"/desk/clinic/{page}", **sound | fields)

    assert answer.status_code == 422
    assert said in answer.text
    # Lists show no choice that they do not have.
    shown = [typed for name, typed in fields.items() if name not in {"language", "weekdays"}]
    assert all(typed in answer.text for typed in shown)
    after = clinic_now(sessions)
    assert (after.name, after.opens, after.crisis_number) == (
        before.name,
        before.opens,
        before.crisis_number,
    )


# Hours, safety, locations


def test_hours_for_texts_and_hours_of_people_are_two_things(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)

    press(client, "/desk/clinic/hours", **HOURS)

    mine = clinic_now(sessions)
    assert (mine.opens, mine.closes) == (time(9), time(19))
    assert (mine.staffed.opens, mine.staffed.closes) == (time(8), time(17, 30))
    assert mine.hours.window == mine.staffed
    assert mine.weekdays == [0, 1, 3]
    assert mine.closed_days == ["2026-07-03", "2026-12-25"]
    assert lines(client.get("/desk/clinic/set-up").text)["Hours, working days and closed days"] == (
        "Done"
    )


def test_safety_numbers_and_contact_are_kept_and_remembered_for_a_dead_database(
    app: Flask, client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    ada = come_in(client, sessions)

    press(
        client,
        "/desk/clinic/safety",
        emergency_number="112",
        crisis_number="13 11 14",
        contact=str(ada),
    )

    mine = clinic_now(sessions)
    assert (mine.emergency_number, mine.crisis_number) == ("112", "131114")
    assert mine.safety_contact_id == ada
    assert house_of(app).emergencies[CLINIC_NUMBER].emergency == "112"


def test_nobody_without_a_mobile_or_of_another_clinic_is_told_first(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)
    with sessions.begin() as session:
        mine = session.get_one(Clinic, clinic_id)
        silent = a_therapist(session, mine, "Silent Sam", "sam@maplept.example")
        silent.phone = None
        a_clinic(session, "+12075550200", "care@pine.example")
        theirs = session.scalars(sa.select(Staff.id).where(Staff.clinic_id != clinic_id)).one()
        ids = (silent.id, theirs)

    page = client.get("/desk/clinic/safety").text

    assert "Ada Berg, admin" in page
    assert "Silent Sam" not in page
    for other in ids:
        fields = {"emergency_number": "911", "crisis_number": "988", "contact": str(other)}
        assert press(client, "/desk/clinic/safety", **fields).status_code == 422


def test_a_location_is_added_and_called_otherwise(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)

    press(client, "/desk/clinic/locations", name="Harbour", phone="(207) 555-0151")
    with sessions() as session:
        harbour = session.scalars(sa.select(Location).where(Location.name == "Harbour")).one()
    press(client, f"/desk/clinic/locations/{harbour.id}", name="Old Harbour", phone="")

    page = client.get("/desk/clinic/locations").text
    assert "Old Harbour" in page
    assert "no phone of its own" in page
    assert "Riverside" in page


def test_whoever_belongs_to_a_location_that_closes_belongs_to_another_one(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    ada = come_in(client, sessions)
    press(client, "/desk/clinic/locations", name="Harbour", phone="")
    with sessions.begin() as session:
        river, harbour = session.scalars(sa.select(Location.id).order_by(Location.id))
        clinic = session.get_one(Clinic, clinic_id)
        for phone, site, state in (
            ("+12075550131", river, Care.ACTIVE),
            ("+12075550132", river, Care.DISCHARGED),
            ("+12075550133", harbour, Care.ACTIVE),
        ):
            a_patient(session, clinic, phone=phone, location_id=site, state=state)
        session.get_one(Staff, ada).location_id = river

    asked = client.get(f"/desk/clinic/locations/{river}/close").text
    answer = press(client, f"/desk/clinic/locations/{river}/close", into=str(harbour))

    assert "2 patients and 1 person of the staff belong to it." in asked
    assert "Riverside is closed. 2 patients went along" in client.get(answer.location).text
    with sessions() as session:
        assert session.scalars(sa.select(Location.id)).all() == [harbour]
        assert set(session.scalars(sa.select(Patient.location_id))) == {harbour}
        assert session.get_one(Staff, ada).location_id == harbour
        [line] = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "location.close"))
        assert line.subject == f"location:{river}"


def test_the_only_location_stays(client: FlaskClient, sessions: Sessions, clinic_id: int) -> None:
    come_in(client, sessions)
    with sessions.begin() as session:
        a_clinic(session, "+12075550200", "care@pine.example")
        here = sa.select(Location.id).where(Location.clinic_id == clinic_id)
        there = sa.select(Location.id).where(Location.clinic_id != clinic_id)
        ours, theirs = session.scalars(here).one(), session.scalars(there).one()
    place = f"/desk/clinic/locations/{ours}/close"

    page = client.get(place).text
    answers = [
        press(client, "/desk/clinic/locations", place, into=str(into)) for into in (ours, theirs)
    ]

    assert "It is the only one" in page
    assert [answer.status_code for answer in answers] == [422, 422]
    assert client.get(f"/desk/clinic/locations/{theirs}/close").status_code == 404


def test_two_locations_that_are_closed_into_each_other_leave_one(
    sessions: Sessions, clinic_id: int
) -> None:
    with sessions.begin() as session:
        session.add(Location(clinic_id=clinic_id, name="Harbour"))
    with sessions.begin() as session:
        river, harbour = session.scalars(sa.select(Location.id).order_by(Location.id))

    def close(pair: tuple[int, int]) -> bool:
        try:
            with transaction(sessions) as session:
                close_site(session, session.get_one(Location, pair[0]), pair[1])
        except (NowhereToGo, sa.exc.NoResultFound):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        closed = list(pool.map(close, [(river, harbour), (harbour, river)]))

    assert sorted(closed) == [False, True]
    with sessions() as session:
        assert len(session.scalars(sa.select(Location.id)).all()) == 1


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT])
def test_nobody_but_an_admin_closes_a_location(
    client: FlaskClient, sessions: Sessions, clinic_id: int, role: Role
) -> None:
    come_in(client, sessions, role)
    with sessions.begin() as session:
        session.add(Location(clinic_id=clinic_id, name="Harbour"))
        session.flush()
        river, harbour = session.scalars(sa.select(Location.id).order_by(Location.id))
    place = f"/desk/clinic/locations/{river}/close"

    assert client.get(place).status_code == 403
    assert press(client, "/desk/me", place, into=str(harbour)).status_code == 403


# Numbers to write from


def test_another_number_is_taken_while_nothing_was_sent_and_must_be_tried_anew(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)
    with sessions.begin() as session:
        first = session.scalars(sa.select(Sender).where(Sender.medium == Medium.TEXT)).one()
        session.add(
            AuditEvent(
                clinic_id=clinic_id,
                at=NOW,
                actor="staff:1",
                action="set_up.texts",
                subject=f"sender:{first.id}",
            )
        )
    proved = lines(client.get("/desk/clinic/set-up").text)["Number that texts leave from"]

    press(client, "/desk/clinic/senders", text="207 555 0177", email="care@maplept.example")

    with sessions() as session:
        numbers = session.scalars(sa.select(Sender.address).order_by(Sender.id)).all()
    assert sorted(numbers) == ["+12075550177", "care@maplept.example"]
    assert proved == "Done"
    again = lines(client.get("/desk/clinic/set-up").text)["Number that texts leave from"]
    assert again == "Missing"


def test_a_number_in_use_or_of_somebody_else_is_not_taken(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions)
    with sessions.begin() as session:
        a_clinic(session, "+12075550200", "care@pine.example")
    theirs = press(client, "/desk/clinic/senders", text="+12075550200", email="b@maplept.example")
    with sessions.begin() as session:
        sender = session.scalars(
            sa.select(Sender).where(Sender.clinic_id == clinic_id, Sender.medium == Medium.TEXT)
        ).one()
        ana = a_patient(session, session.get_one(Clinic, clinic_id))
        session.add(
            Message(
                clinic_id=clinic_id,
                recipient=f"p{ana.id}",
                kind=Kind.NOTE,
                key="n",
                patient_id=ana.id,
                sender_id=sender.id,
                medium=Medium.TEXT,
                due_at=NOW,
                ready_at=NOW,
                created_at=NOW,
            )
        )

    used = press(client, "/desk/clinic/senders", text="207 555 0177", email="b@maplept.example")

    assert (theirs.status_code, used.status_code) == (422, 422)
    assert "Somebody writes from this one already." in theirs.text
    assert "so it stays" in used.text
    with sessions() as session:
        addresses = set(
            session.scalars(sa.select(Sender.address).where(Sender.clinic_id == clinic_id))
        )
    assert addresses == {CLINIC_NUMBER, "care@maplept.example"}


# Who may


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT])
@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("details", DETAILS),
        ("hours", HOURS),
        ("safety", {"emergency_number": "1", "crisis_number": "1"}),
        ("locations", {"name": "Harbour"}),
        ("senders", {"text": "207 555 0177", "email": "b@maplept.example"}),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_nobody_but_an_admin_changes_anything(
    client: FlaskClient,
    sessions: Sessions,
    clinic_id: int,
    role: Role,
    page: str,
    fields: dict[str, str],
) -> None:
    come_in(client, sessions, role)

    shown = client.get(f"/desk/clinic/{page}").text
    answer = press(client, "/desk/me", f"/desk/clinic/{page}", **fields)

    assert "An admin can change this." in shown
    assert answer.status_code == 303
    with sessions() as session:
        assert session.scalars(sa.select(Clinic.name)).one() == "Maple Physical Therapy"
        assert session.scalars(sa.select(Location.name)).all() == ["Riverside"]
        actions = session.scalars(sa.select(AuditEvent.action)).all()
    assert not {action for action in actions if action.startswith(("clinic.", "location."))}
