"""What does this reply add to the record, and what did it change?

Nothing is overwritten: a newer report supersedes the older one, replaces only what it names, and
a repeat changes nothing.

Routines due at the same moment share one message, and one answer speaks of all of them: "done",
"part", "skip" or a pain level goes to each. An answer that says which exercises were done is shared
out: a routine with all of its exercises named is done, one with some of them is part, and of one
with none of them nothing was said, so nothing is logged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from reminders.core import schedule
from reminders.core.adherence import Outcome
from reminders.core.replies import Intent, Reading, SkipReason
from reminders.inbox.case import Case
from reminders.inbox.people import Person
from reminders.inbox.sittings import Entry, Shown, Sitting, shown, shown_by, standing, stands_now
from reminders.store.conversation import Door
from reminders.store.plans import PlanVersion
from reminders.store.record import EntrySource, LogEntry, Moment
from reminders.store.spelling import spelt_out

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
        said = (self.outcome, self.pain, self.reason)
        return all(one is None for one in said) and not self.note


@dataclass(frozen=True)
class Logged:
    """The record after a report, and what of it was said otherwise before."""

    outcome: Outcome | None
    pain: int | None
    reason: SkipReason | None = None
    other_outcome: bool = False
    other_pain: bool = False

    @property
    def corrected(self) -> bool:
        return self.other_outcome or self.other_pain


def log(case: Case, sittings: Sequence[Sitting], report: Report) -> Logged:
    """Enter a report for the sittings of one reminder, in the reply's own transaction."""
    shares = _shared_out(case, sittings, report)
    results = [_log_one(case, sitting, share) for sitting, share in shares]
    if not results:
        return Logged(None, None)
    return Logged(
        outcome=report.outcome or results[0].outcome,
        pain=results[0].pain,
        reason=results[0].reason,
        other_outcome=any(one.other_outcome for one in results),
        other_pain=any(one.other_pain for one in results),
    )


def keep_pain(case: Case, patient: Person, pain: int) -> None:
    """Keep a pain figure that belongs to no sitting: shown and triaged, outside adherence."""
    case.session.add(
        LogEntry(
            clinic_id=case.clinic_id,
            patient_id=patient.id,
            day=schedule.local_day(case.reply.received_at, patient.tz),
            moment=Moment.OTHER,
            pain=pain,
            source=source_of(case),
            reply_id=case.reply.id,
            staff_id=case.staff_id,
            at=case.reply.received_at,
        )
    )


@dataclass(frozen=True)
class _Share:
    """What a report says of one sitting: as Report, but with prescriptions instead of positions."""

    outcome: Outcome | None
    done: list[int] | None
    pain: int | None
    reason: SkipReason | None
    note: str | None


def _shared_out(
    case: Case, sittings: Sequence[Sitting], report: Report
) -> list[tuple[Sitting, _Share]]:
    named = _named(case, sittings, report)
    if not named or len(sittings) == 1:
        done = [row.id for row in named] if named else None
        return [(sitting, _share(report, report.outcome, done)) for sitting in sittings]
    shares = list(_by_routine(case, sittings, report, named))
    if shares or (report.pain is None and not report.note):
        return shares
    # Only what came into the plan since was done: that is no word about these, their pain is.
    return [(sitting, _share(report, None, None)) for sitting in sittings]


def _named(case: Case, sittings: Sequence[Sitting], report: Report) -> Sequence[Shown] | None:
    """The prescriptions done, by their row: positions mean nothing once the plan has changed."""
    if report.outcome is not Outcome.PART or report.positions is None:
        return None
    rows = _seen(case, sittings)
    return [rows[place - 1] for place in report.positions if 0 < place <= len(rows)]


def _by_routine(
    case: Case, sittings: Sequence[Sitting], report: Report, named: Sequence[Shown]
) -> Iterator[tuple[Sitting, _Share]]:
    for sitting in sittings:
        whole = {row.exercise_id for row in shown(case, [sitting])}
        own = [row for row in named if row.exercise_id in whole]
        if whole and len({row.exercise_id for row in own}) == len(whole):
            yield sitting, _share(report, Outcome.DONE, None)
        elif own:
            yield sitting, _share(report, Outcome.PART, [row.id for row in own])


def _share(report: Report, outcome: Outcome | None, done: list[int] | None) -> _Share:
    return _Share(outcome, done, report.pain, report.reason, report.note)


def _seen(case: Case, sittings: Sequence[Sitting]) -> Sequence[Shown]:
    """What the patient had before them: the page shows the whole plan as it is now."""
    if case.reply.door is not Door.PAGE:
        return shown(case, sittings)
    version = case.session.get_one(PlanVersion, sittings[0].plan_version_id)
    return shown_by(case, (version.plan.current or version).id)


def _log_one(case: Case, sitting: Sitting, share: _Share) -> Logged:
    before = standing(case, sitting)
    entry = _merged(before or Entry(), share)
    if before is not None and entry == before:
        return Logged(before.outcome, before.pain, before.reason)
    if before is not None:
        # First: the new row would meet the old one under the "one current entry" key.
        case.rows(_SUPERSEDE, sitting=sitting.id, now=case.now)
    case.rows(_ENTER, **_columns(case, sitting, entry))
    stands_now(case, sitting, entry)
    return _compared(before, entry)


def _merged(known: Entry, share: _Share) -> Entry:
    said = share.outcome is not None
    return Entry(
        outcome=share.outcome or known.outcome,
        done=share.done if said else known.done,
        pain=share.pain if share.pain is not None else known.pain,
        reason=share.reason or (None if said else known.reason),
        note=share.note or known.note,
    )


def _columns(case: Case, sitting: Sitting, entry: Entry) -> dict[str, object]:
    return {
        "clinic_id": sitting.clinic_id,
        "patient_id": sitting.patient_id,
        "occurrence_id": sitting.id,
        "day": sitting.day,
        "moment": Moment.AFTER,
        "source": source_of(case),
        "reply_id": case.reply.id,
        "staff_id": case.staff_id,
        "at": case.reply.received_at,
        **vars(entry),
    }


def source_of(case: Case) -> EntrySource:
    """Where an entry comes from: from staff where one of them read the reply."""
    return EntrySource.STAFF if case.staff_id is not None else _SOURCES[case.reply.door]


def _compared(before: Entry | None, entry: Entry) -> Logged:
    """A value that was known and is another now was corrected; filling a gap corrects nothing."""
    if before is None:
        return Logged(entry.outcome, entry.pain, entry.reason)
    return Logged(
        entry.outcome,
        entry.pain,
        entry.reason,
        other_outcome=before.outcome not in (None, entry.outcome),
        other_pain=before.pain not in (None, entry.pain),
    )


_ENTER = sa.insert(LogEntry)
_SUPERSEDE = spelt_out(
    sa.update(LogEntry)
    .where(
        LogEntry.occurrence_id == sa.bindparam("sitting"),
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )
    .values(superseded_at=sa.bindparam("now"))
)
