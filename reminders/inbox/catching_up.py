"""Which texts came in while we were not listening?"""

from datetime import datetime

import sqlalchemy as sa
import structlog

from reminders.channels import Incoming, Refused, Unknown
from reminders.inbox.reading import read
from reminders.inbox.receiving import receive_text
from reminders.outbox import Post
from reminders.store.db import transaction
from reminders.store.people import Medium, Sender

LONGEST_LIST = 10_000
log = structlog.get_logger(__name__)


def catch_up(post: Post, since: datetime, now: datetime) -> bool:
    """Take in what the provider lists since then, which changes nothing where it is known already.

    False if it did not tell all of it: what it told is taken in, the rest must be asked for again.
    """
    told = [_catch_up(post, number, since, now) for number in _numbers(post)]
    return all(told)


def _catch_up(post: Post, number: str, since: datetime, now: datetime) -> bool:
    try:
        for incoming in post.texts.incoming(since, LONGEST_LIST, number):
            _take_in(post, incoming, now)
    except (Refused, Unknown) as fault:
        log.warning("incoming_list_cut", code=fault.code)
        return False
    return True


def _take_in(post: Post, incoming: Incoming, now: datetime) -> None:
    with transaction(post.sessions) as session:
        reply_id = receive_text(session, incoming, min(incoming.at or now, now))
    if reply_id is not None:
        read(post.sessions, post.settings, reply_id, now)


def _numbers(post: Post) -> list[str]:
    with post.sessions() as session:
        return list(session.scalars(sa.select(Sender.address).where(Sender.medium == Medium.TEXT)))
