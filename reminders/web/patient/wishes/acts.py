"""What changes when a patient asks for it, and when can it not be taken as it came?

Each act returns the trouble, or nothing where it is done; the caller commits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from reminders import outbox
from reminders.core import schedule
from reminders.core.fading import Fading, Pace
from reminders.core.gate import Kind
from reminders.core.schedule import Window
from reminders.core.wording import LANGUAGES, Key
from reminders.store.conversation import Message, Purpose, State
from reminders.store.db import insert_once
from reminders.store.links import new_link
from reminders.store.people import (
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Source,
    Why,
    suppression,
)
from reminders.store.plans import plan_of, write_version
from reminders.store.queries.wishes import Wishes
from reminders.store.rewriting import draft_of
from reminders.web.words import filled, words

# The patient's written wish may widen the clinic's hours to these.
WIDEST: Final = Window(time(7), time(22))
AFTER: Final = timedelta(hours=1)
LONGEST_PAUSE: Final = 60
# Nobody plans further ahead, and the calendar itself ends somewhere.
FARTHEST: Final = timedelta(days=365)
CALENDAR_LASTS: Final = timedelta(days=400)
CONSENT_VERSION: Final = "page-2026-11"


class Topic(StrEnum):
    """What can be changed."""

    TIMES = "times"
    WAY = "way"
    LANGUAGE = "language"
    PAUSE = "pause"
    RESUME = "resume"
    PACE = "pace"
    CALENDAR = "calendar"


class Trouble(StrEnum):
    """Why a wish could not be taken; the name of its words in WishTroubleWords."""

    UNSURE = "unsure"
    TIME = "time"
    OUTSIDE = "outside"
    WIDEST = "widest"
    TWICE = "twice"
    AGREE = "agree"
    BLOCKED = "blocked"
    CHOICE = "choice"
    DAYS = "days"
    PAST = "past"
    FAR = "far"


@dataclass(frozen=True)
class Asked:
    """One wish: the form, and everything it may be about."""

    session: Session
    secret: str
    wishes: Wishes
    form: Mapping[str, str]
    now: datetime

    @property
    def patient(self) -> Patient:
        return self.wishes.patient

    @property
    def today(self) -> date:
        return schedule.local_day(self.now, self.patient.tz)


def set_times(asked: Asked) -> Trouble | None:
    """Move the routines; a time outside the usual hours needs the wish to be ticked."""
    typed = [list(_walls(asked, one.id, len(one.times))) for one in asked.wishes.routines]
    usual = usual_hours(asked.patient)
    walls = [wall for of_one in typed for wall in of_one if wall is not None]
    if len(walls) < sum(map(len, typed)):
        return Trouble.TIME
    if any(len(set(of_one)) < len(of_one) for of_one in typed):
        return Trouble.TWICE
    beyond = [wall for wall in walls if not _inside(wall, usual)]
    if any(not _inside(wall, WIDEST) for wall in beyond):
        return Trouble.WIDEST
    if beyond and "wider" not in asked.form:
        return Trouble.OUTSIDE
    _keep_hours(asked.patient, usual, beyond)
    _move(asked, [[wall for wall in of_one if wall is not None] for of_one in typed])
    outbox.replan(asked.session, asked.patient, asked.now)
    return None


def _move(asked: Asked, times: Sequence[Sequence[time]]) -> None:
    """Write a version with these times: how the plan stood before stays to be seen."""
    plan = plan_of(asked.session, asked.patient)
    said = [
        _moved(routine.times, walls)
        for routine, walls in zip(asked.wishes.routines, times, strict=True)
    ]
    change = ", ".join(filter(None, said))
    if plan.current is None or not change:
        return
    draft = draft_of(plan.current)
    routines = tuple(
        replace(one, times=tuple(walls)) for one, walls in zip(draft.routines, times, strict=True)
    )
    moved = replace(draft, routines=routines, change=f"Moved by the patient: {change}.")
    write_version(plan, moved, by=None, now=asked.now)


def _moved(before: Sequence[str], walls: Sequence[time]) -> str:
    after = [wall.isoformat("minutes") for wall in walls]
    return ", ".join(f"{old} → {new}" for old, new in zip(before, after, strict=True) if old != new)


def _walls(asked: Asked, routine_id: int, slots: int) -> Iterator[time | None]:
    for slot in range(slots):
        try:
            yield time.fromisoformat(asked.form.get(f"t{routine_id}-{slot}", "")[:5])
        except ValueError:
            yield None


def usual_hours(patient: Patient) -> Window:
    """The hours without a wish for wider ones: the clinic's, or narrower ones of their own."""
    clinic, own = patient.clinic.window, patient.window
    opens, closes = max(clinic.opens, own.opens), min(clinic.closes, own.closes)
    return Window(opens, closes) if opens < closes else clinic


def _inside(wall: time, window: Window) -> bool:
    return window.opens <= wall < window.closes


