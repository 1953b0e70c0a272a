"""What did the service put before a person?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.sandbox.views.heard import answered
from reminders.sandbox.views.news import Desk, Item
from reminders.store.accounts import Staff
from reminders.store.conversation import Message
from reminders.store.record import Alert

# A message stands with the reply that brought it.
_WITH_THE_REPLY = (AlertKind.MESSAGE, AlertKind.UNCLEAR)
_IN_A_WORD = {
    AlertKind.PAIN_UP: "pain up",
    AlertKind.UNSETTLED: "not settled",
    AlertKind.SILENT: "silent",
    AlertKind.NOT_DELIVERED: "not delivered",
    AlertKind.NOT_BETTER: "not better",
    AlertKind.UNDER_HALF: "under half",
    AlertKind.DOING_WELL: "doing well",
    AlertKind.HOLD: "on hold",
}


def alerts(desk: Desk) -> Iterator[Item]:
    """The alerts of late: a safety alert alone, the others as one review found them."""
    rows = desk.session.scalars(
        sa.select(Alert)
        .where(
            Alert.clinic_id == desk.clinic_id,
            Alert.opened_at > desk.since,
            Alert.opened_at <= desk.now,
            Alert.kind.not_in(_WITH_THE_REPLY),
            sa.or_(Alert.resolved_at.is_(None), Alert.kind == AlertKind.SAFETY),
        )
        .order_by(Alert.urgency, Alert.id)
    ).all()
    reviewed: dict[datetime, list[Alert]] = defaultdict(list)
    for alert in rows:
        if alert.kind is AlertKind.SAFETY:
            yield _safety(desk, alert)
        else:
            reviewed[alert.opened_at].append(alert)
    for at, found in reviewed.items():
        yield _found(desk, at, found)


def _safety(desk: Desk, alert: Alert) -> Item:
    """What was written, what was answered, and who was told."""
    messages = desk.session.scalars(
        sa.select(Message).where(
            sa.or_(
                sa.and_(Message.reply_id == alert.reply_id, Message.kind == Kind.SAFETY),
                Message.alert_id == alert.id,
            )
        )
    ).all()
    answers = [message for message in messages if message.kind is Kind.SAFETY]
    told = sorted({message.staff_id for message in messages if message.staff_id is not None})
    parts = (
        f"“{alert.evidence}”.",
        answered(answers, alert.opened_at, "Safety answer"),
        f"Told: {_names(desk, told)}." if told else "",
    )
    detail = " ".join(part for part in parts if part)
    return Item(alert.opened_at, desk.name(alert.patient_id), detail, alert=alert.kind)


def _names(desk: Desk, staff: Sequence[int]) -> str:
    people = desk.session.scalars(sa.select(Staff).where(Staff.id.in_(staff)).order_by(Staff.id))
    return ", ".join(person.name.split()[0] for person in people)


def _found(desk: Desk, at: datetime, found: Sequence[Alert]) -> Item:
    if len(found) == 1:
        alert = found[0]
        return Item(at, desk.name(alert.patient_id), alert.sentence, alert=alert.kind)
    said = (f"{desk.name(alert.patient_id)} {_IN_A_WORD[alert.kind]}" for alert in found)
    return Item(at, f"{len(found)} people on Today", f"{', '.join(said)}.")
