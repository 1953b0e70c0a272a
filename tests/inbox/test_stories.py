"""Conversations as patients have them: what they write, what is kept, what we answer."""

from dataclasses import replace
from datetime import time, timedelta

import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from story import DUE, SOON, Story

from reminders.config import OptOutBy
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Fate, Message, State
from reminders.store.db import transaction
from reminders.store.people import Consent, ConsentStep, Patient
from reminders.store.record import Alert, LogEntry

DONE, PART, SKIPPED = Outcome.DONE, Outcome.PART, Outcome.SKIPPED
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_done_alone_asks_for_the_pain_and_the_number_completes_it(story: Story) -> None:
    asked = story.text("done")
    answered = story.text("4", SOON + MINUTE)

    assert asked == "Maple PT: Well done, Ana! What was your pain, 0-10?"
    assert answered == "Maple PT: Thanks, Ana. Logged: done, pain 4."
    assert story.record() == [(16, DONE, 4)]


def test_the_pain_question_is_asked_once(story: Story) -> None:
    story.text("done")
    again = story.text("done", SOON + MINUTE)

    assert "What was your pain" not in again
    assert story.record() == [(16, DONE, None)]


def test_a_bare_number_is_pain_and_we_ask_whether_it_was_done(story: Story) -> None:
    asked = story.text("4")
    answered = story.text("DONE", SOON + MINUTE)

    assert asked == "Maple PT: Pain 4, thanks. Did you do your exercises? DONE or SKIP"
    assert answered == "Maple PT: Thanks, Ana. Logged: done, pain 4."


def test_a_correction_replaces_only_what_it_names_and_keeps_the_history(story: Story) -> None:
    story.text("done 8")
    answer = story.text("sorry, meant 4", SOON + MINUTE)

    assert answer == "Maple PT: Changed: pain 4."
    assert story.record() == [(16, DONE, 4)]
    assert story.history() == 2


def test_done_after_skip_replaces_the_outcome_and_says_so(story: Story) -> None:
    skipped = story.text("skip")
    changed = story.text("done 3", SOON + MINUTE)

    assert skipped == "Maple PT: OK, skipped for today. See you next time."
    assert changed == "Maple PT: Changed: done, pain 3."


def test_high_pain_is_said_back_with_whom_to_call(story: Story) -> None:
    answer = story.text("done 8")

    assert "Your therapist will see it" in answer
    assert "(207) 555-0142" in answer


def test_part_of_it_counts_and_keeps_which(story: Story) -> None:
    story.text("only did the first one, pain 5")

    assert story.record() == [(16, PART, 5)]
    with story.post.sessions() as session:
        entry = session.scalars(sa.select(LogEntry)).one()
    assert entry.done is None or len(entry.done) == 1


def test_a_position_counts_among_what_this_reminder_was_about(post: Post) -> None:
    with transaction(post.sessions) as session:
        plan = a_plan(
            session,
            a_patient(session, a_clinic(session)),
            exercises=("bridge", "bird-dog", "clamshell", "dead-bug"),
        )
        plan.versions[-1].routines[0].positions = [3, 4]
        clamshell = plan.versions[-1].prescriptions[2].id
    story = Story.begin(post)
    story.tick(DUE)

    story.text("only did the first one")

    with post.sessions() as session:
        assert session.scalars(sa.select(LogEntry)).one().done == [clamshell]


def test_a_reply_after_midnight_belongs_to_the_evening_before(post: Post) -> None:
    with transaction(post.sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)), times=(time(19, 30),))
    story = Story.begin(post)
    evening = DUE.replace(hour=23, minute=31)
    story.tick(evening)

    story.text("done 2", evening + timedelta(hours=4, minutes=50))

    assert story.record() == [(16, DONE, 2)]


def test_a_reply_two_days_late_still_counts_and_the_answer_names_the_day(post: Post) -> None:
    with transaction(post.sessions) as session:
        plan = a_plan(session, a_patient(session, a_clinic(session)))
        plan.versions[-1].routines[0].weekdays = [0]
    story = Story.begin(post)
    story.tick(DUE)

    answer = story.text("done 3", SOON + 2 * DAY)

    assert story.record() == [(16, DONE, 3)]
    assert "Mon 16 Mar" in answer


