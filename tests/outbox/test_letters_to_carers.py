"""A carer is written to as carefully as a patient, and ends the mails by a link of their own."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.channels.mail import MailIn
from reminders.core import gate
from reminders.core.gate import Kind, Reason
from reminders.core.triage import AlertKind
from reminders.inbox.carers import call_carer, tell_carer_of_silence
from reminders.inbox.receiving import receive_mail
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Message, Purpose, State, find_link
from reminders.store.db import Sessions, transaction
from reminders.store.people import (
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Suppression,
    consent_of,
    suppressed,
)
from reminders.store.record import Alert, Cause, Hold

DAUGHTER = "+12075550177"
DAUGHTERS_MAIL = "eva@example.org"
SOON = NOW + timedelta(minutes=1)
NIGHT = NOW.replace(hour=5)  # one in the morning in New York
TODAY = NOW.date()


@pytest.fixture
def ana(sessions: Sessions) -> int:
    """A patient whose daughter has agreed to be told."""
    with transaction(sessions) as session:
        ana = a_patient(session, a_clinic(session))
        ana.carer_phone, ana.carer_email = DAUGHTER, DAUGHTERS_MAIL
        ana.carer_name, ana.carer_consent_at = "Eva", NOW
        a_plan(session, ana)
        return ana.id


def of_silence(session: Session, patient: Patient) -> None:
    tell_carer_of_silence(session, patient, NOW)


def look_now(session: Session, patient: Patient) -> None:
    alert = Alert(
        clinic_id=patient.clinic_id, patient_id=patient.id, kind=AlertKind.SAFETY, urgency=0,
        sentence="", evidence="", opened_at=NOW,
    )  # fmt: skip
    session.add(alert)
    session.flush()
    call_carer(session, patient, alert, NOW)


def pause(_session: Session, patient: Patient) -> None:
    patient.pause(TODAY, TODAY + timedelta(days=3), by="staff:1")


def hold(session: Session, patient: Patient) -> None:
    session.add(
        Hold(
            clinic_id=patient.clinic_id, cause=Cause.RESTORE, reason="a restore", by="service",
            since=NOW,
        )
    )  # fmt: skip


def stop_for_safety(_session: Session, patient: Patient) -> None:
    patient.safety_hold_at = NOW


def discharge(_session: Session, patient: Patient) -> None:
    patient.discharge()


def take_back(_session: Session, patient: Patient) -> None:
    patient.carer_consent_at = None


def move_away(_session: Session, patient: Patient) -> None:
    patient.carer_phone, patient.carer_email = "+12075550178", "other@example.org"


HELD_BACK = {
    "on a paused day": (pause, Reason.PAUSED),
    "while the clinic is on hold": (hold, Reason.HOLD),
    "during a safety pause": (stop_for_safety, Reason.SAFETY),
    "after the discharge": (discharge, Reason.INACTIVE),
}
NOT_AGREED = {
    "after the carer's yes is gone": (take_back, Reason.NO_CONSENT),
    "to an address that is theirs no more": (move_away, Reason.NO_CONSENT),
}
Change = Callable[[Session, Patient], None]


def tell(sessions: Sessions, ana: int, what: Change, change: Change | None = None) -> None:
    """Write to the carer; afterwards something changes before it leaves."""
    with transaction(sessions) as session:
        patient = session.get_one(Patient, ana)
        what(session, patient)
        session.flush()
        if change is not None:
            change(session, patient)


def fates(sessions: Sessions) -> set[tuple[State, str]]:
    with sessions() as session:
        told = session.scalars(sa.select(Message).where(Message.kind == Kind.CARER)).all()
        assert len(told) == 2
        return {(one.state, one.reason) for one in told}


@pytest.mark.parametrize(
    ("change", "reason"), [*(HELD_BACK | NOT_AGREED).values()], ids=[*HELD_BACK, *NOT_AGREED]
)
def test_news_of_silence_is_judged_when_it_leaves(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox, change: Change, reason: Reason
) -> None:
    tell(sessions, ana, of_silence, change)

    outbox.send_due(post, SOON)

    assert fates(sessions) == {(State.WITHHELD, reason)}
    assert not sandbox.texts(DAUGHTER)
    assert not sandbox.mails(DAUGHTERS_MAIL)


@pytest.mark.parametrize("change", [one for one, _ in HELD_BACK.values()], ids=[*HELD_BACK])
def test_who_is_to_look_now_is_told_whatever_is_held_or_paused(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox, change: Change
) -> None:
    tell(sessions, ana, look_now, change)

    outbox.send_due(post, SOON)

    assert len(sandbox.texts(DAUGHTER)) == len(sandbox.mails(DAUGHTERS_MAIL)) == 1


@pytest.mark.parametrize(("change", "reason"), [*NOT_AGREED.values()], ids=[*NOT_AGREED])
def test_who_has_not_agreed_is_not_told_to_look_either(
    ana: int, sessions: Sessions, post: Post, change: Change, reason: Reason
) -> None:
    tell(sessions, ana, look_now, change)

    outbox.send_due(post, SOON)

    assert fates(sessions) == {(State.WITHHELD, reason)}


def test_news_of_silence_waits_for_the_patients_morning(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    tell(sessions, ana, of_silence)
    with transaction(sessions) as session:
        moved = {"due_at": NIGHT, "ready_at": NIGHT}
        session.execute(sa.update(Message).values(moved))

    outbox.send_due(post, NIGHT)

    assert fates(sessions) == {(State.DUE, Reason.WINDOW)}
    outbox.send_due(post, NIGHT + timedelta(hours=7))
    assert len(sandbox.texts(DAUGHTER)) == 1


def test_who_is_to_look_now_is_told_in_the_night(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    tell(sessions, ana, look_now)
    with transaction(sessions) as session:
        session.execute(sa.update(Message).values(due_at=NIGHT, ready_at=NIGHT))

    outbox.send_due(post, NIGHT)

    assert len(sandbox.texts(DAUGHTER)) == 1


def link_in_the_mail(sandbox: Sandbox) -> str:
    [mail] = sandbox.mails(DAUGHTERS_MAIL)
    found = re.search(r"/u/([a-z2-7]{26})", str(mail.text))
    assert found is not None
    return found[1]


@pytest.fixture
def token(ana: int, sessions: Sessions, post: Post, sandbox: Sandbox) -> str:
    """The token in a mail that has reached the carer."""
    tell(sessions, ana, of_silence)
    outbox.send_due(post, SOON)
    return link_in_the_mail(sandbox)


def test_a_carers_mail_carries_a_link_of_its_own_purpose(
    ana: int, token: str, sessions: Sessions
) -> None:
    with sessions() as session:
        link = find_link(session, token)

    assert link is not None
    assert (link.purpose, link.patient_id, link.medium) == (Purpose.CARER, ana, Medium.EMAIL)


def test_the_carers_link_ends_their_mails_and_nothing_of_the_patients(
    ana: int, token: str, client: FlaskClient, sessions: Sessions
) -> None:
    asked = client.get(f"/u/{token}")
    client.post(f"/u/{token}")

    assert asked.status_code == 200
    with sessions() as session:
        patient = session.get_one(Patient, ana)
        assert suppressed(session, patient.clinic_id, Medium.EMAIL, DAUGHTERS_MAIL)
        assert not suppressed(session, patient.clinic_id, Medium.EMAIL, str(patient.email))
        assert consent_of(session, patient, Medium.EMAIL) is gate.Consent.CONFIRMED
        assert session.scalar(sa.select(sa.func.count(Suppression.id))) == 1
        [line] = session.scalars(sa.select(Consent).where(Consent.step == ConsentStep.REVOKED))
        assert (line.patient_id, line.medium) == (ana, Medium.EMAIL)


def test_the_carers_link_ends_their_mails_also_when_the_letter_is_gone(
    ana: int, token: str, client: FlaskClient, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        session.execute(sa.update(Message).values(address=None, address_index=None))

    client.post(f"/u/{token}")

    with sessions() as session:
        patient = session.get_one(Patient, ana)
        assert suppressed(session, patient.clinic_id, Medium.EMAIL, DAUGHTERS_MAIL)


def test_the_carers_link_opens_no_page_and_no_calendar(token: str, client: FlaskClient) -> None:
    page, calendar = client.get(f"/x/{token}"), client.get(f"/calendar/{token}.ics")

    assert "Ana" not in page.text
    assert "Send me a new link" in page.text
    assert calendar.status_code == 404


def test_a_mail_to_the_carers_link_is_nobodys_reply(
    token: str, sessions: Sessions, sandbox: Sandbox
) -> None:
    [mail] = sandbox.mails(DAUGHTERS_MAIL)
    with transaction(sessions) as session:
        mail_in = MailIn("one@example.org", sender=DAUGHTERS_MAIL, token=token, text="done 3")
        stored = receive_mail(session, mail_in, SOON)

    assert stored is None
    assert mail.message["Reply-To"] is None
    assert token in mail.message["List-Unsubscribe"]
