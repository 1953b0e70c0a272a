"""What do the patient's own pages say: week, reminders, second step?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FootWords:
    """Where else a patient may go from their page."""

    more: str
    week: str
    reminders: str
    later: str
    stop: str
    today: str
    keep: str
    off: str


@dataclass(frozen=True)
class StepWords:
    """The second step before history and settings."""

    title: str
    why: str
    year: str
    year_hint: str
    code: str
    code_hint: str
    send: str
    no_code: str
    resend: str
    button: str
    wrong: tuple[str, ...]
    shape: str
    unsure: str
    closed_title: str
    closed: str


@dataclass(frozen=True)
class WeekWords:
    """What was done, missed and is coming."""

    title: str
    lead: tuple[str, ...]
    nothing: str
    streak: str
    fresh: str
    today: str
    open: str
    of: str
    pain_title: str
    began: str
    better: str
    worse: str
    same: str
    no_pain: str
    first: str
    why_title: str
    why: str
    later: str


@dataclass(frozen=True)
class LaterWords:
    """One more reminder today."""

    title: str
    lead: str
    hour: str
    evening: str
    other: str
    clock: str
    button: str
    waits: str
    undo: str
    nothing: str
    bad: str


@dataclass(frozen=True)
class StopWords:
    """No more, or not my number."""

    title: str
    lead: str
    stop: str
    stop_text: str
    wrong: str
    wrong_text: str
    keep: str
    done_title: str
    done: str


@dataclass(frozen=True)
class KeepWords:
    """A phone that keeps the page, or kept it."""

    title: str
    lead: str
    shared: str
    button: str
    kept: tuple[str, ...]
    off_title: str
    off_this: str
    off_all: str
    off_button: str
    install: str
    missing_title: str
    missing: str


@dataclass(frozen=True)
class OfflineWords:
    """Without a network."""

    off: str
    waiting: str
    sent: str
    title: str
    text: str


@dataclass(frozen=True)
class WishesWords:
    """How the patient wants to be written to."""

    title: str
    lead: str
    save: str
    no_plan: str
    times: str
    instead: str
    every: tuple[str, ...]
    on_days: str
    when: str
    hours: str
    wider: str
    times_done: str
    way: str
    by_text: str
    by_email: str
    stopped: str
    agree_text: str
    agree_email: str
    way_done: str
    way_confirm: str
    language: str
    language_done: str
    pause: str
    no_pause: str
    pause_span: str
    pause_open: str
    pause_first: str
    pause_last: str
    pause_done: str
    resume: str
    resume_done: str
    clinic_pause: str
    pace: str
    pace_hint: str
    always: str
    every_other: str
    twice_a_week: str
    weekly: str
    gradual: str
    pace_done: str
    calendar: str
    calendar_text: str
    calendar_on: str
    calendar_off: str
    calendar_make: str
    calendar_add: str
    calendar_copy: str
    calendar_renew: str
    calendar_renew_hint: str
    calendar_done: str
    calendar_entry: str


@dataclass(frozen=True)
class WishTroubleWords:
    """Why a wish could not be taken as it came."""

    unsure: str
    time: str
    outside: str
    widest: str
    twice: str
    agree: str
    blocked: str
    choice: str
    days: str
    past: str
    far: str
