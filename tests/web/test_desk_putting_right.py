"""Is what we know of a patient put right, and does nothing go where they no longer are?"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from attack_forms import Offered, forms_on
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan, a_therapist
from desk_door import sign_in
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reminders import inbox, outbox
from reminders.channels.mail import MailIn
from reminders.core.gate import Kind, Reason
from reminders.core.triage import AlertKind
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.accounts import Role
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Fate, Link, Message, Reply, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import (
    Consent,
    ConsentStep,
    Location,
    Medium,
    Patient,
    Source,
    Why,
    suppress,
)
from reminders.store.record import Alert, Occurrence
from reminders.watch import doubt_numbers

NEW, NEWS_MAIL = "+12075550155", "ana.new@example.org"
YES = {"agrees": "y", "knows_risk": "y", "how": "phone"}
NINE = NOW + timedelta(minutes=31)
TOMORROW = NINE + timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """A member of staff before the form about Ana."""

    client: FlaskClient
    sessions: Sessions
    ana: int

    @property
    def page(self) -> str:
        return f"/desk/patients/{self.ana}/details"

    def form(self) -> Offered:
        """The form as it is shown at this moment."""
        shown = self.client.get(self.page)
        assert shown.status_code == 200
        [form] = [one for one in forms_on(shown) if "seen" in one.names]
        return form

    def change(self, **fields: str) -> TestResponse:
        return self.form().send(self.client, fields)

    def read(self, what: Callable[[Patient], object]) -> object:
        with self.sessions() as session:
            return what(session.get_one(Patient, self.ana))

    def words(self, answer: TestResponse) -> str:
        """What is said on the page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        return self.client.get(answer.location).text


@pytest.fixture
def desk(client: FlaskClient, sessions: Sessions) -> Desk:
    """An assistant, and Ana with a plan, who has agreed for her number and her address."""
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        helper = a_therapist(session, clinic, "Kim Lee", "kim@maplept.example", Role.ASSISTANT)
        site = session.query(Location).one()
        ana = a_patient(session, clinic, birth_year="1958", location_id=site.id)
        a_plan(session, ana)
        helper_id, ana_id = helper.id, ana.id
    sign_in(client, helper_id)
    return Desk(client, sessions, ana_id)


# What is known


