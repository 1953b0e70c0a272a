"""Who needs a person, and why?

Each rule looks at one patient's history and gives a reason or none; `reasons` puts the worst first.
The rules, with the thresholds a clinic starts with:

- Safety: a red flag that nobody has cleared. Hold: reminders stopped by a person or by the service.
- Pain up: a report of the last 4 days at 7 or more, or 2 or more above the median of the 7 days
  before it. One such report is enough; a better one after it does not take it back.
- Not settled: pain above green on the last 2 mornings that were asked about, within 14 days.
- Silent: no answer to the last 3 counted sessions, or none for 5 days with a session in them, and
  nothing else heard since. A session that is not counted is no silence.
- Message: words for a person; after 1 working day they come to today's list. Unclear: a reply that
  could not be read and so may be anything.
- Not delivered: 2 messages in a row.
- Not better: 70 % or more of the sessions of 28 days done, and pain less than 2 points and less
  than 30 % under where it began.
- Under half: under 50 % of the sessions of 14 days done; not said of a silent patient.
- Doing well: 80 % or more in 14 days and pain down by a real change (or every session, where pain
  is not reported); only when nothing else is to say.

A clinic may set these numbers for itself and for one patient. Working days are the clinic's own.
"""

from datetime import datetime
from typing import Final

from reminders.core.schedule import local_day
from reminders.core.triage.rules import RULES, Case, doing_well
from reminders.core.triage.values import (
    SETTABLE,
    AlertKind,
    Bounds,
    Failure,
    History,
    Reason,
    Thresholds,
    Urgency,
)

__all__ = [
    "DEFAULTS",
    "SETTABLE",
    "AlertKind",
    "Bounds",
    "Failure",
    "History",
    "Reason",
    "Thresholds",
    "Urgency",
    "reasons",
]

DEFAULTS: Final = Thresholds()


def reasons(
    history: History, now: datetime, thresholds: Thresholds = DEFAULTS
) -> tuple[Reason, ...]:
    """Every reason to look at a patient, worst first; none when nothing is to say."""
    case = Case(history, now, local_day(now, history.zone), thresholds)
    found = [reason for rule in RULES if (reason := rule(case))]
    kinds = {reason.kind for reason in found}
    if AlertKind.SILENT in kinds:  # silence says it already, and why
        found = [reason for reason in found if reason.kind is not AlertKind.UNDER_HALF]
    if not found and (good_news := doing_well(case)):
        found = [good_news]
    return tuple(sorted(found, key=lambda reason: (reason.urgency.rank, reason.kind.rank)))
