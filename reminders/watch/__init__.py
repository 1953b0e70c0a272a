"""What needs a person, and what is too old? Of patients, and of the service itself."""

from reminders.watch.budgets import count_costs
from reminders.watch.delivery import compare_with_plan
from reminders.watch.digests import send_digests
from reminders.watch.downtime import FirstLook, mind_the_time, release_asked, restored
from reminders.watch.erasing import NotNow, erase
from reminders.watch.numbers import doubt_numbers, no_more_doubt, trust, trust_numbers
from reminders.watch.patients import escalate, review, review_all
from reminders.watch.retention import clear_out, too_old, too_old_in

__all__ = [
    "FirstLook",
    "NotNow",
    "clear_out",
    "compare_with_plan",
    "count_costs",
    "doubt_numbers",
    "erase",
    "escalate",
    "mind_the_time",
    "no_more_doubt",
    "release_asked",
    "restored",
    "review",
    "review_all",
    "send_digests",
    "too_old",
    "too_old_in",
    "trust",
    "trust_numbers",
]