def test_a_reply_too_late_for_any_session_logs_nothing_and_asks(post: Post) -> None:
    with transaction(post.sessions) as session:
        plan = a_plan(session, a_patient(session, a_clinic(session)))
        plan.versions[-1].routines[0].weekdays = [0]
    story = Story.begin(post)
    story.tick(DUE)

    answer = story.text("done 3", SOON + 4 * DAY)

    assert story.record() == []
    assert answer == "Maple PT: Did you do your exercises? DONE or SKIP"


def test_pain_with_no_session_open_is_kept_outside_adherence(post: Post) -> None:
    with transaction(post.sessions) as session:
        a_patient(session, a_clinic(session))
    story = Story.begin(post)

    answer = story.text("pain 6")

    assert story.record() == [(16, None, 6)]
    assert answer == "Maple PT: Pain 6, thanks. Your therapist will see it."


def test_yesterday_goes_to_yesterdays_session(story: Story) -> None:
    story.tick(DUE + DAY)

    story.text("did it yesterday, pain 2", SOON + DAY)

    assert story.record() == [(16, DONE, 2)]


def test_later_brings_one_more_reminder_at_that_time(story: Story, sandbox: Sandbox) -> None:
    answer = story.text("in an hour")
    story.tick(SOON + timedelta(hours=1, minutes=1))

    assert "I'll ask again at 10:21 am" in answer
    assert len([text for text in sandbox.texts(PATIENT_NUMBER) if "/x/" in text.body]) == 2


def test_later_is_withdrawn_once_the_session_is_reported(story: Story) -> None:
    story.text("in an hour")
    story.text("done 2", SOON + MINUTE)
    story.tick(SOON + timedelta(hours=1, minutes=1))

    with story.post.sessions() as session:
        later = session.scalars(sa.select(Message).where(Message.kind == Kind.LATER)).one()
    assert later.state is State.WITHDRAWN


def test_words_for_the_therapist_are_passed_on_and_wait_for_a_person(story: Story) -> None:
    answer = story.text("can I use the blue band instead?")

    assert answer.startswith("Maple PT: Thanks, passed on to your therapist.")
    assert story.last_reply().fate is Fate.FOR_A_PERSON
    with story.post.sessions() as session:
        assert session.scalars(sa.select(Alert.kind)).all() == ["message"]


def test_a_thumb_up_on_our_reminder_logs_nothing(story: Story) -> None:
    answer = story.text('Liked "Maple PT: time for your exercises, Ana. Reply DONE and 0-10"')

    assert (answer, story.record()) == ("", [])


def test_a_picture_without_words_logs_nothing_and_says_so(story: Story) -> None:
    answer = story.text("", media=1)

    assert story.record() == []
    assert "can't read pictures" in answer


def test_wrong_number_ends_the_texts_and_names_nobody(story: Story, sandbox: Sandbox) -> None:
    answer = story.text("you have the wrong number")
    story.tick(DUE + DAY)

    assert answer == "Maple PT: Sorry! We won't text you again."
    assert len([text for text in sandbox.texts(PATIENT_NUMBER) if "/x/" in text.body]) == 1


def test_a_plain_stop_with_a_red_flag_gets_both_in_one_answer(story: Story) -> None:
    answer = story.text("stop texting me, I have chest pain")

    assert "Call 911" in answer
    assert "Texts are off" in answer
    assert "|" not in answer


def test_start_lifts_the_block_and_tells_the_truth(story: Story) -> None:
    story.text("STOP")
    with transaction(story.post.sessions) as session:
        session.scalars(sa.select(Patient)).one().pause(
            DUE.date(), (DUE + 7 * DAY).date(), by="staff:1"
        )

    answer = story.text("START", SOON + timedelta(minutes=11))

    assert answer.startswith("Maple PT: Texts are on again. Your reminders are paused until")


def test_where_the_carrier_answers_stop_we_stay_silent(story: Story) -> None:
    by_carrier = story.post.settings.model_copy(update={"carrier_optout": OptOutBy.TWILIO})
    story = Story.begin(replace(story.post, settings=by_carrier))

    answers = [story.text("HELP"), story.text("Stop", SOON + MINUTE)]

    assert answers == ["", ""]
    assert story.last_reply().intent == "stop"


