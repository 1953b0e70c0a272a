"""Does the plan form keep what is typed, say what is wrong, and write one sound version?"""

import re
from datetime import time

import pytest
import sqlalchemy as sa
from builders import NOW, a_patient, a_plan
from desk_door import asked, press
from flask.testing import FlaskClient

from reminders.core.dose import Dose, Side
from reminders.core.gate import Kind
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions
from reminders.store.people import Medium, Patient
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.web.desk.changes import Item, When, change_words

Fields = dict[str, object]


def typed(sessions: Sessions, **changes: object) -> Fields:
    """The form as it comes for Ana's plan."""
    with sessions() as session:
        key = session.query(Routine).order_by(Routine.id.desc()).first()
        assert key is not None
    fields: Fields = {
        "line": ["1", "2"],
        "e1-key": "bridge",
        "e1-sets": "3",
        "e1-reps": "10",
        "e1-side": "both",
        "e2-key": "bird-dog",
        "e2-sets": "3",
        "e2-reps": "10",
        "e2-side": "both",
        "routine": ["0"],
        "r0-key": key.routine_key,
        "r0-days": ["0", "1", "2", "3", "4", "5", "6"],
        "r0-times": ["09:00", ""],
        "r0-every": "1",
        "r0-starts": key.starts.isoformat(),
        "do": "save",
    }
    return fields | changes


def newest(sessions: Sessions) -> PlanVersion:
    with sessions() as session:
        version = session.query(PlanVersion).order_by(PlanVersion.number.desc()).first()
        assert version is not None
        session.expunge_all()
        return version


def names(page: str) -> list[str]:
    return re.findall(r"<h3>\d+\. ([\w' -]+?)<", page)


def test_the_form_comes_with_the_plan_in_force(
    client: FlaskClient, engine: sa.Engine, ana: int
) -> None:
    with asked(engine) as questions:
        page = client.get(f"/desk/patients/{ana}/plan").text

    assert [name.strip() for name in names(page)] == ["Bridge", "Bird dog"]
    assert 'value="09:00"' in page
    assert "Plan 2" in page
    assert "1 text</b>" in page
    assert len(questions) <= 10


