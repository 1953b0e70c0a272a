"""Which words are for a person?"""

from reminders.core.triage import AlertKind, Urgency
from reminders.inbox.case import Case
from reminders.inbox.people import Person
from reminders.store.caseload import owner_of
from reminders.store.conversation import Fate
from reminders.store.people import Clinic
from reminders.store.record import Alert, open_alert

SENTENCES = {
    AlertKind.MESSAGE: "Wrote a message that waits for an answer.",
    AlertKind.UNCLEAR: "Wrote something that could not be read by rule.",
}
STRANGER = "A number that we do not know wrote to the clinic."


def pass_on(case: Case, patient: Person, kind: AlertKind = AlertKind.MESSAGE) -> None:
    """Put the text before the therapist; a further one joins the alert that stands."""
    case.made.fate = Fate.FOR_A_PERSON
    standing = open_alert(case.session, patient.id, kind)
    if standing is not None:
        standing.evidence, standing.reply_id = case.reply.text, case.reply.id
        return
    _open(case, kind, SENTENCES[kind], patient)


def pass_on_strange(case: Case) -> None:
    """Put the text of an unknown number before whoever looks at the clinic's list."""
    case.made.fate = Fate.FOR_A_PERSON
    _open(case, AlertKind.UNCLEAR, STRANGER, None)


def _open(case: Case, kind: AlertKind, sentence: str, patient: Person | None) -> None:
    clinic = case.session.get_one(Clinic, case.clinic_id)
    therapist_id = patient.therapist_id if patient is not None else None
    case.session.add(
        Alert(
            clinic_id=case.clinic_id,
            patient_id=patient.id if patient is not None else None,
            reply_id=case.reply.id,
            kind=kind,
            urgency=Urgency.TODAY.rank,
            sentence=sentence,
            evidence=case.reply.text,
            owner_id=owner_of(case.session, clinic, therapist_id, case.now),
            opened_at=case.now,
        )
    )
    case.session.flush()