def _keep_hours(patient: Patient, usual: Window, beyond: Sequence[time]) -> None:
    """Widen the hours as far as these times need it, and no further."""
    opens = min([usual.opens, *beyond])
    closes = max([usual.closes, *(_after(wall) for wall in beyond if wall >= usual.closes)])
    clinic = patient.clinic.window
    patient.wish_hours(
        opens if opens != clinic.opens else None, closes if closes != clinic.closes else None
    )


def _after(wall: time) -> time:
    """Room for a message to arrive late, within the widest hours."""
    later = datetime.combine(date(2000, 1, 1), wall) + AFTER
    return min(later.time(), WIDEST.closes)


def set_way(asked: Asked) -> Trouble | None:
    """Write another way, with a consent given here and now."""
    patient, chosen = asked.patient, asked.form.get("way", "")
    if chosen not in set(Medium) or not patient.address(Medium(chosen)):
        return Trouble.CHOICE
    medium = Medium(chosen)
    if medium is patient.medium and medium not in asked.wishes.blocked:
        return None
    if f"agree-{medium}" not in asked.form:
        return Trouble.AGREE
    if not _unblocked(asked, medium):
        return Trouble.BLOCKED
    _agree(asked, medium)
    patient.medium = medium
    outbox.send_by(asked.session, patient, medium)
    return None


def _unblocked(asked: Asked, medium: Medium) -> bool:
    """Lift a stop of the patient's own; the carrier's, or a wrong number, is not theirs to lift."""
    patient = asked.patient
    address = patient.address(medium)
    assert address is not None
    row = suppression(asked.session, patient.clinic_id, medium, address)
    if row is None or row.lifted_at is not None:
        return True
    if row.source is Source.CARRIER or row.why is not Why.OPT_OUT:
        return False
    row.lift(asked.now)
    return True


def _agree(asked: Asked, medium: Medium) -> None:
    patient = asked.patient
    given = Consent.of(
        patient, medium, ConsentStep.GIVEN, how="page", at=asked.now, by=patient.signature
    )
    asked.session.add(given.said(agreement(patient, medium), CONSENT_VERSION))
    insert_once(asked.session, Message, [_welcome(asked, medium)])


def agreement(patient: Patient, medium: Medium) -> str:
    """What is agreed to, as it is shown and as it is kept."""
    w = words(patient.language).wishes
    said = w.agree_text if medium is Medium.TEXT else w.agree_email
    return filled(said, clinic=patient.clinic.short_name)


def _welcome(asked: Asked, medium: Medium) -> dict[str, object]:
    """The first message of a new way says how often, what it costs and how to end it."""
    patient = asked.patient
    return {
        "clinic_id": patient.clinic_id,
        "recipient": f"p{patient.id}",
        "kind": Kind.WELCOME,
        "key": f"{medium}-{asked.now:%Y%m%dT%H%MZ}",
        "patient_id": patient.id,
        "medium": medium,
        "wording": Key.WELCOME if patient.clinic.double_opt_in else Key.CONSENTED,
        "state": State.DUE,
        "due_at": asked.now,
        "ready_at": asked.now,
        "created_at": asked.now,
    }


def set_language(asked: Asked) -> Trouble | None:
    """Write and show pages in another language."""
    chosen = asked.form.get("language", "")
    if chosen not in LANGUAGES:
        return Trouble.CHOICE
    asked.patient.language = chosen
    return None


def set_pause(asked: Asked) -> Trouble | None:
    """Send no reminders from a day to a day."""
    try:
        first, last = (date.fromisoformat(asked.form.get(one, "")) for one in ("first", "last"))
    except ValueError:
        return Trouble.DAYS
    if first < asked.today:
        return Trouble.PAST
    if first - asked.today > FARTHEST:
        return Trouble.FAR
    if last < first or last - first >= timedelta(days=LONGEST_PAUSE):
        return Trouble.DAYS
    asked.patient.pause(first, last, by=asked.patient.signature)
    outbox.repause(asked.session, asked.patient, asked.now)
    return None


def resume(asked: Asked) -> Trouble | None:
    """End the pauses that they asked for."""
    asked.patient.resume_own(asked.today)
    outbox.repause(asked.session, asked.patient, asked.now)
    return None


def set_pace(asked: Asked) -> Trouble | None:
    """Thin the reminders out from today on, or none of them; the sittings stay."""
    chosen = asked.form.get("pace", "")
    if chosen == "always":
        fading = None
    elif chosen in set(Pace) - {Pace.GRADUAL}:
        fading = Fading(Pace(chosen), asked.today)
    else:
        return None if chosen == Pace.GRADUAL else Trouble.CHOICE
    for routine in asked.wishes.routines:
        routine.fade(fading)
    return None


def renew_calendar(asked: Asked) -> Trouble | None:
    """Make an address for their calendar; the one before it ends."""
    if asked.wishes.calendar is not None:
        asked.wishes.calendar.revoked_at = asked.now
    asked.session.add(
        new_link(
            asked.patient.clinic_id,
            asked.patient.id,
            Purpose.CALENDAR,
            asked.patient.medium,
            secret=asked.secret,
            now=asked.now,
            expires_at=asked.now + CALENDAR_LASTS,
        )
    )
    return None
