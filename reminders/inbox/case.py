"""Whose reply is this, and which sitting does it speak of?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.config import Settings
from reminders.core import schedule
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind
from reminders.core.replies import Asked, Context, NamedDay
from reminders.inbox.receiving import PageForm
from reminders.store.conversation import Door, Link, Message, Reply, State
from reminders.store.people import Care, Clinic, Medium, Patient
from reminders.store.plans import PlanVersion, Prescription, Routine
from reminders.store.record import LogEntry, Occurrence

REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
SPOKEN = (*REMINDING, Kind.ANSWER, Kind.QUESTION)
SAID = (State.DUE, State.CLAIMED, State.SENT, State.DELIVERED)
WHO_KEPT = timedelta(hours=2)
OURS_KEPT = 5


@dataclass(frozen=True)
class Case:
    """One reply with everybody it may be about."""

    session: Session
    settings: Settings
    reply: Reply
    clinic: Clinic
    patients: tuple[Patient, ...]
    now: datetime
    staff_id: int | None = None  # who reads it by hand, where somebody does

    @property
    def medium(self) -> Medium:
        if self.reply.door is Door.PAGE and self.reply.link_id is not None:
            # Words on the page are about the way the link came.
            return self.session.get_one(Link, self.reply.link_id).medium
        return Medium.EMAIL if self.reply.door is Door.EMAIL else Medium.TEXT

    @property
    def address(self) -> str:
        """Where we write to: the phone it came from, which may be a carer's.

        A mail's sender can be forged, so it is never taken at its word.
        """
        if self.reply.door is Door.TEXT:
            return self.reply.sender
        known = self.patient.address(self.medium) if self.patient is not None else None
        return known or self.reply.sender

    @property
    def by_carer(self) -> bool:
        """Whether somebody writes for the patient, from a phone of their own."""
        phones = {patient.phone for patient in self.patients}
        return self.reply.door is Door.TEXT and bool(phones) and self.reply.sender not in phones

    @property
    def patient(self) -> Patient | None:
        """The one patient it must be about, if there is just one."""
        return self.patients[0] if len(self.patients) == 1 else None

    @property
    def since(self) -> datetime:
        return self.reply.received_at - timedelta(hours=self.settings.late_reply_hours)

    @property
    def language(self) -> str:
        return self.patients[0].language if self.patients else self.clinic.language


def open_case(session: Session, settings: Settings, reply: Reply, now: datetime) -> Case:
    clinic = session.get_one(Clinic, reply.clinic_id)
    return Case(session, settings, reply, clinic, tuple(_patients(session, reply)), now)


def _patients(session: Session, reply: Reply) -> Sequence[Patient]:
    if reply.patient_id is not None:
        return [session.get_one(Patient, reply.patient_id)]
    if reply.link_id is not None:
        return [session.get_one(Link, reply.link_id).patient]
    here = (Patient.clinic_id == reply.clinic_id, Patient.state != Care.DISCHARGED)
    known = sa.select(Patient).where(*here).order_by(Patient.id)
    own = session.scalars(known.where(Patient.phone_index == reply.sender)).all()
    # A carer speaks for a patient only where both have agreed to it.
    agreed = (Patient.carer_may_report.is_(True), Patient.carer_consent_at.is_not(None))
    return (
        own
        or session.scalars(known.where(Patient.carer_phone_index == reply.sender, *agreed)).all()
    )


def with_open_reminder(case: Case) -> tuple[Patient, ...]:
    """Of several patients on one phone, those whose newest reminder waits for an answer."""
    return tuple(
        patient
        for patient in case.patients
        if any(not _reported(case, one) for one in newest_sittings(case, patient))
    )


def context_of(case: Case, patient: Patient | None) -> Context:
    """What the reader must know: what we asked, what they see, what we said lately."""
    if patient is None:
        return Context(asked=_asked_who(case), lang=case.language)
    spoken = spoken_to(case, patient)
    return Context(
        asked=_asked(case, patient, spoken),
        exercises=exercise_names(case, patient),
        lang=patient.language,
        ours=tuple(message.text for message in spoken if message.text),
    )


def exercise_names(case: Case, patient: Patient) -> tuple[str, ...]:
    """The names in the order shown, in the patient's language: position 1 is the first."""
    rows = shown(case, sittings_of(case, patient, None))
    return tuple(row.exercise.words(patient.language).name for row in rows)


def shown(case: Case, sittings: Sequence[Occurrence]) -> list[Prescription]:
    """What one reminder was about: the prescriptions of its routines, in the order of the plan."""
    if not sittings:
        return []
    version = case.session.get_one(PlanVersion, sittings[0].plan_version_id)
    routines = [case.session.get_one(Routine, sitting.routine_id) for sitting in sittings]
    if not all(routine.positions for routine in routines):
        return list(version.prescriptions)
    wanted = {place for routine in routines for place in routine.positions or ()}
    return [row for row in version.prescriptions if row.position in wanted]


