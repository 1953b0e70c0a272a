"""May we write, and what is true when somebody comes back?"""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_patient, a_plan
from story import DUE, SOON, Story

from reminders.config import OptOutBy
from reminders.store.conversation import Fate, Wording
from reminders.store.db import transaction
from reminders.store.people import Clinic, Medium, Patient, Source, Why, suppress, suppressed
from reminders.store.plans import Plan, Routine
from reminders.store.record import Alert

BACK = SOON + timedelta(minutes=11)
DAY = timedelta(days=1)


def change(story: Story, how: str) -> None:
    with transaction(story.post.sessions) as session:
        ana = session.scalars(sa.select(Patient)).one()
        if how == "paused to a day":
            ana.pause(DUE.date(), (DUE + 50 * DAY).date(), by="staff:1")
        elif how == "paused":
            ana.pause(DUE.date(), by="staff:1")
        elif how == "red flag":
            ana.hold_for_safety(DUE)
        elif how == "plan ended":
            session.scalars(sa.select(Plan)).one().ended_at = DUE
        elif how == "programme over":
            session.scalars(sa.select(Routine)).one().next_due_at = None


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("nothing", "STOP ends them, HELP for help."),
        ("paused to a day", "Your reminders are paused until Tue 5 May."),
        ("paused", "Your reminders are still paused. To resume, call (207) 555-0142."),
        ("red flag", "Your reminders are still paused. To resume, call (207) 555-0142."),
        ("plan ended", "Please call the clinic about your programme."),
        ("programme over", "Please call the clinic about your programme."),
    ],
)
def test_the_answer_to_start_is_true(story: Story, how: str, said: str) -> None:
    story.text("STOP")
    change(story, how)

    assert story.text("START", BACK) == f"Maple PT: Texts are on again. {said}"


def test_start_on_a_shared_phone_tells_nobody_of_the_others_plan(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        carl = a_patient(session, clinic, first_name="Carl", last_name="Diaz")
        carl.pause(DUE.date(), by="staff:1")
        a_plan(session, carl, now=DUE)
    story.text("STOP")

    assert story.text("START", BACK) == (
        "Maple PT: Texts are on again. STOP ends them, HELP for help."
    )


def test_a_wish_to_come_back_that_the_carrier_does_not_know_reaches_a_person(
    story: Story,
) -> None:
    by_carrier = story.post.settings.model_copy(update={"carrier_optout": OptOutBy.TWILIO})
    story = Story.begin(replace(story.post, settings=by_carrier))
    with transaction(story.post.sessions) as session:
        clinic_id = session.scalars(sa.select(Clinic.id)).one()
        suppress(
            session, clinic_id, Medium.TEXT, PATIENT_NUMBER, Why.OPT_OUT,
            source=Source.CARRIER, now=DUE,
        )  # fmt: skip

    story.text("please start my reminders again")

    assert story.last_reply().fate is Fate.FOR_A_PERSON
    with story.post.sessions() as session:
        assert suppressed(session, clinic_id, Medium.TEXT, PATIENT_NUMBER)
        assert session.scalars(sa.select(Alert.kind)).all() == ["message"]


@pytest.mark.parametrize(
    "words", ["I'm away next week", "can you pause until monday?", "no puedo la proxima semana"]
)
def test_a_wish_to_pause_is_passed_on_and_nothing_logged(story: Story, words: str) -> None:
    answer = story.text(words)

    assert story.record() == []
    assert story.last_reply().fate is Fate.FOR_A_PERSON
    assert "passed on" in answer or "se lo pasamos" in answer


# The clinic's own words


def test_an_answer_is_said_in_the_clinics_own_words(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        clinic_id = session.scalars(sa.select(Clinic.id)).one()
        text = "Noted[, $first]: done, $pain."
        session.add(Wording(clinic_id=clinic_id, key="done_pain", language="en", text=text))

    assert story.text("done 4") == "Maple PT: Noted, Ana: done, 4."


@pytest.mark.parametrize(("key", "words"), [("urgent", "chest pain"), ("stopped", "STOP")])
def test_a_clinic_cannot_reword_safety_or_the_stop(story: Story, key: str, words: str) -> None:
    with transaction(story.post.sessions) as session:
        clinic_id = session.scalars(sa.select(Clinic.id)).one()
        soft = Wording(clinic_id=clinic_id, key=key, language="en", text="Take it easy.")
        session.add(soft)

    assert "Take it easy" not in story.text(words)
