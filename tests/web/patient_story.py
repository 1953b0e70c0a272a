"""A patient with a link in hand, as the stories of the page tell it."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan
from flask.testing import FlaskClient
from setting import HandClock
from werkzeug.test import TestResponse

from reminders import outbox
from reminders.config import Settings
from reminders.store.conversation import Link, Purpose, Reply
from reminders.store.db import Sessions
from reminders.store.links import new_link
from reminders.store.people import Medium, Patient
from reminders.store.plans import Plan, Prescription
from reminders.store.record import LogEntry, Occurrence

DUE = NOW + timedelta(minutes=30)
SOON = DUE + timedelta(minutes=14)
DAY = timedelta(days=1)
FOUR = ("bridge", "bird-dog", "cat-camel", "knee-to-chest")


@dataclass(frozen=True)
class Story:
    """One link and the browser it is opened in."""

    client: FlaskClient
    sessions: Sessions
    clock: HandClock
    settings: Settings
    token: str
    link_id: int
    patient_id: int

    @property
    def path(self) -> str:
        return f"/x/{self.token}"

    def open(self, place: str = "") -> str:
        answer = self.client.get(self.path + place, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    def send(self, act: str = "marked", page: str = "", **fields: str) -> TestResponse:
        """Open the page (unless it is at hand), fill the form and press a button."""
        ticket = ticket_of(page or self.open("/change"))
        return self.client.post(self.path, data={"csrf_token": ticket, "act": act} | fields)

    def marks(self, done: Sequence[int] = (), not_today: Sequence[int] = ()) -> dict[str, str]:
        """The fields that exercises of the plan as it is now have in the form, by their place."""
        rows = self.prescriptions()
        return {f"e{rows[place - 1]}": "done" for place in done} | {
            f"e{rows[place - 1]}": "not-today" for place in not_today
        }

    def prescriptions(self) -> list[int]:
        with self.sessions() as session:
            plan = session.scalars(sa.select(Plan).where(Plan.patient_id == self.patient_id)).one()
            return [row.id for row in plan.versions[-1].prescriptions]

    def entries(self) -> list[LogEntry]:
        with self.sessions() as session:
            return list(session.scalars(sa.select(LogEntry).order_by(LogEntry.id)))

    def entry(self) -> LogEntry:
        [entry] = [one for one in self.entries() if one.superseded_at is None]
        return entry

    def replies(self) -> list[Reply]:
        with self.sessions() as session:
            return list(session.scalars(sa.select(Reply).order_by(Reply.id)))

    def patient(self) -> Patient:
        with self.sessions() as session:
            return session.get_one(Patient, self.patient_id)


def begin(
    client: FlaskClient,
    sessions: Sessions,
    clock: HandClock,
    settings: Settings,
    exercises: tuple[str, ...] = FOUR,
    medium: Medium = Medium.TEXT,
    **changes: object,
) -> Story:
    """A patient whose session of nine o'clock is due, a quarter of an hour later."""
    with sessions.begin() as session:
        patient = a_patient(session, a_clinic(session), medium=medium, **changes)
        a_plan(session, patient, exercises=exercises)
    outbox.plan(sessions, DUE)
    clock.moment = SOON
    return with_link(Story(client, sessions, clock, settings, "", 0, patient.id), medium)


def with_link(
    story: Story,
    medium: Medium = Medium.TEXT,
    *,
    purpose: Purpose = Purpose.SESSION,
    made: datetime = DUE,
    sittings: Sequence[int] | None = None,
) -> Story:
    """The same patient with a new link, to the sittings that are there unless others are named."""
    secret = story.settings.secret_key.get_secret_value()
    with story.sessions.begin() as session:
        due = session.scalars(
            sa.select(Occurrence.id).where(Occurrence.patient_id == story.patient_id)
        ).all()
        patient = session.get_one(Patient, story.patient_id)
        link = new_link(
            patient.clinic_id,
            patient.id,
            purpose,
            medium,
            secret=secret,
            now=made,
            expires_at=made + 3 * DAY,
            occurrence_ids=tuple(due if sittings is None else sittings),
        )
        session.add(link)
    return Story(
        story.client,
        story.sessions,
        story.clock,
        story.settings,
        link.token(secret),
        link.id,
        story.patient_id,
    )


def new_plan(
    story: Story, exercises: tuple[str, ...], *, times: tuple[time, ...] = (time(9),)
) -> None:
    """The therapist writes a new version; its routine stays the same line."""
    with story.sessions.begin() as session:
        patient = session.get_one(Patient, story.patient_id)
        plan = session.scalars(sa.select(Plan).where(Plan.patient_id == patient.id)).one()
        [line] = plan.versions[-1].routines
        key = line.routine_key
        a_plan(session, patient, story.clock.now(), times, exercises)
        plan.versions[-1].routines[0].routine_key = key


def revoke(story: Story, now: datetime) -> None:
    with story.sessions.begin() as session:
        session.get_one(Link, story.link_id).revoked_at = now


def names_of(story: Story, rows: Sequence[int]) -> list[str]:
    with story.sessions() as session:
        return [session.get_one(Prescription, row).exercise.key for row in rows]


def ticket_of(page: str) -> str:
    [ticket] = re.findall(r'name="csrf_token" value="([^"]+)"', page)
    return html.unescape(ticket)


def chosen(page: str) -> list[str]:
    """What is chosen in a form, in its order: name and value."""
    return re.findall(r'name="(\w+)" value="([\w-]+)" checked', page)


def words_of(page: str) -> str:
    """The words of a page as they are read, without its drawings."""
    bare = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def main_of(page: str) -> str:
    """The words of the middle, without head and foot."""
    return words_of(page.partition('<main id="main">')[2].partition("</main>")[0])
