"""What needs a person, and what is too old? Of patients, and of the service itself."""

from reminders.watch.budgets import count_costs
from reminders.watch.delivery import compare_with_plan
from reminders.watch.digests import send_digests
from reminders.watch.downtime import FirstLook, mind_the_time, release_asked, restored
from reminders.watch.patients import escalate, review, review_all

__all__ = [
    "FirstLook",
    "compare_with_plan",
    "count_costs",
    "escalate",
    "mind_the_time",
    "release_asked",
    "restored",
    "review",
    "review_all",
    "send_digests",
]
