"""Does the page keep up: with a changed plan, an ended one, and words of danger?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from patient_story import (
    DAY,
    DUE,
    SOON,
    Story,
    begin,
    chosen,
    main_of,
    names_of,
    new_plan,
    ticket_of,
    with_link,
    words_of,
)
from setting import HandClock

from reminders import outbox
from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.store.db import Sessions
from reminders.store.people import Medium, Patient, suppressed
from reminders.store.plans import Plan
from reminders.store.record import Alert, Occurrence


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> Story:
    return begin(client, sessions, clock, settings)


# The plan as it is now


def test_the_page_shows_the_plan_as_it_is_now_and_says_what_changed(ana: Story) -> None:
    new_plan(ana, ("bridge", "clamshell"))

    said = words_of(ana.open())

    assert "Your plan has changed since the message. New: Clamshell." in said
    assert "No longer: Bird dog, Cat and camel, Knee to chest." in said
    assert "2 exercises" in said


def test_what_was_done_of_a_changed_plan_is_logged_by_its_new_exercises(ana: Story) -> None:
    new_plan(ana, ("clamshell", "bridge"))

    ana.send("marked", **ana.marks((1,), (2,)))

    assert names_of(ana, ana.entry().done or ()) == ["clamshell"]
    assert "Clamshell Bridge not today" in words_of(ana.open())


def test_what_was_logged_before_a_change_is_shown_as_it_was(ana: Story) -> None:
    ana.send("marked", **ana.marks((2,), (1, 3, 4)))
    ana.clock.moment = SOON + timedelta(hours=1)
    new_plan(ana, ("bird-dog", "clamshell"))

    assert "Bridge not today Bird dog Cat and camel not today" in words_of(ana.open())
    assert [mark for _, mark in chosen(ana.open("/change"))] == ["done", "not-today"]


# Nothing to do, but whom to call


@pytest.mark.parametrize("why", ["discharged", "ended", "held"])
def test_a_closed_page_shows_no_exercise_but_whom_to_call(ana: Story, why: str) -> None:
    with ana.sessions.begin() as session:
        patient = session.get_one(Patient, ana.patient_id)
        plan = session.scalars(sa.select(Plan).where(Plan.patient_id == patient.id)).one()
        if why == "discharged":
            patient.discharge()
        elif why == "ended":
            plan.ended_at = SOON
        else:
            patient.hold_for_safety(SOON)

    for place in ("", "/change"):
        page = ana.open(place)

        assert "Bridge" not in page
        assert 'href="tel:2075550142"' in page
        assert ("Please talk to us first" in page) == (why == "held")


# Danger


def test_words_of_danger_get_the_safety_answer_first_and_alone(ana: Story) -> None:
    ana.send("all", pain="6", note="I have chest pain since this morning")

    page = ana.open()
    assert main_of(page).startswith("This may be serious. Call 911 or go to the ER now.")
    assert 'href="tel:911"' in page
    assert "Thank you" not in page
    assert "Bridge" not in page
    assert ana.entry().pain == 6
    with ana.sessions() as session:
        [alert] = session.scalars(sa.select(Alert))
        assert alert.patient_id == ana.patient_id
    assert ana.patient().safety_hold_at is not None


def test_once_staff_have_cleared_it_the_page_is_open_again(ana: Story) -> None:
    ana.send("all", note="I have chest pain since this morning")
    with ana.sessions.begin() as session:
        session.get_one(Patient, ana.patient_id).clear_safety()

    assert "It is logged, and Lena can see it." in words_of(ana.open())


@pytest.mark.parametrize("state", ["ended", "discharged", "unknown"])
def test_words_of_danger_are_answered_where_the_page_takes_no_form_any_more(
    ana: Story, state: str
) -> None:
    ticket = ticket_of(ana.open())
    path = ana.path
    if state == "ended":
        ana.clock.moment = SOON + 4 * DAY
    elif state == "discharged":
        with ana.sessions.begin() as session:
            session.get_one(Patient, ana.patient_id).discharge()
    else:
        path = "/x/nobody"

    answer = ana.client.post(
        path,
        data={"csrf_token": ticket, "act": "all", "note": "chest pain, bad"},
        follow_redirects=True,
    )

    assert "This may be serious." in words_of(answer.text)
    assert 'href="tel:911"' in answer.text
    assert len(ana.replies()) == (state != "unknown")


def test_words_of_danger_are_answered_whatever_else_is_wrong_with_the_form(ana: Story) -> None:
    page, marks = ana.open(), ana.marks((1,))

    for act, fields in (("skip", marks), ("all", {"pain": "99"}), ("all", {"csrf_token": "x"})):
        answer = ana.send(act, page, **{"note": f"chest pain, bad ({act})"} | fields)

        assert "This may be serious." in words_of(answer.text)
    assert ana.patient().safety_hold_at is not None


def test_weaker_words_of_danger_are_answered_and_leave_the_page_open(ana: Story) -> None:
    ana.send("all", pain="2", note="I fell in the garden but I am fine")
    warned = ana.open()

    ana.send("marked", pain="3")

    assert main_of(warned).startswith("This may be serious.")
    assert "Change something" in warned
    assert ana.patient().safety_hold_at is None
    assert "It is logged, and Lena can see it." in words_of(ana.open())
    assert (ana.entry().outcome, ana.entry().pain) == (Outcome.DONE, 3)


def test_without_danger_a_late_form_shows_where_the_page_stands(ana: Story) -> None:
    page = ana.open()
    ana.clock.moment = SOON + 4 * DAY

    answer = ana.send("all", page=page)

    assert answer.status_code == 303
    assert "This link has ended" in ana.open()
    assert ana.replies() == []


# Words are only a note, whatever they speak of


@pytest.mark.parametrize(
    "note",
    ["Yesterday was harder.", "Starting again was good", "help", "Not as much as yesterday"],
)
def test_words_do_not_move_what_was_tapped(ana: Story, note: str) -> None:
    ana.clock.moment = SOON + DAY
    outbox.plan(ana.sessions, DUE + DAY)
    today = with_link(ana, made=DUE + DAY, sittings=(_newest_sitting(ana),))

    today.send("all", pain="3", note=note)

    assert today.entry().occurrence_id == _newest_sitting(ana)
    assert (today.entry().outcome, today.entry().pain) == (Outcome.DONE, 3)


@pytest.mark.parametrize("medium", list(Medium))
def test_an_opt_out_in_the_words_is_heard_for_the_way_the_link_came(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, medium: Medium
) -> None:
    ana = begin(client, sessions, clock, settings, medium=medium)

    ana.send("all", pain="2", note="please stop sending me these messages")

    patient = ana.patient()
    with sessions() as session:
        for one in Medium:
            address = str(patient.address(one))
            assert suppressed(session, patient.clinic_id, one, address) == (one is medium)
    assert (ana.entry().outcome, ana.entry().pain) == (Outcome.DONE, 2)
    assert "You asked us not to write any more" in words_of(ana.open())


def _newest_sitting(story: Story) -> int:
    with story.sessions() as session:
        return session.scalars(
            sa.select(Occurrence.id).order_by(Occurrence.due_at.desc()).limit(1)
        ).one()
