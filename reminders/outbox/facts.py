"""What does the gate need to know of the messages whose turn it is?

All of it was read before, for many at once: a verdict on one is a matter of looking things up.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reminders.config import Settings
from reminders.core import gate, schedule
from reminders.core.gate import Facts, Kind
from reminders.core.schedule import Pause, Window
from reminders.outbox.spoken_of import Sitting
from reminders.outbox.standing import Standing
from reminders.outbox.waiting import REMINDING, Waiting
from reminders.store.people import Care, Medium, Why

PUNCTUAL = timedelta(minutes=5)
NOTES_A_DAY = 10
_ALL_DAY = Window(time(0), time.max)


class Origin(NamedTuple):
    """From whom a letter comes: a sender as its lock found it, values and no row."""

    id: int
    clinic_id: int
    medium: Medium
    address: str
    fault: str
    per_second: float
    tokens: float
    refilled_at: datetime | None
    booked_until: datetime | None


@dataclass(frozen=True)
class Known:
    """What was read for a batch, by what each message looks it up with."""

    senders: Mapping[tuple[int, Medium], Sequence[Origin]]
    standing: Mapping[int, Standing]
    pauses: Mapping[int, Sequence[Pause]]
    consents: Mapping[tuple[int, Medium], gate.Consent]
    blocks: Mapping[tuple[int, Medium, bytes], Why]
    sittings: Mapping[int, Sequence[Sitting]]
    due_by_day: Mapping[tuple[int, date], int]
    reminded_at: Mapping[int, Sequence[datetime]]
    written_at: Mapping[tuple[int, bytes, Kind], Sequence[datetime]]
    newest_due: Mapping[int, datetime]
    reminded: Collection[int]
    said: Mapping[tuple[int, bytes], Sequence[tuple[str, Kind]]] = field(repr=False)

    def sender_of(self, one: Waiting) -> Origin | None:
        """The clinic's sender for this message: the one a reply came to, else a sound one."""
        own = self.senders.get(one.queue, ())
        if one.sender_id is None:
            return next(iter(own), None)
        return next((sender for sender in own if sender.id == one.sender_id), None)


Judged = tuple[Waiting, bytes | None]  # with the digest of its address


def facts_of(known: Known, settings: Settings, one: Judged, now: datetime) -> Facts:
    """Put together what the gate judges one message by."""
    message, index = one
    sender, standing = known.sender_of(message), known.standing.get(message.clinic_id, Standing())
    why = known.blocks.get((*message.queue, index)) if index is not None else None
    # Staff, and numbers that we do not know, have no window.
    window = message.window if message.about_id is not None else _ALL_DAY
    opens, closes = _window(message.tz, window, now)
    facts = Facts(
        kind=message.kind,
        due_at=message.due_at,
        opens_at=opens,
        closes_at=closes,
        has_address=bool(message.address and sender is not None),
        sender_works=sender is not None and not sender.fault,
        ready=message.clinic_is_ready,
        held=standing.held,
        over_budget=standing.over_budget and message.medium is Medium.TEXT,
        active=message.care is not Care.DISCHARGED,
        paused=_is_paused(known, message, now),
        safety_pause=message.safety_hold_at is not None,
        plan_current=message.plan_stands,
        consent=_consent(known, message),
        needs_confirmation=message.double_opt_in,
        suppressed=why is not None and message.staff_id is None,
        unreachable=message.on_a_landline or (why is Why.DEAD_ADDRESS and message.staff_id is None),
        logged=_is_logged(known, message),
        reminded=message.id in known.reminded,
        sent_today=_sent_today(known, one, now),
        cap=_cap(known, settings, message, now),
        lateness=_lateness_now(known, settings, message, now),
    )
    return _at_once(facts) if message.urgent else facts


