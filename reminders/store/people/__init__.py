"""Which clinic, which patient, and may we write to them?"""

from reminders.store.people.clinics import (
    SHORT_NAME,
    THOUSAND_TEXTS,
    Clinic,
    Location,
    Medium,
    Sender,
    new_key,
)
from reminders.store.people.consents import (
    Consent,
    ConsentStep,
    Source,
    Suppression,
    Why,
    consent_of,
    consents_of,
    suppress,
    suppressed,
    suppression,
    why_suppressed,
)
from reminders.store.people.patients import (
    Care,
    Patient,
    PatientPause,
)

__all__ = [
    "SHORT_NAME",
    "THOUSAND_TEXTS",
    "Care",
    "Clinic",
    "Consent",
    "ConsentStep",
    "Location",
    "Medium",
    "Patient",
    "PatientPause",
    "Sender",
    "Source",
    "Suppression",
    "Why",
    "consent_of",
    "consents_of",
    "new_key",
    "suppress",
    "suppressed",
    "suppression",
    "why_suppressed",
]
