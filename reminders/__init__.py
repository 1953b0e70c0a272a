"""Home-exercise reminders for physical-therapy clinics, by text and email."""
