"""Which answers wait in the mailbox?"""

from datetime import datetime

import structlog
from sqlalchemy.exc import OperationalError

from reminders.channels import Refused, Unknown, mail
from reminders.channels.imap import ImapBox, OpenBox, RawMail
from reminders.core.wording import MARKERS
from reminders.inbox.reading import read
from reminders.inbox.receiving import receive_mail
from reminders.outbox import Post
from reminders.store.db import transaction

log = structlog.get_logger(__name__)


def collect(post: Post, box: ImapBox, now: datetime) -> int:
    """Take in what waits in the mailbox, as the mail hook would; returns how many were ours.

    1. Store the mail and commit. It is known by its Message-ID: a repeat changes nothing.
    2. Read it. What a crash or a fault leaves unread, the clock's sweep reads.
    3. Move it away. A crash before that leaves it to be taken again.
    """
    taken = 0
    try:
        with box.open() as opened:
            for waiting in opened.waiting():
                taken += _take(post, opened, waiting, now)
    except (Refused, Unknown) as fault:
        log.warning("mailbox_cut", code=fault.code)
    return taken


def _take(post: Post, opened: OpenBox, waiting: RawMail, now: datetime) -> bool:
    """Take one mail in; one that is nobody's stays for a person, for the box may be shared."""
    try:
        ours = _receive(post, waiting, now)
    except OperationalError:
        raise  # the database is away: the others would fare no better
    except Exception:
        # It waits for the next round; those behind it must not.
        log.exception("mail_not_stored", mail=waiting.key)
        return False
    if ours:
        opened.put_away(waiting)
    else:
        opened.set_aside(waiting)
    return ours


def _receive(post: Post, waiting: RawMail, now: datetime) -> bool:
    written = mail.read(waiting.raw, MARKERS)
    with transaction(post.sessions) as session:
        # Counted from when it came, which an outage of ours may have made long ago.
        reply_id = receive_mail(session, written, min(waiting.at or now, now))
    if reply_id is not None:
        _read(post, reply_id, now)
    return reply_id is not None or written.bounce is not None


def _read(post: Post, reply_id: int, now: datetime) -> None:
    try:
        read(post.sessions, post.settings, reply_id, now)
    except Exception:
        # It is stored, and with a person or the sweep; the mail has done its part.
        log.exception("reply_unreadable", reply=reply_id)
