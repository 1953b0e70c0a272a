"""The doors: provider, patient, staff. Each asks who is there before it opens."""
