"""Which patients need a person, and whose reason has gone?"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core import triage
from reminders.core.hours import workdays_waited
from reminders.core.triage import AlertKind, Reason, Thresholds, Urgency
from reminders.inbox.carers import tell_carer_of_silence
from reminders.inbox.danger import next_in_line, tell
from reminders.store.caseload import adopt, owner_of
from reminders.store.db import Sessions, reading, transaction
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
    """Look at every active patient, and open or close the alerts of those who need it.

    Looking is the long part, and keeps nobody waiting: what is to be changed is decided again and
    written patient by patient. Then every alert gets an owner who is there, and what its owner has
    let lie goes to everyone.
    """
    for patient_id in _to_change(sessions, now):
        with transaction(sessions) as session:
            for patient in session.scalars(_ACTIVE.where(Patient.id == patient_id)):
                review(session, patient, now, _limits(session, [patient])[patient.id])
    with transaction(sessions) as session:
        adopt(session, now)
        raise_untaken(session, now)


def review(session: Session, patient: Patient, now: datetime, limits: Thresholds) -> None:
    """Open an alert for each reason that holds, and close those whose reason has gone."""
    for change in _changes(session, patient, now, limits):
        change()
    session.flush()


def _to_change(sessions: Sessions, now: datetime) -> Iterator[int]:
    """Yield the patients of whom something is to be said otherwise than it is."""
    last: int | None = 0
    while last is not None:
        with reading(sessions) as session:
            some = _ACTIVE.where(Patient.id > last).order_by(Patient.id).limit(AT_ONCE)
            patients = session.scalars(some).all()
            limits = _limits(session, patients)
            found = [one.id for one in patients if _changes(session, one, now, limits[one.id])]
        yield from found
        last = patients[-1].id if patients else None


def _changes(
    session: Session, patient: Patient, now: datetime, limits: Thresholds
) -> list[Callable[[], None]]:
    """What is to be done about a patient's alerts, and nothing of it is done yet."""
    found = triage.reasons(history_of(session, patient, now), now, limits)
    reasons = {reason.kind: reason for reason in found if reason.kind not in STANDING}
    alerts = _alerts_of(session, patient.id, now)
    standing = {alert.kind: alert for alert in alerts if alert.resolved_at is None}
    changes: list[Callable[[], None]] = []
    for kind, reason in reasons.items():
        if kind not in standing and not _put_away(alerts, reason, now):
            changes.append(partial(_open, session, patient, reason, now))
        elif kind in standing and _says_otherwise(standing[kind], reason):
            changes.append(partial(_refresh, standing[kind], reason))
    for kind, alert in standing.items():
        if kind not in reasons and kind not in STANDING:
            changes.append(partial(alert.resolve, None, now))
    message = standing.get(AlertKind.MESSAGE)
    late = _says_how_long(found)
    if message is not None and late is not None and message.sentence != late.sentence:
        changes.append(partial(setattr, message, "sentence", late.sentence))
    return changes


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


def _says_how_long(found: Sequence[Reason]) -> Reason | None:
    """A message that nobody answers says so after a working day."""
    late = (one for one in found if one.kind is AlertKind.MESSAGE and one.urgency is Urgency.TODAY)
    return next(late, None)


def _says_otherwise(alert: Alert, reason: Reason) -> bool:
    return (alert.sentence, alert.evidence) != (reason.sentence, reason.evidence)


def _refresh(alert: Alert, reason: Reason) -> None:
    alert.sentence, alert.evidence = reason.sentence, reason.evidence
    alert.urgency = reason.urgency.rank


def _open(session: Session, patient: Patient, reason: Reason, now: datetime) -> None:
    session.add(
        Alert(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            kind=reason.kind,
            urgency=reason.urgency.rank,
            sentence=reason.sentence,
            evidence=reason.evidence,
            owner_id=owner_of(session, patient.clinic, patient.therapist_id, now),
            opened_at=now,
        )
    )
    if reason.kind is AlertKind.SILENT:
        tell_carer_of_silence(session, patient, now)


_ACTIVE = sa.select(Patient).where(Patient.state != Care.DISCHARGED)
