"""How are the facts read that the gate judges by?

One read for each kind of fact, however many messages ask, and none for what nobody asks.
"""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import CHECKS, Check, Kind
from reminders.core.schedule import Pause
from reminders.outbox.composing import opens_a_page
from reminders.outbox.facts import Judged, Known, Origin, may_be_overtaken
from reminders.outbox.following import reminded
from reminders.outbox.spoken_of import sittings_of
from reminders.outbox.standing import standing_of
from reminders.outbox.waiting import REMINDING, Waiting
from reminders.store.conversation import Message, State
from reminders.store.people import (
    Medium,
    PatientPause,
    Sender,
    Suppression,
    Why,
    consents_of,
)
from reminders.store.record import Occurrence
from reminders.store.spelling import spelt_out
from reminders.store.statements import among, is_one_of, read

SAID = (State.CLAIMED, State.SENT, State.DELIVERED)
TRIED = (*SAID, State.FAILED)
SAME_TEXT = timedelta(minutes=10)
# No patient's day has begun longer ago; and no letter leaves later than that after it was due.
_LONGEST_DAY = timedelta(days=2)
_OLDEST = timedelta(days=3)


def gather(session: Session, judged: Sequence[Judged], now: datetime) -> Known:
    """Read every fact that core/gate judges these messages by, and no other."""
    waiting = [one for one, _ in judged]
    indexes = {index for _, index in judged if index is not None}
    clinics = {one.clinic_id for one in waiting}
    reminders = _patients(one for one in waiting if one.kind in REMINDING)
    return Known(
        senders=_senders(session, clinics),
        standing=standing_of(
            session, {one.clinic_id for one in _asked(waiting, Check.HOLD, Check.BUDGET)}, now
        ),
        pauses=_pauses(
            session, {one.about_id for one in _asked(waiting, Check.PAUSE) if one.about_id}
        ),
        consents=consents_of(session, _patients(_asked(waiting, Check.CONSENT, Check.CONFIRMED))),
        blocks=_blocks(session, indexes),
        sittings=sittings_of(
            session,
            [one for one in waiting if opens_a_page(one) or Check.LOGGED in CHECKS[one.kind]],
        ),
        due_by_day=_due_by_day(session, reminders, now),
        reminded_at=_reminded_at(session, reminders, now),
        written_at=_written_at(session, judged, now),
        newest_due=_newest_due(session, waiting, now),
        reminded=reminded(session, waiting),
        said=_said(session, indexes, now),
    )


def _asked(waiting: Iterable[Waiting], *checks: Check) -> list[Waiting]:
    """Those of whom the gate asks one of these questions."""
    return [one for one in waiting if not CHECKS[one.kind].isdisjoint(checks)]


def _patients(waiting: Iterable[Waiting]) -> set[int]:
    return {one.patient_id for one in waiting if one.patient_id is not None}


_SENDERS = (
    sa.select(*(getattr(Sender, name) for name in Origin._fields))
    .where(among(Sender.clinic_id, "clinics"))
    .order_by(Sender.fault, Sender.id)
    .with_for_update(key_share=True)
)


def _senders(
    session: Session, clinic_ids: Collection[int]
) -> Mapping[tuple[int, Medium], Sequence[Origin]]:
    """The senders of these clinics, the sound ones first, locked: their tokens are taken next."""
    found = itertools.starmap(Origin, read(session, _SENDERS, clinics=clinic_ids))
    return _grouped(((one.clinic_id, one.medium), one) for one in found)


_PAUSES = sa.select(PatientPause.patient_id, PatientPause.first_day, PatientPause.last_day).where(
    among(PatientPause.patient_id, "patients")
)


def _pauses(session: Session, patient_ids: Collection[int]) -> Mapping[int, Sequence[Pause]]:
    rows = read(session, _PAUSES, patients=patient_ids)
    return _grouped((row[0], Pause(row[1], row[2])) for row in rows)


_BLOCKS = sa.select(
    Suppression.clinic_id, Suppression.medium, Suppression.address_index, Suppression.why
).where(
    Suppression.address_index.in_(sa.bindparam("indexes", expanding=True)),
    Suppression.lifted_at.is_(None),
)


def _blocks(
    session: Session, indexes: Collection[bytes]
) -> Mapping[tuple[int, Medium, bytes], Why]:
    rows = read(session, _BLOCKS, indexes=list(indexes))
    return {(clinic_id, medium, index): why for clinic_id, medium, index, why in rows}


