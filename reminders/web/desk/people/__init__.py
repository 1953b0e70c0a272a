"""Who works here? Inviting, roles, lost phones, leaving and coming back."""

from reminders.web.desk.people import away, inviting, leaving, one, pages

__all__ = ["away", "inviting", "leaving", "one", "pages"]
