"""Does what was planned arrive: for a clinic day by day, and for a sender?"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind, Reason
from reminders.core.schedule import day_ends
from reminders.store.conversation import Message, State
from reminders.store.people import Medium, Patient, Sender
from reminders.store.plans import Plan, PlanVersion, Routine

REMINDING: Final = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
_LEFT: Final = (State.SENT, State.DELIVERED)
# Why a reminder stays that a patient or their therapist would not miss: nobody's failure.
_AS_WISHED: Final = frozenset(
    {
        Reason.INACTIVE,
        Reason.PAUSED,
        Reason.SAFETY,
        Reason.NO_CONSENT,
        Reason.UNCONFIRMED,
        Reason.SUPPRESSED,
        Reason.CAP,
        Reason.REPEATED,
    }
)
# The clinic knows of these already: they stand on its desk by name.
_TOLD: Final = frozenset({Reason.HOLD, Reason.BUDGET, Reason.UNREACHABLE, Reason.NO_ADDRESS})


@dataclass(frozen=True, slots=True)
class Day:
    """What was planned for one local day, and what became of it."""

    day: date
    planned: int
    sent: int
    delivered: int
    failed: int
    waiting: int
    taken_back: int
    kept: Mapping[str, int]  # by reason

    @property
    def expected(self) -> int:
        """How many should have left: not those that were taken back or rightly stayed."""
        excused = sum(times for why, times in self.kept.items() if why in _AS_WISHED | _TOLD)
        return self.planned - self.taken_back - excused


def days(
    session: Session, clinic_id: int, zone: ZoneInfo, span: tuple[date, date], until: datetime
) -> tuple[Day, ...]:
    """Each day of a span, newest first, as far as it was due by a moment."""
    first, last = span
    rows = session.execute(
        sa.select(Message.due_at, Message.state, Message.reason, sa.func.count())
        .where(
            Message.clinic_id == clinic_id,
            Message.due_at >= day_ends(first - _DAY, zone),
            Message.due_at <= until,
            Message.kind.in_(REMINDING),
        )
        .group_by(Message.due_at, Message.state, Message.reason)
    )
    found: defaultdict[date, Counter[tuple[State, str]]] = defaultdict(Counter)
    for due_at, state, reason, times in rows:
        found[due_at.astimezone(zone).date()][state, reason] += times
    return tuple(_day(last - n * _DAY, found) for n in range((last - first).days + 1))


_DAY: Final = timedelta(days=1)
_KEPT: Final = (State.WITHHELD, State.MISSED)


def _day(day: date, found: Mapping[date, Counter[tuple[State, str]]]) -> Day:
    by_state: Counter[State] = Counter()
    kept: Counter[str] = Counter()
    for (state, reason), times in found.get(day, Counter()).items():
        by_state[state] += times
        kept[reason] += times if state in _KEPT else 0
    return Day(
        day,
        planned=by_state.total(),
        sent=sum(by_state[state] for state in _LEFT),
        delivered=by_state[State.DELIVERED],
        failed=by_state[State.FAILED],
        waiting=by_state[State.DUE] + by_state[State.CLAIMED],
        taken_back=by_state[State.WITHDRAWN],
        kept=+kept,
    )


def overdue_routines(session: Session, clinic_id: int, before: datetime) -> int:
    """How many routines should have been planned by then and were not."""
    overdue = sa.select(sa.func.count()).where(
        Routine.clinic_id == clinic_id, Routine.next_due_at < before
    )
    return session.scalar(overdue) or 0


@dataclass(frozen=True, slots=True)
class SenderHealth:
    """One number or address: does it work, how fast may it go, what became of its letters?"""

    id: int
    medium: Medium
    address: str
    fault: str
    faulted_at: datetime | None
    per_second: float
    last_delivered: datetime | None
    failures: tuple[tuple[str, int], ...]  # reason and how often, most often first


def senders(session: Session, clinic_id: int, now: datetime) -> tuple[SenderHealth, ...]:
    """The senders of a clinic with their last seven days."""
    rows = session.execute(
        sa.select(
            Sender.id,
            Sender.medium,
            Sender.address,
            Sender.fault,
            Sender.faulted_at,
            Sender.per_second,
        )
        .where(Sender.clinic_id == clinic_id)
        .order_by(Sender.id)
    ).all()
    last, failed = _last_delivered(session, clinic_id, now), _failures(session, clinic_id, now)
    return tuple(SenderHealth(*row, last.get(row.id), failed.get(row.id, ())) for row in rows)


def _last_delivered(session: Session, clinic_id: int, now: datetime) -> dict[int, datetime]:
    rows = session.execute(
        sa.select(Message.sender_id, sa.func.max(Message.ended_at))
        .where(
            Message.clinic_id == clinic_id,
            Message.due_at > now - _WEEK,
            Message.state.in_(_LEFT),
            Message.sender_id.is_not(None),
        )
        .group_by(Message.sender_id)
    )
    return {sender: at for sender, at in rows if sender is not None and at is not None}


def _failures(
    session: Session, clinic_id: int, now: datetime
) -> dict[int, tuple[tuple[str, int], ...]]:
    rows = session.execute(
        sa.select(Message.sender_id, Message.reason, sa.func.count().label("times"))
        .where(
            Message.clinic_id == clinic_id,
            Message.due_at > now - _WEEK,
            Message.state == State.FAILED,
            Message.sender_id.is_not(None),
        )
        .group_by(Message.sender_id, Message.reason)
        .order_by(sa.desc("times"), Message.reason)
    )
    found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for sender, reason, times in rows:
        if sender is not None:
            found[sender].append((reason, times))
    return {sender: tuple(causes) for sender, causes in found.items()}


_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A patient whose plan in force cannot be scheduled."""

    patient_id: int
    name: str
    fault: str


def set_aside(session: Session, clinic_id: int) -> tuple[SetAside, ...]:
    """Whose plans in force the planner had to leave out."""
    rows = session.execute(
        sa.select(Patient.id, Patient.first_name, Patient.last_name, Routine.fault)
        .join(Routine, Routine.patient_id == Patient.id)
        .join(PlanVersion, PlanVersion.id == Routine.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(
            Patient.clinic_id == clinic_id,
            Routine.fault != "",
            Plan.ended_at.is_(None),
            PlanVersion.number == Plan.current_number,
        )
        .order_by(Patient.id)
    )
    return tuple(
        SetAside(row, f"{first} {last}".strip(), fault) for row, first, last, fault in rows
    )
