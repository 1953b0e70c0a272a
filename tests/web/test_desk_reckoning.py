"""Does the patient's page print every figure with its whole and its rule?"""

from datetime import timedelta

from builders import NOW
from desk_door import a_sitting
from flask.testing import FlaskClient
from markup_rules import faults
from sqlalchemy.orm import Session

from reminders.core.adherence import Excuse, Outcome
from reminders.store.db import Sessions
from reminders.store.people import Patient
from reminders.store.plans import Plan
from reminders.store.record import LogEntry

DAY = timedelta(days=1)


def plan_of(session: Session, patient_id: int) -> Plan:
    return session.query(Plan).filter_by(patient_id=patient_id).one()


def lines(page: str) -> dict[str, str]:
    """Name → figure and rule, as the tables have them."""
    rows = page.split('<table class="figures">')[1:]
    found = {}
    for row in "".join(rows).split('<tr><th scope="row">')[1:]:
        name, rest = row.split("</th><td>", 1)
        figure, rule = (
            rest.split("</td>", 1)[0].removesuffix("</span>").split('<span class="meta">')
        )
        found[name] = f"{figure} | {rule}"
    return found


def test_done_of_all_prescribed_stands_beside_done_of_what_counts(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        plan = plan_of(session, ana)
        a_sitting(session, plan, NOW - 4 * DAY, Outcome.DONE, 3)
        a_sitting(session, plan, NOW - 3 * DAY)
        a_sitting(session, plan, NOW - 2 * DAY).exclude(Excuse.WITHHELD)
        a_sitting(session, plan, NOW - 1 * DAY, Outcome.DONE).exclude(Excuse.PAUSED)

    page = client.get(f"/desk/patients/{ana}").text

    found = lines(page)
    assert "1 of 2, 50 %" in page
    assert found["Done of all prescribed"] == "2 of 4, 50 % | Nothing left out on either side."
    assert found["Answered"].startswith("1 of 2, 50 %")
    assert found["Left out"] == (
        "1 paused, 1 kept back by our rules | Not counted, done or not. Done all the same: 1."
    )
    assert list(faults(page)) == []


def test_exercises_days_and_habits_are_counted_of_what_was_said(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        plan = plan_of(session, ana)
        tasks = [one.id for one in plan.versions[-1].prescriptions]
        for n in range(2, 7):
            a_sitting(session, plan, NOW - n * DAY, Outcome.DONE)
        half = a_sitting(session, plan, NOW - DAY, Outcome.PART)
        session.query(LogEntry).filter_by(occurrence_id=half.id).one().done = tasks[:1]
        a_sitting(session, plan, NOW - 7 * DAY, Outcome.PART)

    found = lines(client.get(f"/desk/patients/{ana}").text)

    assert found["Exercises done"].startswith("11 of 12, 92 %")
    assert found["Exercises done"].endswith("Left out: 1 part without ticks.")
    assert found["Days reported"].startswith("7 of 7, 100 %")
    assert found["In a row"].startswith("7 days")
    assert found["Answers mostly"].startswith("about 9:30 am")
    assert "By time of day" not in found


def test_nothing_told_is_nothing_to_count_and_never_zero(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    found = lines(client.get(f"/desk/patients/{ana}").text)

    assert found["Done of all prescribed"].startswith("nothing to count yet")
    assert "Pain" not in found
    assert "Answers mostly" not in found
    with sessions() as session:
        assert session.get_one(Patient, ana).first_name == "Ana"


def test_pain_is_said_with_its_start_its_median_and_the_rule(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        plan = plan_of(session, ana)
        for n in range(8, 15):
            a_sitting(session, plan, NOW - n * DAY, Outcome.DONE, 6)
        for n in range(1, 7):
            a_sitting(session, plan, NOW - n * DAY, Outcome.DONE, 4)

    found = lines(client.get(f"/desk/patients/{ana}").text)

    assert found["Pain"] == (
        "last 4, yesterday; 7-day median 4; a real change | "
        "It began at 6, the first week’s median; 2 points or more is a real change."
    )
