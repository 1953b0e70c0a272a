"""What does a patient take home on paper: who writes to them, how to answer, whom to call?"""

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from reminders.store.people import Clinic, Medium, Patient
from reminders.store.queries.clinic import SenderRow, senders
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, note, own
from reminders.web.house import session
from reminders.web.qr import contact_card, qr_svg


@dataclass(frozen=True)
class Expected:
    """What our messages come from, and a card of it for the phone."""

    numbers: tuple[str, ...]
    mails: tuple[str, ...]
    card: Markup | None


@bp.get("/patients/<int:patient_id>/sheet")
def enrolment_sheet(patient_id: int) -> str:
    """Show one page to print, in the patient's language; nothing clinical stands on it."""
    patient = own(Patient, patient_id)
    note("patient.sheet", f"patient:{patient.id}")
    session().commit()
    return render_template(
        "desk/enrolment.html",
        place="patients",
        patient=patient,
        language=patient.language if patient.language in words.LANGUAGES else "en",
        clinic=clinic(),
        emergency=clinic().emergency_number or "911",
        crisis=clinic().crisis_number or "988",
        expected=_expected(patient, clinic()),
    )


def _expected(patient: Patient, of: Clinic) -> Expected:
    ours = senders(session(), of.id)
    numbers = _from(ours, Medium.TEXT) if patient.phone else []
    mails = _from(ours, Medium.EMAIL) if patient.email else []
    card = None
    if numbers or mails:
        content = contact_card(of.short_name, *(numbers[:1] or [""]), *mails[:1])
        card = qr_svg(content, f"{of.short_name}: {', '.join(numbers[:1] + mails[:1])}")
    return Expected(tuple(map(words.phone, numbers)), tuple(mails), card)


def _from(ours: tuple[SenderRow, ...], medium: Medium) -> list[str]:
    """The addresses that a person can recognise: a messaging service is none."""
    sign = "+" if medium is Medium.TEXT else "@"
    return [one.address for one in ours if one.medium is medium and sign in one.address]
