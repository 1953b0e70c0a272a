"""What does this clinic say in its own words?"""

from reminders.web.desk.wordings import pages

__all__ = ["pages"]
