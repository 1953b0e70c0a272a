"""What does a patient see behind the link, and what becomes of what they tap?"""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from patient_story import (
    DAY,
    DUE,
    SOON,
    Story,
    begin,
    chosen,
    new_plan,
    ticket_of,
    with_link,
    words_of,
)
from setting import HandClock

from reminders import inbox, outbox
from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.inbox import PageForm
from reminders.store.conversation import find_link
from reminders.store.db import Sessions
from reminders.store.people import Patient

NOTHING_ON_ENTER = '<button type="submit" disabled hidden></button>'


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> Story:
    return begin(client, sessions, clock, settings)


# What is shown


def test_the_page_shows_todays_exercises_and_nothing_is_chosen_for_the_patient(ana: Story) -> None:
    page = ana.open()

    said = words_of(page)
    assert "Good morning, Ana" in said
    assert "4 exercises, about" in said
    assert "Mon 16 Mar, morning" in said
    assert "1. Bridge 3 times 10 " in said
    assert "Squeeze your buttocks." in said
    assert "When to stop: Stop if your back hurts more" in said
    assert page.count('<svg class="fg"') == 4
    assert chosen(page) == []
    assert "Morales" not in page


def test_the_page_speaks_the_patients_language_in_the_patients_zone(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    changes = {"first_name": "Luis", "language": "es", "zone": "America/Los_Angeles"}
    luis = begin(client, sessions, clock, settings, **changes)
    outbox.plan(sessions, DUE + timedelta(hours=3))
    clock.moment = DUE + timedelta(hours=9)

    page = with_link(luis).open()

    assert '<html lang="es">' in page
    assert "Buenas tardes, Luis" in words_of(page)
    assert "lun 16 mar" in words_of(page)
    assert "Hice los 4" in page
    assert "Pare y llame al 911 si tiene" in words_of(page)


def test_a_patient_who_did_not_agree_to_it_is_not_named(ana: Story) -> None:
    with ana.sessions.begin() as session:
        session.get_one(Patient, ana.patient_id).clinic.use_first_name = False

    # As a word: the form's random ticket may hold the three letters.
    assert re.findall(r"\bAna\b", ana.open()) == []


def test_emergency_and_clinic_can_be_dialled(ana: Story) -> None:
    page = ana.open()

    assert '<a href="tel:911">911</a>' in page
    assert '<a href="tel:2075550142">(207) 555-0142</a>' in page


def test_yesterdays_link_says_which_day_it_is_for(ana: Story) -> None:
    ana.clock.moment = SOON + DAY

    assert "This page is for yesterday." in words_of(ana.open())


def test_a_link_without_a_sitting_opens_the_newest_one(ana: Story) -> None:
    new = with_link(ana, sittings=())

    new.send("all")

    assert new.entry().outcome is Outcome.DONE


def test_where_nothing_is_due_the_exercises_can_be_looked_at_and_nothing_can_be_sent(
    ana: Story,
) -> None:
    ana.clock.moment = SOON + 4 * DAY
    late = with_link(ana, made=SOON + 4 * DAY, sittings=())

    page = late.open()

    assert "Nothing is due right now" in page
    assert "Bridge" in page
    assert 'name="act"' not in page


# What is sent


@pytest.mark.parametrize(
    ("act", "done", "not_today", "outcome", "kept"),
    [
        ("all", (), (), Outcome.DONE, None),
        ("marked", (1, 2, 3, 4), (), Outcome.DONE, None),
        ("marked", (1, 2, 4), (3,), Outcome.PART, (1, 2, 4)),
        ("marked", (2,), (), Outcome.PART, (2,)),
        ("all", (1,), (2,), Outcome.PART, (1,)),
        ("marked", (), (1, 2, 3, 4), Outcome.SKIPPED, None),
        ("skip", (), (), Outcome.SKIPPED, None),
    ],
    ids=[
        "all at once",
        "all one by one",
        "some and some not",
        "some and no word of the others",
        "marks outrank the big button",
        "none of them",
        "skip today",
    ],
)
def test_what_was_tapped_is_logged_and_nothing_else(
    ana: Story,
    act: str,
    done: tuple[int, ...],
    not_today: tuple[int, ...],
    outcome: Outcome,
    kept: tuple[int, ...] | None,
) -> None:
    answer = ana.send(act, **ana.marks(done, not_today))

    entry, rows = ana.entry(), ana.prescriptions()
    assert answer.status_code == 303
    assert answer.location == ana.path
    assert entry.outcome is outcome
    assert entry.done == (None if kept is None else [rows[place - 1] for place in kept])
    assert entry.pain is None


def test_pain_and_words_are_kept_and_zero_is_a_number(ana: Story) -> None:
    ana.send("all", pain="0", note="Easy today.\r\nThank you")

    assert ana.entry().pain == 0
    assert ana.entry().note == "Easy today.\nThank you"


def test_pain_alone_is_kept_and_the_exercises_are_still_asked_for(ana: Story) -> None:
    ana.send("marked", pain="4")

    page = ana.open()
    assert (ana.entry().outcome, ana.entry().pain) == (None, 4)
    assert "That is saved. Did you do your exercises?" in page
    assert chosen(page) == [("pain", "4")]


@pytest.mark.parametrize(
    ("act", "fields", "done", "not_today", "says"),
    [
        ("marked", {}, (), (), "Nothing is marked yet."),
        ("marked", {"note": "  \r\n "}, (), (), "Nothing is marked yet."),
        ("marked", {"pain": "5"}, (), (2,), "And the others?"),
        ("skip", {}, (1,), (), "You marked some as done."),
        ("all", {"pain": "11"}, (), (), "A number from 0 to 10, please."),
        ("all", {"pain": "banana"}, (), (), "A number from 0 to 10, please."),
        ("all", {"note": "n" * 501}, (), (), "At most 500 letters, please."),
    ],
    ids=["empty", "blank", "one not today", "skip but done", "pain 11", "pain banana", "long"],
)
def test_a_form_in_doubt_is_shown_again_with_all_that_was_typed(
    ana: Story,
    act: str,
    fields: dict[str, str],
    done: tuple[int, ...],
    not_today: tuple[int, ...],
    says: str,
) -> None:
    marks = ana.marks(done, not_today)

    answer = ana.send(act, **fields, **marks)

    assert answer.status_code == 400
    assert says in words_of(answer.text)
    assert ana.replies() == []
    assert set(marks.items()) <= set(chosen(answer.text))
    assert fields.get("note", "").strip() in answer.text


def test_the_form_shown_again_can_be_sent(ana: Story) -> None:
    again = ana.send("marked").text

    ana.send("all", page=again)

    assert ana.entry().outcome is Outcome.DONE


# Once, and again


def test_a_double_tap_logs_once(ana: Story) -> None:
    page = ana.open()

    ana.send("all", page=page, pain="4")
    ana.send("all", page=page, pain="4")

    assert len(ana.replies()) == 1
    assert len(ana.entries()) == 1


def test_a_correction_by_the_back_button_is_not_lost_and_history_keeps_both(ana: Story) -> None:
    page = ana.open()

    ana.send("all", page=page, pain="4")
    ana.send("all", page=page, pain="5")

    assert ana.entry().pain == 5
    assert [entry.pain for entry in ana.entries()] == [4, 5]


def test_of_two_devices_the_later_wins_and_history_keeps_both(ana: Story) -> None:
    tablet = replace(ana, client=ana.client.application.test_client())
    on_phone, on_tablet = ana.open(), tablet.open()

    ana.send("all", page=on_phone, pain="6", note="Fine")
    ana.clock.moment += timedelta(minutes=1)
    tablet.send("marked", page=on_tablet, pain="3", **ana.marks((1, 2), (3, 4)))

    before, after = ana.entries()
    assert (before.outcome, before.pain, before.note) == (Outcome.DONE, 6, "Fine")
    assert before.superseded_at is not None
    assert (after.outcome, after.pain, after.superseded_at) == (Outcome.PART, 3, None)
    assert len(ana.replies()) == 2
    assert ana.open() == tablet.open()


def test_the_page_says_what_was_logged(ana: Story) -> None:
    ana.send("marked", **ana.marks((1, 2, 4), (3,)), pain="4", note="Knee was <stiff>")

    said = words_of(ana.open())

    assert "Thank you, Ana. It is logged, and Lena can see it." in said
    assert "This morning Bridge Bird dog Cat and camel not today Knee to chest" in said
    assert "Pain 4 of 10 “Knee was <stiff>”" in said
    assert "Worse or new?" not in said


def test_high_pain_is_told_whom_to_call(ana: Story) -> None:
    ana.send("all", pain="8")

    assert "Pain 8: Lena will see it. Is it worse or new? Call us: (207)" in words_of(ana.open())


def test_what_was_logged_can_be_changed_and_only_that_changes(ana: Story) -> None:
    ana.send("marked", **ana.marks((1, 2, 4), (3,)), pain="6", note="Knee hurt a bit")

    form = ana.open("/change")
    known = dict(chosen(form))
    ana.send("marked", page=form, **known | {"pain": "5"})

    assert known == ana.marks((1, 2, 4), (3,)) | {"pain": "6"}
    assert "“Knee hurt a bit”" in form
    entry = ana.entry()
    assert (entry.outcome, entry.pain, entry.note) == (Outcome.PART, 5, "Knee hurt a bit")


def test_a_skipped_session_can_be_taken_back_with_one_tap(ana: Story) -> None:
    ana.send("skip")

    assert "Skipped for today, and Lena can see it." in words_of(ana.open())
    assert chosen(ana.open("/change")) == []
    ana.send("all")
    assert ana.entry().outcome is Outcome.DONE


def test_what_is_stored_but_not_read_yet_is_said_to_be_saved(ana: Story) -> None:
    with ana.sessions.begin() as session:
        link = find_link(session, ana.token)
        assert link is not None
        inbox.receive_page(session, link, PageForm(everything=True), "form", ana.clock.now())

    said = words_of(ana.open())

    assert "Thank you, Ana. It is saved, and Lena can see it." in said
    assert "I did all 4" not in said


# Which page the form belongs to


def test_a_ticket_of_another_page_is_not_taken_and_nothing_is_lost(
    ana: Story, client: FlaskClient
) -> None:
    other = with_link(ana)

    for page in (other.open(), '<input name="csrf_token" value="nonsense">'):
        answer = ana.send("all", page=page, note="Went well", pain="3")

        assert answer.status_code == 400
        assert "please press the button once more" in answer.text
        assert "Went well" in answer.text
        assert ("pain", "3") in chosen(answer.text)
    assert ana.replies() == []


def test_no_cookie_is_needed(ana: Story) -> None:
    page = ana.client.get(ana.path)
    assert "Set-Cookie" not in page.headers

    stranger = ana.client.application.test_client(use_cookies=False)
    stranger.post(ana.path, data={"csrf_token": ticket_of(page.text), "act": "all"})

    assert ana.entry().outcome is Outcome.DONE


def test_a_form_of_a_plan_that_has_changed_meanwhile_is_shown_again(ana: Story) -> None:
    old = ana.open()
    new_plan(ana, ("bridge", "clamshell"))

    answer = ana.send("all", page=old, note="Went well")

    assert answer.status_code == 400
    assert "Your page has changed since you opened it." in words_of(answer.text)
    assert "Clamshell" in answer.text
    assert "Went well" in answer.text
    assert ana.entries() == []


def test_every_control_has_a_name_and_every_field_its_label(ana: Story) -> None:
    page = ana.open()

    assert re.search(r'<label for="note">', page)
    assert page.count("<legend") == 5
    assert not re.search(
        r"<button[^>]*>\s*</button>", page.replace("disabled hidden></button>", "")
    )
