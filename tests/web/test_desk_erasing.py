"""Does a patient get everything, and is one who is erased found by nobody any more?"""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import (
    NOW,
    PATIENT_NUMBER,
    a_clinic,
    a_patient,
    a_plan,
    a_sitting,
    a_therapist,
    an_alert,
)
from desk_door import press, sign_in
from flask.testing import FlaskClient
from setting import RING
from sqlalchemy.orm import Session

from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import (
    Attempt,
    Door,
    Link,
    Message,
    Purpose,
    Reply,
    State,
    Try,
    carer_of,
)
from reminders.store.db import Sessions
from reminders.store.links import new_link
from reminders.store.models import Base
from reminders.store.people import (
    Care,
    Medium,
    Patient,
    Source,
    Why,
    suppress,
    suppressed,
)
from reminders.store.record import Alert, Call, LogEntry

CARER = "+12075550155"
# Every word of hers that stands anywhere; none may be left.
HERS = (
    *("Anastasia", "Moralesova", "ana.m@example.org", PATIENT_NUMBER, "1947", "rotator"),
    *("Rosalind", CARER, "my knee hurts a lot", "tell her well done", "rang about the dog"),
    *("surgery on Friday", "wants fewer", "who is this"),
)


@pytest.fixture
def ana(sessions: Sessions, settings: Settings) -> int:
    """Ana, of whom every table knows something; Leo shares nothing with her."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        patient = a_patient(
            session,
            clinic,
            first_name="Anastasia",
            last_name="Moralesova",
            email="ana.m@example.org",
            birth_year="1947",
            conditions="rotator cuff",
            carer_name="Rosalind",
            carer_phone=CARER,
            carer_consent_at=NOW,
        )
        a_patient(session, clinic, first_name="Leo", phone="+12075550134", email=None)
        plan = a_plan(session, patient)
        plan.versions[-1].change = "wants fewer"
        patient.pause(NOW.date(), NOW.date(), by="staff:1", reason="surgery on Friday")
        a_sitting(session, plan, NOW - timedelta(days=1), Outcome.PART, 6)
        session.flush()
        session.query(LogEntry).one().note = "my knee hurts a lot"
        _talk(session, patient, settings)
        return patient.id


def _talk(session: Session, patient: Patient, settings: Settings) -> None:
    heard = [
        _reply(patient, "SM1", PATIENT_NUMBER, "my knee hurts a lot", patient.id),
        _reply(patient, "SM2", PATIENT_NUMBER, "who is this", None),
    ]
    session.add_all(heard)
    session.flush()
    alert = an_alert(
        session, patient, AlertKind.MESSAGE, evidence="my knee hurts a lot", reply_id=heard[0].id
    )
    session.add_all(
        [
            _message(patient, f"p{patient.id}", "told", State.SENT, PATIENT_NUMBER),
            _message(patient, f"p{patient.id}", "later", State.DUE, None),
            _message(patient, carer_of(patient.id), "carer", State.DUE, CARER, Kind.CARER),
            _message(patient, "s1", "staff", State.DUE, "x", Kind.STAFF, alert_id=alert.id),
            Call(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                by_id=patient.therapist_id,
                at=NOW,
                reached=True,
                note="rang about the dog",
            ),
            new_link(
                patient.clinic_id,
                patient.id,
                Purpose.SESSION,
                Medium.TEXT,
                secret=settings.secret_key.get_secret_value(),
                now=NOW,
                expires_at=NOW + timedelta(days=1),
            ),
        ]
    )
    suppress(
        session,
        patient.clinic_id,
        Medium.TEXT,
        PATIENT_NUMBER,
        Why.OPT_OUT,
        source=Source.PATIENT,
        now=NOW,
    )


def _reply(patient: Patient, sid: str, sender: str, text: str, whose: int | None) -> Reply:
    return Reply(
        clinic_id=patient.clinic_id,
        door=Door.TEXT,
        provider_id=sid,
        sender=sender,
        sender_index=sender,
        text=text,
        received_at=NOW,
        read_at=NOW,
        patient_id=whose,
    )


def _message(
    patient: Patient,
    recipient: str,
    key: str,
    state: State,
    address: str | None,
    kind: Kind = Kind.NOTE,
    **more: object,
) -> Message:
    return Message(
        clinic_id=patient.clinic_id,
        recipient=recipient,
        kind=kind,
        key=key,
        patient_id=patient.id if kind is Kind.NOTE else None,
        medium=Medium.TEXT,
        address=address,
        address_index=address,
        text="tell her well done",
        filling='{"note": "tell her well done"}',
        state=state,
        due_at=NOW,
        ready_at=NOW,
        created_at=NOW,
        **more,
    )


@pytest.fixture
def admin(client: FlaskClient, sessions: Sessions, ana: int) -> FlaskClient:
    """Ada, the admin, is signed in."""
    sign_in(client, _staff(sessions, Role.ADMIN))
    return client


def _staff(sessions: Sessions, role: Role) -> int:
    with sessions() as session:
        return session.scalars(sa.select(Staff.id).where(Staff.role == role)).first() or 0


def erase(client: FlaskClient, ana: int, name: str = "Anastasia Moralesova") -> int:
    return press(client, f"/desk/patients/{ana}/erase", name=name).status_code


def everything_readable(sessions: Sessions) -> str:
    """Every cell of every table, as whoever holds the keys reads it."""
    with sessions() as session:
        return "\n".join(
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in session.execute(sa.select(table))
        )


def tables_with(sessions: Sessions, digest: bytes) -> set[str]:
    """Where an address could still be found by its index."""
    with sessions() as session:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            for row in session.execute(sa.select(table))
            if digest in tuple(row)
        }


def test_who_is_erased_is_found_in_no_table(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    before = everything_readable(sessions)
    assert [word for word in HERS if word not in before] == []

    assert erase(admin, ana) == 303

    after = everything_readable(sessions)
    assert [word for word in HERS if word in after] == []
    assert "Leo" in after


def test_the_index_of_a_number_is_left_where_it_keeps_a_stop_and_proves_a_yes(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    digest = RING.blind(PATIENT_NUMBER)
    assert {"patient", "reply", "message"} < tables_with(sessions, digest)

    erase(admin, ana)

    assert tables_with(sessions, digest) == {"suppression", "consent"}
    assert tables_with(sessions, RING.blind(CARER)) == set()
    with sessions() as session:
        clinic_id = session.get_one(Patient, ana).clinic_id
        assert suppressed(session, clinic_id, Medium.TEXT, PATIENT_NUMBER)


def test_what_has_not_left_is_taken_back_first_and_every_link_ends(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    erase(admin, ana)

    with sessions() as session:
        states = dict(session.execute(sa.select(Message.key, Message.state)).all())
        assert states == {
            "told": State.SENT,
            "later": State.WITHDRAWN,
            "carer": State.WITHDRAWN,
            "staff": State.WITHDRAWN,
        }
        assert session.scalars(sa.select(Link.revoked_at)).one() == NOW
        assert session.scalars(sa.select(Alert.resolved_at)).one() == NOW
        assert session.get_one(Patient, ana).state is Care.DISCHARGED


def test_the_figures_stay_and_so_does_the_audit_trail(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    admin.get(f"/desk/patients/{ana}")

    erase(admin, ana)

    with sessions() as session:
        entry = session.scalars(sa.select(LogEntry)).one()
        assert (entry.outcome, entry.pain, entry.note) == (Outcome.PART, 6, None)
        actions = session.scalars(
            sa.select(AuditEvent.action).where(AuditEvent.subject == f"patient:{ana}")
        ).all()
    assert {"patient.view", "patient.erase"} <= set(actions)


def test_the_pages_of_who_is_erased_still_open_and_name_nobody(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    erase(admin, ana)

    for page in ("", "/record", "/since", "/sheet", "/plan", "/record.zip"):
        shown = admin.get(f"/desk/patients/{ana}{page}")

        assert shown.status_code == 200, page
        assert "Moralesova" not in shown.get_data(as_text=False).decode("latin-1"), page
    assert admin.get(f"/desk/patients/{ana}/erase").status_code == 404


@pytest.mark.parametrize(
    "typed",
    ["", "ana", "anastasia moralesova", "Anastasia"],
    ids=["nothing", "other", "small", "half"],
)
def test_the_name_must_be_typed(
    admin: FlaskClient, sessions: Sessions, ana: int, typed: str
) -> None:
    assert erase(admin, ana, typed) == 422

    with sessions() as session:
        assert session.get_one(Patient, ana).erased_at is None


def test_an_admin_alone_erases_and_holds(client: FlaskClient, sessions: Sessions, ana: int) -> None:
    sign_in(client, _staff(sessions, Role.THERAPIST))

    for page in ("erase", "legal-hold"):
        assert client.get(f"/desk/patients/{ana}/{page}").status_code == 403


def test_nobody_is_erased_while_a_message_is_on_its_way(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        told = session.scalars(sa.select(Message).where(Message.key == "told")).one()
        session.add(
            Attempt(
                clinic_id=told.clinic_id,
                message_id=told.id,
                public_id="p1",
                number=1,
                state=Try.UNKNOWN,
                started_at=NOW,
            )
        )

    assert erase(admin, ana) == 409

    with sessions() as session:
        patient = session.get_one(Patient, ana)
        assert (patient.first_name, patient.state) == ("Anastasia", Care.ACTIVE)


def test_under_a_legal_hold_nobody_is_erased(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    place = f"/desk/patients/{ana}/legal-hold"
    assert press(admin, place, reason="").status_code == 422
    assert press(admin, place, reason="Case 12").status_code == 303
    assert "Case 12" in admin.get(f"/desk/patients/{ana}/record").text

    assert erase(admin, ana) == 409

    press(admin, place, do="release")
    assert erase(admin, ana) == 303
    with sessions() as session:
        held = sa.select(AuditEvent.action).where(AuditEvent.action.like("patient.legal%"))
        assert session.scalars(held.order_by(AuditEvent.id)).all() == [
            "patient.legal_hold",
            "patient.legal_hold_release",
        ]


def test_another_patients_words_stay_when_they_share_the_phone(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        leo = session.scalars(sa.select(Patient).where(Patient.id != ana)).one()
        leo.phone = PATIENT_NUMBER

    erase(admin, ana)

    with sessions() as session:
        texts = dict(session.execute(sa.select(Reply.provider_id, Reply.text)).all())
    assert texts == {"SM1": "", "SM2": "who is this"}


# Everything, to take away


def record_of(client: FlaskClient, ana: int) -> tuple[dict[str, object], str]:
    answer = client.get(f"/desk/patients/{ana}/record.zip")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return json.loads(packed.read("record.json")), packed.read("record.html").decode()


def test_the_record_holds_everything_that_was_said_and_done(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    admin.get(f"/desk/patients/{ana}")

    data, page = record_of(admin, ana)

    written = json.dumps(data, ensure_ascii=False)
    for word in HERS:
        assert word in written, word
        if word != CARER:
            assert word in page, word
    for title in ("Agreed to", "What was reported", "What came back", "Calls", "Who saw"):
        assert title in page
    assert "Ada Berg" in page  # by whom it was looked at
    assert "token_hash" not in written


def test_a_record_that_is_taken_away_leaves_a_line_in_the_audit_trail(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    record_of(admin, ana)

    with sessions() as session:
        taken = sa.select(AuditEvent.subject).where(AuditEvent.action == "patient.export")
        assert session.scalars(taken).all() == [f"patient:{ana}"]


def test_a_record_page_shows_what_was_written_as_text(
    admin: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        session.query(LogEntry).one().note = "<script>alert(1)</script>"

    assert "<script>" not in record_of(admin, ana)[1]


def test_an_assistant_takes_no_record_away(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Patient, ana).clinic
        sam = a_therapist(session, clinic, "Sam Lee", "sam@maplept.example", Role.ASSISTANT).id
    sign_in(client, sam)

    assert client.get(f"/desk/patients/{ana}/record.zip").status_code == 403
