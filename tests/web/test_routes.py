"""Who may open which door? Every route of the web, by name: a new one needs a line here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from flask import Flask
from flask.testing import FlaskClient
from front_door import give_password, sign_in
from setting import HandClock, make_settings
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from reminders.config import Mode, Settings
from reminders.core.exercises import Category
from reminders.core.exercises.sheet import Sheet
from reminders.core.programme import Phase, Programme
from reminders.core.triage import AlertKind
from reminders.sandbox import pages
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import Door, Link, Purpose, Reply
from reminders.store.db import Sessions
from reminders.store.exercises import Exercise
from reminders.store.links import new_link
from reminders.store.people import Clinic, Location, Medium
from reminders.store.record import Alert, Hold
from reminders.store.templates import save_template
from reminders.store.views import SavedView

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


OWN = "own-wall-push"


class Who(StrEnum):
    """Whom a door opens to."""

    ANYONE = "anyone"  # nothing of anybody is behind it
    LINK = "link"  # whoever has the address that a patient was sent
    KEPT = "kept"  # whoever brings the key that a phone keeps
    PROVIDER = "provider"  # whoever signs the request, or knows the secret of the address
    HALF = "half"  # who has given a right password, and has yet to show the phone
    STAFF = "staff"  # who is signed in, and only to rows of their clinic
    DEMO = "demo"  # anyone, and not in production
    STAGE = "stage"  # anyone who tries it out: only `python app.py` without settings adds these


ROUTES = """
GET       /healthz                                                           anyone
GET       /healthz/heartbeat                                                 anyone
GET       /readyz                                                            anyone
GET       /metrics                                                           provider
GET       /static/<path:filename>                                            anyone
GET       /pictures/<key>.svg                                                anyone
GET       /photo/<digest>.webp                                               anyone
GET       /sw.js                                                             anyone
GET       /offline                                                           anyone
GET       /today.webmanifest                                                 anyone
GET POST  /login                                                             anyone
POST      /logout                                                            anyone
POST      /demo-sign-in                                                      demo
GET POST  /join/<token>                                                      link
GET POST  /forgotten                                                         anyone
GET POST  /factor                                                            half
GET POST  /factor/recovery                                                   half
GET POST  /factor/new                                                        half
GET POST  /factor/anew                                                       staff

GET       /demo/phone                                                        stage
GET       /demo/mailbox                                                      stage
GET       /demo/clinic                                                       stage
POST      /demo/text                                                         stage
POST      /demo/mail                                                         stage
POST      /demo/next                                                         stage
POST      /demo/hour                                                         stage
POST      /demo/day                                                          stage
POST      /demo/network                                                      stage

POST      /hooks/text                                                        provider
POST      /hooks/call                                                        provider
POST      /hooks/status/<attempt_id>                                         provider
POST      /hooks/proof                                                       provider
POST      /hooks/mail                                                        provider

GET POST  /x/<token>                                                         link
GET       /x/<token>/change                                                  link
GET POST  /x/<token>/new                                                     link
GET       /x/<token>/week                                                    link
POST      /x/<token>/check/<any(week, reminders, keep):place>                link
POST      /x/<token>/code/<any(week, reminders, keep):place>                 link
GET       /x/<token>/reminders                                               link
POST      /x/<token>/reminders/times                                         link
POST      /x/<token>/reminders/way                                           link
POST      /x/<token>/reminders/language                                      link
POST      /x/<token>/reminders/pause                                         link
POST      /x/<token>/reminders/resume                                        link
POST      /x/<token>/reminders/pace                                          link
POST      /x/<token>/reminders/calendar                                      link
GET POST  /x/<token>/later                                                   link
POST      /x/<token>/later/undo                                              link
GET POST  /x/<token>/stop                                                    link
GET       /x/<token>/stopped                                                 link
GET POST  /x/<token>/keep                                                    link
GET POST  /x/<token>/off                                                     link
GET       /calendar/<token>.ics                                              link
GET POST  /u/<token>                                                         link

