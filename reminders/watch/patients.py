"""Which patients need a person, and whose reason has gone?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core import triage
from reminders.core.hours import workdays_waited
from reminders.core.triage import AlertKind, Reason, Thresholds, Urgency
from reminders.inbox.carers import tell_carer_of_silence
from reminders.inbox.danger import next_in_line, tell
from reminders.store.caseload import adopt, owner_of
from reminders.store.db import Sessions, transaction
from reminders.store.people import Care, Clinic, Patient
from reminders.store.queries.history import history_of
from reminders.store.record import Alert
from reminders.store.thresholds import thresholds_for, thresholds_of

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
    """Look at every active patient, a hundred a transaction, and open or close their alerts.

    Then every alert gets an owner who is there, and what its owner has let lie goes to everyone.
    """
    last = 0
    while True:
        with transaction(sessions) as session:
            patients = session.scalars(
                sa.select(Patient)
                .where(Patient.id > last, Patient.state != Care.DISCHARGED)
                .order_by(Patient.id)
                .limit(AT_ONCE)
            ).all()
            limits = _limits(session, patients)
            for patient in patients:
                review(session, patient, now, limits[patient.id])
        if not patients:
            break
        last = patients[-1].id
    with transaction(sessions) as session:
        adopt(session)
        raise_untaken(session, now)


def review(session: Session, patient: Patient, now: datetime, limits: Thresholds) -> None:
    """Open an alert for each reason that holds, and close those whose reason has gone."""
    found = triage.reasons(history_of(session, patient, now), now, limits)
    reasons = {reason.kind: reason for reason in found if reason.kind not in STANDING}
    alerts = _alerts_of(session, patient.id, now)
    standing = {alert.kind: alert for alert in alerts if alert.resolved_at is None}
    for kind, reason in reasons.items():
        if kind in standing:
            _refresh(standing[kind], reason)
        elif not _put_away(alerts, reason, now):
            session.add(_opened(session, patient, reason, now))
            if kind is AlertKind.SILENT:
                tell_carer_of_silence(session, patient, now)
    for kind, alert in standing.items():
        if kind not in reasons and kind not in STANDING:
            alert.resolve(None, now)
    _say_how_long(standing.get(AlertKind.MESSAGE), found)
    session.flush()


def raise_untaken(session: Session, now: datetime) -> None:
    """Put on everyone's list what should have been looked at today and was not, for working days.

    What somebody has taken or put off is in hand.
    """
    waiting: dict[int, list[Alert]] = defaultdict(list)
    for alert in session.scalars(
        sa.select(Alert).where(
            Alert.resolved_at.is_(None),
            Alert.acknowledged_at.is_(None),
            Alert.escalated_at.is_(None),
            Alert.urgency == Urgency.TODAY.rank,
        )
    ):
        waiting[alert.clinic_id].append(alert)
    for clinic_id, alerts in waiting.items():
        clinic = session.get_one(Clinic, clinic_id)
        limits = thresholds_of(session, clinic)
        for alert in alerts:
            since = max(alert.opened_at, alert.snoozed_until or alert.opened_at)
            waited = workdays_waited(since, now, ZoneInfo(clinic.zone), limits.on)
            if waited >= limits.untaken_workdays:
                alert.escalate(now)


def _limits(session: Session, patients: Sequence[Patient]) -> Mapping[int, Thresholds]:
    by_clinic: dict[Clinic, list[Patient]] = defaultdict(list)
    for patient in patients:
        by_clinic[patient.clinic].append(patient)
    found: dict[int, Thresholds] = {}
    for clinic, own in by_clinic.items():
        found |= thresholds_for(session, clinic, own)
    return found


def _alerts_of(session: Session, patient_id: int, now: datetime) -> Sequence[Alert]:
    """What is open, and what was closed not long ago."""
    return session.scalars(
        sa.select(Alert)
        .where(
            Alert.patient_id == patient_id,
            sa.or_(Alert.resolved_at.is_(None), Alert.resolved_at > now - SEEN_FOR),
        )
        .order_by(Alert.id)
    ).all()


def _put_away(alerts: Sequence[Alert], reason: Reason, now: datetime) -> bool:
    """Whether a person has seen just this, or the like of it lately."""
    return any(
        alert.sentence == reason.sentence
        or (alert.resolved_at is not None and alert.resolved_at > now - reason.kind.rest)
        for alert in alerts
        if alert.kind is reason.kind and alert.resolved_by_id is not None
    )


def _say_how_long(message: Alert | None, found: Sequence[Reason]) -> None:
    """A message that nobody answers says so after a working day."""
    for reason in found:
        late = reason.kind is AlertKind.MESSAGE and reason.urgency is Urgency.TODAY
        if late and message is not None and message.sentence != reason.sentence:
            message.sentence = reason.sentence


def _refresh(alert: Alert, reason: Reason) -> None:
    if (alert.sentence, alert.evidence) != (reason.sentence, reason.evidence):
        alert.sentence, alert.evidence = reason.sentence, reason.evidence
        alert.urgency = reason.urgency.rank


def _opened(session: Session, patient: Patient, reason: Reason, now: datetime) -> Alert:
    return Alert(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        kind=reason.kind,
        urgency=reason.urgency.rank,
        sentence=reason.sentence,
        evidence=reason.evidence,
        owner_id=owner_of(session, patient.clinic, patient.therapist_id),
        opened_at=now,
    )
