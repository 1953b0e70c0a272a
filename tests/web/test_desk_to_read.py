"""Does a person see what the rules could not read, enter it in one tap, and take it back?"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan, a_therapist
from desk_door import a_sitting, asked, press, sign_in
from flask.testing import FlaskClient
from setting import HandClock
from werkzeug.test import TestResponse

from reminders import inbox
from reminders.channels import Incoming
from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.core.triage import AlertKind
from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Fate, Reply
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient, suppressed
from reminders.store.record import Alert, EntrySource, LogEntry

STRANGER = "+12075550199"
WORDS = "the thing with the ball 4 i think or so"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Desk:
    """Lena, signed in, with Ana, who had a session due an hour ago."""

    client: FlaskClient
    sessions: Sessions
    settings: Settings
    lena: int
    ana: int

    def hears(self, words: str, sender: str = PATIENT_NUMBER) -> int:
        """Somebody texts; returns the reply."""
        with transaction(self.sessions) as session:
            count = session.scalar(sa.select(sa.func.count(Reply.id))) or 0
            incoming = Incoming(f"SM{count}", sender, CLINIC_NUMBER, words)
            reply_id = inbox.receive_text(session, incoming, NOW)
        assert reply_id is not None
        inbox.read(self.sessions, self.settings, reply_id, NOW)
        return reply_id

    def waits(self, words: str = WORDS) -> int:
        """A reply of Ana's that nobody could read."""
        reply_id = self.hears(words)
        with transaction(self.sessions) as session:
            session.get_one(Reply, reply_id).fate = Fate.FOR_A_PERSON
        return reply_id

    def page(self, **args: str) -> str:
        return self.client.get("/desk/to-read", query_string=args).text

    def press(self, reply_id: int, do: str, **fields: object) -> TestResponse:
        return press(self.client, f"/desk/replies/{reply_id}", do=do, back="list", **fields)

    def undo(self, reply_id: int) -> TestResponse:
        place = f"/desk/replies/{reply_id}"
        return press(self.client, place, f"{place}/undo")

    def entries(self) -> list[tuple[Outcome | None, int | None]]:
        with self.sessions() as session:
            rows = session.scalars(
                sa.select(LogEntry).where(LogEntry.superseded_at.is_(None)).order_by(LogEntry.id)
            )
            return [(row.outcome, row.pain) for row in rows]

    def stored(self, reply_id: int) -> Reply:
        with self.sessions() as session:
            return session.get_one(Reply, reply_id)

    def open_alerts(self) -> list[AlertKind]:
        with self.sessions() as session:
            return list(session.scalars(sa.select(Alert.kind).where(Alert.resolved_at.is_(None))))


@pytest.fixture
def desk(sessions: Sessions, client: FlaskClient, settings: Settings) -> Desk:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        ana = a_patient(session, clinic)
        a_sitting(session, a_plan(session, ana), NOW - timedelta(hours=1))
        desk = Desk(client, sessions, settings, lena.id, ana.id)
    sign_in(client, desk.lena)
    return desk


def test_nothing_to_read_says_so(desk: Desk) -> None:
    assert "Nothing to read." in desk.page()


def test_a_reply_waits_with_its_words_its_patient_and_its_reminder(desk: Desk) -> None:
    desk.waits()

    page = desk.page()

    assert WORDS in page
    assert "Ana Morales" in page
    assert "after the reminder of 7:30 am today" in page
    assert "Done, pain 4" in page


def test_today_counts_what_waits_and_leads_there(desk: Desk) -> None:
    before = desk.client.get("/desk").text
    desk.waits()

    page = desk.client.get("/desk").text

    assert "To read" not in before
    assert 'href="/desk/to-read"' in page


@pytest.mark.parametrize(
    ("do", "pain", "entry"),
    [
        ("done:4", "", (Outcome.DONE, 4)),
        ("pain:4", "", (None, 4)),
        ("done", "", (Outcome.DONE, None)),
        ("done", "7", (Outcome.DONE, 7)),
        ("part", "2", (Outcome.PART, 2)),
        ("skipped", "", (Outcome.SKIPPED, None)),
        ("pain", "0", (None, 0)),
    ],
)
def test_one_tap_logs_it_as_told_to_staff(
    desk: Desk, do: str, pain: str, entry: tuple[Outcome | None, int | None]
) -> None:
    reply_id = desk.waits("blue band thing 4")

    answer = desk.press(reply_id, do, pain=pain)

    assert answer.status_code == 303
    assert desk.entries() == [entry]
    with desk.sessions() as session:
        kept = session.scalars(sa.select(LogEntry).where(LogEntry.superseded_at.is_(None))).one()
    assert (kept.source, kept.staff_id, kept.reply_id) == (EntrySource.STAFF, desk.lena, reply_id)
    assert desk.stored(reply_id).handled_by_id == desk.lena


