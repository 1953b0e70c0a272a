"""What a clinic asks beyond the session, and what it says to a pain level."""

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from sqlalchemy.orm import Session
from story import DUE, SOON, Story

from reminders import watch
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.core.replies import SkipReason
from reminders.core.triage import AlertKind
from reminders.core.wording import Key, measure
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.asking import Asking, OwnBands
from reminders.store.conversation import Fate, Message, State, Wording
from reminders.store.db import transaction
from reminders.store.people import Clinic, Patient
from reminders.store.record import Alert, LogEntry, Moment

DONE, SKIPPED = Outcome.DONE, Outcome.SKIPPED
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEXT_MORNING = DUE.replace(hour=12, minute=1) + DAY  # 8:01 in New York, a minute after it opens


@pytest.fixture
def story(post: Post) -> Story:
    """Ana has had her nine o'clock reminder; her clinic answers pain and asks about it."""
    with transaction(post.sessions) as session:
        clinic = a_clinic(session)
        asks(session, clinic, pain_response=True, skip_reason=True)
        a_plan(session, a_patient(session, clinic))
    story = Story.begin(post)
    story.tick(DUE)
    return story


def asks(session: Session, clinic: Clinic, **choices: bool) -> Asking:
    asking = Asking(clinic_id=clinic.id, **choices)
    asking.approve(clinic.safety_contact_id or 0, DUE)
    session.add(asking)
    session.flush()
    return asking


def mornings(story: Story) -> list[int | None]:
    """The morning pains that stand."""
    with story.post.sessions() as session:
        return list(
            session.scalars(
                sa.select(LogEntry.pain)
                .where(LogEntry.moment == Moment.NEXT_MORNING, LogEntry.superseded_at.is_(None))
                .order_by(LogEntry.id)
            )
        )


def session_pain(story: Story) -> list[tuple[Outcome | None, int | None]]:
    """What stands of sessions, without the mornings after."""
    with story.post.sessions() as session:
        rows = session.scalars(
            sa.select(LogEntry)
            .where(LogEntry.moment == Moment.AFTER, LogEntry.superseded_at.is_(None))
            .order_by(LogEntry.id)
        )
        return [(row.outcome, row.pain) for row in rows]


def reasons(story: Story) -> list[SkipReason | None]:
    with story.post.sessions() as session:
        return list(
            session.scalars(sa.select(LogEntry.reason).where(LogEntry.superseded_at.is_(None)))
        )


def question(story: Story) -> Message | None:
    with story.post.sessions() as session:
        return session.scalar(sa.select(Message).where(Message.kind == Kind.QUESTION))


# What the clinic says to a pain level


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("done 3", "That is OK: pain is not harm. Keep going."),
        ("done 4", "Pain is not always harm. Go easier next time, but keep moving."),
        ("done 6", "Do less next time, but keep moving: rest is not the goal."),
    ],
    ids=["green", "amber", "red"],
)
def test_a_pain_level_is_answered_by_its_band(story: Story, words: str, said: str) -> None:
    answer = story.text(words)

    assert answer == f"Maple PT: Thanks, Ana. Logged: done, pain {words[-1]}. {said}"


def test_the_line_is_said_in_the_language_of_the_reply(story: Story) -> None:
    answer = story.text("hecho 5")

    assert answer.endswith("El dolor no siempre es daño. Haga menos la siguiente vez, pero siga.")


