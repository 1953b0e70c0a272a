"""What is too old to be kept, and is it gone?

Words go, figures stay: an old text becomes a row without its words, so that no count changes. What
is still open is never touched, nor what a legal hold keeps. The ledger of consents, the blocks and
the audit trail are not cleared out at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.config import Settings
from reminders.store.audit import audit
from reminders.store.conversation import Attempt, Fate, Link, Message, Receipt, Reply, State, Try
from reminders.store.db import Sessions, reading, transaction
from reminders.store.people import Clinic, Patient
from reminders.store.record import Alert

BATCH: Final = 500
Where = sa.ColumnElement[bool]


class Stock(StrEnum):
    """What is cleared out, each by an age of its own."""

    STRANGERS = "strangers"  # what came from numbers that are no patient's
    REPLIES = "replies"
    MESSAGES = "messages"
    LINKS = "links"
    RECEIPTS = "receipts"


@dataclass(frozen=True)
class Cleared:
    """How many rows of one clinic lost their words, or went."""

    clinic_id: int
    stock: Stock
    rows: int


@dataclass(frozen=True)
class Periods:
    """For how many days each is kept."""

    words: int
    strangers: int
    links: int
    receipts: int

    @classmethod
    def usual(cls, settings: Settings) -> "Periods":
        """Those of the installation."""
        return cls(
            settings.keep_words_days,
            settings.keep_strangers_days,
            settings.keep_links_days,
            settings.keep_receipts_days,
        )

    @classmethod
    def of(cls, clinic: Clinic, settings: Settings) -> "Periods":
        """A clinic's own where it has chosen, else those of the installation."""
        usual = cls.usual(settings)
        return replace(
            usual,
            words=clinic.keep_words_days or usual.words,
            strangers=clinic.keep_strangers_days or usual.strangers,
        )


@dataclass(frozen=True)
class _Old:
    """Which rows of a stock are too old, and what is written into them; nothing: they go."""

    row: Any  # a mapped class with an id and a clinic_id
    where: Where
    blank: Mapping[str, Any] | None = None


def too_old(sessions: Sessions, settings: Settings, now: datetime) -> tuple[Cleared, ...]:
    """Count what would be cleared out, and touch nothing."""
    with reading(sessions) as session:
        clinics = session.scalars(sa.select(Clinic).order_by(Clinic.id)).all()
        periods = {clinic.id: Periods.of(clinic, settings) for clinic in clinics}
        return tuple(
            one
            for clinic_id, kept in periods.items()
            for one in too_old_in(session, clinic_id, kept, now)
        )


def too_old_in(
    session: Session, clinic_id: int, periods: Periods, now: datetime
) -> tuple[Cleared, ...]:
    """Count what would be cleared out of one clinic if it kept things for so long."""
    return tuple(_counted(session, clinic_id, periods, now))


def clear_out(sessions: Sessions, settings: Settings, now: datetime) -> tuple[Cleared, ...]:
    """Clear out what is too old, a few rows a time, and note how many it were."""
    found = too_old(sessions, settings, now)
    return tuple(_clear(sessions, settings, one, now) for one in found)


def _counted(
    session: Session, clinic_id: int, periods: Periods, now: datetime
) -> Iterator[Cleared]:
    for stock, old in _stocks(periods, now).items():
        ours = sa.select(sa.func.count()).where(old.where, old.row.clinic_id == clinic_id)
        if rows := session.scalar(ours):
            yield Cleared(clinic_id, stock, rows)


def _clear(sessions: Sessions, settings: Settings, one: Cleared, now: datetime) -> Cleared:
    with reading(sessions) as session:
        periods = Periods.of(session.get_one(Clinic, one.clinic_id), settings)
    old = _stocks(periods, now)[one.stock]
    some = sa.select(old.row.id).where(old.where, old.row.clinic_id == one.clinic_id).limit(BATCH)
    cleared = 0
    while True:
        with transaction(sessions) as session:
            ids = session.scalars(some).all()
            if not ids:
                _note(session, one, cleared, now)
                return Cleared(one.clinic_id, one.stock, cleared)
            _empty(session, old, ids)
        cleared += len(ids)


def _empty(session: Session, old: _Old, ids: Any) -> None:
    """Judged again row by row: what has been opened since is not touched."""
    which = (old.row.id.in_(ids), old.where)
    changing: sa.Update | sa.Delete
    if old.blank is not None:
        changing = sa.update(old.row).where(*which).values(old.blank)
    else:
        if old.row is Link:
            _let_go(session, ids)
        changing = sa.delete(old.row).where(*which)
    session.execute(changing.execution_options(synchronize_session=False))


