"""Which sittings does each message speak of, and which of them are reported already?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.outbox.waiting import Waiting
from reminders.store.record import LogEntry, Occurrence
from reminders.store.statements import among, read


@dataclass(frozen=True)
class Sitting:
    """A sitting that a message speaks of, and whether an outcome is known of it."""

    id: int
    reported: bool


def sittings_of(session: Session, waiting: Iterable[Waiting]) -> Mapping[int, Sequence[Sitting]]:
    """The sittings planned with each message, or the one it was made about and its like."""
    waiting = list(waiting)
    found: defaultdict[int, list[Sitting]] = defaultdict(list)
    for message_id, row, reported in read(session, _PLANNED, messages=[one.id for one in waiting]):
        found[message_id].append(Sitting(row, reported))
    about = {one.occurrence_id for one in waiting if one.occurrence_id is not None}
    shared = _sharing(session, about) if about else {}
    for one in waiting:
        found[one.id] += shared.get(one.occurrence_id or 0, ())
    return found


_is_reported = sa.exists().where(
    LogEntry.occurrence_id == Occurrence.id,
    LogEntry.superseded_at.is_(None),
    LogEntry.outcome.is_not(None),
)
_PLANNED = sa.select(Occurrence.message_id, Occurrence.id, _is_reported).where(
    among(Occurrence.message_id, "messages")
)
_first = aliased(Occurrence)
_SHARING = (
    sa.select(_first.id, Occurrence.id, _is_reported)
    .join_from(
        _first,
        Occurrence,
        sa.or_(Occurrence.id == _first.id, Occurrence.message_id == _first.message_id),
    )
    .where(among(_first.id, "sittings"))
)


def _sharing(session: Session, about: Collection[int]) -> Mapping[int, Sequence[Sitting]]:
    """These sittings, each with those that shared its reminder: who is asked again, of all."""
    found: defaultdict[int, list[Sitting]] = defaultdict(list)
    for one, row, reported in read(session, _SHARING, sittings=about):
        found[one].append(Sitting(row, reported))
    return found