def test_a_clinic_speaks_in_its_own_words(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        clinic_id = session.scalars(sa.select(Clinic.id)).one()
        ours = Wording(
            clinic_id=clinic_id, key=Key.PAIN_AMBER, language="en", text="Slow down a notch."
        )
        session.add(ours)

    assert story.text("done 4").endswith("pain 4. Slow down a notch.")


def test_a_patient_may_have_bands_of_their_own(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        ana = session.scalars(sa.select(Patient)).one()
        session.add(
            OwnBands(
                clinic_id=ana.clinic_id,
                patient_id=ana.id,
                pain_response=True,
                amber_from=6,
                red_from=9,
            )
        )

    assert story.text("done 5").endswith("Keep going.")


def test_nothing_is_said_in_words_that_no_therapist_approved(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        session.scalars(sa.select(Asking)).one().approved_at = None

    assert story.text("done 4") == "Maple PT: Thanks, Ana. Logged: done, pain 4."


def test_where_there_is_no_room_the_line_is_left_to_the_page(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        session.scalars(sa.select(Clinic)).one().short_name = "Northside Movement Center"

    answer = story.text("done 9")

    assert "Call (207) 555-0142" in answer
    assert "rest is not the goal" not in answer
    assert measure(answer).segments == 1


def test_a_red_flag_is_never_answered_by_a_band(story: Story) -> None:
    answer = story.text("done 5, but I have chest pain")

    assert "Call 911" in answer
    assert "harm" not in answer
    assert question(story) is None


# The morning after


def test_the_morning_after_we_ask_whether_it_has_settled(story: Story, sandbox: Sandbox) -> None:
    story.text("done 6")
    story.tick(NEXT_MORNING)

    assert sandbox.texts(PATIENT_NUMBER)[-1].body == (
        "Maple PT: Good morning, Ana. How is your pain this morning, 0-10?"
    )


def test_its_answer_stands_beside_the_session_and_never_corrects_it(story: Story) -> None:
    story.text("done 6")
    story.tick(NEXT_MORNING)

    answer = story.text("3", NEXT_MORNING + MINUTE)

    assert answer == "Maple PT: Pain 3 this morning, noted. Thank you."
    assert session_pain(story) == [(DONE, 6)]
    assert mornings(story) == [3]


def test_a_correction_of_the_morning_corrects_the_morning(story: Story) -> None:
    story.text("done 6")
    story.tick(NEXT_MORNING)
    story.text("3", NEXT_MORNING + MINUTE)

    story.text("sorry, meant 4", NEXT_MORNING + 2 * MINUTE)

    assert session_pain(story) == [(DONE, 6)]
    assert mornings(story) == [4]


def test_a_report_with_a_number_does_not_correct_the_session_before(story: Story) -> None:
    story.text("done 6")
    story.tick(NEXT_MORNING)

    story.text("done 2", NEXT_MORNING + MINUTE)

    assert session_pain(story) == [(DONE, 6)]
    assert mornings(story) == [2]


def test_after_the_next_reminder_a_report_is_the_sessions_and_a_bare_number_the_mornings(
    story: Story,
) -> None:
    story.text("done 6")
    story.tick(NEXT_MORNING)
    story.tick(DUE + DAY)

    bare = story.text("3", SOON + DAY)
    report = story.text("done 1", SOON + DAY + MINUTE)

    assert bare == "Maple PT: Pain 3 this morning, noted. Thank you."
    assert "Logged: done, pain 1." in report
    assert session_pain(story) == [(DONE, 6), (DONE, 1)]
    assert mornings(story) == [3]


def test_a_morning_answer_without_a_number_goes_to_a_person(story: Story) -> None:
    story.text("done 6")
    story.tick(NEXT_MORNING)

    answer = story.text("still a bit sore", NEXT_MORNING + MINUTE)

    assert answer.startswith("Maple PT: Thanks, passed on to your therapist.")
    assert story.last_reply().fate is Fate.FOR_A_PERSON


@pytest.mark.parametrize("words", ["done 2", "skip", "done"], ids=["green", "skipped", "no number"])
def test_without_pain_above_green_nothing_is_asked(story: Story, words: str) -> None:
    story.text(words)

    assert question(story) is None


def test_a_number_mended_to_green_takes_the_question_back(story: Story) -> None:
    story.text("done 8")
    story.text("sorry, meant 1", SOON + MINUTE)

    asked = question(story)
    assert asked is not None
    assert asked.state is State.WITHDRAWN


@pytest.mark.parametrize("how", ["pause", "discharge", "stop", "red flag"])
def test_a_question_that_waits_does_not_leave_after(story: Story, how: str) -> None:
    story.text("done 6")
    if how == "stop":
        story.text("STOP", SOON + MINUTE)
    elif how == "red flag":
        story.text("I can't feel between my legs", SOON + MINUTE)
    else:
        with transaction(story.post.sessions) as session:
            ana = session.scalars(sa.select(Patient)).one()
            ana.discharge() if how == "discharge" else ana.pause(DUE.date(), by="staff:1")
    story.tick(NEXT_MORNING)

    asked = question(story)
    assert asked is not None
    assert asked.state in (State.WITHHELD, State.WITHDRAWN)


def test_a_number_mended_back_to_red_is_asked_about_after_all(
    story: Story, sandbox: Sandbox
) -> None:
    story.text("done 6")
    story.text("sorry, meant 2", SOON + MINUTE)
    story.text("no, it was 6", SOON + 2 * MINUTE)
    story.text("6", SOON + 3 * MINUTE)

    story.tick(NEXT_MORNING)

    asked = [text for text in sandbox.texts(PATIENT_NUMBER) if "this morning" in text.body]
    assert session_pain(story) == [(DONE, 6)]
    assert len(asked) == 1


def test_a_late_report_is_not_asked_about(story: Story) -> None:
    story.text("done 6", SOON + DAY - HOUR)

    assert question(story) is None


def test_two_mornings_that_have_not_settled_reach_the_therapist(story: Story) -> None:
    for day in range(2):
        story.tick(DUE + day * DAY)
        story.text("done 6", SOON + day * DAY)
        story.tick(NEXT_MORNING + day * DAY)
        story.text("5", NEXT_MORNING + day * DAY + MINUTE)

    watch.review_all(story.post.sessions, NEXT_MORNING + DAY + HOUR)

    with story.post.sessions() as session:
        alerts = {alert.kind: alert.evidence for alert in session.scalars(sa.select(Alert))}
    assert alerts[AlertKind.UNSETTLED] == "5 on Tue 17 Mar, 5 on Wed 18 Mar."


# Why it was skipped


def test_a_plain_skip_is_asked_about_and_the_reason_kept(story: Story) -> None:
    asked = story.text("skip")
    answered = story.text("I forgot", SOON + MINUTE)

    assert asked == (
        "Maple PT: OK, skipped for today. What stopped you? 1 time 2 forgot 3 sore 4 unwell "
        "5 unsure how 6 not in the mood"
    )
    assert answered.startswith("Maple PT: Thanks for telling us, it happens.")
    assert reasons(story) == [SkipReason.FORGOT]
    assert story.record() == [(16, SKIPPED, None)]


@pytest.mark.parametrize(
    ("number", "reason"),
    list(enumerate(SkipReason, start=1)),
    ids=[reason.value for reason in SkipReason],
)
def test_a_reason_may_be_told_by_its_number(story: Story, number: int, reason: SkipReason) -> None:
    story.text("skip")
    story.text(str(number), SOON + MINUTE)

    assert reasons(story) == [reason]
    assert story.record() == [(16, SKIPPED, None)]


def test_a_clinic_answers_a_reason_in_its_own_words(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        clinic_id = session.scalars(sa.select(Clinic.id)).one()
        text = "Happens to all of us. Shall we move it to the evening?"
        session.add(Wording(clinic_id=clinic_id, key=Key.REASON_FORGOT, language="en", text=text))

    story.text("skip")

    assert story.text("I forgot", SOON + MINUTE) == f"Maple PT: {text}"


def test_a_reason_given_with_the_skip_is_not_asked_for(story: Story) -> None:
    answer = story.text("skip, I forgot")

    assert answer == "Maple PT: OK, skipped for today. See you next time."
    assert reasons(story) == [SkipReason.FORGOT]


def test_a_reason_is_not_asked_for_twice_within_two_weeks(story: Story) -> None:
    story.text("skip")
    days = [1, 13, 15]
    answers = []
    for day in days:
        story.tick(DUE + day * DAY)
        answers.append(story.text("skip", SOON + day * DAY))

    assert ["What stopped you" in answer for answer in answers] == [False, False, True]


def test_a_reply_that_is_no_reason_leaves_the_skip_as_it_is(story: Story) -> None:
    story.text("skip")
    story.text("thanks", SOON + MINUTE)

    assert reasons(story) == [None]
    assert story.record() == [(16, SKIPPED, None)]


def test_a_clinic_that_chose_nothing_asks_nothing(post: Post) -> None:
    with transaction(post.sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)), times=(time(9),))
    story = Story.begin(post)
    story.tick(DUE)

    skipped = story.text("skip")
    done = story.text("done 6", SOON + MINUTE)

    assert skipped == "Maple PT: OK, skipped for today. See you next time."
    assert done == "Maple PT: Changed: done, pain 6."
    assert question(story) is None