def _let_go(session: Session, link_ids: Any) -> None:
    """What a link carried or brought stays, without the link."""
    for row in (Message, Reply):
        session.execute(
            sa.update(row)
            .where(row.link_id.in_(link_ids))
            .values(link_id=None)
            .execution_options(synchronize_session=False)
        )


def _note(session: Session, one: Cleared, rows: int, now: datetime) -> None:
    if rows:
        action, subject = f"retention.{one.stock}", f"rows:{rows}"
        audit(session, one.clinic_id, actor="service", action=action, subject=subject, now=now)


def _stocks(periods: Periods, now: datetime) -> Mapping[Stock, _Old]:
    words = now - timedelta(days=periods.words)
    strangers = now - timedelta(days=periods.strangers)
    links = now - timedelta(days=periods.links)
    receipts = now - timedelta(days=periods.receipts)
    emptied = {"sender": "", "sender_index": b"", "text": "", "form": None, "why": None}
    return {
        Stock.STRANGERS: _Old(
            Reply, sa.and_(Reply.patient_id.is_(None), _read(strangers), ~_from_held()), emptied
        ),
        Stock.REPLIES: _Old(
            Reply, sa.and_(Reply.patient_id.is_not(None), _read(words), ~_held(Reply)), emptied
        ),
        Stock.MESSAGES: _Old(
            Message,
            _ended(words),
            {"address": None, "address_index": None, "filling": None, "text": None},
        ),
        Stock.LINKS: _Old(Link, sa.and_(Link.expires_at < links, ~_held(Link), ~_link_in_use())),
        Stock.RECEIPTS: _Old(
            Receipt,
            sa.and_(
                Receipt.received_at < receipts, Receipt.applied_at.is_not(None), ~_held_receipt()
            ),
        ),
    }


def _read(before: datetime) -> Where:
    """Replies that were read, answered for and still hold words."""
    open_alert = sa.exists().where(Alert.reply_id == Reply.id, Alert.resolved_at.is_(None))
    for_a_person = sa.and_(Reply.fate == Fate.FOR_A_PERSON, Reply.handled_at.is_(None))
    return sa.and_(
        Reply.received_at < before,
        Reply.read_at.is_not(None),
        Reply.sender_index != b"",
        sa.or_(Reply.fate.is_(None), ~for_a_person),
        ~open_alert,
    )


def _ended(before: datetime) -> Where:
    """Messages at their end, settled, that still hold words."""
    in_doubt = sa.exists().where(
        Attempt.message_id == Message.id, Attempt.state.in_((Try.STARTED, Try.UNKNOWN))
    )
    open_alert = sa.exists().where(Alert.id == Message.alert_id, Alert.resolved_at.is_(None))
    worded = sa.or_(
        Message.text.is_not(None), Message.filling.is_not(None), Message.address.is_not(None)
    )
    return sa.and_(
        Message.due_at < before,
        Message.state.not_in((State.DUE, State.CLAIMED)),
        worded,
        ~in_doubt,
        ~open_alert,
        ~_held_message(),
    )


def _link_in_use() -> Where:
    waiting = sa.exists().where(
        Message.link_id == Link.id, Message.state.in_((State.DUE, State.CLAIMED))
    )
    unread = sa.exists().where(Reply.link_id == Link.id, Reply.read_at.is_(None))
    return sa.or_(waiting, unread)


_ON_HOLD: Final = sa.select(Patient.id).where(Patient.legal_hold_at.is_not(None))


def _held(row: Any) -> Where:
    """Whether it is about somebody whose record must be kept; about nobody is not."""
    return sa.and_(row.patient_id.is_not(None), row.patient_id.in_(_ON_HOLD))


def _from_held() -> Where:
    """Whether it came from an address of somebody whose record must be kept."""
    return sa.exists().where(
        Patient.legal_hold_at.is_not(None),
        Patient.clinic_id == Reply.clinic_id,
        sa.or_(
            Patient.phone_index == Reply.sender_index,
            Patient.email_index == Reply.sender_index,
            Patient.carer_phone_index == Reply.sender_index,
        ),
    )


def _held_message() -> Where:
    """To them, to their carer, or to staff about them."""
    carers = sa.select("c" + sa.cast(Patient.id, sa.String)).where(
        Patient.legal_hold_at.is_not(None)
    )
    about_them = sa.exists().where(Alert.id == Message.alert_id, _held(Alert))
    return sa.or_(_held(Message), Message.recipient.in_(carers), about_them)


def _held_receipt() -> Where:
    return sa.exists().where(
        Attempt.id == Receipt.attempt_id, Message.id == Attempt.message_id, _held_message()
    )
