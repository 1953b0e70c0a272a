"""What was said between a patient and us, and what became of it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.store.accounts import Staff
from reminders.store.conversation import Attempt, Door, Fate, Message, Reply, State, Try
from reminders.store.people import Medium
from reminders.store.queries.asked import LIMIT, PATIENT
from reminders.store.record import Call


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter of ours in the conversation."""

    id: int
    at: datetime
    kind: Kind
    medium: Medium
    text: str
    state: State
    reason: str
    code: str  # the provider's own, of the last try
    author: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One reply in the conversation."""

    id: int
    at: datetime
    door: Door
    text: str
    form: str | None
    media: int
    intent: str
    why: str | None
    fate: Fate | None
    handled_at: datetime | None


_UNSAID = (State.WITHDRAWN, State.CLAIMED)


def sent(session: Session, patient_id: int, limit: int) -> list[Sent]:
    """The last letters to a patient and their carer; what was taken back was never said."""
    asked = {"patient": patient_id, "carer": f"c{patient_id}", "limit": limit}
    rows = session.execute(_sent(), asked)
    return [
        Sent(row, at, kind, medium, text or "", state, reason, code or "", author or "")
        for row, at, kind, medium, text, state, reason, code, author in rows
    ]


@cache
def _sent() -> sa.Select[*tuple[Any, ...]]:
    code = (
        sa.select(Attempt.code)
        .where(Attempt.message_id == Message.id, Attempt.state != Try.STARTED)
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    return (
        sa.select(
            Message.id,
            sa.func.coalesce(Message.ended_at, Message.ready_at, type_=Message.ready_at.type),
            Message.kind,
            Message.medium,
            Message.text,
            Message.state,
            Message.reason,
            code.scalar_subquery(),
            Staff.name,
        )
        .outerjoin(Staff, Staff.id == Message.staff_id)
        .where(
            sa.or_(Message.patient_id == PATIENT, Message.recipient == sa.bindparam("carer")),
            Message.kind != Kind.STAFF,
            Message.state.not_in(_UNSAID),
        )
        .order_by(Message.due_at.desc(), Message.id.desc())
        .limit(LIMIT)
    )


@dataclass(frozen=True, slots=True)
class Rung:
    """One call in the conversation, of ours or from their phone; its note is for staff."""

    at: datetime
    reached: bool
    left_word: bool
    note: str
    author: str  # of nobody: their phone rang us

    @property
    def incoming(self) -> bool:
        return not self.author


def spoken(session: Session, patient_id: int, limit: int) -> tuple[list[Heard], list[Rung]]:
    """The last replies of a patient and the last calls, newest first, in one read."""
    rows = session.execute(_spoken(), {"patient": patient_id, "limit": limit}).all()
    return (
        [Heard(*row[: len(_HEARD)]) for row in rows if row[0] is not None],
        [_rung(row[len(_HEARD) :]) for row in rows if row[0] is None],
    )


@cache
def _spoken() -> sa.CompoundSelect[*tuple[Any, ...]]:
    replies = sa.select(*_HEARD, *map(_absent, _RUNG)).where(Reply.patient_id == PATIENT)
    calls = (
        sa.select(*map(_absent, _HEARD), *_RUNG)
        .outerjoin(Staff, Staff.id == Call.by_id)
        .where(Call.patient_id == PATIENT)
    )
    newest = (
        replies.order_by(Reply.received_at.desc(), Reply.id.desc()).limit(LIMIT).subquery(),
        calls.order_by(Call.at.desc(), Call.id.desc()).limit(LIMIT).subquery(),
    )
    return sa.union_all(*(sa.select(one) for one in newest))


_HEARD: Final = (
    Reply.id,
    Reply.received_at,
    Reply.door,
    Reply.text,
    Reply.form,
    Reply.media,
    Reply.intent,
    Reply.why,
    Reply.fate,
    Reply.handled_at,
)
_RUNG: Final = (
    Call.at.label("rung_at"),
    Call.reached,
    Call.left_word,
    Call.note,
    Staff.name.label("rung_by"),
)


def _absent(column: Any) -> Any:
    """Nothing, of a column's own type: what one side of a union does not have."""
    return sa.cast(sa.null(), column.type).label(column.name)


def _rung(told: Sequence[Any]) -> Rung:
    at, reached, left_word, note, author = told
    return Rung(at, reached, left_word, note or "", author or "")
