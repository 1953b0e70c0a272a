"""Who needs me, and why?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response

from reminders.core.schedule import zone as zone_of
from reminders.core.triage import AlertKind, Urgency
from reminders.store.audit import last_beat
from reminders.store.db import db_now
from reminders.store.queries.glances import Glance, Who, glances
from reminders.store.queries.today import Need, Place, needs, places, standing_hold
from reminders.store.queries.unread import count_unread
from reminders.store.record import Hold
from reminders.web import charts
from reminders.web.desk import words
from reminders.web.desk.access import (
    bp,
    clinic,
    done,
    may_release,
    note,
    own,
    reader,
    staff,
    wall,
    zone,
)
from reminders.web.house import now, session
from reminders.web.ids import row_id

SILENT: Final = timedelta(minutes=2)
_GROUPS: Final = {
    Urgency.NOW.rank: "Now",
    Urgency.TODAY.rank: "Today",
    Urgency.WHEN_YOU_CAN.rank: "When you can",
    Urgency.GOOD_NEWS.rank: "Good news",
}
_QUOTED: Final = {AlertKind.SAFETY, AlertKind.MESSAGE}


@dataclass(frozen=True)
class Picture:
    """Fourteen days drawn: the strip, the pain line, and what they come to."""

    strip: charts.Strip
    spark: charts.Spark
    done: int
    due: int
    now: int | None
    change: int
    title: str


@dataclass(frozen=True)
class Row:
    """One alert as the list shows it."""

    id: int
    name: str
    href: str
    about: str
    kind: AlertKind
    reason: str
    evidence: str
    meta: str
    picture: Picture | None
    patient_id: int | None
    phone: str
    phone_words: str
    taken: bool
    good_news: bool


@dataclass(frozen=True)
class Group:
    """The rows of one urgency."""

    title: str
    rows: tuple[Row, ...]


@bp.get("/", strict_slashes=False)
def today() -> str:
    """Show who needs a person, worst first."""
    mine, location_id = _chosen()
    found = needs(session(), reader(), now(), mine=mine, location_id=location_id)
    seen = glances(session(), _patients(found), now())
    rows = [_row(need, seen) for need in found]
    people = {need.patient.id if need.patient else -need.alert_id for need in found if _asks(need)}
    if mine == reader().own_only and location_id is None:
        g.needs = len(people)
    note("desk.today", f"staff:{staff().id}")
    session().commit()
    return render_template(
        "desk/today.html",
        place="today",
        title=words.people(len(people)),
        at=words.headline(now().astimezone(zone())),
        groups=_groups(found, rows),
        unread=count_unread(session(), reader()),
        well=len({row.patient_id for row in rows if row.good_news}),
        filters=_filters(places(session(), clinic().id), mine, location_id),
        hold=standing_hold(session(), clinic().id),
        may_release=may_release(),
        clock_silent=_clock_is_silent(),
        wall=wall,
    )


@bp.post("/holds/<int:hold_id>/release")
def release(hold_id: int) -> Response:
    """Let the reminders of this clinic go again, once what came in meanwhile has been read."""
    hold = own(Hold, hold_id)
    if not may_release():
        return done("A therapist or an admin can release this.", ".today")
    hold.ask_release(staff().id, now())
    note("hold.release", f"hold:{hold.id}")
    return done("Released. Answers from the meantime are read first, then reminders go.", ".today")


def _chosen() -> tuple[bool, int | None]:
    """Which rows the reader asked for; at first their own, or all where they have none."""
    location = request.args.get("location", type=row_id)
    asked = request.args.get("show", "mine" if reader().own_only else "all")
    return asked == "mine" and location is None, location


def _asks(need: Need) -> bool:
    return need.urgency < Urgency.GOOD_NEWS.rank


def _patients(found: tuple[Need, ...]) -> list[Who]:
    people = {need.patient.id: need.patient for need in found if need.patient is not None}
    return [Who(one.id, one.zone, one.paused) for one in people.values()]


def _groups(found: tuple[Need, ...], rows: list[Row]) -> list[Group]:
    pairs = zip(found, rows, strict=True)
    by_urgency = groupby(pairs, key=lambda pair: pair[0].urgency)
    return [Group(_GROUPS[rank], tuple(row for _, row in pair)) for rank, pair in by_urgency]


def _row(need: Need, seen: Mapping[int, Glance]) -> Row:
    person = need.patient
    return Row(
        id=need.alert_id,
        name=person.name if person else _stranger(need),
        href=url_for(".patient", patient_id=person.id) if person else "",
        about=_about(need),
        kind=need.kind,
        reason=need.sentence,
        evidence=f"“{need.evidence}”" if _is_bare_quote(need) else need.evidence,
        meta=_meta(need),
        picture=picture(seen[person.id]) if person else None,
        patient_id=person.id if person else None,
        phone=(person.phone or "") if person else "",
        phone_words=words.phone(person.phone) if person else "",
        taken=need.acknowledged_at is not None,
        good_news=not _asks(need),
    )


def _stranger(need: Need) -> str:
    return "Unknown number" if need.kind is AlertKind.SAFETY else "The service"


def _about(need: Need) -> str:
    person = need.patient
    if person is None:
        return ""
    today = now().astimezone(zone_of(person.zone)).date()
    age = words.age(person.birth_year, today)
    return words.about(age, person.location, words.language(person.language))


def _is_bare_quote(need: Need) -> bool:
    return need.kind in _QUOTED and bool(need.evidence) and not need.evidence.startswith("“")


def _meta(need: Need) -> str:
    person = need.patient
    today = now().astimezone(zone()).date()
    visited = person.last_visit if person else None
    return words.dots(
        f"Since {wall(need.opened_at)}",
        "reminders stopped" if person and person.safety_hold else "",
        f"{need.owner} has it" if need.acknowledged_at else _next(need),
        f"last visit {words.day(visited, today)}" if visited else "",
    )


def _next(need: Need) -> str:
    """Who gets a red flag that nobody takes, and when."""
    if need.kind is not AlertKind.SAFETY:
        return ""
    if need.tellings > 1:
        return "everyone has been told"
    since = need.told_at or need.opened_at
    left = (since + timedelta(minutes=15) - now()).total_seconds()
    return f"goes to everyone in {max(1, round(left / 60))} min"


def picture(seen: Glance, width: int = 228, height: int = 40) -> Picture:
    """Draw fourteen days."""
    told = [day.pain for day in seen.days if day.pain is not None]
    ends = f"{words.counted(len(told), 'report')}, last {told[-1]}" if told else "no report"
    return Picture(
        charts.strip(seen.days),
        charts.spark(charts.spark_points(seen.days), width, height),
        seen.done,
        seen.due,
        seen.pain,
        seen.change,
        f"Pain over 14 days: {ends}",
    )


def _filters(
    found: tuple[Place, ...], mine: bool, location: int | None
) -> list[tuple[str, str, bool]]:
    sites = [
        (site.name, url_for(".today", location=site.id), location == site.id)
        for site in (found if len(found) > 1 else ())
    ]
    everyone = not mine and location is None
    return [
        ("Mine", url_for(".today", show="mine"), mine),
        *sites,
        ("All", url_for(".today", show="all"), everyone),
    ]


def _clock_is_silent() -> bool:
    beat = last_beat(session())
    return beat is None or db_now(session()) - beat > SILENT
