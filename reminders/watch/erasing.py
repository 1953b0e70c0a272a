"""How is a patient forgotten, as far as the law lets us?

What happened stays, without whose it was: the sessions, figures and dates. What names somebody or
was written by or to them is taken out of every row. What keeps others from harm stays as well: the
ledger of consents and the blocks, by an index that nobody can read back, and the audit trail, which
holds ids alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.core.gate import Kind, Reason
from reminders.store.about import Where, about
from reminders.store.conversation import MOVES, Attempt, Link, Message, Reply, State, Try
from reminders.store.db import Base
from reminders.store.keyring import Blind, Encrypted
from reminders.store.people import Consent, Patient, Suppression
from reminders.store.record import Alert

NAME: Final = ("Erased", "patient")
# Proof that there was a yes, and that there is a no: kept by the index alone.
_KEPT: Final[frozenset[type[Base]]] = frozenset({Consent, Suppression})


class NotNow(Exception):
    """Why a patient cannot be erased at this moment, in words for whoever asked."""


def erase(session: Session, patient: Patient, now: datetime) -> None:
    """Take out of every row who this patient was; nothing of it comes back. Raises NotNow."""
    if patient.legal_hold_at is not None:
        raise NotNow("This record is under a legal hold. Release the hold first.")
    patient.discharge()
    _take_back(session, patient, now)
    rows = about(patient)
    if _is_on_its_way(session, rows):
        raise NotNow("A message is on its way just now, or is being read. Try again in a minute.")
    session.execute(sa.update(Link).where(rows[Link]).values(revoked_at=now))
    _close_alerts(session, rows[Alert], now)
    patient.carer_consent_at, patient.carer_may_report = None, False
    patient.erased_at = now
    session.flush()
    # Backwards: what finds the other rows goes last.
    for row in reversed(list(rows)):
        if row not in _KEPT:
            _blank(session, row, rows[row])
    session.expire_all()
    patient.first_name, patient.last_name = NAME


def _take_back(session: Session, patient: Patient, now: datetime) -> None:
    """Nothing that has not left yet leaves any more."""
    outbox.replan(session, patient, now)
    outbox.withdraw_unsent(session, patient.id, Reason.INACTIVE, tuple(Kind))
    session.execute(
        sa.update(Message)
        .where(about(patient)[Message], Message.state.in_(MOVES[State.WITHDRAWN]))
        .values(state=State.WITHDRAWN, reason=Reason.INACTIVE)
        .execution_options(synchronize_session=False)
    )


def _is_on_its_way(session: Session, rows: Mapping[type[Base], Where]) -> bool:
    claimed = sa.select(Message.id).where(rows[Message], Message.state == State.CLAIMED)
    in_doubt = sa.select(Attempt.id).where(
        rows[Attempt], Attempt.state.in_((Try.STARTED, Try.UNKNOWN))
    )
    unread = sa.select(Reply.id).where(rows[Reply], Reply.read_at.is_(None))
    return any(session.scalar(one.limit(1)) is not None for one in (claimed, in_doubt, unread))


def _close_alerts(session: Session, where: Where, now: datetime) -> None:
    for alert in session.scalars(sa.select(Alert).where(where, Alert.resolved_at.is_(None))):
        alert.resolve(None, now)


def _blank(session: Session, row: type[Base], where: Where) -> None:
    """Empty what names somebody, and what was written."""
    values: dict[str, object] = {}
    for column in sa.inspect(row).columns:
        if isinstance(column.type, Encrypted):
            values[column.name] = None if column.nullable else ""
        elif isinstance(column.type, Blind):
            values[column.name] = None if column.nullable else b""
    if values:
        session.execute(
            sa.update(row).where(where).values(values).execution_options(synchronize_session=False)
        )
