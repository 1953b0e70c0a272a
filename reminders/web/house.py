"""What does every door need, and where does it find it?"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from reminders.config import Clock, Settings
from reminders.outbox import Post
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Sender
from reminders.store.wall import Wall, behind
from reminders.web.courier import Courier

EXTENSION = "reminders"


@dataclass(frozen=True)
class Emergency:
    """Whom to call, remembered so that a dead database cannot hide it."""

    clinic: str
    phone: str
    emergency: str
    crisis: str
    language: str


@dataclass(frozen=True)
class House:
    """The real things, chosen once in app.py.

    Its sessions reach every clinic, and are for what is nobody's request; `session` is for those.
    """

    settings: Settings
    clock: Clock
    sessions: Sessions
    post: Post
    courier: Courier
    emergencies: dict[str, Emergency] = field(default_factory=dict)
    wall: Wall = field(default_factory=Wall)

    def remember_emergencies(self) -> None:
        """Keep each sender's emergency numbers in memory for the day the database is gone."""
        with self.sessions() as session:
            rows = session.execute(sa.select(Sender.address, Clinic).join(Clinic)).all()
        for address, clinic in rows:
            self.emergencies[address] = Emergency(
                clinic.short_name,
                clinic.phone,
                clinic.emergency_number or "911",
                clinic.crisis_number or "988",
                clinic.language,
            )

    def find_wall(self) -> None:
        """Look for it at the start, so that the log says at once where there is none."""
        with self.sessions() as session:
            self.wall.role(session.connection())


def house() -> House:
    """The house of the app that serves this request."""
    return house_of(current_app)


def house_of(app: Flask) -> House:
    """The house behind an app's doors."""
    return cast(House, app.extensions[EXTENSION])


def open_house(app: Flask, things: House) -> None:
    """Give each request its one reading of the clock and its one session."""
    app.extensions[EXTENSION] = things

    @app.before_request
    def _begin() -> None:
        g.now = things.clock.now()

    @app.teardown_appcontext
    def _end(_error: BaseException | None) -> None:
        session = g.pop("session", None)
        if session is not None:
            session.close()


def session() -> Session:
    """This request's session, opened when first asked for; `whose` lets it in to a clinic."""
    if "session" not in g:
        g.session = behind(house().wall, house().sessions)
    return cast(Session, g.session)


def now() -> datetime:
    """The moment this request began."""
    return cast(datetime, g.now)
