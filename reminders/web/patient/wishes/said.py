"""How do a patient's wishes read, and what stands in the forms below them?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from markupsafe import Markup

from reminders.config import Settings
from reminders.core import schedule
from reminders.core.fading import Pace
from reminders.core.wording import LANGUAGES, clock_words
from reminders.core.wording.speech import speech
from reminders.store.people import Medium, Patient, PatientPause
from reminders.store.plans import Routine
from reminders.store.queries.wishes import Wishes
from reminders.web.patient.calls import with_calls
from reminders.web.patient.view import Frame, short_date
from reminders.web.patient.wishes.acts import (
    LONGEST_PAUSE,
    WIDEST,
    Topic,
    Trouble,
    agreement,
    usual_hours,
)
from reminders.web.words import Words, filled, words


@dataclass(frozen=True)
class Said:
    """What has just happened on the page: something done, or something that could not be."""

    topic: str = ""
    trouble: Trouble | None = None
    done: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """One option; what must be agreed to first stands in `agree`."""

    value: str
    label: str
    chosen: bool
    agree: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Slot:
    """One time of day of a routine."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class Pauses:
    """The pause that stands or is coming, and what its form begins with."""

    now: str
    first: str
    last: str
    today: str
    own: bool
    by_clinic: Markup | None


@dataclass(frozen=True)
class WishesPage:
    """Everything the page says."""

    done: str
    topic: str
    trouble: Markup | None
    times: str
    slots: tuple[Slot, ...]
    hours: str
    wider: bool
    way: str
    ways: tuple[Choice, ...]
    language: str
    languages: tuple[Choice, ...]
    pause: Pauses
    pace: str
    paces: tuple[Choice, ...]
    calendar: str
    calendar_app: str
    shows_calendar: bool


def said_of(
    wishes: Wishes, frame: Frame, said: Said, settings: Settings, now: datetime
) -> WishesPage:
    """Say what is true now, and keep what was typed where it could not be taken."""
    patient, w = wishes.patient, frame.w
    address = _calendar_address(wishes, settings, now)
    page = WishesPage(
        done="",
        topic=said.topic,
        trouble=_trouble(said, patient, frame),
        times=_times(wishes, frame),
        slots=tuple(_slots(wishes, said, frame)),
        hours=_between(w.wishes.hours, usual_hours(patient), frame.lang),
        wider=_wider(patient) or "wider" in said.typed,
        way=_way(wishes, w),
        ways=tuple(_ways(wishes, said, w)),
        language=w.name,
        languages=tuple(_languages(frame.lang)),
        pause=_pauses(patient, said, frame, schedule.local_day(now, patient.tz)),
        pace=_pace_name(_pace(wishes), w),
        paces=tuple(_paces(_pace(wishes), w)),
        calendar=address,
        # A phone subscribes to a webcal: address at a tap; a copied one works everywhere.
        shows_calendar=said.done == Topic.CALENDAR,
        calendar_app=address.replace("https:", "webcal:").replace("http:", "webcal:"),
    )
    return _with_done(page, said, wishes, w)


def _with_done(page: WishesPage, said: Said, wishes: Wishes, w: Words) -> WishesPage:
    """Add what is true from now on, after a change."""
    confirm = wishes.patient.clinic.double_opt_in
    own = w.wishes
    done = {
        Topic.TIMES: filled(own.times_done, now=page.times or own.no_plan),
        Topic.WAY: own.way_confirm if confirm else filled(own.way_done, now=page.way),
        Topic.LANGUAGE: own.language_done,
        Topic.PAUSE: filled(own.pause_done, now=page.pause.now or own.no_pause),
        Topic.RESUME: own.resume_done,
        Topic.PACE: filled(own.pace_done, now=page.pace),
        Topic.CALENDAR: own.calendar_done,
    }
    known = said.done in set(Topic)
    return replace(page, done=done[Topic(said.done)]) if known else page


def _trouble(said: Said, patient: Patient, frame: Frame) -> Markup | None:
    if said.trouble is None:
        return None
    template: str = getattr(frame.w.wish_trouble, said.trouble)
    window = WIDEST if said.trouble is Trouble.WIDEST else usual_hours(patient)
    values = {"phone": frame.phone, "n": LONGEST_PAUSE}
    return with_calls(_between(template, window, frame.lang, **values), frame.phone)


def _between(template: str, window: schedule.Window, lang: str, **values: object) -> str:
    opens, closes = clock_words(window.opens, lang), clock_words(window.closes, lang)
    return filled(template, opens=opens, closes=closes, **values)


