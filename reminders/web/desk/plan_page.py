"""What does the plan form show beside what was typed?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final

from flask import render_template
from markupsafe import Markup

from reminders.core import schedule
from reminders.core.dose import minutes, sentence
from reminders.core.exercises import library
from reminders.core.wording import Size, Values, measure, reminder
from reminders.store.people import Patient
from reminders.store.queries.plan import Prescribed, RoutineRow
from reminders.web.desk import words
from reminders.web.desk.access import clinic
from reminders.web.desk.clinic import kind, picture
from reminders.web.desk.draft import RARE, Draft, Line, Rhythm
from reminders.web.house import house, now

TOKEN: Final = "k7qdm2xr5sfa4twp6hbn3ycvz7"  # noqa: S105 - an example: a real one is as long
LONG: Final = 30  # minutes; from here on a plan is a burden


@dataclass(frozen=True)
class Standing:
    """The plan in force, and what its exercises are called."""

    number: int
    lines: tuple[Prescribed, ...]
    routines: tuple[RoutineRow, ...]
    names: Mapping[str, str]  # every exercise that can be prescribed

    @property
    def keys(self) -> frozenset[str]:
        """The routines that are this plan's own."""
        return frozenset(one.key for one in self.routines)


@dataclass(frozen=True)
class ShownLine:
    """One exercise of the form with what is known of it."""

    line: Line
    name: str
    kind: str
    dose: str
    new: bool
    picture: Markup


@dataclass(frozen=True)
class Offered:
    """One exercise of the library beside the plan."""

    key: str
    name: str
    kind: str
    chosen: bool
    picture: Markup


@dataclass(frozen=True)
class Check:
    """One thing looked at: fine, or worth a second look."""

    text: str
    fine: bool


@dataclass(frozen=True)
class TextPreview:
    """The reminder as it will leave."""

    body: str
    size: Size
    first: str


def plan_page(patient: Patient, standing: Standing, draft: Draft) -> str:
    return render_template(
        "desk/plan.html",
        place="patients",
        patient=patient,
        number=standing.number + 1,
        old=standing.number,
        draft=draft,
        rare=RARE,
        lines=[_shown(line, standing) for line in draft.lines],
        offered=[_offered(key, name, draft) for key, name in standing.names.items()],
        checks=_checks(patient, draft),
        preview=_preview(patient, draft),
        minutes=minutes(line.dose for line in draft.lines) if draft.lines else 0,
    )


def _shown(line: Line, standing: Standing) -> ShownLine:
    before = {one.key for one in standing.lines}
    entry = library().get(line.key)
    return ShownLine(
        line,
        standing.names.get(line.key, line.key),
        kind(entry) if entry is not None else "Your clinic’s own",
        sentence(line.dose, "en"),
        standing.number > 0 and line.key not in before,
        picture(line.key, f"e{line.id}"),
    )


def _offered(key: str, name: str, draft: Draft) -> Offered:
    entry = library().get(key)
    chosen = any(line.key == key for line in draft.lines)
    return Offered(
        key,
        name,
        kind(entry) if entry is not None else "Your clinic’s own",
        chosen,
        picture(key, f"l-{key}"),
    )


def _checks(patient: Patient, draft: Draft) -> list[Check]:
    """What a careful reader would look at before giving this plan."""
    count = words.counted(len(draft.lines), "exercise")
    length = minutes(line.dose for line in draft.lines) if draft.lines else 0
    found = [Check(f"{count}, about {words.counted(length, 'minute')}", 0 < length <= LONG)]
    found += [_window(patient, wall) for one in draft.routines for wall in one.walls]
    found += [_review(line) for line in draft.lines if line.key in library()]
    return list(dict.fromkeys(found))


def _window(patient: Patient, wall: time) -> Check:
    put = schedule.moved(wall, patient.window)
    first = patient.first_name
    if put == wall:
        return Check(f"{words.clock(put)} is inside {first}’s hours", True)
    opens, closes = words.clock(patient.window.opens), words.clock(patient.window.closes)
    moved = f"{words.clock(wall)} is moved to {words.clock(put)}"
    return Check(f"{moved}: {first} is written to from {opens} to {closes}.", False)


def _review(line: Line) -> Check:
    reviewed = library()[line.key].reviewed
    text = "Reviewed by a clinician" if reviewed else "Some texts are not yet reviewed"
    return Check(text, reviewed)


def _preview(patient: Patient, draft: Draft) -> TextPreview:
    values = Values(
        clinic=clinic().short_name,
        first=patient.first_name if clinic().use_first_name else "",
        link=f"{house().settings.public_base_url}/x/{TOKEN}",
        phone=clinic().phone,
    )
    body = reminder(patient.language, values, with_stop=False)
    return TextPreview(body, measure(body), _first(patient, draft))


def _first(patient: Patient, draft: Draft) -> str:
    """When the first reminder of this plan leaves."""
    dues = [schedule.next_due(_rhythm(patient, one), now()) for one in draft.routines if one.sound]
    moments = [due.at for due in dues if due is not None and not due.paused]
    if not moments:
        return "not planned"
    today = schedule.local_day(now(), patient.tz)
    return words.moment(min(moments).astimezone(patient.tz), today)


def _rhythm(patient: Patient, one: Rhythm) -> schedule.Rhythm:
    return schedule.Rhythm(
        patient.tz,
        one.walls,
        one.first or schedule.local_day(now(), patient.tz),
        one.last,
        frozenset(one.days),
        int(one.every),
        patient.window,
        tuple(pause.span for pause in patient.pauses),
    )
