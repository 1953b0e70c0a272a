"""Every state a patient's page can be in, each a patient and a link of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan
from desk_door import a_sitting
from flask.testing import FlaskClient
from own_pages import YEAR, OwnPages
from patient_story import DAY, DUE, FOUR, SOON, Story, revoke, with_link
from setting import HandClock
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.store.conversation import Link
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient
from reminders.store.record import Occurrence

DANGER = "my legs went numb and I wet myself"


@dataclass(frozen=True)
class State:
    """One page: what happens before it is opened, and where it is."""

    place: str = ""
    before: Callable[[OwnPages], object] = lambda _: None
    asks: bool = False  # whether its clinic wants the second step


def _hold(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).hold_for_safety(SOON)


def _no_year(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).birth_year = ""


def _code(ana: OwnPages) -> None:
    _no_year(ana)
    ana.press("code/week", "week")


def _spent(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.get_one(Link, ana.story.link_id).tries = 5


def _much_changed(ana: OwnPages) -> None:
    ana.wish("calendar")
    ana.wish("pace", pace="weekly")
    ana.wish("pause", first="2026-03-20", last="2026-03-25")
    ana.press("stop", "stop", why="stop")


STATES: Mapping[str, State] = {
    "today": State(),
    "logged": State("", lambda ana: ana.story.send("all", pain="8", note="A bit stiff")),
    "danger": State("", lambda ana: ana.story.send("marked", note=DANGER)),
    "held": State("", _hold),
    "ended": State("", lambda ana: revoke(ana.story, SOON)),
    "asked for a link": State("/new"),
    "birth year": State("/week", asks=True),
    "code": State("/week", _no_year, asks=True),
    "code sent": State("/week", _code, asks=True),
    "tries spent": State("/week", _spent, asks=True),
    "week": State("/week"),
    "reminders": State("/reminders"),
    "reminders changed": State("/reminders?done=pause", _much_changed),
    "later": State("/later"),
    "later asked": State("/later", lambda ana: ana.press("later", "later", when="hour")),
    "stop": State("/stop"),
    "stopped": State("/stopped"),
    "keep": State("/keep"),
    "kept already": State("/keep", lambda ana: ana.press("keep", "keep")),
    "off": State("/off"),
}
# Without a link: as a phone that keeps nothing sees them, and the worker's page.
PLAIN: Mapping[str, str] = {"not kept": "/today", "offline": "/offline"}


def addresses(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> dict[str, str]:
    """Bring every state about; returns where each is to be seen."""
    with sessions.begin() as session:
        clinics = _clinics(session)
        people = {
            name: _a_patient(session, clinics[state.asks], place, language)
            for place, (name, state) in enumerate(STATES.items())
        }
    outbox.plan(sessions, DUE)
    clock.moment = SOON
    found = {}
    for name, state in STATES.items():
        with sessions() as session:
            newest = session.scalars(
                sa.select(Occurrence.id)
                .where(Occurrence.patient_id == people[name])
                .order_by(Occurrence.due_at.desc())
                .limit(1)
            ).one()
        bare = Story(client, sessions, clock, settings, "", 0, people[name])
        story = with_link(bare, sittings=(newest,))
        state.before(OwnPages(story))
        found[name] = story.path + state.place
    client.delete_cookie("kept")
    return found | PLAIN


def _clinics(session: Session) -> tuple[Clinic, Clinic]:
    """One that does without the second step, and one that asks."""
    without = a_clinic(session)
    without.second_step = False
    return without, a_clinic(session, "+12075550101", "care@other.example")


def _a_patient(session: Session, clinic: Clinic, place: int, language: str) -> int:
    patient = a_patient(
        session,
        clinic,
        phone=f"+120755502{place:02}",
        email=f"p{place}@example.org",
        language=language,
        birth_year=YEAR,
    )
    plan = a_plan(session, patient, times=(time(9), time(17)), exercises=FOUR)
    for days, (outcome, pain) in enumerate(
        [(Outcome.DONE, 4), (None, None), (Outcome.PART, 5), (Outcome.SKIPPED, 6)], start=1
    ):
        a_sitting(session, plan, DUE - days * DAY, outcome, pain)
    patient.pause(date(2026, 3, 10), date(2026, 3, 11), by="staff:1")
    return patient.id