def _wider(patient: Patient) -> bool:
    usual, own = usual_hours(patient), patient.window
    return own.opens < usual.opens or own.closes > usual.closes


def _times(wishes: Wishes, frame: Frame) -> str:
    """Every time with its days, as they are kept inside the hours."""
    said = []
    for routine in wishes.routines:
        walls = " · ".join(_wall(one, wishes.patient, frame.lang) for one in routine.times)
        said.append(filled(frame.w.wishes.when, time=walls, days=_days(routine, frame.w)))
    return "; ".join(said)


def _wall(kept: str, patient: Patient, lang: str) -> str:
    return clock_words(schedule.moved(time.fromisoformat(kept), patient.window), lang)


def _days(routine: Routine, w: Words) -> str:
    if len(routine.weekdays) < len(schedule.EVERY_DAY):
        names = speech(w.lang).dates.days
        return filled(w.wishes.on_days, days=", ".join(names[day] for day in routine.weekdays))
    every = w.wishes.every[min(routine.every_days, len(w.wishes.every)) - 1]
    return filled(every, n=routine.every_days)


def _slots(wishes: Wishes, said: Said, frame: Frame) -> Iterator[Slot]:
    for routine in wishes.routines:
        days = _days(routine, frame.w)
        for slot, kept in enumerate(routine.times):
            wall = schedule.moved(time.fromisoformat(kept), wishes.patient.window)
            name = f"t{routine.id}-{slot}"
            label = filled(frame.w.wishes.instead, time=clock_words(wall, frame.lang), days=days)
            yield Slot(name, label, said.typed.get(name, wall.isoformat("minutes")))


def _way(wishes: Wishes, w: Words) -> str:
    if wishes.patient.medium in wishes.blocked:
        return w.wishes.stopped
    return _way_name(wishes.patient.medium, w)


def _way_name(medium: Medium, w: Words) -> str:
    return w.wishes.by_text if medium is Medium.TEXT else w.wishes.by_email


def _ways(wishes: Wishes, said: Said, w: Words) -> Iterator[Choice]:
    """The ways that have an address; one that is not in use asks for a consent of its own."""
    patient = wishes.patient
    chosen = said.typed.get("way", patient.medium)
    for medium in Medium:
        dead = medium is Medium.TEXT and patient.landline
        if patient.address(medium) and not dead:
            used = medium is patient.medium and medium not in wishes.blocked
            agree = "" if used else agreement(patient, medium)
            yield Choice(medium, _way_name(medium, w), medium == chosen, agree)


def _languages(lang: str) -> Iterator[Choice]:
    for one in LANGUAGES:
        yield Choice(one, words(one).name, one == lang, lang=one)


def _pauses(patient: Patient, said: Said, frame: Frame, today: date) -> Pauses:
    standing = [one for one in patient.pauses if one.last_day is None or one.last_day >= today]
    own = [one for one in standing if one.by == patient.signature]
    w = frame.w.wishes
    by_clinic = filled(w.clinic_pause, phone=frame.phone) if len(own) < len(standing) else ""
    return Pauses(
        now="; ".join(_span(one, frame) for one in standing),
        first=said.typed.get("first", today.isoformat()),
        last=said.typed.get("last", (today + timedelta(days=6)).isoformat()),
        today=today.isoformat(),
        own=bool(own),
        by_clinic=with_calls(by_clinic, frame.phone) if by_clinic else None,
    )


def _span(pause: PatientPause, frame: Frame) -> str:
    w, first = frame.w.wishes, short_date(pause.first_day, frame.lang)
    if pause.last_day is None:
        return filled(w.pause_open, first=first)
    return filled(w.pause_span, first=first, last=short_date(pause.last_day, frame.lang))


def _pace(wishes: Wishes) -> Pace | None:
    """How often they hear from us; the routines of a plan are thinned out together."""
    paces = (one.fading.pace for one in wishes.routines if one.fading is not None)
    return next(paces, None)


def _pace_name(pace: Pace | None, w: Words) -> str:
    name: str = getattr(w.wishes, pace.value if pace else "always")
    return name


def _paces(pace: Pace | None, w: Words) -> Iterator[Choice]:
    yield Choice("always", w.wishes.always, pace is None)
    for one in Pace:
        if one is not Pace.GRADUAL or pace is Pace.GRADUAL:
            yield Choice(one, _pace_name(one, w), one is pace)


def _calendar_address(wishes: Wishes, settings: Settings, now: datetime) -> str:
    link = wishes.calendar
    if link is None or not link.open_at(now):
        return ""
    token = link.token(settings.secret_key.get_secret_value())
    return f"{settings.public_base_url}/calendar/{token}.ics"
