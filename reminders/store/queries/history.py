"""What does triage need to know of one patient?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import PainPoint, Sitting
from reminders.core.gate import Kind, Reason
from reminders.core.schedule import local_day
from reminders.core.triage import AlertKind, Failure, History
from reminders.store.asking import STANDARD, settled_below
from reminders.store.conversation import Fate, Message, Reply, State
from reminders.store.people import Patient
from reminders.store.queries.asked import IDS, PATIENT, SINCE
from reminders.store.record import (
    Call,
    EntrySource,
    Hold,
    LogEntry,
    Moment,
    Occurrence,
    open_alert,
)

LOOKBACK: Final = timedelta(weeks=12)

# Not every carrier and hardly any mailbox reports back: a day without bad news is good news.
NO_BAD_NEWS: Final = timedelta(days=1)

# channels.Reason in half a sentence; the two rooms are strangers, so a test compares them.
FAILURES: Final[Mapping[str, str]] = {
    "opted_out": "the patient has stopped our texts",
    "complaint": "the patient marked our email as unwanted",
    "not_a_mobile": "the number cannot get texts",
    "unknown_number": "the number is not in use",
    "country_off": "texts to this country are off at the provider",
    "unreachable": "the phone was off or had no signal",
    "blocked": "the phone or its carrier blocks our texts",
    "filtered": "a spam filter stopped it",
    "held_back": "a legal filter of the provider held it back",
    "sender_fault": "the clinic's sender is not ready",
    "account_fault": "the provider does not accept the clinic's account",
    "message_fault": "the provider did not accept it as written",
    "door_fault": "the provider could not reach us",
    "too_busy": "the provider was too busy",
    "congested": "the carrier was too busy",
    "daily_limit": "the clinic's daily limit was used up",
    "expired": "it could not be delivered in time",
    "unreachable_provider": "the provider could not be reached",
    "address_refused": "the mail server does not know the address",
    "mailbox_full": "the mailbox is full",
    "mail_not_taken": "the patient's mail server did not take it in time",
    "unsure": "it is not known whether it arrived",
    "unexplained": "the carrier did not say why",
}

# What we did not even try again, since the provider had said so before.
KNOWN_DEAD: Final = {Reason.UNREACHABLE.value: "the number or address does not work"}


def history_of(session: Session, patient: Patient, now: datetime) -> History:
    """Gather what the rules of triage look at, as it is known now."""
    zone = patient.tz
    since = local_day(now, zone) - LOOKBACK
    unread, unclear = _waiting(session, patient.id)
    flagged, flag = _red_flag(session, patient)
    held, why = _hold(session, patient.clinic_id)
    mornings = mornings_of(session, patient.id)
    return History(
        zone=zone,
        sittings=sittings_of(session, (patient.id,), since)[patient.id],
        pains=pains_of(session, patient.id),
        mornings=mornings,
        settled_below=settled_below(session, patient) if mornings else STANDARD.amber_from,
        last_heard=_last_heard(session, patient.id),
        failures=_failures(session, patient.id, now),
        unread_since=unread.received_at if unread is not None else None,
        unread_words=unread.text if unread is not None else "",
        unclear_since=unclear.received_at if unclear is not None else None,
        unclear_words=unclear.text if unclear is not None else "",
        red_flag_since=flagged,
        red_flag_words=flag,
        hold_since=held,
        hold_words=why,
    )


def sittings_of(
    session: Session, patient_ids: Sequence[int], since: date
) -> Mapping[int, tuple[Sitting, ...]]:
    """The sittings of each patient from a day on, oldest first, with what is reported of them."""
    rows = session.execute(_sittings(), {"ids": patient_ids, "since": since})
    found: dict[int, list[Sitting]] = defaultdict(list)
    for (
        patient_id,
        row,
        day,
        due_at,
        closes_at,
        outcome,
        pain,
        excuse,
        routine_id,
        done,
        answered_at,
    ) in rows:
        ticked = len(done) if done is not None else None
        known = (row, day, due_at, closes_at, outcome, pain, excuse, routine_id)
        found[patient_id].append(Sitting(*known, ticked, answered_at))
    return {patient_id: tuple(found[patient_id]) for patient_id in patient_ids}


@cache
def _sittings() -> sa.Select[*tuple[Any, ...]]:
    reported = sa.and_(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )
    return (
        sa.select(
            Occurrence.patient_id,
            Occurrence.id,
            Occurrence.day,
            Occurrence.due_at,
            Occurrence.closes_at,
            LogEntry.outcome,
            LogEntry.pain,
            Occurrence.excuse,
            Occurrence.routine_id,
            LogEntry.done,
            sa.case((LogEntry.source != EntrySource.STAFF, LogEntry.at)),
        )
        .outerjoin(LogEntry, reported)
        .where(
            Occurrence.patient_id.in_(IDS),
            Occurrence.day >= SINCE,
        )
        .order_by(Occurrence.due_at, Occurrence.id)
    )


def pains_of(session: Session, patient_id: int) -> tuple[PainPoint, ...]:
    """Every pain report, oldest first: where it began counts as much as where it is."""
    return _points(session, _told(), patient_id)


def mornings_of(session: Session, patient_id: int) -> tuple[PainPoint, ...]:
    """Pain on the mornings after, oldest first: kept apart from what sessions brought."""
    return _points(session, _mornings(), patient_id)


def session_pain(patient_id: "int | sa.BindParameter[int]") -> sa.ColumnElement[bool]:
    """A report of a patient's pain as it stands, but on the mornings after."""
    return _pain(patient_id) & (LogEntry.moment != Moment.NEXT_MORNING)


