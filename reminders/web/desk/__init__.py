"""What do staff see and do? Who needs a person, every patient, and the plan each one has."""

from reminders.web.desk import alerts, clinic, new_patient, patient, patients, plan, today
from reminders.web.desk.access import bp

__all__ = ["alerts", "bp", "clinic", "new_patient", "patient", "patients", "plan", "today"]