def test_every_detail_can_be_put_right_and_no_value_stands_in_the_trail(
    desk: Desk, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        clinic_id = session.get_one(Patient, desk.ana).clinic_id
        hill = Location(clinic_id=clinic_id, name="Hillside")
        session.add(hill)
        session.flush()
        hill_id = hill.id

    answer = desk.change(
        first_name="Anna",
        last_name="Moral Díaz",
        birth_year="1959",
        conditions="Low back",
        language="es",
        location_id=str(hill_id),
    )

    assert "Kept." in desk.words(answer)
    said = desk.read(
        lambda p: (p.name, p.birth_year, p.conditions, p.language, p.location_id, p.phone, p.email)
    )
    assert said == (
        *("Anna Moral Díaz", "1959", "Low back", "es", hill_id),
        *(PATIENT_NUMBER, "ana@example.org"),
    )
    with sessions() as session:
        line = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "patient.change"))
        assert [one.subject for one in line] == [f"patient:{desk.ana}"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"first_name": " "}, "A first name, please."),
        ({"birth_year": "58"}, "Four digits, please"),
        ({"phone": ""}, "Texts need a mobile number."),
        ({"phone": "12"}, "error"),
        ({"email": "ana@"}, "error"),
        ({"medium": "email", "email": ""}, "Emails need an address."),
        ({"zone": "Mars/Base"}, "A time zone of the list, please."),
        ({"location_id": "999999"}, "Not a valid choice."),
        ({"phone": NEW, "agrees": "y"}, "Both sentences, or neither."),
        ({"phone": NEW, "knows_risk": "y"}, "Both sentences, or neither."),
        ({"phone": "+12075550177"}, "This is their carer’s."),
        ({"email": "eva@example.org"}, "This is their carer’s."),
    ],
    ids=lambda one: " ".join(f"{k}={v}" for k, v in one.items()) if isinstance(one, dict) else "",
)
def test_what_makes_no_sense_is_shown_again_and_nothing_is_kept(
    desk: Desk, sessions: Sessions, typed: dict[str, str], said: str
) -> None:
    with transaction(sessions) as session:
        ana = session.get_one(Patient, desk.ana)
        ana.carer_phone, ana.carer_email = "+12075550177", "eva@example.org"

    answer = desk.change(last_name="Typed", **typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Typed"' in answer.text
    assert desk.read(lambda p: (p.last_name, p.phone)) == ("Morales", PATIENT_NUMBER)


def test_whoever_is_slower_is_shown_what_the_other_kept(desk: Desk) -> None:
    slow = desk.form()
    assert desk.change(last_name="Ibarra", zone="America/Chicago").status_code == 303

    answer = slow.send(desk.client, {"first_name": "Anna"})

    assert answer.status_code == 409
    assert "Last name: Ibarra" in answer.text
    assert "Time zone: Chicago" in answer.text
    assert "First name: Ana;" in answer.text
    assert desk.read(lambda p: p.name) == "Ana Ibarra"
    [again] = [one for one in forms_on(answer) if "seen" in one.names]
    assert again.send(desk.client, {}).status_code == 303
    assert desk.read(lambda p: p.name) == "Anna Morales"


def test_a_number_of_somebody_else_needs_a_tick(desk: Desk, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        clinic = session.get_one(Patient, desk.ana).clinic
        a_patient(session, clinic, first_name="José", last_name="Ibarra", phone=NEW)

    answer = desk.change(phone=NEW)
    ticked = desk.change(phone=NEW, shared="y")

    assert answer.status_code == 422
    assert "José Ibarra has this number already." in answer.text
    assert ticked.status_code == 303
    assert desk.read(lambda p: p.phone) == NEW
    # Once it is hers as well, other changes ask nothing.
    assert desk.change(last_name="Moral").status_code == 303


def test_a_patient_of_another_clinic_or_an_erased_one_is_not_there(
    desk: Desk, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        other = a_patient(session, a_clinic(session, "+12075550200", "care@pine.example"))
        gone = a_patient(session, session.get_one(Patient, desk.ana).clinic, phone=NEW)
        gone.erased_at = NOW
        session.flush()
        ids = (other.id, gone.id)

    for row in ids:
        assert desk.client.get(f"/desk/patients/{row}/details").status_code == 404


# Another number


def test_to_another_number_nothing_goes_before_their_yes(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    answer = desk.change(phone=NEW)

    assert "Nothing is sent to Ana before their yes is noted." in desk.words(answer)
    outbox.plan(post.sessions, NINE)
    outbox.send_due(post, NINE)
    with desk.sessions() as session:
        reminder = session.query(Message).filter_by(kind=Kind.REMINDER).one()
        assert (reminder.state, reminder.reason) == (State.WITHHELD, Reason.NO_CONSENT)
    assert [*sandbox.texts(NEW), *sandbox.texts(PATIENT_NUMBER)] == []


def test_with_their_yes_the_welcome_and_what_was_waiting_go_to_the_new_number(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(post.sessions, NINE)

    answer = desk.change(phone="(207) 555-0155", **YES)

    assert "Kept." in desk.words(answer)
    outbox.send_due(post, NINE)
    assert len(sandbox.texts(NEW)) == 2
    assert not sandbox.texts(PATIENT_NUMBER)
    with desk.sessions() as session:
        lines = session.query(Consent).filter_by(address_index=NEW).all()
        assert [(one.medium, one.step, one.how) for one in lines] == [
            (Medium.TEXT, ConsentStep.GIVEN, "phone")
        ]
        assert "not encrypted" in lines[0].wording


def test_a_clinic_that_asks_for_start_asks_for_it_on_the_new_number_too(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    with transaction(desk.sessions) as session:
        session.get_one(Patient, desk.ana).clinic.double_opt_in = True

    desk.change(phone=NEW, **YES)
    outbox.plan(post.sessions, NINE)
    outbox.send_due(post, NINE)

    with desk.sessions() as session:
        told = session.query(Message.wording, Message.state).filter_by(kind=Kind.WELCOME).all()
        reminder = session.query(Message).filter_by(kind=Kind.REMINDER).one()
        assert [tuple(one) for one in told] == [(Key.WELCOME, State.SENT)]
        assert reminder.reason == Reason.UNCONFIRMED
    assert len(sandbox.texts(NEW)) == 1


def test_a_link_that_went_to_the_old_number_opens_nothing_any_more(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(post.sessions, NINE)
    outbox.send_due(post, NINE)
    [text] = sandbox.texts(PATIENT_NUMBER)
    found = re.search(r"/x/\w+", text.body)
    assert found is not None
    assert "Ana" in desk.client.get(found[0]).text

    desk.change(phone=NEW)

    page = desk.client.get(found[0])
    assert "This link has ended" in page.text
    assert "Ana" not in page.text


def test_a_second_try_brings_a_way_in_of_its_own_to_the_new_number(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(post.sessions, NINE)
    outbox.send_due(post, NINE)
    with transaction(desk.sessions) as session:
        reminder = session.query(Message).filter_by(kind=Kind.REMINDER).one()
        # As after an attempt that is known to have come to nothing.
        reminder.state, before = State.DUE, reminder.link_id

    desk.change(phone=NEW, **YES)
    outbox.send_due(post, NINE)

    with desk.sessions() as session:
        reminder = session.query(Message).filter_by(kind=Kind.REMINDER).one()
        link = session.get_one(Link, reminder.link_id)
        assert link.id != before
        assert link.revoked_at is None
    texts = [one.body for one in sandbox.texts(NEW) if "/x/" in one.body]
    [found] = [re.search(r"/x/\w+", body) for body in texts]
    assert found is not None
    assert "Ana" in desk.client.get(found[0]).text


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (Kind.ANSWER, State.WITHDRAWN),
        (Kind.SAFETY, State.DUE),
        (Kind.OPT_OUT, State.DUE),
    ],
)
def test_an_answer_to_the_old_number_is_taken_back_but_not_one_to_danger_or_a_stop(
    desk: Desk, kind: Kind, state: State
) -> None:
    with transaction(desk.sessions) as session:
        ana = session.get_one(Patient, desk.ana)
        session.add(
            Message(
                clinic_id=ana.clinic_id,
                recipient=f"p{ana.id}",
                kind=kind,
                key="r1",
                patient_id=ana.id,
                medium=Medium.TEXT,
                address=PATIENT_NUMBER,
                address_index=PATIENT_NUMBER,
                wording=Key.STARTED,
                due_at=NOW,
                ready_at=NOW,
                created_at=NOW,
            )
        )

    desk.change(phone=NEW)

    with desk.sessions() as session:
        assert session.query(Message).filter_by(kind=kind).one().state is state


def test_a_blocked_new_number_stays_blocked_and_it_is_said(desk: Desk) -> None:
    with transaction(desk.sessions) as session:
        clinic_id = session.get_one(Patient, desk.ana).clinic_id
        block = (clinic_id, Medium.TEXT, NEW, Why.OPT_OUT)
        suppress(session, *block, source=Source.PATIENT, now=NOW)

    answer = desk.change(phone=NEW, **YES)

    assert "this address is blocked" in desk.words(answer)


def test_nobody_asks_any_more_about_a_number_that_is_gone(desk: Desk) -> None:
    later = NOW + timedelta(days=61)
    assert doubt_numbers(desk.sessions, later) == 1

    desk.change(phone=NEW)

    with desk.sessions() as session:
        doubt = session.query(Alert).filter_by(kind=AlertKind.HOLD).one()
        assert doubt.resolved_at is not None


def test_a_landline_is_called_until_there_is_a_number_that_takes_texts(desk: Desk) -> None:
    desk.change(landline="y")
    listed = desk.client.get("/desk/calls").text
    assert "it is a landline" in listed
    assert f'href="{desk.page}"' in listed

    desk.change(last_name="Moral")
    assert "it is a landline" in desk.client.get("/desk/calls").text
    desk.change(phone=NEW, landline="", **YES)

    assert "it is a landline" not in desk.client.get("/desk/calls").text


def test_a_doubt_stays_while_the_number_does(desk: Desk) -> None:
    doubt_numbers(desk.sessions, NOW + timedelta(days=61))

    desk.change(last_name="Moral")

    with desk.sessions() as session:
        assert session.query(Alert).filter_by(kind=AlertKind.HOLD).one().resolved_at is None


# Another address, way or zone


def test_another_mail_address_leaves_texts_and_their_links_alone(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(post.sessions, NINE)
    outbox.send_due(post, NINE)
    [text] = sandbox.texts(PATIENT_NUMBER)
    found = re.search(r"/x/\w+", text.body)
    assert found is not None

    answer = desk.change(email=NEWS_MAIL)

    assert "Kept." in desk.words(answer)
    assert "before their yes" not in desk.words(answer)
    assert "Ana" in desk.client.get(found[0]).text


def test_a_mail_that_answers_an_ended_letter_is_a_strangers(desk: Desk, post: Post) -> None:
    with transaction(desk.sessions) as session:
        session.get_one(Patient, desk.ana).medium = Medium.EMAIL
    outbox.plan(post.sessions, NINE)
    outbox.send_due(post, NINE)
    with desk.sessions() as session:
        link = session.query(Link).one()
        token = link.token(post.settings.secret_key.get_secret_value())
    assert desk.change(email=NEWS_MAIL).status_code == 303

    mail = MailIn("m1", sender="ana@example.org", token=token, text="done, pain 3")
    with transaction(desk.sessions) as session:
        reply_id = inbox.receive_mail(session, mail, NINE)
    assert reply_id is not None
    inbox.read(desk.sessions, post.settings, reply_id, NINE)

    with desk.sessions() as session:
        reply = session.get_one(Reply, reply_id)
        assert (reply.patient_id, reply.link_id) == (None, None)
        assert reply.fate is Fate.FOR_A_PERSON


def test_from_now_on_by_mail_means_what_waits_as_well(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(post.sessions, NINE)

    desk.change(medium="email")
    outbox.send_due(post, NINE)

    assert not sandbox.texts(PATIENT_NUMBER)
    assert len(sandbox.mails("ana@example.org")) == 1


def test_without_its_address_a_second_reminder_goes_the_way_of_the_first(desk: Desk) -> None:
    with transaction(desk.sessions) as session:
        session.get_one(Patient, desk.ana).nudge_medium = Medium.EMAIL

    desk.change(email="")

    assert desk.read(lambda p: (p.email, p.nudge_medium)) == (None, None)


def test_another_zone_takes_back_what_waits_and_moves_what_is_to_come(
    desk: Desk, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(post.sessions, NINE)

    desk.change(zone="America/Los_Angeles")
    texts = []
    for at in (NINE, TOMORROW, TOMORROW + timedelta(hours=3)):
        outbox.plan(post.sessions, at)
        outbox.send_due(post, at)
        texts.append(len(sandbox.texts(PATIENT_NUMBER)))

    assert texts == [0, 0, 1]
    with desk.sessions() as session:
        first = session.scalars(sa.select(Message).order_by(Message.id)).first()
        assert first is not None
        assert (first.state, first.reason) == (State.WITHDRAWN, Reason.PLAN_CHANGED)
        days = session.scalars(sa.select(Occurrence.due_at).order_by(Occurrence.due_at)).all()
        assert days[-1] == NOW + timedelta(days=1, hours=3, minutes=30)


def test_a_discharged_patient_is_put_right_without_being_asked_for_a_yes(desk: Desk) -> None:
    with transaction(desk.sessions) as session:
        session.get_one(Patient, desk.ana).discharge()

    page = desk.client.get(desk.page).text
    answer = desk.change(phone=NEW)

    assert "Their yes" not in page
    assert "before their yes" not in desk.words(answer)
    assert desk.read(lambda p: p.phone) == NEW