def _pain(patient_id: "int | sa.BindParameter[int]") -> sa.ColumnElement[bool]:
    return sa.and_(
        LogEntry.patient_id == patient_id,
        LogEntry.pain.is_not(None),
        LogEntry.superseded_at.is_(None),
    )


_Points = sa.Select[date, int | None, datetime]


@cache
def _told() -> _Points:
    return _reports(session_pain(PATIENT))


@cache
def _mornings() -> _Points:
    return _reports(_pain(PATIENT) & (LogEntry.moment == Moment.NEXT_MORNING))


def _reports(which: sa.ColumnElement[bool]) -> _Points:
    return (
        sa.select(LogEntry.day, LogEntry.pain, LogEntry.at)
        .where(which)
        .order_by(LogEntry.day, LogEntry.at)
    )


def _points(session: Session, query: _Points, patient_id: int) -> tuple[PainPoint, ...]:
    rows = session.execute(query, {"patient": patient_id})
    return tuple(PainPoint(day, pain, at) for day, pain, at in rows if pain is not None)


def _last_heard(session: Session, patient_id: int) -> datetime | None:
    """Their own word, what staff wrote down for them, or a call; an absence note is no word."""
    wrote = sa.select(sa.func.max(Reply.received_at)).where(
        Reply.patient_id == patient_id, Reply.automatic.is_(False)
    )
    told = sa.select(sa.func.max(LogEntry.at)).where(LogEntry.patient_id == patient_id)
    spoke = sa.select(sa.func.max(Call.at)).where(
        Call.patient_id == patient_id, Call.reached, Call.by_id.is_not(None)
    )
    ways = (wrote, told, spoke)
    return _latest(session.execute(sa.select(*(way.scalar_subquery() for way in ways))).one())


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _failures(session: Session, patient_id: int, now: datetime) -> tuple[Failure, ...]:
    """The messages that did not arrive since the last one that did."""
    to_patient = sa.and_(Message.patient_id == patient_id, Message.kind != Kind.STAFF)
    arrived = sa.or_(
        Message.state == State.DELIVERED,
        sa.and_(Message.state == State.SENT, Message.ended_at <= now - NO_BAD_NEWS),
    )
    fell_short = sa.or_(
        Message.state == State.FAILED,
        sa.and_(Message.state == State.WITHHELD, Message.reason == Reason.UNREACHABLE),
    )
    last = session.scalar(sa.select(sa.func.max(Message.ended_at)).where(to_patient, arrived))
    rows = session.execute(
        sa.select(Message.ended_at, Message.reason)
        .where(to_patient, fell_short, Message.ended_at.is_not(None))
        .where(Message.ended_at > last if last is not None else sa.true())
        .order_by(Message.ended_at)
    )
    said = {**FAILURES, **KNOWN_DEAD}
    unknown = FAILURES["unexplained"]
    return tuple(Failure(at, said.get(why, unknown)) for at, why in rows if at is not None)


def _waiting(
    session: Session, patient_id: int
) -> tuple[sa.Row[datetime, str, str] | None, sa.Row[datetime, str, str] | None]:
    """The oldest words that no person has handled: those understood, and those that were not."""
    rows = session.execute(
        sa.select(Reply.received_at, Reply.text, Reply.intent)
        .where(
            Reply.patient_id == patient_id,
            Reply.fate == Fate.FOR_A_PERSON,
            Reply.handled_at.is_(None),
        )
        .order_by(Reply.received_at, Reply.id)
    ).all()
    understood = next((row for row in rows if row.intent), None)
    return understood, next((row for row in rows if not row.intent), None)


def _red_flag(session: Session, patient: Patient) -> tuple[datetime | None, str]:
    alert = open_alert(session, patient.id, AlertKind.SAFETY)
    if alert is not None:
        return alert.opened_at, alert.evidence
    return patient.safety_hold_at, ""


def _hold(session: Session, clinic_id: int) -> tuple[datetime | None, str]:
    row = session.execute(
        sa.select(Hold.since, Hold.reason)
        .where(Hold.clinic_id == clinic_id, Hold.released_at.is_(None))
        .order_by(Hold.since)
        .limit(1)
    ).first()
    return (row.since, row.reason) if row is not None else (None, "")
