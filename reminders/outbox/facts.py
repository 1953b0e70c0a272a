"""What does the gate need to know of the messages whose turn it is?

One read for each kind of fact, however many messages ask; a verdict on one of them is then a
matter of looking things up.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.config import Settings
from reminders.core import gate, schedule
from reminders.core.gate import Facts, Kind
from reminders.core.schedule import Pause, Window
from reminders.outbox.following import reminded
from reminders.outbox.spoken_of import Sitting, sittings_of
from reminders.outbox.standing import Standing, standing_of
from reminders.outbox.waiting import REMINDING, Waiting
from reminders.store.conversation import Message, State
from reminders.store.people import (
    Care,
    Medium,
    PatientPause,
    Sender,
    Suppression,
    Why,
    consents_of,
)
from reminders.store.record import Occurrence

SAID = (State.CLAIMED, State.SENT, State.DELIVERED)
TRIED = (*SAID, State.FAILED)
SAME_TEXT = timedelta(minutes=10)
PUNCTUAL = timedelta(minutes=5)
NOTES_A_DAY = 10
# No patient's day has begun longer ago; and no letter leaves later than that after it was due.
_LONGEST_DAY = timedelta(days=2)
_OLDEST = timedelta(days=3)
_ALL_DAY = Window(time(0), time.max)


@dataclass(frozen=True)
class Known:
    """What was read for a batch, by what each message looks it up with."""

    senders: Mapping[tuple[int, Medium], Sequence[Sender]]
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

    def sender_of(self, one: Waiting) -> Sender | None:
        """The clinic's sender for this message: the one a reply came to, else a sound one."""
        own = self.senders.get(one.queue, ())
        if one.sender_id is None:
            return next(iter(own), None)
        return next((sender for sender in own if sender.id == one.sender_id), None)


Judged = tuple[Waiting, bytes | None]  # with the digest of its address


def gather(session: Session, judged: Sequence[Judged], now: datetime) -> Known:
    """Read every fact that core/gate judges these messages by."""
    waiting = [one for one, _ in judged]
    indexes = {index for _, index in judged if index is not None}
    patients = {one.patient_id for one in waiting if one.patient_id is not None}
    clinics = {one.clinic_id for one in waiting}
    return Known(
        senders=_senders(session, clinics),
        standing=standing_of(session, clinics, now),
        pauses=_pauses(session, patients),
        consents=consents_of(session, patients),
        blocks=_blocks(session, indexes),
        sittings=sittings_of(session, waiting),
        due_by_day=_due_by_day(session, patients, now),
        reminded_at=_reminded_at(session, patients, now),
        written_at=_written_at(session, judged, now),
        newest_due=_newest_due(session, waiting, now),
        reminded=reminded(session, waiting),
        said=_said(session, indexes, now),
    )


def facts_of(known: Known, settings: Settings, one: Judged, now: datetime) -> Facts:
    """Put together what the gate judges one message by."""
    message, index = one
    sender, standing = known.sender_of(message), known.standing[message.clinic_id]
    patient_id = message.patient_id or 0
    why = known.blocks.get((*message.queue, index)) if index is not None else None
    # Staff, and numbers that we do not know, have no window.
    window = message.window if message.patient_id is not None else _ALL_DAY
    opens, closes = _window(message.tz, window, now)
    return Facts(
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
        consent=known.consents.get((patient_id, message.medium), gate.Consent.NONE),
        needs_confirmation=message.double_opt_in,
        suppressed=why is not None and message.staff_id is None,
        unreachable=why is Why.DEAD_ADDRESS and message.staff_id is None,
        logged=_is_logged(known, message),
        reminded=message.id in known.reminded,
        sent_today=_sent_today(known, one, now),
        cap=_cap(known, settings, message, now),
        lateness=_lateness_now(known, settings, message, now),
    )


def said_lately(known: Known, one: Judged, text: str) -> bool:
    """Whether the same text went to the same address within ten minutes (a guard against loops)."""
    message, index = one
    if index is None or message.kind is Kind.STAFF:
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
    pauses = known.pauses.get(message.patient_id or 0, ())
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
    late = _may_be_overtaken(message, now) and overtaken
    return PUNCTUAL if late else lateness(settings, message.kind)


def _may_be_overtaken(message: Waiting, now: datetime) -> bool:
    return message.kind is Kind.REMINDER and now - message.due_at > PUNCTUAL


