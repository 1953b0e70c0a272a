"""What does the patient's own calendar show?

The times of the sittings and the clinic's short name, nothing else: calendars are shared with
families and lie on lock screens. The address is a link of its own, and is as private.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, request

from reminders.core import schedule
from reminders.core.adherence import Excuse
from reminders.core.coming import coming
from reminders.store.audit import audit
from reminders.store.conversation import Link, Purpose, find_link
from reminders.store.people import Care, Patient
from reminders.store.queries.page.days import rhythms_of, written_since
from reminders.web.house import now, session
from reminders.web.whose import by_link
from reminders.web.words import filled, words

if TYPE_CHECKING:
    from icalendar import Timezone

BACK: Final = timedelta(days=7)
AHEAD: Final = timedelta(weeks=6)
LASTS: Final = timedelta(minutes=15)
ASK_AGAIN: Final = timedelta(hours=6)
_QUARTER: Final = timedelta(minutes=15)
_SECOND: Final = timedelta(seconds=1)

bp = Blueprint("calendar", __name__)


@dataclass(frozen=True)
class Entry:
    """One sitting in a calendar; its name stays the same when its time moves."""

    uid: str
    at: datetime


@bp.get("/calendar/<token>.ics")
def feed(token: str) -> Response:
    """Give the calendar to whoever knows its address; unknown, old and ended ones look alike."""
    by_link(token)
    link = find_link(session(), token)
    if link is None or not _is_open(link, now()):
        abort(404)
    patient = link.patient
    title = filled(words(patient.language).wishes.calendar_entry, clinic=patient.clinic.short_name)
    written = to_ical(title, patient.tz, tuple(_entries(patient, now())), now())
    _note_read(link)
    return Response(written, mimetype="text/calendar")


def _is_open(link: Link, moment: datetime) -> bool:
    discharged = link.patient.state is Care.DISCHARGED
    return link.purpose is Purpose.CALENDAR and link.open_at(moment) and not discharged


def _entries(patient: Patient, moment: datetime) -> Iterator[Entry]:
    """The sittings of a week back and six weeks ahead, but for what is paused."""
    if patient.safety_hold_at is not None:
        return
    since = schedule.local_day(moment, patient.tz) - BACK
    written = written_since(session(), patient.id, since)
    rhythms = rhythms_of(session(), patient.id, patient.tz)
    for (key, slot, day), sitting in written.places.items():
        if sitting.excuse is not Excuse.PAUSED:
            yield Entry(f"{key}-{slot}-{day:%Y%m%d}", sitting.due_at)
    for one in coming(rhythms, written.places.keys(), moment, moment + AHEAD):
        if not one.paused:
            yield Entry(f"{one.key}-{one.slot}-{one.day:%Y%m%d}", one.at)


def to_ical(title: str, zone: ZoneInfo, entries: Sequence[Entry], moment: datetime) -> bytes:
    """Write the calendar: wall times in the patient's zone, with its rules beside them."""
    # Half a second to load, and few patients have one: not a price for every start.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//exercise reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    calendar.add_component(_rules(zone, moment - BACK, moment + AHEAD))
    for one in entries:
        event = Event()
        event.add("uid", f"{one.uid}@reminders")
        event.add("dtstamp", moment)
        event.add("dtstart", one.at.astimezone(zone))
        event.add("dtend", (one.at + LASTS).astimezone(zone))
        event.add("summary", title)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _rules(zone: ZoneInfo, first: datetime, last: datetime) -> "Timezone":
    """The offsets of a zone over these weeks, each from its moment on.

    Written by hand: the library starts summer time an hour late, by the new clock.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    rules = Timezone()
    rules.add("tzid", zone.key)
    begins = (first - timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    for at in (begins, *_changes(zone, begins, last + timedelta(days=2))):
        before, after = ((at + one).astimezone(zone) for one in (-_SECOND, timedelta()))
        rule = TimezoneDaylight() if after.dst() else TimezoneStandard()
        # The wall time as it was before the change: that is how these are told.
        rule.add("dtstart", at.astimezone(UTC).replace(tzinfo=None) + _offset(before))
        rule.add("tzoffsetfrom", _offset(before))
        rule.add("tzoffsetto", _offset(after))
        rule.add("tzname", after.tzname())
        rules.add_component(rule)
    return rules


def _offset(moment: datetime) -> timedelta:
    offset = moment.utcoffset()
    assert offset is not None
    return offset


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The moments at which the clocks change; all of them do on a quarter of an hour."""
    before = _offset(first.astimezone(zone))
    for quarters in range(1, int((last - first) / _QUARTER) + 1):
        at = first + quarters * _QUARTER
        offset = _offset(at.astimezone(zone))
        if offset != before:
            yield at
        before = offset


def _note_read(link: Link) -> None:
    audit(
        session(),
        link.clinic_id,
        actor=f"link:{link.id}",
        action="calendar read",
        subject=f"patient:{link.patient_id}",
        now=now(),
        origin=request.remote_addr or "",
    )
    session().commit()
