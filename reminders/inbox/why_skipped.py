"""Why was a session left out? Asked once, where the clinic wants to know."""

from datetime import timedelta

import sqlalchemy as sa

from reminders.core.adherence import Outcome
from reminders.core.replies import Asked, Intent, Reading
from reminders.inbox.case import Case
from reminders.inbox.entries import Logged
from reminders.inbox.people import Person
from reminders.inbox.sittings import Sitting, sitting
from reminders.inbox.spoken import spoken_to
from reminders.store.asking import asking_of
from reminders.store.conversation import Message

# Somebody who skips often has told us once what stands in the way.
NOT_AGAIN_FOR = timedelta(days=14)


def asks_reason(case: Case, patient: Person, logged: Logged) -> bool:
    """Whether to ask: a plain skip, nothing said of why, and not asked these two weeks."""
    plain = logged.outcome is Outcome.SKIPPED and logged.reason is None and logged.pain is None
    return (
        plain
        and not logged.corrected
        and asking_of(case.session, case.clinic_id).skip_reason
        and not _asked_lately(case, patient)
    )


def _asked_lately(case: Case, patient: Person) -> bool:
    found = case.session.scalar(
        sa.select(Message.id)
        .where(
            Message.patient_id == patient.id,
            Message.asks == Asked.REASON,
            Message.due_at > case.now - NOT_AGAIN_FOR,
            Message.reply_id != case.reply.id,
        )
        .limit(1)
    )
    return found is not None


def skip_asked_about(case: Case, patient: Person, reading: Reading) -> Sitting | None:
    """The sitting that a reason is given for, if we asked for one just now."""
    if reading.reason is None or reading.intent in (Intent.DONE, Intent.PARTIAL):
        return None
    spoken = spoken_to(case, patient)
    if not spoken or spoken[0].asks is not Asked.REASON or spoken[0].occurrence_id is None:
        return None
    return sitting(case, spoken[0].occurrence_id)