def _at_once(facts: Facts) -> Facts:
    """Somebody must look now: no hour, hold or pause keeps that back."""
    return replace(
        facts,
        held=False,
        active=True,
        paused=False,
        safety_pause=False,
        opens_at=facts.due_at,
        closes_at=facts.due_at + gate.LATENESS[facts.kind],
    )


def _consent(known: Known, message: Waiting) -> gate.Consent:
    if message.kind is Kind.CARER:
        return gate.Consent.CONFIRMED if message.carer_agrees else gate.Consent.NONE
    key = (message.patient_id or 0, message.medium)
    return known.consents.get(key, gate.Consent.NONE)


def said_lately(known: Known, one: Judged, text: str) -> bool:
    """Whether the same text went to the same address within ten minutes (a guard against loops)."""
    message, index = one
    if index is None or message.kind in (Kind.STAFF, Kind.TEST):
        return False
    return any(
        said == text or kind is message.kind is Kind.SAFETY
        for said, kind in known.said.get((message.clinic_id, index), ())
    )


def lateness(settings: Settings, kind: Kind) -> timedelta:
    """How late a message of this kind may still leave."""
    if kind in REMINDING:
        return timedelta(minutes=settings.reminder_lateness_minutes)
    if kind in (Kind.ANSWER, Kind.LINK):
        return timedelta(minutes=settings.answer_lateness_minutes)
    return gate.LATENESS[kind]


# The patients of a batch share their zones and most of their windows.
@lru_cache(maxsize=256)
def _window(zone: ZoneInfo, window: Window, now: datetime) -> tuple[datetime, datetime]:
    today = now.astimezone(zone).date()
    opens, closes = schedule.window_on(today, zone, window)
    if now >= closes:
        return schedule.window_on(today + timedelta(days=1), zone, window)
    return opens, closes


@lru_cache(maxsize=256)
def _today(zone: ZoneInfo, now: datetime) -> tuple[date, datetime]:
    """The patient's date, and when it began."""
    day = schedule.local_day(now, zone)
    return day, schedule.day_ends(day - timedelta(days=1), zone)


def _is_paused(known: Known, message: Waiting, now: datetime) -> bool:
    pauses = known.pauses.get(message.about_id or 0, ())
    return any(pause.covers(_today(message.tz, now)[0]) for pause in pauses)


def _is_logged(known: Known, message: Waiting) -> bool:
    """An outcome for every sitting this message speaks of; bare pain or "later" is none."""
    sittings = known.sittings.get(message.id, ())
    return bool(sittings) and all(sitting.reported for sitting in sittings)


def _sent_today(known: Known, one: Judged, now: datetime) -> int:
    message, index = one
    since = now - timedelta(days=1)
    if message.patient_id is not None:
        _, since = _today(message.tz, now)
    if message.kind in REMINDING:
        moments = known.reminded_at.get(message.patient_id or 0, ())
    else:
        moments = known.written_at.get((message.clinic_id, index or b"", message.kind), ())
    return sum(moment >= since for moment in moments)


def _cap(known: Known, settings: Settings, message: Waiting, now: datetime) -> int:
    if message.kind not in REMINDING:
        return NOTES_A_DAY if message.kind is Kind.NOTE else settings.answers_a_day
    day, _ = _today(message.tz, now)
    due = known.due_by_day.get((message.patient_id or 0, day), 0)
    return due + settings.extra_reminders_a_day


def _lateness_now(known: Known, settings: Settings, message: Waiting, now: datetime) -> timedelta:
    """After downtime only the newest reminder of a patient may be late."""
    overtaken = known.newest_due.get(message.patient_id or 0, message.due_at) > message.due_at
    late = may_be_overtaken(message, now) and overtaken
    return PUNCTUAL if late else lateness(settings, message.kind)


def may_be_overtaken(message: Waiting, now: datetime) -> bool:
    """Whether a newer reminder of its patient would make this one pointless."""
    return message.kind is Kind.REMINDER and now - message.due_at > PUNCTUAL
