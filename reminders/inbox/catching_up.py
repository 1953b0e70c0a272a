"""Which texts came in while we were not listening?"""

from datetime import datetime

import structlog

from reminders.channels import Refused, Unknown
from reminders.inbox.reading import read
from reminders.inbox.receiving import receive_text
from reminders.outbox import Post
from reminders.store.db import transaction

LONGEST_LIST = 1000
log = structlog.get_logger(__name__)


def catch_up(post: Post, since: datetime, now: datetime) -> int:
    """Take in what the provider lists since then; what is known already changes nothing."""
    taken = 0
    try:
        listed = list(post.texts.incoming(since, LONGEST_LIST))
    except (Refused, Unknown):
        log.warning("incoming_list_failed")
        return 0
    for incoming in listed:
        with transaction(post.sessions) as session:
            reply_id = receive_text(session, incoming, min(incoming.at or now, now))
        if reply_id is not None:
            taken += 1
            read(post.sessions, post.settings, reply_id, now)
    return taken
