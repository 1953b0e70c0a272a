"""How does the page read in the patient's language, at their hour?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from reminders.core import schedule
from reminders.core.adherence import Mark, Outcome
from reminders.core.dose import Bout, bouts, in_words, minutes
from reminders.core.exercises import drawing, moves
from reminders.core.replies import Intent
from reminders.core.wording import HIGH_PAIN, day_words
from reminders.core.wording.speech import speech
from reminders.store.queries.library import PhotoPlace
from reminders.store.queries.page import Holder, Page, Task
from reminders.web.patient.calls import with_calls
from reminders.web.patient.form import Trouble, Typed
from reminders.web.words import DayPart, Words, counted, filled, words

OPTING_OUT = (Intent.STOP, Intent.WRONG_NUMBER)


@dataclass(frozen=True)
class Frame:
    """What stands around every page of a patient."""

    w: Words
    lang: str
    clinic: str
    phone: str
    emergency: str
    therapist: str
    name: str
    no_more: bool

    @classmethod
    def of(cls, holder: Holder) -> "Frame":
        w = words(holder.language)
        return cls(
            w=w,
            lang=w.lang,
            clinic=holder.clinic,
            phone=holder.phone,
            emergency=holder.emergency,
            therapist=holder.therapist or w.session.your_therapist,
            name=holder.first_name,
            no_more=holder.last is not None and holder.last.intent in OPTING_OUT,
        )

    @property
    def danger_title(self) -> Markup:
        return with_calls(filled(self.w.safety.title, emergency=self.emergency), self.emergency)

    @property
    def unwatched(self) -> Markup:
        return with_calls(filled(self.w.safety.unwatched, phone=self.phone), self.phone)


@dataclass(frozen=True)
class Card:
    """One exercise with its picture, its dose in words and how to do it."""

    number: int
    name: str
    drawing: Markup | None
    photo: PhotoPlace | None
    alt: str
    video: str
    film: str
    headline: str
    remarks: tuple[str, ...]
    start: str
    steps: tuple[str, ...]
    tips: tuple[tuple[str, str], ...]
    bouts: tuple[Bout, ...]
    field: str
    chosen: str


@dataclass(frozen=True)
class Session:
    """Today's exercises; without a sitting there is nothing to send."""

    right: str
    greeting: str
    lead: str
    for_day: str
    changes: tuple[str, ...]
    cards: tuple[Card, ...]
    sends: bool
    kept: bool
    pain: int | None
    said: str
    note: str
    all: str
    trouble: str
    about: Trouble | None


@dataclass(frozen=True)
class Line:
    """One line of what was logged."""

    mark: Mark
    text: str
    remark: str = ""


@dataclass(frozen=True)
class Thanks:
    """What was logged, said back."""

    right: str
    title: str
    text: str
    heading: str
    lines: tuple[Line, ...]
    pain: int | None
    said: str
    high_pain: Markup | None


def session_of(page: Page, typed: Typed, trouble: Trouble | None, now: datetime) -> Session:
    """Set today's exercises, with what was typed or is known already."""
    w, holder = words(page.holder.language), page.holder
    weekday = _day(page, now).weekday()
    time = counted(w.session.minutes, minutes(task.dose.on(weekday) for task in page.tasks))
    local = now.astimezone(holder.zone)
    return Session(
        right=_right(page, now),
        greeting=filled(w.part(local.hour).greeting, name=holder.first_name),
        lead=counted(w.session.lead, len(page.tasks), time=time),
        for_day=_for_day(page, now),
        changes=tuple(_changes(page, w)),
        cards=tuple(
            _card(page, n, task, typed, weekday) for n, task in enumerate(page.tasks, start=1)
        ),
        sends=bool(page.sittings),
        kept=page.entry is not None and not page.logged,
        pain=typed.pain,
        said=page.entry.note if page.entry is not None else "",
        note=typed.note,
        all=counted(w.session.all, len(page.tasks)),
        trouble=_trouble(trouble, w),
        about=trouble,
    )


def thanks_of(page: Page, now: datetime) -> Thanks:
    """Say back what is logged."""
    assert page.entry is not None
    w, entry, holder = words(page.holder.language), page.entry, page.holder
    therapist = holder.therapist or w.session.your_therapist
    skipped = entry.outcome is Outcome.SKIPPED
    title = w.thanks.skipped_title if skipped else w.thanks.title
    text = w.thanks.skipped if skipped else w.thanks.logged
    return Thanks(
        right=_right(page, now),
        title=filled(title, name=holder.first_name),
        text=filled(text, therapist=therapist),
        heading=_heading(page, now),
        lines=tuple(_lines(page, w)),
        pain=entry.pain,
        said=entry.note,
        high_pain=_high_pain(page, therapist, w),
    )


