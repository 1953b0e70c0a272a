"""May this letter leave now?

The checks per kind are the table CHECKS; each fact comes in as an argument, so that a verdict can
be read off a row of facts and tested without a database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHORTEST_VALIDITY = timedelta(seconds=6)


class Kind(StrEnum):
    """What a message is for; decides which checks it must pass."""

    REMINDER = "reminder"
    NUDGE = "nudge"
    LATER = "later"
    ANSWER = "answer"
    OPT_OUT = "opt_out"
    SAFETY = "safety"
    WELCOME = "welcome"
    NOTE = "note"
    FAREWELL = "farewell"
    LINK = "link"
    QUESTION = "question"
    CARER = "carer"
    STAFF = "staff"
    TEST = "test"


class Check(StrEnum):
    """One question the gate asks of a message."""

    READY = "ready"
    HOLD = "hold"
    BUDGET = "budget"
    ACTIVE = "active"
    PAUSE = "pause"
    PLAN = "plan"
    CONSENT = "consent"
    CONFIRMED = "confirmed"
    SUPPRESSION = "suppression"
    LOGGED = "logged"
    REMINDED = "reminded"
    WINDOW = "window"
    CAP = "cap"
    SENDER = "sender"


class Consent(StrEnum):
    """How far a patient has agreed to be written to on one channel."""

    NONE = "none"
    GIVEN = "given"
    CONFIRMED = "confirmed"


class Outcome(StrEnum):
    """Where a message ends that does not leave."""

    WITHHELD = "withheld"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why it did not leave, stored on the row."""

    NOT_READY = "clinic not set up"
    HOLD = "clinic on hold"
    BUDGET = "monthly budget"
    INACTIVE = "patient not active"
    PAUSED = "paused"
    SAFETY = "safety pause"
    PLAN_CHANGED = "plan changed"
    NO_CONSENT = "no consent"
    UNCONFIRMED = "consent not confirmed"
    SUPPRESSED = "opted out"
    UNREACHABLE = "address does not work"
    LOGGED = "already reported"
    NOT_REMINDED = "its reminder did not leave"
    LATE = "service"
    WINDOW = "outside the window"
    CAP = "daily limit"
    NO_ADDRESS = "no address"
    SENDER = "sender not working"
    REPEATED = "said a moment ago"
    UNCONFIRMED_SEND = "unconfirmed"
    ARRIVED = "arrived by text"
    TAKEN_BACK = "taken back"


_REMINDER = frozenset(Check) - {Check.REMINDED}
CHECKS: dict[Kind, frozenset[Check]] = {
    Kind.REMINDER: _REMINDER,
    # Where no reminder left, nothing is asked once more, by no other way either.
    Kind.NUDGE: _REMINDER | {Check.REMINDED},
    Kind.LATER: _REMINDER,
    Kind.ANSWER: frozenset({Check.SUPPRESSION, Check.CAP}),
    Kind.OPT_OUT: frozenset(),
    Kind.SAFETY: frozenset(),
    Kind.WELCOME: frozenset(
        {
            Check.READY,
            Check.HOLD,
            Check.BUDGET,
            Check.ACTIVE,
            Check.CONSENT,
            Check.SUPPRESSION,
            Check.WINDOW,
            Check.SENDER,
        }
    ),
    Kind.NOTE: frozenset(
        {
            Check.READY,
            Check.ACTIVE,
            Check.CONSENT,
            Check.SUPPRESSION,
            Check.WINDOW,
            Check.CAP,
            Check.SENDER,
        }
    ),
    # Sent with the discharge itself: who is told so is not active any more.
    Kind.FAREWELL: frozenset(
        {Check.READY, Check.CONSENT, Check.SUPPRESSION, Check.WINDOW, Check.SENDER}
    ),
    Kind.LINK: frozenset({Check.ACTIVE, Check.CONSENT, Check.SUPPRESSION, Check.CAP}),
    # Asked the morning after, about what was reported, whatever the plan is by then.
    Kind.QUESTION: _REMINDER - {Check.PLAN, Check.LOGGED, Check.CAP},
    # As carefully as to the patient; "look now" is told at every hour, whatever is held or paused.
    Kind.CARER: frozenset(
        {
            Check.READY,
            Check.HOLD,
            Check.ACTIVE,
            Check.PAUSE,
            Check.CONSENT,
            Check.SUPPRESSION,
            Check.WINDOW,
            Check.SENDER,
        }
    ),
    Kind.STAFF: frozenset(),
    # To whoever sets the clinic up: held back by all that would hold back a patient's first text.
    Kind.TEST: frozenset({Check.READY, Check.SENDER}),
}