def test_what_was_read_leaves_the_queue_and_closes_its_alert(desk: Desk) -> None:
    reply_id = desk.hears("can I use the blue band instead?")
    assert desk.open_alerts() == [AlertKind.MESSAGE]

    desk.press(reply_id, "nothing")

    assert "Nothing to read." in desk.page()
    assert desk.open_alerts() == []
    assert desk.entries() == []


def test_an_alert_stays_while_another_reply_of_the_patient_waits(desk: Desk) -> None:
    first = desk.hears("can I use the blue band instead?")
    desk.hears("and may I go swimming?")

    desk.press(first, "nothing")

    assert desk.open_alerts() == [AlertKind.MESSAGE]


def test_a_reading_can_be_taken_back(desk: Desk) -> None:
    reply_id = desk.hears("can I use the blue band instead?")
    desk.press(reply_id, "done", pain="5")
    assert "Undo" in desk.page(was=str(reply_id))

    desk.undo(reply_id)

    assert desk.entries() == []
    assert desk.open_alerts() == [AlertKind.MESSAGE]
    assert "blue band" in desk.page()


def test_taking_back_lets_stand_what_stood_before(desk: Desk, clock: HandClock) -> None:
    desk.hears("done 2")
    reply_id = desk.waits("or so 6")
    desk.press(reply_id, "part:6")
    assert desk.entries() == [(Outcome.PART, 6)]

    clock.moment += MINUTE
    desk.undo(reply_id)

    assert desk.entries() == [(Outcome.DONE, 2)]


def test_a_reply_read_wrongly_is_corrected_from_the_conversation(
    desk: Desk, clock: HandClock
) -> None:
    reply_id = desk.hears("done 8")
    assert f'href="/desk/replies/{reply_id}"' in desk.client.get(f"/desk/patients/{desk.ana}").text

    desk.press(reply_id, "done", pain="")
    corrected = desk.entries()
    clock.moment += MINUTE
    desk.undo(reply_id)

    assert corrected == [(Outcome.DONE, None)]
    assert desk.entries() == [(Outcome.DONE, 8)]


def test_every_reading_is_in_the_audit_trail(desk: Desk) -> None:
    reply_id = desk.waits()

    desk.press(reply_id, "done")
    desk.undo(reply_id)

    with desk.sessions() as session:
        lines = session.execute(
            sa.select(AuditEvent.actor, AuditEvent.action).where(
                AuditEvent.subject == f"reply:{reply_id}"
            )
        ).all()
    actor = f"staff:{desk.lena}"
    assert (actor, "reply.done") in [tuple(line) for line in lines]
    assert (actor, "reply.undo") in [tuple(line) for line in lines]


@pytest.mark.parametrize("do", ["stop", "wrong_number"])
def test_an_opt_out_read_by_hand_holds_until_their_own_start(desk: Desk, do: str) -> None:
    reply_id = desk.waits("so done with these")

    desk.press(reply_id, do)

    with desk.sessions() as session:
        ana = session.get_one(Patient, desk.ana)
        assert suppressed(session, ana.clinic_id, Medium.TEXT, PATIENT_NUMBER)


@pytest.mark.parametrize(
    "do", ["", "everything", "done:11", "done:3/10", "pain", "pain:x"], ids=lambda do: do or "none"
)
def test_a_button_that_is_not_there_does_nothing(desk: Desk, do: str) -> None:
    reply_id = desk.waits()

    answer = desk.press(reply_id, do)

    assert answer.status_code == 400
    assert desk.entries() == []


def test_without_a_session_near_enough_nothing_is_logged(desk: Desk, clock: HandClock) -> None:
    with transaction(desk.sessions) as session:
        session.execute(sa.text("DELETE FROM occurrence"))
    reply_id = desk.waits()

    answer = desk.press(reply_id, "done")

    assert desk.entries() == []
    assert desk.stored(reply_id).handled_at is None
    assert "No session is near enough" in desk.client.get(answer.location).text


def test_an_unknown_number_is_set_aside(desk: Desk) -> None:
    reply_id = desk.hears("hello, is this the bakery?", STRANGER)
    assert "(207) 555-0199" in desk.page()

    desk.press(reply_id, "nothing")

    assert "Nothing to read." in desk.page()
    assert desk.open_alerts() == []


