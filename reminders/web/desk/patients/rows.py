"""How does each of these patients do, in one line?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from reminders.core.schedule import zone as zone_of
from reminders.core.triage import AlertKind
from reminders.store.people import Care
from reminders.store.queries.glances import Glance, Who, glances
from reminders.store.queries.listed import Named
from reminders.store.queries.patients import Details, details
from reminders.web.desk import words
from reminders.web.desk.access import zone
from reminders.web.desk.fortnight import Picture, picture
from reminders.web.house import now, session


@dataclass(frozen=True)
class Seen:
    """A patient with all that is known for a line."""

    named: Named
    told: Details
    glance: Glance


@dataclass(frozen=True)
class Row:
    """One patient as the list shows them."""

    href: str
    name: str
    meta: str
    kind: AlertKind | None
    state: str
    picture: Picture
    heard: str
    visit: str


def looked_at(shown: Sequence[Named]) -> list[Seen]:
    """Look at these patients in a few reads, however many."""
    told = details(session(), [one.id for one in shown])
    whos = [Who(one.id, told[one.id].zone, told[one.id].state is Care.PAUSED) for one in shown]
    seen = glances(session(), whos, now())
    return [Seen(one, told[one.id], seen[one.id]) for one in shown]


def rows_of(looked: Iterable[Seen]) -> list[Row]:
    """Say it in words and marks."""
    place = url_for(".patient", patient_id=1).removesuffix("1")  # asked once: it takes its time
    here = now().astimezone(zone())
    return [_row(seen, place, here) for seen in looked]


def _row(seen: Seen, place: str, here: datetime) -> Row:
    named, told = seen.named, seen.told
    age = words.age(told.birth_year, here.astimezone(zone_of(told.zone)).date())
    return Row(
        href=f"{place}{named.id}",
        name=named.name,
        meta=words.dots(age, told.conditions, words.language(told.language)),
        kind=named.flag.kind if named.flag else None,
        state="" if told.state is Care.ACTIVE else told.state.value.capitalize(),
        picture=picture(seen.glance, 104, 32),
        heard=_heard(told.last_heard, here),
        visit=words.day(told.last_visit, here.date()) if told.last_visit else "none",
    )


def _heard(moment: datetime | None, here: datetime) -> str:
    return words.heard(moment.astimezone(here.tzinfo), here.date()) if moment else "never"
