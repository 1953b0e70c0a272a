"""The whole life of a reply, whichever door it came by: receive, read, log, answer.

A reply is stored and committed before anybody thinks about it; it is read in a second transaction
that can be repeated, so that a crash in between loses nothing and logs nothing twice.
"""

from reminders.inbox.calling import PutThrough, receive_call, took_call
from reminders.inbox.later import later_moment, remind_later
from reminders.inbox.reading import read, read_waiting
from reminders.inbox.receiving import (
    PageForm,
    receive_mail,
    receive_page,
    receive_text,
)

__all__ = [
    "PageForm",
    "PutThrough",
    "later_moment",
    "read",
    "read_waiting",
    "receive_call",
    "receive_mail",
    "receive_page",
    "receive_text",
    "remind_later",
    "took_call",
]
