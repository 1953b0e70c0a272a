"""What must a clinic say and try before it can begin, and where does an admin do it?"""

from reminders.web.desk.set_up import (
    checklist,
    details,
    hours,
    locations,
    safety,
    senders,
    sending,
)

__all__ = ["checklist", "details", "hours", "locations", "safety", "senders", "sending"]
