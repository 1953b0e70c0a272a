"""What have the texts of a clinic come to, month by month and by kind?"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.store.conversation import Message
from reminders.store.people import Clinic
from reminders.store.spending import LEFT, Spending, month_of, segments_of_row, starts


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of message came to in one month; money in thousandths of a cent."""

    kind: Kind
    messages: int
    segments: int
    millicents: int


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a clinic, by kind, the dearest first."""

    first: date
    costs: tuple[Cost, ...]

    @property
    def segments(self) -> int:
        return sum(cost.segments for cost in self.costs)

    @property
    def millicents(self) -> int:
        return sum(cost.millicents for cost in self.costs)


def months(session: Session, clinic: Clinic, now: datetime) -> tuple[Month, ...]:
    """This month as it stands now, and those before it as they were counted, newest first."""
    current = month_of(now, ZoneInfo(clinic.zone))
    rows = session.execute(
        sa.select(
            Spending.month,
            Spending.kind,
            Spending.messages,
            Spending.segments,
            Spending.millicents,
        )
        .where(Spending.clinic_id == clinic.id, Spending.month < current)
        .order_by(Spending.month.desc(), Spending.millicents.desc(), Spending.kind)
    )
    past: defaultdict[date, list[Cost]] = defaultdict(list)
    for row in rows:
        past[row[0]].append(Cost(row[1], row[2], row[3], row[4]))
    over = tuple(Month(first, tuple(costs)) for first, costs in past.items())
    return (Month(current, _so_far(session, clinic, current)), *over)


def _so_far(session: Session, clinic: Clinic, month: date) -> tuple[Cost, ...]:
    segments = sa.func.sum(segments_of_row())
    left = sa.func.sum(sa.case((Message.state.in_(LEFT), 1), else_=0))
    rows = session.execute(
        sa.select(Message.kind, left, segments)
        .where(
            Message.clinic_id == clinic.id,
            Message.due_at >= starts(month, ZoneInfo(clinic.zone)),
        )
        .group_by(Message.kind)
    )
    price = clinic.thousand_texts_cents
    found = [Cost(kind, int(n), int(cost), int(cost) * price) for kind, n, cost in rows]
    return tuple(sorted((one for one in found if one.messages), key=lambda cost: -cost.millicents))
