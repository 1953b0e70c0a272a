"""Which patients need a person, and whose reason has gone?"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core import triage
from reminders.core.triage import AlertKind, Reason
from reminders.inbox.carers import tell_carer_of_silence
from reminders.inbox.danger import next_in_line, tell
from reminders.store.db import Sessions, transaction
from reminders.store.people import Care, Patient
from reminders.store.queries.history import history_of
from reminders.store.record import Alert

FIRST_ESCALATION = timedelta(minutes=15)
THEN_DAILY = timedelta(days=1)
AT_ONCE = 100
# A finding that a person has put away does not come back as long as it says just the same.
SEEN_FOR = timedelta(days=14)

# What a person raises and a person closes; the other kinds come and go with their reason.
STANDING = frozenset({AlertKind.SAFETY, AlertKind.MESSAGE, AlertKind.UNCLEAR, AlertKind.HOLD})


def escalate(sessions: Sessions, now: datetime) -> int:
    """Tell the next people of a safety alert that nobody took, then daily until it is cleared."""
    with transaction(sessions) as session:
        waiting = session.scalars(
            sa.select(Alert).where(
                Alert.kind == AlertKind.SAFETY,
                Alert.resolved_at.is_(None),
                sa.or_(
                    sa.and_(
                        Alert.acknowledged_at.is_(None),
                        Alert.tellings == 1,
                        Alert.told_at <= now - FIRST_ESCALATION,
                    ),
                    Alert.told_at <= now - THEN_DAILY,
                ),
            )
        ).all()
        for alert in waiting:
            tell(session, alert, next_in_line(session, alert), now)
    return len(waiting)


def review_all(sessions: Sessions, now: datetime) -> None:
    """Look at every active patient, a hundred a transaction, and open or close their alerts."""
    last = 0
    while True:
        with transaction(sessions) as session:
            patients = session.scalars(
                sa.select(Patient)
                .where(Patient.id > last, Patient.state != Care.DISCHARGED)
                .order_by(Patient.id)
                .limit(AT_ONCE)
            ).all()
            for patient in patients:
                review(session, patient, now)
        if not patients:
            return
        last = patients[-1].id


def review(session: Session, patient: Patient, now: datetime) -> None:
    """Open an alert for each reason that holds, and close those whose reason has gone."""
    found = triage.reasons(history_of(session, patient, now), now)
    reasons = {reason.kind: reason for reason in found if reason.kind not in STANDING}
    alerts = session.scalars(
        sa.select(Alert)
        .where(
            Alert.patient_id == patient.id,
            sa.or_(Alert.resolved_at.is_(None), Alert.resolved_at > now - SEEN_FOR),
        )
        .order_by(Alert.id)
    ).all()
    standing = {alert.kind: alert for alert in alerts if alert.resolved_at is None}
    seen = {(alert.kind, alert.sentence) for alert in alerts if alert.resolved_by_id is not None}
    for kind, reason in reasons.items():
        if kind in standing:
            _refresh(standing[kind], reason)
        elif (kind, reason.sentence) not in seen:
            session.add(_opened(patient, reason, now))
            if kind is AlertKind.SILENT:
                tell_carer_of_silence(session, patient, now)
    for kind, alert in standing.items():
        if kind not in reasons and kind not in STANDING:
            alert.resolve(None, now)
    session.flush()


def _refresh(alert: Alert, reason: Reason) -> None:
    if (alert.sentence, alert.evidence) != (reason.sentence, reason.evidence):
        alert.sentence, alert.evidence = reason.sentence, reason.evidence
        alert.urgency = reason.urgency.rank


def _opened(patient: Patient, reason: Reason, now: datetime) -> Alert:
    return Alert(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        kind=reason.kind,
        urgency=reason.urgency.rank,
        sentence=reason.sentence,
        evidence=reason.evidence,
        owner_id=patient.therapist_id,
        opened_at=now,
    )
