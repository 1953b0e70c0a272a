"""Does one patient's page say how they do, and do its buttons do what they say?"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from desk_door import a_sitting, an_alert, asked, press, sign_in
from flask.testing import FlaskClient
from setting import HandClock
from sqlalchemy.orm import Session

from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.core.replies import Intent, Reading, Span
from reminders.core.triage import AlertKind, Urgency
from reminders.inbox.explaining import explain
from reminders.store.accounts import Staff
from reminders.store.conversation import Door, Fate, Message, Reply, State
from reminders.store.db import Sessions
from reminders.store.people import (
    Care,
    Medium,
    Patient,
    PatientPause,
    Source,
    Why,
    suppress,
    suppressed,
)
from reminders.store.plans import Plan, Routine
from reminders.store.record import Alert, EntrySource, LogEntry, Visit


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana with a plan and three sessions; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        patient = a_patient(session, clinic, birth_year="1968", conditions="Low back pain")
        plan = a_plan(session, patient)
        a_sitting(session, plan, NOW - timedelta(days=3), Outcome.DONE, 6)
        a_sitting(session, plan, NOW - timedelta(days=2), Outcome.PART, 4)
        a_sitting(session, plan, NOW - timedelta(days=1))
        ana, lena_id = patient.id, lena.id
    sign_in(client, lena_id)
    return ana


def a_reply(sessions: Sessions, patient_id: int, text: str, reading: Reading) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, patient_id)
        session.add(
            Reply(
                clinic_id=patient.clinic_id,
                door=Door.TEXT,
                provider_id="SM1",
                sender=PATIENT_NUMBER,
                sender_index=PATIENT_NUMBER,
                text=text,
                received_at=NOW - timedelta(hours=2),
                read_at=NOW,
                patient_id=patient_id,
                intent=reading.intent,
                why=explain(reading, None),
                fate=Fate.FOR_A_PERSON,
            )
        )


def test_the_page_adds_up(client: FlaskClient, ana: int) -> None:
    page = client.get(f"/desk/patients/{ana}").text

    assert "58 · Low back pain" in page
    assert "every day 9:00 am" in page
    assert "1 of 3, 33 %" in page
    assert "began at 5" in page
    assert "Show the numbers" in page


def test_a_reply_is_shown_with_the_words_that_led_to_its_reading(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    words = "all done, a four. ok to walk?"
    spans = (Span("intent", 0, 8, "all done"), Span("pain", 10, 16, "a four"))
    a_reply(sessions, ana, words, Reading(Intent.DONE, "en", pain=4, spans=spans))

    page = client.get(f"/desk/patients/{ana}").text

    assert words in page
    assert "read as <b>done, pain 4</b>: “all done”, “a four”" in page
    assert "waits for you" in page


def test_a_letter_that_failed_says_what_to_do(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        session.add(
            Message(
                clinic_id=session.get_one(Patient, ana).clinic_id,
                recipient=f"p{ana}",
                kind=Kind.REMINDER,
                key="x",
                patient_id=ana,
                medium=Medium.TEXT,
                text="Maple PT: time for your exercises.",
                state=State.FAILED,
                reason="not_a_mobile",
                due_at=NOW,
                ready_at=NOW,
                created_at=NOW,
            )
        )

    page = client.get(f"/desk/patients/{ana}").text

    assert page.count("This number cannot get texts; it may be a landline.") == 2


def test_the_page_asks_few_things_of_the_database(
    client: FlaskClient, engine: sa.Engine, ana: int
) -> None:
    with asked(engine) as questions:
        client.get(f"/desk/patients/{ana}")

    assert len(questions) <= 10


def test_seen_today_counts_once(client: FlaskClient, sessions: Sessions, ana: int) -> None:
    for _ in range(2):
        press(client, "/desk/me", f"/desk/patients/{ana}/seen")

    with sessions() as session:
        assert [visit.day for visit in session.query(Visit)] == [date(2026, 3, 16)]
    assert "Since the last visit" in client.get(f"/desk/patients/{ana}").text


def test_a_pause_takes_effect_at_once_and_ends_with_resume(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, f"/desk/patients/{ana}/pause", first="2026-03-16", last="", reason="away")

    with sessions() as session:
        assert session.get_one(Patient, ana).state is Care.PAUSED
    assert "Paused since today" in client.get(f"/desk/patients/{ana}").text

    press(client, f"/desk/patients/{ana}", f"/desk/patients/{ana}/resume")

    with sessions() as session:
        assert session.get_one(Patient, ana).state is Care.ACTIVE
        assert session.query(PatientPause).count() == 0


def test_a_pause_cannot_end_before_it_begins(client: FlaskClient, ana: int) -> None:
    answer = press(client, f"/desk/patients/{ana}/pause", first="2026-03-16", last="2026-03-10")

    assert answer.status_code == 422
    assert "before the first one" in answer.text
    assert 'value="2026-03-10"' in answer.text


def test_a_discharged_patient_gets_nothing_more(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, f"/desk/patients/{ana}/discharge")

    with sessions() as session:
        assert session.get_one(Patient, ana).state is Care.DISCHARGED
        assert session.query(Routine).one().next_due_at is None


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Your plan with us ends today"), ("es", "Su plan con nosotros termina hoy")],
)
def test_a_discharge_begins_with_a_farewell_that_fits_one_text(
    client: FlaskClient, sessions: Sessions, ana: int, language: str, words: str
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        patient.language = language
        patient.clinic.short_name = "Maple Physical Therapy 25"

    page = client.get(f"/desk/patients/{ana}/discharge").text

    assert words in page
    assert "<b>1 text</b>" in page
    assert "call (207) 555-0142" in page or "llame al (207) 555-0142" in page


def test_the_farewell_is_the_one_letter_that_still_goes(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, f"/desk/patients/{ana}/discharge", note="Goodbye and well done.", do="discharge")
    press(client, f"/desk/patients/{ana}/discharge", note="Goodbye again.", do="discharge")

    with sessions() as session:
        [letter] = session.query(Message)
        assert (letter.kind, letter.state) == (Kind.FAREWELL, State.DUE)
        assert "Goodbye and well done." in (letter.filling or "")
        assert session.get_one(Patient, ana).state is Care.DISCHARGED


@pytest.mark.parametrize(
    ("note", "do", "status"),
    [("Goodbye.", "look", 200), ("word " * 120, "discharge", 422)],
    ids=["a preview", "too long"],
)
def test_a_farewell_that_is_not_sent_discharges_nobody(
    client: FlaskClient, sessions: Sessions, ana: int, note: str, do: str, status: int
) -> None:
    answer = press(client, f"/desk/patients/{ana}/discharge", note=note, do=do)

    assert answer.status_code == status
    assert note.strip() in answer.text
    with sessions() as session:
        assert session.get_one(Patient, ana).state is Care.ACTIVE
        assert session.query(Message).count() == 0


def test_staff_can_stop_texts_but_not_start_them_again(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    press(client, f"/desk/patients/{ana}/stop/text")

    page = client.get(f"/desk/patients/{ana}").text
    with sessions() as session:
        clinic_id = session.get_one(Patient, ana).clinic_id
        assert suppressed(session, clinic_id, Medium.TEXT, PATIENT_NUMBER)
        assert not suppressed(session, clinic_id, Medium.EMAIL, "ana@example.org")
    assert "Only their START brings it back" in page


def test_a_note_waits_in_the_queue_and_closes_the_question(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    a_reply(sessions, ana, "ok to walk?", Reading(Intent.MESSAGE, "en"))
    with sessions.begin() as session:
        alert_id = an_alert(session, session.get_one(Patient, ana), AlertKind.MESSAGE).id

    answer = press(
        client,
        f"/desk/patients/{ana}",
        f"/desk/patients/{ana}/note",
        note="Yes, a short walk is fine.",
        do="send",
    )

    assert answer.status_code == 303
    with sessions() as session:
        note = session.query(Message).filter_by(kind=Kind.NOTE).one()
        assert note.state is State.DUE
        assert "a short walk" in (note.filling or "")
        assert session.get_one(Alert, alert_id).resolved_at == NOW
        assert session.query(Reply).one().handled_at == NOW


def test_a_note_at_night_says_when_it_leaves(
    client: FlaskClient, clock: HandClock, ana: int
) -> None:
    clock.moment = NOW + timedelta(minutes=10)
    path = f"/desk/patients/{ana}/note"
    day = press(client, path, note="Well done.", do="send", follow="")
    assert day.status_code == 303
    assert "on its way" in client.get("/desk").text

    clock.moment = NOW - timedelta(minutes=40)  # ten to eight in New York
    press(client, path, note="Very well done.", do="send")

    assert "goes out today, 8:00 am, their time" in client.get("/desk").text


def test_a_preview_shows_the_text_and_sends_nothing(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    answer = press(client, f"/desk/patients/{ana}/note", note="Well done.", do="look")

    assert "Maple PT: Well done. Lena" in answer.text
    assert "<b>1 text</b>" in answer.text
    with sessions() as session:
        assert session.query(Message).count() == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [("", "Write something first"), ("word " * 120, "at most 3, please")],
    ids=["empty", "too long"],
)
def test_a_note_that_cannot_go_is_kept_with_its_reason(
    client: FlaskClient, sessions: Sessions, ana: int, words: str, error: str
) -> None:
    answer = press(client, f"/desk/patients/{ana}/note", note=words, do="send")

    assert answer.status_code == 422
    assert error in answer.text
    assert words.strip() in answer.text


def test_a_session_logged_by_staff_supersedes_and_keeps_what_was_there(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions() as session:
        part = session.query(LogEntry).filter_by(outcome=Outcome.PART).one()

    press(
        client,
        f"/desk/patients/{ana}/log",
        occurrence_id=part.occurrence_id,
        outcome="done",
        pain="",
        note="said so on the phone",
    )

    with sessions() as session:
        both = session.query(LogEntry).filter_by(occurrence_id=part.occurrence_id)
        old, new = both.order_by(LogEntry.id)
    assert old.superseded_at == NOW
    assert (new.outcome, new.pain, new.source) == (Outcome.DONE, 4, EntrySource.STAFF)


def test_a_session_of_somebody_else_cannot_be_logged_here(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Patient, ana).clinic
        bill = a_patient(session, clinic, phone="+12075550119")
        theirs = a_sitting(session, a_plan(session, bill), NOW - timedelta(days=1)).id

    answer = press(client, f"/desk/patients/{ana}/log", occurrence_id=theirs, outcome="done")

    assert answer.status_code == 422
    with sessions() as session:
        assert session.query(LogEntry).filter_by(occurrence_id=theirs).count() == 0


def test_seen_on_the_patients_page_comes_back_to_it(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        alert_id = an_alert(session, session.get_one(Patient, ana)).id

    back = press(
        client, f"/desk/patients/{ana}", f"/desk/alerts/{alert_id}/seen", back="//evil.example/x"
    )
    assert back.location == "/desk/"
    home = press(client, "/desk/me", f"/desk/alerts/{alert_id}/seen", back=f"/desk/patients/{ana}")

    assert home.location == f"/desk/patients/{ana}"


def test_a_patient_without_a_plan_is_offered_one(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Patient, ana).clinic
        bill = a_patient(session, clinic, phone="+12075550119").id
        assert session.query(Plan).filter_by(patient_id=bill).count() == 0

    page = client.get(f"/desk/patients/{bill}").text

    assert "No plan yet" in page
    assert "No pain told yet" in page


def test_a_red_flag_on_the_page_leads_to_its_own_question(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        alert_id = an_alert(session, patient, AlertKind.SAFETY, Urgency.NOW).id

    page = client.get(f"/desk/patients/{ana}").text

    assert f"/desk/alerts/{alert_id}/clear" in page
    assert "Clear this red flag?" in client.get(f"/desk/alerts/{alert_id}/clear").text


def _stopped(session: Session, patient: Patient) -> None:
    args = (session, patient.clinic_id, Medium.TEXT, PATIENT_NUMBER, Why.OPT_OUT)
    suppress(*args, source=Source.PATIENT, now=NOW)


def _number_gone(session: Session, patient: Patient) -> None:
    args = (session, patient.clinic_id, Medium.TEXT, PATIENT_NUMBER, Why.DEAD_ADDRESS)
    suppress(*args, source=Source.CARRIER, now=NOW)


def _new_number(_session: Session, patient: Patient) -> None:
    patient.phone = "+12075550155"


def _landline(_session: Session, patient: Patient) -> None:
    patient.landline = True


def _nothing(_session: Session, _patient: Patient) -> None:
    pass


def _letter(state: State) -> Callable[[Session, Patient], None]:
    def write(session: Session, patient: Patient) -> None:
        letter = Message(
            clinic_id=patient.clinic_id,
            recipient=f"p{patient.id}",
            kind=Kind.REMINDER,
            key="x",
            patient_id=patient.id,
            medium=Medium.TEXT,
            text="Maple PT: time for your exercises.",
            state=state,
            reason="unreachable" if state is State.FAILED else "",
            due_at=NOW,
            ready_at=NOW,
            ended_at=NOW,
            created_at=NOW,
        )
        session.add(letter)

    return write


@pytest.mark.parametrize(
    ("what", "words", "tone"),
    [
        (_nothing, "Text: agreed", "dull"),
        (_letter(State.DELIVERED), "Text: agreed, arrives", "dull"),
        (_letter(State.FAILED), "Text: the last one failed", "watch"),
        (_stopped, "Text: stopped", "watch"),
        (_number_gone, "Text: does not work", "watch"),
        (_new_number, "Text: no consent", "watch"),
        (_landline, "Text: a landline", "watch"),
    ],
)
def test_the_head_says_how_each_way_to_the_patient_stands(
    client: FlaskClient,
    sessions: Sessions,
    ana: int,
    what: Callable[[Session, Patient], None],
    words: str,
    tone: str,
) -> None:
    with sessions.begin() as session:
        what(session, session.get_one(Patient, ana))

    page = client.get(f"/desk/patients/{ana}").text

    found = re.findall(r'<a href="#reach"><span class="chip (\w+)">.*?</svg>([^<]+)<', page)
    assert (tone, words) in found
    assert ("dull", "Email: agreed") in found