def test_saving_writes_a_version_with_words_and_keeps_the_routine(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = typed(sessions, **{"e1-reps": "12", "e2-key": "pelvic-tilt", "e1-side": "each"})

    answer = press(client, f"/desk/patients/{ana}/plan", **fields)

    version = newest(sessions)
    assert answer.status_code == 303
    assert version.number == 2
    assert version.change == (
        "Bridge: 3 times 10 → 3 times 12 on each side. Pelvic tilt added. Bird dog removed."
    )
    assert version.prescriptions[0].dose == Dose(sets=3, reps=12, side=Side.EACH)
    assert version.routines[0].routine_key == fields["r0-key"]
    assert version.routines[0].next_due_at is not None


def test_what_waited_to_leave_is_taken_back_in_the_same_breath(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        session.add(
            Message(
                clinic_id=patient.clinic_id,
                recipient=f"p{ana}",
                kind=Kind.REMINDER,
                key="x",
                patient_id=ana,
                medium=Medium.TEXT,
                due_at=NOW,
                ready_at=NOW,
                created_at=NOW,
            )
        )

    press(client, f"/desk/patients/{ana}/plan", **typed(sessions))

    with sessions() as session:
        assert session.query(Message).one().state is State.WITHDRAWN


@pytest.mark.parametrize(
    ("button", "after"),
    [
        ("add:clamshell", ["Bridge", "Bird dog", "Clamshell"]),
        ("down:1", ["Bird dog", "Bridge"]),
        ("up:2", ["Bird dog", "Bridge"]),
        ("up:1", ["Bridge", "Bird dog"]),
        ("remove:1", ["Bird dog"]),
        ("look", ["Bridge", "Bird dog"]),
        ("nonsense:9", ["Bridge", "Bird dog"]),
    ],
)
def test_a_button_changes_the_form_keeps_the_rest_and_writes_nothing(
    client: FlaskClient, sessions: Sessions, ana: int, button: str, after: list[str]
) -> None:
    fields = typed(sessions, **{"e2-note": "slowly, please", "e2-reps": "many", "do": button})

    answer = press(client, f"/desk/patients/{ana}/plan", **fields)

    assert answer.status_code == 200
    assert [name.strip() for name in names(answer.text)] == after
    assert 'value="slowly, please"' in answer.text
    assert 'value="many"' in answer.text
    assert newest(sessions).number == 1


def test_a_second_time_of_day_can_be_added_and_taken_away(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    path = f"/desk/patients/{ana}/plan"

    more = press(client, path, **typed(sessions, do="more")).text
    less = press(client, path, **typed(sessions, do="less:0")).text

    assert 'name="r1-times"' in more
    assert 'name="r0-times"' not in less


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"e1-reps": "9999"}, "Between 1 and 100, please."),
        ({"e1-reps": "ten"}, "A whole number, please."),
        ({"e1-reps": ""}, "Say how many, how long or how far, please."),
        ({"e1-sets": ""}, "How many times? 1 or more."),
        ({"e1-key": "juggling"}, "This exercise is not in the library."),
        ({"r0-days": []}, "Choose a day, please."),
        ({"r0-times": ["25:00"]}, "A time, please, like 08:00."),
        ({"r0-times": [""]}, "A time, please, like 08:00."),
        ({"r0-every": "0"}, "Between 1 and 28, please."),
        ({"r0-ends": "2020-01-01"}, "This is before the first day."),
        ({"line": []}, "Add an exercise first, please."),
        ({"routine": []}, "Say when, please: add a time."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_said_beside_its_field(
    client: FlaskClient, sessions: Sessions, ana: int, changes: Fields, error: str
) -> None:
    answer = press(client, f"/desk/patients/{ana}/plan", **typed(sessions, **changes))

    assert answer.status_code == 422
    assert error in answer.text
    assert newest(sessions).number == 1


def test_a_time_outside_the_hours_says_where_it_is_moved(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = typed(sessions, **{"r0-times": ["06:30", "22:00"], "do": "look"})

    page = press(client, f"/desk/patients/{ana}/plan", **fields).text

    assert "6:30 am is moved to 8:00 am" in page
    assert "10:00 pm is moved to 7:55 pm" in page


def test_a_routine_key_of_somebody_else_is_not_taken_over(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        bill = a_patient(session, session.get_one(Patient, ana).clinic, phone="+12075550119")
        theirs = a_plan(session, bill).versions[-1].routines[0].routine_key
    fields = typed(sessions, **{"r0-key": theirs})

    press(client, f"/desk/patients/{ana}/plan", **fields)

    assert newest(sessions).number == 2
    assert newest(sessions).routines[0].routine_key != theirs


def test_a_routine_may_mean_some_of_the_exercises(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = typed(
        sessions,
        routine=["0", "1"],
        **{
            "line": ["2", "1"],
            "r0-only": ["1"],
            "r1-days": ["0", "2"],
            "r1-times": ["18:30"],
            "r1-every": "1",
            "r1-only": ["1", "2"],
        },
    )

    press(client, f"/desk/patients/{ana}/plan", **fields)

    morning, evening = newest(sessions).routines
    assert morning.positions == [2]
    assert (evening.positions, evening.times, evening.weekdays) == ([], ["18:30"], [0, 2])


def test_a_first_plan_brings_exercises_the_clinic_has_not_used_yet(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Patient, ana).clinic
        bill = a_patient(session, clinic, phone="+12075550119").id
    fields = typed(sessions, **{"e1-key": "wall-slide", "r0-starts": ""})

    press(client, f"/desk/patients/{bill}/plan", **fields)

    with sessions() as session:
        plan = session.query(Plan).filter_by(patient_id=bill).one()
        assert plan.versions[0].change == "First plan: 2 exercises."
        assert plan.versions[0].prescriptions[0].exercise.key == "wall-slide"


def item(key: str, **dose: int) -> Item:
    return Item(key, key.capitalize(), Dose(**{"sets": 3, "reps": 10} | dose))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("new", "after", "words"),
    [
        ([item("bridge", reps=12)], [("a", "9")], "Bridge: 3 times 10 → 3 times 12."),
        ([item("bridge"), item("walking")], [("a", "9")], "Walking added."),
        ([], [("a", "9")], "Bridge removed."),
        ([item("bridge")], [("a", "8")], "9 → 8."),
        ([item("bridge")], [("a", "9"), ("", "18")], "18 added."),
        ([item("bridge")], [], "9 removed."),
        ([item("bridge")], [("a", "9")], ""),
    ],
    ids=["dose", "added", "removed", "moved", "second time", "no time", "nothing"],
)
def test_a_change_is_said_in_words(
    new: list[Item], after: list[tuple[str, str]], words: str
) -> None:
    said = change_words(
        [item("bridge")], new, [When("a", "9")], [When(key, when) for key, when in after]
    )

    assert said == words


def test_times_of_a_routine_are_sorted_and_said_once(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    fields = typed(sessions, **{"r0-times": ["18:00", "9:00", "18:00"]})

    press(client, f"/desk/patients/{ana}/plan", **fields)

    times = [time.fromisoformat(wall) for wall in newest(sessions).routines[0].times]
    assert times == [time(9), time(18)]


def test_a_time_that_stays_keeps_its_place_so_that_no_sitting_is_lost(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        session.query(Routine).one().times = ["20:00", "08:00"]
    path = f"/desk/patients/{ana}/plan"

    press(client, path, **typed(sessions, **{"r0-times": ["08:00", "20:00"]}))
    same = newest(sessions).routines[0].times
    press(client, path, **typed(sessions, **{"r0-times": ["07:00", "08:00", "19:00"]}))
    other = newest(sessions).routines[0].times

    assert same == ["20:00", "08:00"]
    assert other == ["07:00", "08:00", "19:00"]


def stamp(page: str) -> str:
    return re.findall(r'name="stamp" value="([^"]+)"', page)[0]


def test_a_form_older_than_the_plan_is_shown_again_with_what_it_would_undo(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    path = f"/desk/patients/{ana}/plan"
    old = stamp(client.get(path).text)
    with sessions.begin() as session:
        session.query(Routine).one().times = ["17:00"]
    fields = typed(sessions, **{"e1-reps": "12"})

    looked = press(client, path, **fields | {"stamp": old, "do": "look"}).text
    refused = press(client, path, **fields, stamp=stamp(looked))
    number = newest(sessions).number
    given = press(client, path, **fields, stamp=stamp(refused.text))

    assert (refused.status_code, number) == (409, 1)
    assert "This plan was changed while you wrote." in refused.text
    assert "17:00 → " in refused.text
    assert 'value="12"' in refused.text
    assert (given.status_code, newest(sessions).number) == (303, 2)


def test_a_second_tap_on_give_writes_no_second_version(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    path = f"/desk/patients/{ana}/plan"
    fields = typed(sessions, stamp=stamp(client.get(path).text))

    taps = [press(client, path, **fields).status_code for _ in range(2)]

    assert taps == [303, 409]
    assert newest(sessions).number == 2
