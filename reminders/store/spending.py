"""What have the texts of a clinic cost, month by month?

A message belongs to the month and the day of its due moment, by the clinic's own calendar. Days
that are over are counted into rows now and then; the day that runs is added up when asked.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core.gate import Kind
from reminders.store.conversation import Message, State
from reminders.store.db import Base, insert_once
from reminders.store.people import Clinic, Medium

MONTHS_BACK = 3
LEFT = (State.SENT, State.DELIVERED, State.FAILED)
# A text under way may cost as much as one that has left: a budget must not be outrun in flight.
_COSTING = (State.CLAIMED, State.SENT, State.DELIVERED)


class Spending(Base):
    """What one kind of message came to in one month, as far as it has been counted.

    Money is kept in thousandths of a cent, at the price of the day it was counted: a new price
    changes no month that is over.
    """

    __tablename__ = "spending"
    __table_args__ = (UniqueConstraint("clinic_id", "month", "kind"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    month: Mapped[date]
    kind: Mapped[Kind]
    messages: Mapped[int]
    segments: Mapped[int]
    millicents: Mapped[int]
    counted_to: Mapped[datetime]


def spent_millicents(session: Session, clinic: Clinic, now: datetime) -> int:
    """What this month's texts of a clinic came to until now, in thousandths of a cent."""
    month = month_of(now, ZoneInfo(clinic.zone))
    counted, counted_to = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(Spending.millicents), 0), sa.func.max(Spending.counted_to)
        ).where(Spending.clinic_id == clinic.id, Spending.month == month)
    ).one()
    since = counted_to or starts(month, ZoneInfo(clinic.zone))
    segments = session.scalar(
        sa.select(sa.func.sum(segments_of_row())).where(
            Message.clinic_id == clinic.id, Message.due_at >= since
        )
    )
    return int(counted) + int(segments or 0) * clinic.thousand_texts_cents


def count_spending(session: Session, clinic: Clinic, now: datetime) -> None:
    """Count the days that are over; a month that is over is counted once and stays."""
    zone = ZoneInfo(clinic.zone)
    today = starts(now.astimezone(zone).date(), zone)
    month = month_of(now, zone)
    for _ in range(MONTHS_BACK):
        ends = min(today, starts(month_after(month), zone))
        if not _is_counted(session, clinic, month, ends):
            _count_month(session, clinic, month, (starts(month, zone), ends))
        month = month_of(starts(month, zone) - timedelta(days=1), zone)


def segments_of_row() -> sa.ColumnElement[int]:
    """What a message row costs in segments; a provider that does not say counts as one."""
    return sa.case(
        (Message.medium != Medium.TEXT, 0),
        (Message.segments > 0, Message.segments),
        (Message.state.in_(_COSTING), 1),
        else_=0,
    )


def month_of(moment: datetime, zone: ZoneInfo) -> date:
    """The first day of the month that a wall calendar shows."""
    return moment.astimezone(zone).date().replace(day=1)


def month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def starts(day: date, zone: ZoneInfo) -> datetime:
    """The local midnight that a date begins with."""
    return datetime.combine(day, time(0), zone)


def _is_counted(session: Session, clinic: Clinic, month: date, ends: datetime) -> bool:
    counted_to = session.scalar(
        sa.select(sa.func.max(Spending.counted_to)).where(
            Spending.clinic_id == clinic.id, Spending.month == month
        )
    )
    return counted_to is not None and counted_to >= ends


def _count_month(
    session: Session, clinic: Clinic, month: date, span: tuple[datetime, datetime]
) -> None:
    rows = session.execute(
        sa.select(
            Message.kind,
            sa.func.sum(sa.case((Message.state.in_(LEFT), 1), else_=0)),
            sa.func.sum(segments_of_row()),
        )
        .where(Message.clinic_id == clinic.id, Message.due_at >= span[0], Message.due_at < span[1])
        .group_by(Message.kind)
    ).all()
    session.execute(
        sa.delete(Spending).where(Spending.clinic_id == clinic.id, Spending.month == month)
    )
    counted = [
        {
            "clinic_id": clinic.id,
            "month": month,
            "kind": kind,
            "messages": int(messages),
            "segments": int(segments),
            "millicents": int(segments) * clinic.thousand_texts_cents,
            "counted_to": span[1],
        }
        for kind, messages, segments in rows
    ]
    insert_once(session, Spending, counted)
