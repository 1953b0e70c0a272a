"""Who hears of a red flag, how soon, and until when?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan, a_therapist
from story import DUE, SOON, Story

from reminders import outbox, watch
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.accounts import Role, Staff
from reminders.store.db import transaction
from reminders.store.record import Alert

OWNER, CONTACT, CHIEF = "+12075550191", "+12075550192", "+12075550193"
MAILS = {
    OWNER: "jonas@maplept.example",
    CONTACT: "lena@maplept.example",
    CHIEF: "ada@maplept.example",
}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def story(post: Post) -> Story:
    """Jonas looks after Ana, Lena is the safety contact, Ada runs the clinic."""
    with transaction(post.sessions) as session:
        clinic = a_clinic(session)
        lena = session.get_one(Staff, clinic.safety_contact_id)
        jonas = a_therapist(session, clinic, "Jonas Weil", MAILS[OWNER])
        ada = a_therapist(session, clinic, "Ada Berg", MAILS[CHIEF], Role.ADMIN)
        lena.phone, jonas.phone, ada.phone = CONTACT, OWNER, CHIEF
        a_plan(session, a_patient(session, clinic, therapist_id=jonas.id))
    story = Story.begin(post)
    story.tick(DUE)
    return story


def told(sandbox: Sandbox, number: str) -> tuple[int, int]:
    """How many texts and mails this person has had."""
    return len(sandbox.texts(number)), len(sandbox.mails(MAILS[number]))


def let_pass(story: Story, minutes: int) -> None:
    at = SOON + minutes * MINUTE
    watch.escalate(story.post.sessions, at)
    outbox.send_due(story.post, at)


def test_owner_and_safety_contact_hear_at_once_by_text_and_by_mail(
    story: Story, sandbox: Sandbox
) -> None:
    story.text("I have chest pain")
    let_pass(story, 0)

    assert told(sandbox, OWNER) == (1, 1)
    assert told(sandbox, CONTACT) == (1, 1)
    assert told(sandbox, CHIEF) == (0, 0)


def test_what_they_read_says_nothing_of_the_patient(story: Story, sandbox: Sandbox) -> None:
    story.text("I have chest pain")
    let_pass(story, 0)

    [text], [mail] = sandbox.texts(OWNER), sandbox.mails(MAILS[OWNER])
    for said in (text.body, mail.text):
        assert "Ana" not in said
        assert "chest" not in said


@pytest.mark.parametrize(("minutes", "chief"), [(14, (0, 0)), (15, (1, 1)), (60, (1, 1))])
def test_the_next_person_hears_after_fifteen_minutes(
    story: Story, sandbox: Sandbox, minutes: int, chief: tuple[int, int]
) -> None:
    story.text("I have chest pain")
    let_pass(story, 0)
    let_pass(story, minutes)

    assert told(sandbox, CHIEF) == chief


def test_everyone_hears_again_daily_until_it_is_cleared(story: Story, sandbox: Sandbox) -> None:
    story.text("I have chest pain")
    for minutes in (0, 15, 24 * 60 + 15, 48 * 60 + 15):
        let_pass(story, minutes)
    before = told(sandbox, CHIEF)
    with transaction(story.post.sessions) as session:
        session.scalars(sa.select(Alert)).one().resolve(1, SOON)
    let_pass(story, 72 * 60 + 15)

    assert before == (3, 3)
    assert told(sandbox, CHIEF) == before


def test_who_has_taken_it_spares_the_others(story: Story, sandbox: Sandbox) -> None:
    story.text("I have chest pain")
    let_pass(story, 0)
    with transaction(story.post.sessions) as session:
        session.scalars(sa.select(Alert)).one().acknowledge(1, SOON + MINUTE)
    let_pass(story, 20)

    assert told(sandbox, CHIEF) == (0, 0)


def test_a_second_red_flag_does_not_put_off_who_hears_after_fifteen_minutes(
    story: Story, sandbox: Sandbox
) -> None:
    story.text("I have chest pain")
    for minutes in (3, 9, 14):
        story.text(f"please help I cannot breathe, {minutes}", SOON + minutes * MINUTE)
    let_pass(story, 14)
    before = told(sandbox, CHIEF)
    let_pass(story, 15)
    let_pass(story, 16)

    assert before == (0, 0)
    assert told(sandbox, CHIEF) == (1, 1)
    assert told(sandbox, CONTACT) == (5, 5)


def test_a_red_flag_after_somebody_took_the_first_is_shown_and_nobody_has_it(
    story: Story, sandbox: Sandbox
) -> None:
    story.text("I have chest pain")
    let_pass(story, 15)
    with transaction(story.post.sessions) as session:
        alert = session.scalars(sa.select(Alert)).one()
        alert.acknowledge(alert.owner_id or 0, SOON + 20 * MINUTE)

    story.text("I want to kill myself", SOON + 60 * MINUTE)
    let_pass(story, 60)
    at_once = told(sandbox, CHIEF)
    let_pass(story, 75)

    with story.post.sessions() as session:
        alert = session.scalars(sa.select(Alert)).one()
    assert alert.acknowledged_at is None
    assert alert.sentence == "Wrote of not wanting to live. Wrote of a possible emergency."
    assert alert.evidence.splitlines() == ["I want to kill myself", "I have chest pain"]
    assert alert.reply_id == story.last_reply().id
    assert (at_once, told(sandbox, CHIEF)) == ((1, 1), (2, 2))