def test_a_carers_words_are_given_to_their_patient_and_then_read(desk: Desk) -> None:
    with transaction(desk.sessions) as session:
        session.get_one(Patient, desk.ana).carer_phone = STRANGER
    reply_id = desk.hears("mum did hers, pain 3", STRANGER)
    assert "It is from Ana Morales’s carer" in desk.page()
    place = f"/desk/replies/{reply_id}"

    press(desk.client, place, f"{place}/whose", patient_id=desk.ana)
    desk.press(reply_id, "done:3")

    assert desk.entries() == [(Outcome.DONE, 3)]
    assert desk.open_alerts() == []


def test_words_of_one_number_cannot_be_given_to_a_patient_of_another(desk: Desk) -> None:
    reply_id = desk.hears("hello, is this the bakery?", STRANGER)
    place = f"/desk/replies/{reply_id}"

    answer = press(desk.client, place, f"{place}/whose", patient_id=desk.ana)

    assert answer.status_code == 404
    assert desk.stored(reply_id).patient_id is None


def test_a_therapist_sees_their_own_and_nobodys_and_may_see_all(desk: Desk) -> None:
    with transaction(desk.sessions) as session:
        clinic = session.get_one(Patient, desk.ana).clinic
        jonas = a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example")
        session.get_one(Patient, desk.ana).therapist_id = jonas.id
    desk.waits()
    desk.hears("hello, is this the bakery?", STRANGER)

    mine, everyones = desk.page(), desk.page(show="all")

    assert (WORDS in mine, "bakery" in mine) == (False, True)
    assert WORDS in everyones


def test_a_patient_of_no_therapist_is_everybodys_to_read(desk: Desk) -> None:
    with transaction(desk.sessions) as session:
        session.get_one(Patient, desk.ana).therapist_id = None
    desk.waits()

    assert WORDS in desk.page()


def test_words_are_shown_as_words(desk: Desk) -> None:
    desk.waits("<script>alert(1)</script>")

    assert "<script>alert(1)" not in desk.page()


def test_the_queue_asks_few_things_of_the_database(desk: Desk, engine: sa.Engine) -> None:
    for nth in range(8):
        desk.waits(f"well {nth} or so, you know")
        desk.hears(f"hello {nth}?", f"+1207555019{nth}")

    with asked(engine) as questions:
        page = desk.page()

    assert page.count('class="reply"') == 16
    assert len(questions) <= 8


@pytest.mark.parametrize(
    "path",
    [
        "/desk/patients/{}",
        "/desk/replies/{}",
        "/desk/patients/1/plan?from=template:{}",
    ],
)
@pytest.mark.parametrize("number", [2**63, 10**30, "9" * 5_000], ids=["64 bits", "long", "endless"])
def test_a_number_too_large_to_be_an_id_is_nobodys(desk: Desk, path: str, number: object) -> None:
    assert desk.client.get(path.format(number)).status_code == 404


@pytest.mark.parametrize("path", ["to-read?was={}", "?location={}", "patients?location={}"])
def test_a_number_too_large_for_an_id_asks_for_nothing(desk: Desk, path: str) -> None:
    assert desk.client.get(f"/desk/{path.format(10**30)}", follow_redirects=True).status_code == 200


def test_taking_back_what_was_only_seen_keeps_what_the_rules_entered(desk: Desk) -> None:
    reply_id = desk.hears("done 3, but should I use the ball?")
    with desk.sessions() as session:
        alert_id = session.scalars(sa.select(Alert.id)).one()
    press(desk.client, "/desk", f"/desk/alerts/{alert_id}/seen")
    assert desk.stored(reply_id).handled_at is not None

    desk.undo(reply_id)

    assert desk.entries() == [(Outcome.DONE, 3)]


def test_taking_back_lets_stand_what_was_said_afterwards(desk: Desk) -> None:
    reply_id = desk.waits("the ball thing")
    desk.press(reply_id, "skipped")
    desk.hears("done 2")

    desk.undo(reply_id)

    assert desk.entries() == [(Outcome.DONE, 2)]


def test_taking_back_nothing_to_log_brings_back_what_was_corrected_before(
    desk: Desk, clock: HandClock
) -> None:
    desk.hears("done 2")
    reply_id = desk.hears("sorry, meant 6")
    clock.moment += MINUTE
    desk.press(reply_id, "nothing")
    nothing = desk.entries()

    clock.moment += MINUTE
    desk.undo(reply_id)

    assert nothing == [(Outcome.DONE, 2)]
    assert desk.entries() == [(Outcome.DONE, 6)]
