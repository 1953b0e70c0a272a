"""Which texts are there, and what can be filled into them?"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from reminders.core.bands import Band

HIGH_PAIN = 7  # from here up an answer says whom to call


class Key(StrEnum):
    """One text of ours; the value is its name in the language files and on Wording rows."""

    # We begin.
    REMINDER = "reminder"
    NUDGE = "nudge"
    LATER_REMINDER = "later_reminder"
    NEW_LINK = "new_link"
    CODE = "code"
    NEXT_MORNING = "next_morning"
    WELCOME = "welcome"
    CONSENTED = "consented"
    NOTE = "note"

    # May we write? DECLINED answers a no to WELCOME.
    DECLINED = "declined"
    STOPPED = "stopped"
    STOPPED_URGENT = "stopped_urgent"
    STOPPED_CRISIS = "stopped_crisis"
    STARTED = "started"
    STARTED_PAUSED = "started_paused"
    STARTED_PAUSED_OPEN = "started_paused_open"
    STARTED_NO_PLAN = "started_no_plan"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"

    # What they reported. DONE and PARTIAL ask for the pain; _ONLY has asked before and lets it be.
    DONE = "done"
    DONE_ONLY = "done_only"
    DONE_PAIN = "done_pain"
    DONE_HIGH_PAIN = "done_high_pain"
    PARTIAL = "partial"
    PARTIAL_ONLY = "partial_only"
    PARTIAL_PAIN = "partial_pain"
    PARTIAL_HIGH_PAIN = "partial_high_pain"
    SKIPPED = "skipped"
    SKIPPED_PAIN = "skipped_pain"
    SKIPPED_HIGH_PAIN = "skipped_high_pain"
    SKIPPED_REASON = "skipped_reason"
    REASON_TIME = "reason_time"
    REASON_FORGOT = "reason_forgot"
    REASON_SORE = "reason_sore"
    REASON_UNWELL = "reason_unwell"
    REASON_UNSURE = "reason_unsure"
    REASON_UNMOTIVATED = "reason_unmotivated"
    LATER_AT = "later_at"
    LATER = "later"
    PAIN = "pain"
    PAIN_HIGH = "pain_high"
    PAIN_UNSAID = "pain_unsaid"
    PAIN_KEPT = "pain_kept"
    PAIN_KEPT_HIGH = "pain_kept_high"
    MORNING_NOTED = "morning_noted"
    MORNING_NOTED_HIGH = "morning_noted_high"
    CHANGED_PAIN = "changed_pain"
    CHANGED_HIGH_PAIN = "changed_high_pain"
    CHANGED_DONE = "changed_done"
    CHANGED_DONE_HIGH_PAIN = "changed_done_high_pain"
    CHANGED_PARTIAL = "changed_partial"
    CHANGED_PARTIAL_HIGH_PAIN = "changed_partial_high_pain"
    CHANGED_SKIPPED = "changed_skipped"
    CHANGED_SKIPPED_HIGH_PAIN = "changed_skipped_high_pain"

    # What a clinic says to a pain level, behind the answer: by the patient's bands.
    PAIN_GREEN = "pain_green"
    PAIN_AMBER = "pain_amber"
    PAIN_RED = "pain_red"

    # What was no report.
    MESSAGE = "message"
    MAYBE_STOP = "maybe_stop"
    PICTURE = "picture"
    CONFIRM_DONE = "confirm_done"
    WHO = "who"
    UNKNOWN_NUMBER = "unknown_number"

    # Safety.
    URGENT = "urgent"
    CRISIS = "crisis"
    DEATH = "death"

    # To a carer who agreed to it: no finding, no exercise.
    CARER_SAFETY = "carer_safety"
    CARER_SILENT = "carer_silent"

    # To staff: a link to the desk, nothing about a patient.
    STAFF_ALERT = "staff_alert"
    STAFF_BUNDLE = "staff_bundle"
    STAFF_HOLD = "staff_hold"
    STAFF_SILENT = "staff_silent"
    STAFF_SENDING = "staff_sending"
    STAFF_BUDGET = "staff_budget"
    STAFF_INVITE = "staff_invite"
    STAFF_RESET = "staff_reset"
    STAFF_TEST = "staff_test"


ADVICE: Mapping[Band, Key] = {
    Band.GREEN: Key.PAIN_GREEN,
    Band.AMBER: Key.PAIN_AMBER,
    Band.RED: Key.PAIN_RED,
}

# Reviewed as they stand, or owed to the law: no clinic words these itself.
FIXED = frozenset(
    {
        Key.URGENT, Key.CRISIS, Key.DEATH, Key.STOPPED, Key.STOPPED_URGENT, Key.STOPPED_CRISIS,
        Key.WELCOME, Key.CONSENTED, Key.HELP, Key.WRONG_NUMBER, Key.NOTE, Key.CARER_SAFETY,
        Key.STAFF_ALERT, Key.STAFF_BUNDLE, Key.STAFF_HOLD,
        Key.STAFF_SILENT, Key.STAFF_SENDING, Key.STAFF_BUDGET, Key.STAFF_TEST, Key.CODE,
        Key.STAFF_INVITE, Key.STAFF_RESET,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Values:
    """What may be filled in: a closed set, and the only names a wording may use.

    `first` only if the patient agreed to it. `day` only if it is not today: $when is the day, or
    the word for today. `choices` comes from `choices_words`, `time` and `day` from `clock_words`
    and `day_words`. `whom` is the first name, or the initials, of whom a carer looks after.
    `advice` is what the clinic says to a pain level: it follows a text where there is room, and a
    letter always. `code` opens a page to who reads it there and then.
    """

    clinic: str
    first: str = ""
    link: str = ""
    phone: str = ""
    emergency: str = "911"
    crisis: str = "988"
    pain: int | None = None
    time: str = ""
    day: str = ""
    choices: str = ""
    note: str = ""
    staff: str = ""
    count: int | None = None
    unsubscribe: str = ""
    whom: str = ""
    advice: str = ""
    code: str = ""