# How late each kind may leave. A safety answer is never too late; a note waits for the window.
LATENESS: dict[Kind, timedelta] = {
    Kind.REMINDER: timedelta(hours=2),
    Kind.NUDGE: timedelta(hours=2),
    Kind.LATER: timedelta(hours=2),
    Kind.ANSWER: timedelta(hours=1),
    Kind.OPT_OUT: timedelta(minutes=5),
    Kind.SAFETY: timedelta(days=365),
    Kind.WELCOME: timedelta(hours=24),
    Kind.NOTE: timedelta(hours=24),
    Kind.FAREWELL: timedelta(hours=24),
    Kind.LINK: timedelta(hours=1),
    Kind.QUESTION: timedelta(hours=3),
    Kind.CARER: timedelta(hours=24),
    Kind.STAFF: timedelta(days=2),
    Kind.TEST: timedelta(minutes=15),
}


@dataclass(frozen=True)
class Facts:
    """What is known of a message and its patient at the moment of the claim; times in UTC."""

    kind: Kind
    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    has_address: bool = True
    sender_works: bool = True
    ready: bool = True
    held: bool = False
    over_budget: bool = False  # the month's money is spent, and this letter would cost some
    active: bool = True
    paused: bool = False
    safety_pause: bool = False
    plan_current: bool = True
    consent: Consent = Consent.CONFIRMED
    needs_confirmation: bool = False
    suppressed: bool = False
    unreachable: bool = False
    logged: bool = False
    reminded: bool = True  # of a nudge: the reminder it follows has left
    sent_today: int = 0
    cap: int = 1
    lateness: timedelta | None = None


@dataclass(frozen=True)
class Leave:
    """It may leave, and is worth delivering until this moment (UTC)."""

    until: datetime


@dataclass(frozen=True)
class Wait:
    """Not yet: ask again at this moment (UTC)."""

    at: datetime
    reason: Reason


@dataclass(frozen=True)
class Never:
    """It will not leave: the state it ends in, and why."""

    outcome: Outcome
    reason: Reason


Verdict = Leave | Wait | Never


def decide(facts: Facts, now: datetime) -> Verdict:
    """Say whether a message may leave at `now`, the first failing check deciding."""
    refusal = _refusal(facts)
    if refusal is not None:
        return refusal
    last = facts.due_at + (facts.lateness or LATENESS[facts.kind])
    if now > last:
        return Never(Outcome.MISSED, Reason.LATE)
    if Check.WINDOW not in CHECKS[facts.kind]:
        return Leave(last)
    return _in_window(facts, now, last)


def _in_window(facts: Facts, now: datetime, last: datetime) -> Verdict:
    if now < facts.opens_at:
        opens_in_time = facts.opens_at <= last
        return Wait(facts.opens_at, Reason.WINDOW) if opens_in_time else _outside()
    until = min(last, facts.closes_at)
    return Leave(until) if until - now >= SHORTEST_VALIDITY else _outside()


def _outside() -> Never:
    return Never(Outcome.MISSED, Reason.WINDOW)


def _refusal(facts: Facts) -> Never | None:
    """Walk the checks in the order in which a person would want to hear of them."""
    faults = (
        (Check.READY, not facts.ready, Reason.NOT_READY),
        (Check.HOLD, facts.held, Reason.HOLD),
        (Check.BUDGET, facts.over_budget, Reason.BUDGET),
        (Check.ACTIVE, not facts.active, Reason.INACTIVE),
        (Check.PAUSE, facts.safety_pause, Reason.SAFETY),
        (Check.PAUSE, facts.paused, Reason.PAUSED),
        (Check.SUPPRESSION, facts.unreachable, Reason.UNREACHABLE),
        (Check.SUPPRESSION, facts.suppressed, Reason.SUPPRESSED),
        (Check.CONSENT, facts.consent is Consent.NONE, Reason.NO_CONSENT),
        (Check.CONFIRMED, _unconfirmed(facts), Reason.UNCONFIRMED),
        (Check.SENDER, not facts.sender_works, Reason.SENDER),
    )
    if not facts.has_address:
        return Never(Outcome.WITHHELD, Reason.NO_ADDRESS)
    asked = CHECKS[facts.kind]
    for check, fails, reason in faults:
        if check in asked and fails:
            return Never(Outcome.WITHHELD, reason)
    overtaken = (
        (Check.PLAN, not facts.plan_current, Reason.PLAN_CHANGED),
        (Check.LOGGED, facts.logged, Reason.LOGGED),
        (Check.REMINDED, not facts.reminded, Reason.NOT_REMINDED),
    )
    for check, fails, reason in overtaken:
        if check in asked and fails:
            return Never(Outcome.WITHDRAWN, reason)
    if Check.CAP in asked and facts.sent_today >= facts.cap:
        return Never(Outcome.WITHHELD, Reason.CAP)
    return None


def _unconfirmed(facts: Facts) -> bool:
    return facts.needs_confirmation and facts.consent is not Consent.CONFIRMED
