"""Which words are for the therapist?"""

from reminders.core.triage import AlertKind, Urgency
from reminders.inbox.case import Case
from reminders.store.conversation import Fate
from reminders.store.people import Patient
from reminders.store.record import Alert, open_alert


def pass_on(case: Case, patient: Patient) -> None:
    """Put the text before the therapist; a further one joins the alert that stands."""
    case.reply.fate = Fate.FOR_A_PERSON
    standing = open_alert(case.session, patient.id, AlertKind.MESSAGE)
    if standing is not None:
        standing.evidence, standing.reply_id = case.reply.text, case.reply.id
        return
    case.session.add(
        Alert(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            reply_id=case.reply.id,
            kind=AlertKind.MESSAGE,
            urgency=Urgency.TODAY.rank,
            sentence="Wrote a message that waits for an answer.",
            evidence=case.reply.text,
            owner_id=patient.therapist_id,
            opened_at=case.now,
        )
    )
    case.session.flush()