def _senders(
    session: Session, clinic_ids: Collection[int]
) -> Mapping[tuple[int, Medium], Sequence[Sender]]:
    """The senders of these clinics, the sound ones first, locked: their tokens are taken next."""
    found = session.scalars(
        sa.select(Sender)
        .where(Sender.clinic_id.in_(clinic_ids))
        .order_by(Sender.fault, Sender.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return _grouped(((one.clinic_id, one.medium), one) for one in found)


def _pauses(session: Session, patient_ids: Collection[int]) -> Mapping[int, Sequence[Pause]]:
    rows = session.execute(
        sa.select(PatientPause.patient_id, PatientPause.first_day, PatientPause.last_day).where(
            PatientPause.patient_id.in_(patient_ids)
        )
    )
    return _grouped((row[0], Pause(row[1], row[2])) for row in rows)


def _blocks(
    session: Session, indexes: Collection[bytes]
) -> Mapping[tuple[int, Medium, bytes], Why]:
    rows = session.execute(
        sa.select(
            Suppression.clinic_id, Suppression.medium, Suppression.address_index, Suppression.why
        ).where(Suppression.address_index.in_(indexes), Suppression.lifted_at.is_(None))
    )
    return {(clinic_id, medium, index): why for clinic_id, medium, index, why in rows}


def _due_by_day(
    session: Session, patient_ids: Collection[int], now: datetime
) -> Mapping[tuple[int, date], int]:
    """How many reminders are due to a patient on each date that may be today somewhere."""
    about_today = Occurrence.day.between((now - _LONGEST_DAY).date(), (now + _LONGEST_DAY).date())
    rows = session.execute(
        sa.select(
            Occurrence.patient_id,
            Occurrence.day,
            sa.func.count(Occurrence.message_id.distinct()),
        )
        .where(Occurrence.patient_id.in_(patient_ids), about_today)
        .group_by(Occurrence.patient_id, Occurrence.day)
    )
    return {(patient_id, day): count for patient_id, day, count in rows}


def _reminded_at(
    session: Session, patient_ids: Collection[int], now: datetime
) -> Mapping[int, Sequence[datetime]]:
    rows = session.execute(
        sa.select(Message.patient_id, Message.ready_at).where(
            Message.patient_id.in_(patient_ids),
            Message.due_at > now - _OLDEST,
            Message.kind.in_(REMINDING),
            Message.state.in_(TRIED),
            Message.ready_at > now - _LONGEST_DAY,
        )
    )
    return _grouped((row[0], row[1]) for row in rows)


def _written_at(
    session: Session, judged: Sequence[Judged], now: datetime
) -> Mapping[tuple[int, bytes, Kind], Sequence[datetime]]:
    """When the addresses of all but the reminders got letters of the same kind."""
    asking = [(one.kind, index) for one, index in judged if one.kind not in REMINDING and index]
    if not asking:
        return {}
    rows = session.execute(
        sa.select(Message.clinic_id, Message.address_index, Message.kind, Message.ready_at).where(
            Message.address_index.in_({index for _, index in asking}),
            Message.kind.in_({kind for kind, _ in asking}),
            Message.state.in_(TRIED),
            Message.ready_at > now - _LONGEST_DAY,
        )
    )
    return _grouped(((row[0], row[1], row[2]), row[3]) for row in rows)


def _newest_due(
    session: Session, waiting: Iterable[Waiting], now: datetime
) -> Mapping[int, datetime]:
    """The due moment of each late patient's newest reminder."""
    late = [one for one in waiting if _may_be_overtaken(one, now)]
    if not late:
        return {}
    rows = session.execute(
        sa.select(Message.patient_id, sa.func.max(Message.due_at))
        .where(
            Message.patient_id.in_({one.patient_id for one in late}),
            Message.kind == Kind.REMINDER,
            Message.due_at >= min(one.due_at for one in late),
            Message.due_at <= now,
            Message.state.in_((State.DUE, *TRIED)),
        )
        .group_by(Message.patient_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _said(
    session: Session, indexes: Collection[bytes], now: datetime
) -> Mapping[tuple[int, bytes], Sequence[tuple[str, Kind]]]:
    """What was said to these addresses just now."""
    rows = session.execute(
        sa.select(Message.clinic_id, Message.address_index, Message.text, Message.kind).where(
            Message.address_index.in_(indexes),
            Message.ready_at > now - SAME_TEXT,
            Message.state.in_(SAID),
            Message.kind != Kind.STAFF,
        )
    )
    return _grouped(((row[0], row[1]), (row[2] or "", row[3])) for row in rows)


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> Mapping[Any, list[Any]]:
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
