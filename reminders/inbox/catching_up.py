"""Which texts came in while we were not listening?"""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
import structlog

from reminders.channels import Incoming, Refused, Unknown
from reminders.inbox.reading import read
from reminders.inbox.receiving import receive_text
from reminders.outbox import Post
from reminders.store.db import transaction
from reminders.store.people import Medium, Sender

LONGEST_LIST = 1000
log = structlog.get_logger(__name__)


def catch_up(post: Post, since: datetime, now: datetime) -> int:
    """Take in what the provider lists since then; what is known already changes nothing."""
    taken = 0
    for number in _numbers(post):
        for incoming in _listed(post, number, since):
            with transaction(post.sessions) as session:
                reply_id = receive_text(session, incoming, min(incoming.at or now, now))
            if reply_id is not None:
                taken += 1
                read(post.sessions, post.settings, reply_id, now)
    return taken


def _numbers(post: Post) -> list[str]:
    with post.sessions() as session:
        return list(session.scalars(sa.select(Sender.address).where(Sender.medium == Medium.TEXT)))


def _listed(post: Post, number: str, since: datetime) -> Iterator[Incoming]:
    """Yield what was read also where the list breaks off: the next round reads the rest."""
    try:
        yield from post.texts.incoming(since, LONGEST_LIST, number)
    except (Refused, Unknown) as fault:
        log.warning("incoming_list_cut", code=fault.code)
