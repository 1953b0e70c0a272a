"""What happens when a text may speak of an emergency, a crisis or a death?

The fixed answer first and alone, the top alert, the people told at once; strong phrases also stop
reminders and close the page until staff clear it. No advice, no triage, no question.
"""

import json
from collections.abc import Sequence, Set
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind, Reason
from reminders.core.safety import Danger, Flag, Strength
from reminders.core.triage import AlertKind, Urgency
from reminders.core.wording import Key
from reminders.inbox.answering import say
from reminders.inbox.carers import call_carer
from reminders.inbox.case import Case, Heard
from reminders.outbox.planning import withdraw_unsent
from reminders.store.accounts import Role, Staff
from reminders.store.caseload import owner_of
from reminders.store.conversation import Message
from reminders.store.db import insert_once
from reminders.store.people import Clinic, Medium, Patient
from reminders.store.record import Alert, open_alert

ANSWERS = {
    Danger.EMERGENCY: Key.URGENT,
    Danger.CRISIS: Key.CRISIS,
    Danger.DEATH: Key.DEATH,
}
STOPPED_ANSWERS = {
    Danger.EMERGENCY: Key.STOPPED_URGENT,
    Danger.CRISIS: Key.STOPPED_CRISIS,
    Danger.DEATH: Key.DEATH,
}
_SENTENCES = {
    Danger.EMERGENCY: "Wrote of a possible emergency.",
    Danger.CRISIS: "Wrote of not wanting to live.",
    Danger.DEATH: "Somebody wrote that the patient has died.",
}


def respond(case: Case, flag: Flag, *, stopping: bool = False) -> None:
    """Answer a red flag and tell the people who must know, in the reply's own transaction."""
    keys = STOPPED_ANSWERS if stopping else ANSWERS
    say(case, keys[flag.danger], kind=Kind.SAFETY, language=flag.lang)
    if not case.patients:
        raise_alert(case.session, case.reply, None, flag, case.now)
    for patient in map(case.row, case.patients):
        alert = raise_alert(case.session, case.reply, patient, flag, case.now)
        if flag.strength is Strength.STRONG or flag.danger is Danger.DEATH:
            patient.hold_for_safety(case.now)
            withdraw_unsent(case.session, patient.id, Reason.SAFETY)
            if flag.danger is not Danger.DEATH and not case.by_carer:
                call_carer(case.session, patient, alert, case.now)


def raise_alert(
    session: Session, reply: Heard, patient: Patient | None, flag: Flag, now: datetime
) -> Alert:
    """Open the top alert, or add to the one that stands, and tell owner and safety contact."""
    standing = open_alert(session, patient.id, AlertKind.SAFETY) if patient is not None else None
    clinic = session.get_one(Clinic, reply.clinic_id)
    owner = patient.therapist_id if patient is not None else None
    if standing is None:
        standing = Alert(
            clinic_id=reply.clinic_id,
            patient_id=patient.id if patient is not None else None,
            reply_id=reply.id,
            kind=AlertKind.SAFETY,
            urgency=Urgency.NOW.rank,
            sentence=_SENTENCES[flag.danger],
            evidence=reply.text,
            owner_id=owner_of(session, clinic, owner, now),
            opened_at=now,
        )
        session.add(standing)
        session.flush()
        begins = True
    else:
        # A round under way goes on: who writes every ten minutes must not put off its escalation.
        begins = standing.acknowledged_at is not None or standing.tellings > 1
        standing.hear_more(reply.id, _SENTENCES[flag.danger], reply.text)
    first = _first_told(session, clinic, {owner, standing.owner_id})
    if begins:
        standing.tellings = 0
        tell(session, standing, first, now)
    else:
        _notify(session, standing, first, now)
    return standing


def tell(session: Session, alert: Alert, staff: Sequence[Staff], now: datetime) -> None:
    """Begin a round: a text and a mail to each, once per red flag, person and round."""
    alert.tellings += 1
    alert.told_at = now
    _notify(session, alert, staff, now)


def _notify(session: Session, alert: Alert, staff: Sequence[Staff], now: datetime) -> None:
    rows = [
        _notice(alert, person, medium, address, now)
        for person in staff
        for medium, address in ((Medium.TEXT, person.phone), (Medium.EMAIL, person.email))
        if address
    ]
    insert_once(session, Message, rows)


def next_in_line(session: Session, alert: Alert) -> list[Staff]:
    """Who is told when nobody took it: everyone of the clinic who can act."""
    return list(
        session.scalars(
            sa.select(Staff).where(
                Staff.clinic_id == alert.clinic_id,
                Staff.active.is_(True),
                Staff.role != Role.ASSISTANT,
            )
        )
    )


def _first_told(session: Session, clinic: Clinic, owners: Set[int | None]) -> list[Staff]:
    ids = {row for row in owners | {clinic.safety_contact_id} if row is not None}
    return list(session.scalars(sa.select(Staff).where(Staff.id.in_(ids), Staff.active.is_(True))))


def _notice(
    alert: Alert, person: Staff, medium: Medium, address: str, now: datetime
) -> dict[str, object]:
    return {
        "clinic_id": alert.clinic_id,
        "recipient": f"s{person.id}",
        "kind": Kind.STAFF,
        "key": f"alert{alert.id}:r{alert.reply_id}:{alert.tellings}:{medium}",
        "staff_id": person.id,
        "alert_id": alert.id,
        "medium": medium,
        "address": address,
        "address_index": address,
        "wording": Key.STAFF_ALERT,
        "language": "en",
        "filling": json.dumps({}),
        "due_at": now,
        "ready_at": now,
        "created_at": now,
    }
