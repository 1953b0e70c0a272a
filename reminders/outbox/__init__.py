"""The whole life of an outgoing message: plan, claim, send, settle.

A message is a row before anything happens to it; an attempt is a row before the network is
touched; and an attempt whose fate is unknown is settled by asking the provider.
"""

from reminders.outbox.chasing import chase_receipts
from reminders.outbox.looking_up import settle_unknown
from reminders.outbox.planning import (
    plan,
    repause,
    replan,
    send_by,
    withdraw_from_carer,
    withdraw_unsent,
)
from reminders.outbox.post import Post
from reminders.outbox.readdressing import leave_address
from reminders.outbox.receipts import apply_receipts, keep_receipt, receive_receipt
from reminders.outbox.sending import send_due, send_on, send_one, send_these
from reminders.outbox.stopping import Refusal, stop_writing
from reminders.outbox.waiting import next_ready

__all__ = [
    "Post",
    "Refusal",
    "apply_receipts",
    "chase_receipts",
    "keep_receipt",
    "leave_address",
    "next_ready",
    "plan",
    "receive_receipt",
    "repause",
    "replan",
    "send_by",
    "send_due",
    "send_on",
    "send_one",
    "send_these",
    "settle_unknown",
    "stop_writing",
    "withdraw_from_carer",
    "withdraw_unsent",
]