def sittings_of(case: Case, patient: Patient, day: NamedDay | None) -> list[Occurrence]:
    """The sittings a reply speaks of: its page's or link's, those of a named day, or the newest."""
    if case.reply.link_id is not None and day is None:
        own = _of_link(case)
        if own:
            return own
    if day is not None:
        return _of_day(case, patient, day)
    return newest_sittings(case, patient)


def newest_sittings(case: Case, patient: Patient) -> list[Occurrence]:
    """Those of the newest due moment before the reply, up to three days back."""
    return _newest(case, *_within_reach(case, patient))


def _within_reach(case: Case, patient: Patient) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Occurrence.patient_id == patient.id,
        Occurrence.due_at <= case.reply.received_at,
        Occurrence.due_at > case.since,
        sa.or_(Occurrence.excuse.is_(None), Occurrence.excuse != Excuse.PAUSED),
    )


def _of_link(case: Case) -> list[Occurrence]:
    link = case.session.get_one(Link, case.reply.link_id)
    shown = PageForm.from_json(case.reply.form).sittings if case.reply.form else ()
    return _all(case, Occurrence.id.in_(shown or link.occurrence_ids))


def _of_day(case: Case, patient: Patient, day: NamedDay) -> list[Occurrence]:
    today = schedule.local_day(case.reply.received_at, patient.tz)
    return _newest(case, *_within_reach(case, patient), Occurrence.day == day.on(today))


def _newest(case: Case, *those: sa.ColumnElement[bool]) -> list[Occurrence]:
    newest = sa.select(sa.func.max(Occurrence.due_at)).where(*those).scalar_subquery()
    return _all(case, *those, Occurrence.due_at == newest)


def _all(case: Case, *those: sa.ColumnElement[bool]) -> list[Occurrence]:
    return list(case.session.scalars(sa.select(Occurrence).where(*those).order_by(Occurrence.id)))


def _reported(case: Case, occurrence: Occurrence) -> bool:
    found = case.session.scalar(
        sa.select(LogEntry.id)
        .where(
            LogEntry.occurrence_id == occurrence.id,
            LogEntry.superseded_at.is_(None),
            LogEntry.outcome.is_not(None),
        )
        .limit(1)
    )
    return found is not None


def spoken_to(case: Case, patient: Patient) -> Sequence[Message]:
    """What we said to this patient lately, newest first."""
    return case.session.scalars(
        sa.select(Message)
        .where(
            Message.patient_id == patient.id,
            Message.kind.in_(SPOKEN),
            Message.state.in_(SAID),
            Message.due_at > case.since,
            Message.due_at <= case.now,
        )
        .order_by(Message.id.desc())
        .limit(OURS_KEPT)
    ).all()


def _asked(case: Case, patient: Patient, spoken: Sequence[Message]) -> Asked | None:
    """What we asked last; a reminder that came since does not take a morning's question back."""
    if morning_asked(case, patient, spoken) is not None:
        return Asked.NEXT_MORNING
    asked = spoken[0].asks if spoken else None
    return None if asked is Asked.NEXT_MORNING else asked


def morning_asked(case: Case, patient: Patient, spoken: Sequence[Message]) -> Message | None:
    """This morning's question, if a number may answer it: said last, or not answered yet."""
    today = schedule.local_day(case.reply.received_at, patient.tz)
    asked = next((one for one in spoken if one.asks is Asked.NEXT_MORNING), None)
    if asked is None or schedule.local_day(asked.due_at, patient.tz) != today:
        return None
    if asked is spoken[0]:
        return asked
    unanswered = asked.kind is Kind.QUESTION and spoken[0].kind in REMINDING
    return asked if unanswered else None


def _asked_who(case: Case) -> Asked | None:
    return Asked.WHO if pending_reply(case) is not None else None


def pending_reply(case: Case) -> Reply | None:
    """The reply of a shared phone that waits for "A" or "B"."""
    return case.session.scalar(
        sa.select(Reply)
        .join(Message, Message.reply_id == Reply.id)
        .where(
            Reply.sender_index == case.reply.sender,
            Reply.clinic_id == case.clinic.id,
            Reply.patient_id.is_(None),
            Reply.id < case.reply.id,
            Reply.received_at > case.reply.received_at - WHO_KEPT,
            Message.asks == Asked.WHO,
        )
        .order_by(Reply.id.desc())
        .limit(1)
    )


def asked_of(case: Case, kept: Reply) -> Sequence[int]:
    """The patients that "A", "B" stood for when we asked about this reply, in that order."""
    question = case.session.scalars(
        sa.select(Message).where(Message.reply_id == kept.id, Message.asks == Asked.WHO)
    ).first()
    filling = json.loads(question.filling) if question is not None and question.filling else {}
    candidates: Sequence[int] = filling.get("candidates", ())
    return candidates