GET POST  /today                                                             kept
GET       /today/change                                                      kept
GET POST  /today/new                                                         kept
GET       /today/week                                                        kept
POST      /today/check/<any(week, reminders, keep):place>                    kept
POST      /today/code/<any(week, reminders, keep):place>                     kept
GET       /today/reminders                                                   kept
POST      /today/reminders/times                                             kept
POST      /today/reminders/way                                               kept
POST      /today/reminders/language                                          kept
POST      /today/reminders/pause                                             kept
POST      /today/reminders/resume                                            kept
POST      /today/reminders/pace                                              kept
POST      /today/reminders/calendar                                          kept
GET POST  /today/later                                                       kept
POST      /today/later/undo                                                  kept
GET POST  /today/stop                                                        kept
GET       /today/stopped                                                     kept
GET POST  /today/keep                                                        kept
GET POST  /today/off                                                         kept

GET POST  /password                                                          staff
GET       /desk/                                                             staff
GET       /desk/me                                                           staff
POST      /desk/me/mornings                                                  staff
GET       /desk/clinic                                                       staff
GET       /desk                                                              staff
GET       /desk/clinic/set-up                                                staff
GET POST  /desk/clinic/details                                               staff
GET POST  /desk/clinic/hours                                                 staff
GET POST  /desk/clinic/safety                                                staff
GET POST  /desk/clinic/locations                                             staff
GET POST  /desk/clinic/locations/<int:location_id>                           staff
GET POST  /desk/clinic/locations/<int:location_id>/close                     staff
GET       /desk/clinic/sending                                               staff
POST      /desk/clinic/sending/<any(texts, door, mail):proof>                staff
POST      /desk/clinic/sending/<any(text, email):medium>                     staff
GET POST  /desk/clinic/senders                                               staff
GET       /desk/clinic/wordings                                              staff
GET POST  /desk/clinic/wordings/<wording>/<lang>                             staff
GET       /desk/clinic/audit                                                 staff
GET       /desk/clinic/audit.csv                                             staff
GET       /desk/clinic/delivery                                              staff
GET POST  /desk/clinic/budget                                                staff
GET POST  /desk/clinic/keeping                                               staff
POST      /desk/senders/<int:sender_id>/mend                                 staff
GET POST  /desk/patients/<int:patient_id>/nudge                              staff
POST      /desk/holds/<int:hold_id>/release                                  staff
GET POST  /desk/clinic/second-step                                           staff
GET POST  /desk/clinic/asking                                                staff
GET       /desk/clinic/figures                                               staff
GET POST  /desk/clinic/lines                                                 staff
GET POST  /desk/patients/<int:patient_id>/carer                              staff
GET POST  /desk/patients/<int:patient_id>/pain                               staff
GET       /desk/to-read                                                      staff
GET POST  /desk/replies/<int:reply_id>                                       staff
POST      /desk/replies/<int:reply_id>/undo                                  staff
POST      /desk/replies/<int:reply_id>/whose                                 staff
GET       /desk/library                                                      staff
GET       /desk/library/<key>                                                staff
GET POST  /desk/library/<key>/change                                         staff
POST      /desk/library/<key>/retire                                         staff
POST      /desk/library/<key>/return                                         staff
POST      /desk/library/<key>/review                                         staff
GET       /desk/library/export                                               staff
GET POST  /desk/library/import                                               staff
GET POST  /desk/library/new                                                  staff
GET       /desk/library/schema                                               staff
GET       /desk/library/drawings                                             staff
GET       /desk/patients                                                     staff
GET       /desk/calls                                                        staff
GET       /desk/patients/<int:patient_id>/since                              staff
GET POST  /desk/patients/<int:patient_id>/call                               staff
GET       /desk/patients.csv                                                 staff
POST      /desk/patients/views                                               staff
POST      /desk/patients/views/<int:view_id>/remove                          staff
GET       /desk/templates                                                    staff
GET POST  /desk/templates/<int:template_id>/remove                           staff
GET POST  /desk/checks                                                       staff
GET POST  /desk/patients/new                                                 staff
GET POST  /desk/patients/import                                              staff
POST      /desk/patients/import/take                                         staff
GET       /desk/patients/example.csv                                         staff
GET       /desk/patients/<int:patient_id>/record                             staff
POST      /desk/patients/<int:patient_id>/number                             staff
GET POST  /desk/patients/<int:patient_id>/consent                            staff
GET POST  /desk/patients/<int:patient_id>/details                            staff
GET       /desk/patients/<int:patient_id>/sheet                              staff
GET       /desk/patients/<int:patient_id>/record.zip                         staff
GET POST  /desk/patients/<int:patient_id>/legal-hold                         staff
GET POST  /desk/patients/<int:patient_id>/erase                              staff
GET       /desk/patients/<int:patient_id>                                    staff
GET POST  /desk/patients/<int:patient_id>/discharge                          staff
GET POST  /desk/patients/<int:patient_id>/log                                staff
GET POST  /desk/patients/<int:patient_id>/note                               staff
GET POST  /desk/patients/<int:patient_id>/pause                              staff
GET POST  /desk/patients/<int:patient_id>/plan                               staff
GET       /desk/patients/<int:patient_id>/plan/start                         staff
POST      /desk/patients/<int:patient_id>/suggestions/<any(ready, back, not_helping):step> staff
POST      /desk/patients/<int:patient_id>/resume                             staff
POST      /desk/patients/<int:patient_id>/seen                               staff
GET POST  /desk/patients/<int:patient_id>/stop/<any(text, email):medium>     staff
GET POST  /desk/alerts/<int:alert_id>/clear                                  staff
POST      /desk/alerts/<int:alert_id>/seen                                   staff
POST      /desk/alerts/<int:alert_id>/snooze                                 staff
POST      /desk/alerts/<int:alert_id>/take                                   staff
POST      /desk/alerts/<int:alert_id>/called                                 staff
POST      /desk/alerts/<int:alert_id>/tried                                  staff
POST      /desk/alerts/<int:alert_id>/praise                                 staff
POST      /desk/alerts/<int:alert_id>/say-seen                               staff
GET POST  /desk/alerts/<int:alert_id>/hand                                   staff
POST      /desk/alerts/<int:alert_id>/undo/<any(take, snooze, seen, called, tried, hand):what> staff
GET POST  /desk/patients/<int:patient_id>/transfer                           staff
GET POST  /desk/patients/<int:patient_id>/thresholds                         staff
GET POST  /desk/clinic/thresholds                                            staff
GET       /desk/clinic/people                                                staff
GET POST  /desk/clinic/people/new                                            staff
GET       /desk/clinic/people/<int:staff_id>                                 staff
POST      /desk/clinic/people/<int:staff_id>/role                            staff
POST      /desk/clinic/people/<int:staff_id>/factor                          staff
POST      /desk/clinic/people/<int:staff_id>/invite                          staff
GET POST  /desk/clinic/people/<int:staff_id>/leave                           staff
GET POST  /desk/clinic/people/<int:staff_id>/away                            staff
POST      /desk/clinic/people/<int:staff_id>/here                            staff
"""


@dataclass(frozen=True, order=True)
class Route:
    """One rule with one method."""

    rule: str
    method: str
    who: Who = field(compare=False)

    @property
    def names_a_row(self) -> bool:
        return "<int:" in self.rule or "<key>" in self.rule

    def ask(self, client: FlaskClient, rows: dict[str, int], token: str = "") -> TestResponse:
        """Knock, with a valid token of our forms in hand."""
        place = re.sub(r"<int:(\w+)>", lambda found: str(rows.get(found[1], 1)), self.rule)
        place = re.sub(r"<any\((\w+)[^>]*>", r"\1", place)
        place = place.replace("<key>", OWN).replace("<wording>/<lang>", "reminder/en")
        place = re.sub(r"<[^>]+>", "a" * 26, place)
        data = {"csrf_token": token} if self.method == "POST" else None
        return client.open(place, method=self.method, data=data)


def _listed() -> Iterator[Route]:
    for line in ROUTES.strip().splitlines():
        if line:
            methods, rule, who = re.split(r"\s+(?=/)|\s+(?=\w+$)", line)
            yield from (Route(rule, method, Who(who)) for method in methods.split())


LISTED = tuple(_listed())


def opening_to(*who: Who) -> list[Route]:
    return [route for route in LISTED if route.who in who]


def found_in(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@pytest.fixture
def rows(sessions: Sessions, settings: Settings) -> dict[str, int]:
    """A clinic with a row of each kind, and another clinic with none."""
    with sessions.begin() as session:
        ours = a_clinic(session)
        ana = a_patient(session, ours)
        a_plan(session, ana)
        alert = Alert(
            clinic_id=ours.id,
            patient_id=ana.id,
            kind=AlertKind.SAFETY,
            urgency=0,
            sentence="Wrote of a possible emergency.",
            opened_at=NOW,
        )
        hold = Hold(clinic_id=ours.id, reason="storm", by="staff:1", since=NOW)
        reply = Reply(
            clinic_id=ours.id,
            door=Door.TEXT,
            provider_id="SM1",
            sender=ana.phone,
            sender_index=ana.phone,
            text="see you",
            received_at=NOW,
            patient_id=ana.id,
        )
        texts = {"en": {"name": "Wall push", "steps": ["Push."]}}
        sheet = Sheet(key=OWN, category=Category.STRENGTH, texts=texts)
        own = Exercise(clinic_id=ours.id, key=OWN, sheet_fields=sheet.model_dump(mode="json"))
        session.add_all([alert, hold, reply, own])
        kept = save_template(
            session, ours.id, "Back, week one", Programme((Phase(""),)), owner_id=None
        )
        link = new_link(
            ours.id,
            ana.id,
            Purpose.SESSION,
            Medium.TEXT,
            secret=settings.secret_key.get_secret_value(),
            now=NOW,
            expires_at=NOW + timedelta(days=1),
        )
        session.add(link)
        ada = an_admin(session, ours, "ada@maplept.example")
        site = session.scalars(sa.select(Location).where(Location.clinic_id == ours.id)).one()
        view = SavedView(clinic_id=ours.id, staff_id=ada.id, name="Mine", wanted="show=mine")
        session.add(view)
        other = a_clinic(session, "+12075550101", "care@other.example")
        an_admin(session, other, "olga@other.example")
        session.flush()
        return {
            "patient_id": ana.id,
            "reply_id": reply.id,
            "alert_id": alert.id,
            "hold_id": hold.id,
            "template_id": kept.id,
            "view_id": view.id,
            "staff_id": ours.safety_contact_id or 0,
            "location_id": site.id,
        }


def an_admin(session: Session, clinic: Clinic, email: str) -> Staff:
    person = a_therapist(session, clinic, "Ada Berg", email, Role.ADMIN)
    give_password(person)
    return person


def token_of(client: FlaskClient, place: str = "/login") -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(place).text)[0]


def signed_in(app: Flask, email: str) -> tuple[FlaskClient, str]:
    client = app.test_client()
    assert sign_in(client, email).location == "/desk"
    return client, token_of(client, "/password")


def leads_to_the_door(answer: TestResponse) -> bool:
    refused = answer.status_code in {401, 403}
    return refused or (answer.status_code in {302, 303} and "/login" in answer.location)


# The list


def test_every_route_is_listed_and_every_listed_route_exists(app: Flask) -> None:
    app.register_blueprint(pages.bp)
    listed = {(route.rule, route.method) for route in LISTED}

    assert found_in(app) - listed == set(), "a route without a line in ROUTES"
    assert listed - found_in(app) == set(), "a line in ROUTES without a route"


def test_production_has_every_door_but_those_of_the_demo(
    sessions: Sessions, clock: HandClock
) -> None:
    real = make_settings(run_mode=Mode.PRODUCTION, public_base_url="https://exercise.example.org")

    app = create_app(real, time=clock, sessions=sessions)

    real_doors = opening_to(Who.ANYONE, Who.LINK, Who.KEPT, Who.PROVIDER, Who.HALF, Who.STAFF)
    assert found_in(app) == {(route.rule, route.method) for route in real_doors}


# Nobody


def test_nobody_is_sent_from_every_door_of_the_staff_to_the_sign_in(
    app: Flask, rows: dict[str, int]
) -> None:
    client = app.test_client()
    token = token_of(client)

    doors = opening_to(Who.HALF, Who.STAFF)
    answers = {route: route.ask(client, rows, token) for route in doors}

    let_in = {route: answer for route, answer in answers.items() if not leads_to_the_door(answer)}
    assert let_in == {}


def test_no_form_of_the_staff_is_taken_without_our_token(app: Flask, rows: dict[str, int]) -> None:
    client, _ = signed_in(app, "ada@maplept.example")
    posts = [route for route in opening_to(Who.STAFF, Who.DEMO) if route.method == "POST"]

    taken = {route for route in posts if route.ask(client, rows).status_code != 400}

    assert taken == set()


def test_nobody_speaks_for_the_provider(client: FlaskClient) -> None:
    answers = {route: route.ask(client, {}).status_code for route in opening_to(Who.PROVIDER)}

    assert set(answers.values()) == {403}


def test_a_made_up_link_shows_nothing_of_anybody(
    app: Flask, rows: dict[str, int], sessions: Sessions, settings: Settings
) -> None:
    client = app.test_client()
    token = token_of(client)
    with sessions() as session:
        theirs = session.scalars(sa.select(Link)).one()
    own = client.get(f"/x/{theirs.token(settings.secret_key.get_secret_value())}")
    assert "Maple" in own.text

    doors = opening_to(Who.LINK, Who.KEPT)
    answers = {route: route.ask(client, rows, token) for route in doors}

    for route, answer in answers.items():
        assert answer.status_code < 500, route
        for word in ("Ana", "Morales", "Maple", "5550118", "bridge"):
            assert word not in answer.text, route


def test_what_is_open_to_anyone_asks_nobody_to_sign_in(client: FlaskClient) -> None:
    pages = [route for route in opening_to(Who.ANYONE) if route.method == "GET"]

    asked = [route for route in pages if route.ask(client, {}).status_code in {302, 303, 401, 403}]

    assert asked == []


# Staff of this clinic, and of another


def test_staff_reach_every_page_of_the_desk(app: Flask, rows: dict[str, int]) -> None:
    client, _ = signed_in(app, "ada@maplept.example")
    pages = [route for route in opening_to(Who.STAFF) if route.method == "GET"]

    shut = {route: route.ask(client, rows).status for route in pages}

    assert {route: status for route, status in shut.items() if status != "200 OK"} == {}


def test_a_row_of_another_clinic_is_not_found_by_any_door(app: Flask, rows: dict[str, int]) -> None:
    client, token = signed_in(app, "olga@other.example")
    doors = [route for route in opening_to(Who.STAFF) if route.names_a_row]
    assert len(doors) > 15

    found = {route: route.ask(client, rows, token).status_code for route in doors}

    assert {route: status for route, status in found.items() if status != 404} == {}


def test_the_same_rows_are_found_by_their_own_clinic(app: Flask, rows: dict[str, int]) -> None:
    client, token = signed_in(app, "ada@maplept.example")
    doors = [route for route in opening_to(Who.STAFF) if route.names_a_row]

    missed = [route for route in doors if route.ask(client, rows, token).status_code == 404]

    assert missed == []
