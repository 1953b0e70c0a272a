"""Who needs me, and why?"""

from reminders.web.desk.today.pages import release, today

__all__ = ["release", "today"]
