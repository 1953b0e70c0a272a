"""A daughter who helps: what she is told, what her words count for, and how she stops it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from story import DUE, SOON, Story

from reminders import outbox, watch
from reminders.core import gate
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.inbox.carers import tell_carer_of_silence
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Fate, Message
from reminders.store.db import transaction
from reminders.store.people import Consent, ConsentStep, Medium, Patient, consent_of, suppressed
from reminders.store.record import Alert

DAUGHTER = "+12075550177"
DAUGHTERS_MAIL = "eva@example.org"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def story(post: Post) -> Story:
    """Ana has had her reminder; her daughter may report for her."""
    with transaction(post.sessions) as session:
        ana = a_patient(session, a_clinic(session))
        ana.carer_phone, ana.carer_email = DAUGHTER, DAUGHTERS_MAIL
        ana.carer_consent_at, ana.carer_may_report = NOW, True
        a_plan(session, ana)
    story = Story.begin(post)
    story.tick(DUE)
    return story


def change(story: Story, **fields: object) -> None:
    with transaction(story.post.sessions) as session:
        ana = session.scalars(sa.select(Patient)).one()
        for name, value in fields.items():
            setattr(ana, name, value)


def to_the_daughter(sandbox: Sandbox) -> list[str]:
    return [text.body for text in sandbox.texts(DAUGHTER)]


def test_what_the_daughter_reports_counts_as_the_patients_word(
    story: Story, sandbox: Sandbox
) -> None:
    answer = story.text("mum did all of it, pain 3", sender=DAUGHTER)

    assert story.record() == [(16, Outcome.DONE, 3)]
    assert to_the_daughter(sandbox) == [answer]
    assert answer.startswith("Maple PT: Thanks, Ana. Logged: done, pain 3.")


@pytest.mark.parametrize(
    "refusal", [{"carer_may_report": False}, {"carer_consent_at": None}], ids=["patient", "carer"]
)
def test_without_both_agreements_her_words_wait_for_a_person(
    story: Story, refusal: dict[str, object]
) -> None:
    change(story, **refusal)

    story.text("mum did all of it, pain 3", sender=DAUGHTER)

    assert story.record() == []
    assert story.last_reply().fate is Fate.FOR_A_PERSON
    assert story.last_reply().patient_id is None


def test_her_stop_stops_her_texts_alone(story: Story, sandbox: Sandbox) -> None:
    answer = story.text("STOP", sender=DAUGHTER)
    story.text("I can't breathe", SOON + MINUTE)
    story.tick(DUE + DAY)

    assert answer == "Maple PT: No more texts from us. Reply START to resume."
    assert to_the_daughter(sandbox) == [answer]
    assert len(sandbox.texts(PATIENT_NUMBER)) > 1
    with story.post.sessions() as session:
        ana = session.scalars(sa.select(Patient)).one()
        assert not suppressed(session, ana.clinic_id, Medium.TEXT, PATIENT_NUMBER)
        assert consent_of(session, ana, Medium.TEXT) is gate.Consent.CONFIRMED
        last = session.scalars(sa.select(Consent).order_by(Consent.id.desc()).limit(1)).one()
        assert last.step is ConsentStep.REVOKED


def test_a_stop_of_the_patient_leaves_the_daughter_her_safety_letter(
    story: Story, sandbox: Sandbox
) -> None:
    story.text("STOP")

    story.text("I have chest pain", SOON + MINUTE)
    story.tick(SOON + 2 * MINUTE)

    assert len(to_the_daughter(sandbox)) == 1


def test_a_red_flag_calls_the_daughter_by_text_and_mail_and_says_nothing_clinical(
    story: Story, sandbox: Sandbox
) -> None:
    story.text("I have chest pain")
    story.tick(SOON + MINUTE)

    assert to_the_daughter(sandbox) == [
        "Maple PT: please check on Ana now. If it looks serious, call 911. "
        "The clinic: (207) 555-0142. STOP ends texts."
    ]
    [letter] = sandbox.mails(DAUGHTERS_MAIL)
    assert "Please check on Ana now." in letter.text
    assert "chest" not in letter.text


def test_two_red_flags_in_a_row_call_her_once(story: Story, sandbox: Sandbox) -> None:
    story.text("I have chest pain")
    story.text("I can't breathe", SOON + MINUTE)
    story.tick(SOON + 2 * MINUTE)

    assert len(to_the_daughter(sandbox)) == 1


def test_a_red_flag_she_reports_herself_is_answered_and_not_sent_back_to_her(
    story: Story, sandbox: Sandbox
) -> None:
    answer = story.text("mum has chest pain", sender=DAUGHTER)
    story.tick(SOON + MINUTE)

    assert "Call 911" in answer
    assert to_the_daughter(sandbox) == [answer]
    with story.post.sessions() as session:
        assert session.scalars(sa.select(Patient)).one().safety_hold_at is not None
        assert session.scalars(sa.select(Alert.kind)).all() == [AlertKind.SAFETY]


def test_a_daughter_who_has_not_consented_is_told_nothing(story: Story, sandbox: Sandbox) -> None:
    change(story, carer_consent_at=None)

    story.text("I have chest pain")
    story.tick(SOON + MINUTE)

    assert to_the_daughter(sandbox) == []


def test_when_the_patient_falls_silent_she_hears_of_it_once_and_by_day(
    story: Story, sandbox: Sandbox
) -> None:
    for day in range(1, 4):
        story.tick(DUE + day * DAY)
    night = (DUE + 4 * DAY).replace(hour=7)

    watch.review_all(story.post.sessions, night)
    outbox.send_due(story.post, night)
    at_night = to_the_daughter(sandbox)
    watch.review_all(story.post.sessions, night + timedelta(hours=2))
    outbox.send_due(story.post, night + timedelta(hours=6))

    assert at_night == []
    assert to_the_daughter(sandbox) == [
        "Maple PT: we have not heard from Ana lately. A kind word may help. "
        "Questions? (207) 555-0142. STOP ends texts."
    ]


def test_where_first_names_are_not_agreed_she_reads_initials(
    story: Story, sandbox: Sandbox
) -> None:
    with transaction(story.post.sessions) as session:
        session.scalars(sa.select(Patient)).one().clinic.use_first_name = False

    story.text("I have chest pain")
    story.tick(SOON + MINUTE)

    assert "please check on A.M. now" in to_the_daughter(sandbox)[0]


def test_her_start_brings_back_her_texts_and_changes_nothing_of_the_patients(
    story: Story, sandbox: Sandbox
) -> None:
    story.text("STOP", sender=DAUGHTER)
    story.text("STOP", SOON + MINUTE)

    answer = story.text("START", SOON + timedelta(minutes=11), sender=DAUGHTER)

    assert answer == "Maple PT: Texts are on again. STOP ends them, HELP for help."
    with story.post.sessions() as session:
        clinic_id = session.scalars(sa.select(Patient.clinic_id)).one()
        assert not suppressed(session, clinic_id, Medium.TEXT, DAUGHTER)
        assert suppressed(session, clinic_id, Medium.TEXT, PATIENT_NUMBER)
        carers = sa.select(sa.func.count()).where(Message.kind == Kind.CARER)
        assert session.scalar(carers) == 0


def test_after_a_discharge_nothing_that_waits_reaches_her(story: Story, sandbox: Sandbox) -> None:
    night = NOW.replace(hour=6)
    with transaction(story.post.sessions) as session:
        ana = session.scalars(sa.select(Patient)).one()
        tell_carer_of_silence(session, ana, night)
        ana.discharge()
        outbox.replan(session, ana, night)

    outbox.send_due(story.post, night + timedelta(hours=8))

    assert to_the_daughter(sandbox) == []
    assert not sandbox.mails(DAUGHTERS_MAIL)
