"""How does a person read what the rules could not, or read wrongly?

What they enter counts as told to staff: it takes the place of what the rules made of that reply,
supersedes rather than overwrites, and can be taken back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.core.triage import AlertKind
from reminders.inbox.case import Case, reopen_case
from reminders.inbox.entries import Report, keep_pain, log
from reminders.inbox.passing_on import pass_on
from reminders.inbox.sittings import Sitting, sittings_of
from reminders.outbox import Refusal, stop_writing
from reminders.store.conversation import Fate, Reply
from reminders.store.people import Patient, Source, Why
from reminders.store.record import Alert, LogEntry, Moment, current_entry

WRITTEN = (AlertKind.MESSAGE, AlertKind.UNCLEAR)


class Verdict(StrEnum):
    """What a person makes of a reply."""

    DONE = "done"
    PART = "part"
    SKIPPED = "skipped"
    PAIN = "pain"
    NOTHING = "nothing"
    STOP = "stop"
    WRONG_NUMBER = "wrong_number"


_OUTCOMES = {
    Verdict.DONE: Outcome.DONE,
    Verdict.PART: Outcome.PART,
    Verdict.SKIPPED: Outcome.SKIPPED,
}
_WHYS = {Verdict.STOP: Why.OPT_OUT, Verdict.WRONG_NUMBER: Why.WRONG_NUMBER}


@dataclass(frozen=True)
class ByHand:
    """Who read it, and as what; a pain level only if one was told."""

    verdict: Verdict
    staff_id: int
    pain: int | None = None


class NoSession(LookupError):
    """There is no session within reach that this reply could be about."""


def read_by_hand(
    session: Session, settings: Settings, reply: Reply, hand: ByHand, now: datetime
) -> None:
    """Enter what a person made of a reply, and put it away; NoSession changes nothing.

    1. What the rules had entered from this very reply is taken out again.
    2. The verdict is entered for the session that the reply speaks of.
    3. The reply is handled, and its alert closed if nothing else of the patient's waits.
    """
    case = replace(reopen_case(session, settings, reply.id, now), staff_id=hand.staff_id)
    _sittings(case, hand)  # none within reach: nothing is changed
    for entry in _made_from(session, reply):
        _put_back(session, entry, _before(session, entry), now)
    if hand.verdict in _WHYS:
        _stop(case, _WHYS[hand.verdict], hand.staff_id)
    elif hand.verdict is not Verdict.NOTHING:
        _enter(replace(case, known={}), hand)
        reply.occurrence_id = case.made.occurrence_id or reply.occurrence_id
    reply.handled_at, reply.handled_by_id = now, hand.staff_id
    session.flush()
    for alert in _alerts_of(session, reply):
        alert.resolve(hand.staff_id, now)


def take_back(session: Session, settings: Settings, reply: Reply, now: datetime) -> None:
    """Undo a reading by hand: what stood before it stands again, and the reply waits once more."""
    done_at = reply.handled_at
    reply.handled_at = reply.handled_by_id = None
    made = [entry for entry in _made_from(session, reply) if entry.staff_id is not None]
    for occurrence_id, moment in _touched(session, reply, done_at):
        standing = current_entry(session, occurrence_id, moment)
        if standing is not None and not _said_since(session, standing, reply):
            _put_back(session, standing, _stood(session, occurrence_id, moment, done_at), now)
    for entry in made:
        entry.superseded_at = entry.superseded_at or now
    if reply.fate is Fate.FOR_A_PERSON and reply.patient_id is not None:
        _wait_again(session, settings, reply, now)
    elif reply.fate is Fate.FOR_A_PERSON:
        _reopen(session, reply)


def give_to(
    session: Session, settings: Settings, reply: Reply, patient: Patient, now: datetime
) -> None:
    """Say whose reply it is: it waits as theirs from here on."""
    for alert in _alerts_of(session, reply):
        alert.resolve(None, now)
    session.flush()
    reply.patient_id = patient.id
    _wait_again(session, settings, reply, now)


def _wait_again(session: Session, settings: Settings, reply: Reply, now: datetime) -> None:
    """Put a reply before the therapist of the patient it is known to be from."""
    case = reopen_case(session, settings, reply.id, now)
    assert case.patient is not None
    pass_on(case, case.patient)
    reply.fate = case.made.fate


def _sittings(case: Case, hand: ByHand) -> Sequence[Sitting]:
    if hand.verdict not in _OUTCOMES and hand.verdict is not Verdict.PAIN:
        return []
    if case.patient is None:
        raise NoSession
    sittings = sittings_of(case, case.patient, None)
    if not sittings and hand.verdict in _OUTCOMES:
        raise NoSession
    return sittings


def _enter(case: Case, hand: ByHand) -> None:
    sittings = _sittings(case, hand)
    report = Report(outcome=_OUTCOMES.get(hand.verdict), pain=hand.pain)
    if sittings:
        case.made.occurrence_id = sittings[-1].id
        log(case, sittings, report)
    elif hand.pain is not None and case.patient is not None:
        keep_pain(case, case.patient, hand.pain)


def _stop(case: Case, why: Why, staff_id: int) -> None:
    refusal = Refusal(
        clinic_id=case.clinic_id,
        medium=case.medium,
        address=case.address,
        why=why,
        source=Source.STAFF,
        how="read by staff",
        by=f"staff:{staff_id}",
        reply_id=case.reply.id,
    )
    stop_writing(case.session, refusal, case.now)


def _made_from(session: Session, reply: Reply) -> list[LogEntry]:
    """What stands because of this reply."""
    return list(
        session.scalars(
            sa.select(LogEntry)
            .where(LogEntry.reply_id == reply.id, LogEntry.superseded_at.is_(None))
            .order_by(LogEntry.id)
        )
    )


def _before(session: Session, entry: LogEntry) -> LogEntry | None:
    """What stood until this entry came."""
    if entry.occurrence_id is None:
        return None
    return session.scalar(
        sa.select(LogEntry)
        .where(
            LogEntry.occurrence_id == entry.occurrence_id,
            LogEntry.moment == entry.moment,
            LogEntry.id < entry.id,
            LogEntry.reply_id.is_distinct_from(entry.reply_id),
        )
        .order_by(LogEntry.id.desc())
        .limit(1)
    )


def _put_back(session: Session, entry: LogEntry, earlier: LogEntry | None, now: datetime) -> None:
    """Let an earlier entry stand again, as a row of its own: nothing is overwritten."""
    entry.supersede(now)
    session.flush()
    if earlier is not None:
        kept = {column.key for column in sa.inspect(LogEntry).columns} - {"id", "superseded_at"}
        session.add(LogEntry(**{name: getattr(earlier, name) for name in kept}))
        session.flush()


def _touched(session: Session, reply: Reply, done_at: datetime | None) -> set[tuple[int, Moment]]:
    """The sittings whose entry the reading by hand replaced."""
    rows = session.execute(
        sa.select(LogEntry.occurrence_id, LogEntry.moment).where(
            LogEntry.patient_id == reply.patient_id,
            LogEntry.superseded_at == done_at,
            LogEntry.occurrence_id.is_not(None),
        )
    )
    return {(occurrence_id, moment) for occurrence_id, moment in rows if occurrence_id is not None}


def _said_since(session: Session, standing: LogEntry, reply: Reply) -> bool:
    """Whether it is newer than the reading: neither entered by it nor put back by it."""
    if standing.reply_id == reply.id:
        return False
    put_back = sa.select(LogEntry.id).where(
        LogEntry.occurrence_id == standing.occurrence_id,
        LogEntry.moment == standing.moment,
        LogEntry.id < standing.id,
        LogEntry.reply_id.is_not_distinct_from(standing.reply_id),
        LogEntry.at == standing.at,
    )
    return session.scalar(put_back.limit(1)) is None


def _stood(
    session: Session, occurrence_id: int, moment: Moment, done_at: datetime | None
) -> LogEntry | None:
    """What stood before: of those put aside at that moment, the first."""
    return session.scalar(
        sa.select(LogEntry)
        .where(
            LogEntry.occurrence_id == occurrence_id,
            LogEntry.moment == moment,
            LogEntry.superseded_at == done_at,
        )
        .order_by(LogEntry.id)
        .limit(1)
    )


def _alerts_of(session: Session, reply: Reply) -> Iterable[Alert]:
    """The alerts that this reply keeps open: its own, or its patient's once nothing else waits."""
    mine = sa.select(Alert).where(Alert.kind.in_(WRITTEN), Alert.resolved_at.is_(None))
    if reply.patient_id is None:
        return session.scalars(mine.where(Alert.reply_id == reply.id)).all()
    waits = session.scalar(
        sa.select(Reply.id)
        .where(
            Reply.patient_id == reply.patient_id,
            Reply.fate == Fate.FOR_A_PERSON,
            Reply.handled_at.is_(None),
            Reply.id != reply.id,
        )
        .limit(1)
    )
    if waits is not None:
        return ()
    return session.scalars(mine.where(Alert.patient_id == reply.patient_id)).all()


def _reopen(session: Session, reply: Reply) -> None:
    for alert in session.scalars(sa.select(Alert).where(Alert.reply_id == reply.id)):
        if alert.kind in WRITTEN:
            alert.reopen()