def _right(page: Page, now: datetime) -> str:
    """The day and its part at the page's right: "Fri 20 Nov, morning"."""
    day = short_date(_day(page, now), page.holder.language)
    return ", ".join(filter(None, (day, _part(page).name))) if page.sittings else day


def _day(page: Page, now: datetime) -> date:
    """The day of the sitting, else today: some days have a dose of their own."""
    if page.sittings:
        return page.sittings[0].day
    return schedule.local_day(now, page.holder.zone)


def _part(page: Page) -> DayPart:
    due = page.sittings[0].due_at.astimezone(page.holder.zone)
    return words(page.holder.language).part(due.hour)


def short_date(day: date, lang: str) -> str:
    """Say a date: "Fri 20 Nov", "vie 20 nov"."""
    dates = speech(lang).dates
    return f"{dates.days[day.weekday()]} {day.day} {dates.months[day.month - 1]}"


def _for_day(page: Page, now: datetime) -> str:
    """Name the day if it is not today's: a link of yesterday logs for yesterday."""
    today = schedule.local_day(now, page.holder.zone)
    if not page.sittings or page.sittings[0].day == today:
        return ""
    day = day_words(page.sittings[0].day, today, page.holder.language)
    return filled(words(page.holder.language).session.for_day, day=day)


def _heading(page: Page, now: datetime) -> str:
    today = schedule.local_day(now, page.holder.zone)
    is_today = page.sittings[0].day == today
    return _part(page).heading if is_today else _right(page, now)


def _changes(page: Page, w: Words) -> Iterator[str]:
    """The plan as it is now, and what changed since the text."""
    if page.changes:
        yield w.session.plan_changed
    named = (
        (w.session.new, page.changes.new),
        (w.session.gone, page.changes.gone),
        (w.session.other, page.changes.other),
    )
    for template, names in named:
        if names:
            yield filled(template, names=", ".join(names))


def _card(page: Page, number: int, task: Task, typed: Typed, weekday: int) -> Card:
    lang = page.holder.language
    asked = task.dose.on(weekday)
    s, dose, how = words(lang).session, in_words(asked, lang), task.words
    picture = None if task.photo else drawing(task.drawing, lang, instance=str(number))
    tips = ((s.feel, how.feel), (s.stop, how.stop))
    return Card(
        number=number,
        name=how.name,
        drawing=Markup(picture) if picture else None,  # noqa: S704 - our own drawing
        photo=task.photo,
        alt=how.picture or how.name,
        video=task.video,
        film=task.drawing if picture and moves(task.drawing) else "",
        headline=dose.headline,
        remarks=(*dose.remarks, *filter(None, (task.note,))),
        start=how.start,
        steps=how.steps,
        tips=tuple((label, text) for label, text in tips if text),
        bouts=bouts(asked),
        field=f"e{task.prescription_id}" if page.sittings else "",
        chosen=typed.marks.get(task.prescription_id, ""),
    )


def _trouble(trouble: Trouble | None, w: Words) -> str:
    if trouble is None:
        return ""
    template: str = getattr(w.trouble, trouble)
    return filled(template, skip=w.session.skip, marked=w.session.marked)


def _lines(page: Page, w: Words) -> Iterator[Line]:
    assert page.entry is not None
    outcome = page.entry.outcome
    if outcome is Outcome.SKIPPED:
        yield Line(Mark.SKIPPED, w.thanks.skipped_row)
    elif outcome is Outcome.PART and page.entry.done is None:
        yield Line(Mark.PART, w.thanks.part_row)
    else:
        for task in page.spoken_of:
            did = page.did(task)
            yield Line(
                Mark.DONE if did else Mark.SKIPPED,
                task.words.name,
                "" if did else w.thanks.not_today,
            )


def _high_pain(page: Page, therapist: str, w: Words) -> Markup | None:
    pain = page.entry.pain if page.entry is not None else None
    if pain is None or pain < HIGH_PAIN:
        return None
    phone = page.holder.phone
    said = filled(w.thanks.high_pain, pain=pain, therapist=therapist, phone=phone)
    return with_calls(said, phone)