def test_what_the_carrier_does_not_catch_gets_our_own_confirmation(story: Story) -> None:
    by_carrier = story.post.settings.model_copy(update={"carrier_optout": OptOutBy.TWILIO})
    story = Story.begin(replace(story.post, settings=by_carrier))

    answer = story.text("please stop texting me")

    assert answer == "Maple PT: No more texts from us. Reply START to resume."


def test_a_red_flag_after_stop_is_still_answered(story: Story) -> None:
    story.text("STOP")

    answer = story.text("I can't breathe", SOON + MINUTE)

    assert "Call 911" in answer


def test_spanish_words_get_spanish_answers(story: Story) -> None:
    answer = story.text("hecho 4")

    assert answer == "Maple PT: Gracias, Ana. Anotado: hecho, dolor 4."


def test_the_answer_to_a_shared_phone_goes_to_the_one_with_the_open_reminder(
    story: Story,
) -> None:
    with transaction(story.post.sessions) as session:
        clinic = session.scalars(sa.select(Patient)).one().clinic
        a_patient(session, clinic, first_name="Carl", last_name="Diaz")

    story.text("done 2")

    with story.post.sessions() as session:
        entry = session.scalars(sa.select(LogEntry)).one()
        assert session.get_one(Patient, entry.patient_id).first_name == "Ana"


def test_two_open_reminders_on_one_phone_are_asked_about_once_and_kept(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        clinic = session.scalars(sa.select(Patient)).one().clinic
        carl = a_patient(session, clinic, first_name="Carl", last_name="Diaz")
        a_plan(session, carl, now=DUE, times=(time(9, 5),))
    story.tick(DUE + timedelta(minutes=6))

    asked = story.text("done 2")
    answered = story.text("B", SOON + MINUTE)

    assert asked == "Maple PT: Who is this about? Reply A for A.M. or B for C.D."
    assert answered == "Maple PT: Thanks, Carl. Logged: done, pain 2."
    assert story.record() == [(16, DONE, 2)]


def test_stop_on_a_shared_phone_stops_both(story: Story, sandbox: Sandbox) -> None:
    with transaction(story.post.sessions) as session:
        clinic = session.scalars(sa.select(Patient)).one().clinic
        carl = a_patient(session, clinic, first_name="Carl", last_name="Diaz")
        a_plan(session, carl, now=DUE, times=(time(9, 45),))

    story.text("STOP")
    story.tick(DUE + timedelta(minutes=46))

    assert len([text for text in sandbox.texts(PATIENT_NUMBER) if "/x/" in text.body]) == 1


def test_a_death_ends_the_reminders_and_tells_a_person(story: Story, sandbox: Sandbox) -> None:
    answer = story.text("My mother passed away on Sunday")
    story.tick(DUE + DAY)

    assert "We are very sorry" in answer
    assert len([text for text in sandbox.texts(PATIENT_NUMBER) if "/x/" in text.body]) == 1
    with story.post.sessions() as session:
        assert session.scalars(sa.select(Alert.kind)).all() == ["safety"]


def test_start_confirms_a_new_patient_and_we_say_so_also_where_the_carrier_answers(
    story: Story,
) -> None:
    by_carrier = story.post.settings.model_copy(update={"carrier_optout": OptOutBy.TWILIO})
    story = Story.begin(replace(story.post, settings=by_carrier))
    with transaction(story.post.sessions) as session:
        clinic = session.scalars(sa.select(Patient)).one().clinic
        clinic.double_opt_in = True
        new = a_patient(session, clinic, first_name="Eve", phone="+12075550121")
        for step in session.scalars(sa.select(Consent).where(Consent.patient_id == new.id)):
            step.step = ConsentStep.GIVEN

    answer = story.text("START", sender="+12075550121")

    assert answer.startswith("Maple PT: You will get about 1 exercise text a day.")
    with story.post.sessions() as session:
        steps = session.scalars(
            sa.select(Consent.step).where(Consent.patient_id == new.id).order_by(Consent.id)
        ).all()
    assert steps[-1] is ConsentStep.CONFIRMED
