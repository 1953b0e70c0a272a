"""Which patients does a clinic have, and how do they do: a page, lists to keep, a table to take?"""

from reminders.web.desk.patients import everyone, sheet, views

__all__ = ["everyone", "sheet", "views"]
