"""How are many results written down at once, and each as carefully as one alone?"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from reminders.channels import Accepted
from reminders.outbox.claiming import Claimed
from reminders.outbox.settling import Result, settle
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.moving import move_all, move_each_attempt
from reminders.store.spelling import spelt_out
from reminders.store.statements import among, run

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Landed:
    """A letter on whose way the last word is spoken."""

    claimed: Claimed
    result: Result


def settle_all(session: Session, landed: Sequence[Landed], now: datetime) -> None:
    """Settle those that were simply taken together, and every other by itself."""
    plain = _plain(session, landed) if landed else {}
    _accept(session, plain, now)
    for one in landed:
        if one.claimed.attempt_id not in plain:
            _settle_alone(session, one, now)


# Which of these attempts are still in our hand. The message's lock guards its attempts, here as
# everywhere.
_IN_HAND = spelt_out(
    sa.select(Attempt.id)
    .join(Message, Message.id == Attempt.message_id)
    .where(
        among(Attempt.id, "attempts"),
        Attempt.state == Try.STARTED,
        Message.state == State.CLAIMED,
    )
    .order_by(Message.id)
    .with_for_update(of=Message, key_share=True)
)
# Not asked together with it: either way to the rows has an index, both at once have none.
_USED = sa.select(Attempt.provider_id).where(among(Attempt.provider_id, "names"))


def _plain(session: Session, landed: Sequence[Landed]) -> dict[int, tuple[Landed, Accepted]]:
    """Those taken under a name of their own, about which nobody has heard anything else yet."""
    accepted = {
        one.claimed.attempt_id: (one, one.result)
        for one in landed
        if isinstance(one.result, Accepted)
    }
    names = Counter(result.provider_id for _, result in accepted.values())
    in_hand = set(run(session, _IN_HAND, attempts=accepted).scalars())
    used = set(run(session, _USED, names=names).scalars())
    return {
        attempt_id: (one, result)
        for attempt_id, (one, result) in accepted.items()
        if attempt_id in in_hand
        and result.provider_id not in used
        and names[result.provider_id] == 1
    }


def _accept(session: Session, plain: dict[int, tuple[Landed, Accepted]], now: datetime) -> None:
    rows = [
        {"id": attempt_id, "ended_at": now, "provider_id": result.provider_id}
        for attempt_id, (_, result) in plain.items()
    ]
    assert move_each_attempt(session, Try.ACCEPTED, rows), "a locked attempt was moved by another"
    by_segments: defaultdict[int, list[int]] = defaultdict(list)
    for one, result in plain.values():
        by_segments[result.segments].append(one.claimed.message_id)
    sent = {"ended_at": now, "lease_until": None, "reason": ""}
    for segments, message_ids in by_segments.items():
        move_all(session, message_ids, State.SENT, segments=segments, **sent)


def _settle_alone(session: Session, one: Landed, now: datetime) -> None:
    try:
        with session.begin_nested():
            settle(session, one.claimed.message_id, one.claimed.attempt_id, one.result, now)
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the letter's
    except Exception:
        # Its neighbours are settled all the same; for this one the look-up decides.
        log.exception("not_settled", message=one.claimed.message_id)
