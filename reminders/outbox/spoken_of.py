"""Which sittings does each message speak of, and which of them are reported already?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.outbox.waiting import Waiting
from reminders.store.record import LogEntry, Occurrence


@dataclass(frozen=True)
class Sitting:
    """A sitting that a message speaks of, and whether an outcome is known of it."""

    id: int
    reported: bool


def sittings_of(session: Session, waiting: Iterable[Waiting]) -> Mapping[int, Sequence[Sitting]]:
    """The sittings planned with each message, or the one it was made about and its like."""
    waiting = list(waiting)
    rows = session.execute(
        sa.select(Occurrence.message_id, Occurrence.id, _is_reported()).where(
            Occurrence.message_id.in_([one.id for one in waiting])
        )
    )
    found: defaultdict[int, list[Sitting]] = defaultdict(list)
    for message_id, row, reported in rows:
        if message_id is not None:
            found[message_id].append(Sitting(row, reported))
    about = {one.occurrence_id for one in waiting if one.occurrence_id is not None}
    shared = _sharing(session, about) if about else {}
    for one in waiting:
        found[one.id] += shared.get(one.occurrence_id or 0, ())
    return found


def _sharing(session: Session, about: Collection[int]) -> Mapping[int, Sequence[Sitting]]:
    """These sittings, each with those that shared its reminder: who is asked again, of all."""
    first = aliased(Occurrence)
    together = sa.or_(Occurrence.id == first.id, Occurrence.message_id == first.message_id)
    rows = session.execute(
        sa.select(first.id, Occurrence.id, _is_reported())
        .join_from(first, Occurrence, together)
        .where(first.id.in_(about))
    )
    found: defaultdict[int, list[Sitting]] = defaultdict(list)
    for one, row, reported in rows:
        found[one].append(Sitting(row, reported))
    return found


def _is_reported() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.superseded_at.is_(None),
        LogEntry.outcome.is_not(None),
    )