_DUE_BY_DAY = (
    sa.select(
        Occurrence.patient_id, Occurrence.day, sa.func.count(Occurrence.message_id.distinct())
    )
    .where(
        among(Occurrence.patient_id, "patients"),
        Occurrence.day.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .group_by(Occurrence.patient_id, Occurrence.day)
)


def _due_by_day(
    session: Session, patient_ids: Collection[int], now: datetime
) -> Mapping[tuple[int, date], int]:
    """How many reminders are due to a patient on each date that may be today somewhere."""
    first, last = (now - _LONGEST_DAY).date(), (now + _LONGEST_DAY).date()
    rows = read(session, _DUE_BY_DAY, patients=patient_ids, first=first, last=last)
    return {(patient_id, day): count for patient_id, day, count in rows}


_REMINDED_AT = sa.select(Message.patient_id, Message.ready_at).where(
    among(Message.patient_id, "patients"),
    Message.due_at > sa.bindparam("due_after"),
    is_one_of(Message.kind, REMINDING),
    is_one_of(Message.state, TRIED),
    Message.ready_at > sa.bindparam("since"),
)


def _reminded_at(
    session: Session, patient_ids: Collection[int], now: datetime
) -> Mapping[int, Sequence[datetime]]:
    since = {"due_after": now - _OLDEST, "since": now - _LONGEST_DAY}
    rows = read(session, _REMINDED_AT, patients=patient_ids, **since)
    return _grouped((row[0], row[1]) for row in rows)


_WRITTEN_AT = sa.select(
    Message.clinic_id, Message.address_index, Message.kind, Message.ready_at
).where(
    Message.address_index.in_(sa.bindparam("indexes", expanding=True)),
    Message.kind.in_(sa.bindparam("kinds", expanding=True)),
    is_one_of(Message.state, TRIED),
    Message.ready_at > sa.bindparam("since"),
)


def _written_at(
    session: Session, judged: Sequence[Judged], now: datetime
) -> Mapping[tuple[int, bytes, Kind], Sequence[datetime]]:
    """When the addresses of all but the reminders got letters of the same kind."""
    asking = [
        (one.kind, index)
        for one, index in judged
        if Check.CAP in CHECKS[one.kind] and one.kind not in REMINDING and index
    ]
    if not asking:
        return {}
    kinds, indexes = ([*set(each)] for each in zip(*asking, strict=True))
    since = now - _LONGEST_DAY
    rows = read(session, _WRITTEN_AT, indexes=indexes, kinds=kinds, since=since)
    return _grouped(((row[0], row[1], row[2]), row[3]) for row in rows)


_NEWEST_DUE = spelt_out(
    sa.select(Message.patient_id, sa.func.max(Message.due_at))
    .where(
        among(Message.patient_id, "patients"),
        Message.kind == Kind.REMINDER,
        Message.due_at.between(sa.bindparam("first"), sa.bindparam("last")),
        is_one_of(Message.state, (State.DUE, *TRIED)),
    )
    .group_by(Message.patient_id)
)


def _newest_due(
    session: Session, waiting: Iterable[Waiting], now: datetime
) -> Mapping[int, datetime]:
    """The due moment of each late patient's newest reminder."""
    late = [one for one in waiting if may_be_overtaken(one, now)]
    if not late:
        return {}
    patients = {one.patient_id for one in late if one.patient_id is not None}
    first = min(one.due_at for one in late)
    rows = read(session, _NEWEST_DUE, patients=patients, first=first, last=now)
    return {row[0]: row[1] for row in rows}


_SAID = spelt_out(
    sa.select(Message.clinic_id, Message.address_index, Message.text, Message.kind).where(
        Message.address_index.in_(sa.bindparam("indexes", expanding=True)),
        Message.ready_at > sa.bindparam("since"),
        is_one_of(Message.state, SAID),
        Message.kind != Kind.STAFF,
    )
)


def _said(
    session: Session, indexes: Collection[bytes], now: datetime
) -> Mapping[tuple[int, bytes], Sequence[tuple[str, Kind]]]:
    """What was said to these addresses just now."""
    rows = read(session, _SAID, indexes=list(indexes), since=now - SAME_TEXT)
    return _grouped(((row[0], row[1]), (row[2] or "", row[3])) for row in rows)


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> Mapping[Any, list[Any]]:
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
