"""What do staff see and do? Who needs a person, every patient, and the plan each one has."""

from reminders.web.desk import (
    alerts,
    care,
    clinic,
    log,
    new_patient,
    patient,
    patients,
    plan,
    today,
)
from reminders.web.desk.access import bp

__all__ = [
    "alerts",
    "bp",
    "care",
    "clinic",
    "log",
    "new_patient",
    "patient",
    "patients",
    "plan",
    "today",
]
