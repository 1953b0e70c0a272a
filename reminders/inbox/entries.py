"""What does this reply add to the record, and what did it change?

Nothing is overwritten: a newer report supersedes the older one, replaces only what it names, and
a repeat changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reminders.core import schedule
from reminders.core.adherence import Outcome
from reminders.core.replies import Intent, Reading, SkipReason
from reminders.inbox.case import Case, shown
from reminders.store.conversation import Door
from reminders.store.people import Patient
from reminders.store.plans import PlanVersion, Prescription
from reminders.store.record import EntrySource, LogEntry, Moment, Occurrence, current_entry

OUTCOMES = {
    Intent.DONE: Outcome.DONE,
    Intent.PARTIAL: Outcome.PART,
    Intent.SKIP: Outcome.SKIPPED,
}
_SOURCES = {
    Door.TEXT: EntrySource.TEXT,
    Door.EMAIL: EntrySource.EMAIL,
    Door.PAGE: EntrySource.PAGE,
}


@dataclass(frozen=True)
class Report:
    """What was said of one sitting; None means "not said", never "zero" or "skipped"."""

    outcome: Outcome | None = None
    positions: tuple[int, ...] | None = None
    pain: int | None = None
    reason: SkipReason | None = None
    note: str | None = None

    @classmethod
    def of(cls, reading: Reading) -> "Report":
        outcome = OUTCOMES.get(reading.intent)
        return cls(outcome, reading.done, reading.pain, reading.reason)

    @property
    def empty(self) -> bool:
        return self.outcome is None and self.pain is None and not self.note


@dataclass(frozen=True)
class Logged:
    """The record after a report, and what of it was said otherwise before."""

    outcome: Outcome | None
    pain: int | None
    other_outcome: bool = False
    other_pain: bool = False

    @property
    def corrected(self) -> bool:
        return self.other_outcome or self.other_pain


def log(case: Case, sittings: Sequence[Occurrence], report: Report) -> Logged:
    """Enter a report for the sittings of one reminder, in the reply's own transaction."""
    results = [_log_one(case, sitting, report) for sitting in sittings]
    return Logged(
        outcome=results[0].outcome,
        pain=results[0].pain,
        other_outcome=any(one.other_outcome for one in results),
        other_pain=any(one.other_pain for one in results),
    )


def keep_pain(case: Case, patient: Patient, pain: int) -> None:
    """Keep a pain figure that belongs to no sitting: shown and triaged, outside adherence."""
    case.session.add(
        LogEntry(
            clinic_id=case.clinic.id,
            patient_id=patient.id,
            day=schedule.local_day(case.reply.received_at, patient.tz),
            moment=Moment.OTHER,
            pain=pain,
            source=_SOURCES[case.reply.door],
            reply_id=case.reply.id,
            at=case.reply.received_at,
        )
    )


def _log_one(case: Case, sitting: Occurrence, report: Report) -> Logged:
    before = current_entry(case.session, sitting.id)
    entry = _merged(case, sitting, before, report)
    if before is not None and _same(before, entry):
        return Logged(before.outcome, before.pain)
    if before is not None:
        before.supersede(case.now)
        # Flushed first: the new row would meet the old one under the "one current entry" key.
        case.session.flush()
    case.session.add(entry)
    case.session.flush()
    return _compared(before, entry)


def _merged(case: Case, sitting: Occurrence, before: LogEntry | None, report: Report) -> LogEntry:
    outcome = report.outcome or (before.outcome if before is not None else None)
    return LogEntry(
        clinic_id=sitting.clinic_id,
        patient_id=sitting.patient_id,
        occurrence_id=sitting.id,
        day=sitting.day,
        moment=Moment.AFTER,
        outcome=outcome,
        done=_done(case, sitting, before, report),
        pain=report.pain if report.pain is not None else (before.pain if before else None),
        reason=report.reason or (before.reason if before and not report.outcome else None),
        note=report.note or (before.note if before is not None else None),
        source=_SOURCES[case.reply.door],
        reply_id=case.reply.id,
        at=case.reply.received_at,
    )


def _done(
    case: Case, sitting: Occurrence, before: LogEntry | None, report: Report
) -> list[int] | None:
    """The prescriptions done, by their row: positions mean nothing once the plan has changed."""
    if report.outcome is None:
        return before.done if before is not None else None
    if report.outcome is not Outcome.PART or report.positions is None:
        return None
    rows = _seen(case, sitting)
    return [rows[place - 1].id for place in report.positions if 0 < place <= len(rows)]


def _seen(case: Case, sitting: Occurrence) -> list[Prescription]:
    """What the patient had before them: the page shows the whole plan as it is now."""
    if case.reply.door is not Door.PAGE:
        return shown(case, sitting)
    version = case.session.get_one(PlanVersion, sitting.plan_version_id)
    return (version.plan.current or version).prescriptions


def _same(before: LogEntry, entry: LogEntry) -> bool:
    fields = ("outcome", "done", "pain", "reason", "note")
    return all(getattr(before, field) == getattr(entry, field) for field in fields)


def _compared(before: LogEntry | None, entry: LogEntry) -> Logged:
    """A value that was known and is another now was corrected; filling a gap corrects nothing."""
    if before is None:
        return Logged(entry.outcome, entry.pain)
    return Logged(
        entry.outcome,
        entry.pain,
        other_outcome=before.outcome not in (None, entry.outcome),
        other_pain=before.pain not in (None, entry.pain),
    )
