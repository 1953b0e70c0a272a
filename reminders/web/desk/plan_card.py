"""What does the plan in force look like on the patient's page, and what might it need next?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from reminders.core.dose import minutes, sentence
from reminders.store.queries.plan import PhaseRow, Prescribed, Version, phases_of, prescribed
from reminders.web.desk import words
from reminders.web.desk.library.sheets import picture
from reminders.web.desk.suggestions import Card, Known, cards
from reminders.web.house import session


@dataclass(frozen=True)
class Shown:
    """One exercise of the plan as the page draws it."""

    name: str
    dose: str
    note: str
    picture: Markup


@dataclass(frozen=True)
class Past:
    """One version as the list of them tells it; the reasons are why a check was not heeded."""

    number: int
    day: str
    by: str
    change: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PlanCard:
    """The plan in force and how it came to be."""

    number: int
    times: str
    minutes: int
    phase: str
    exercises: tuple[Shown, ...]
    suggestions: list[Card]
    history: tuple[Past, ...]


def plan_card(known: Known | None, plan: Sequence[Version], today: date) -> PlanCard | None:
    """Draw the plan; nothing where none is in force."""
    if known is None:
        return None
    current = known.version
    lines = prescribed(session(), current.id, "en")
    phases = phases_of(session(), current)
    return PlanCard(
        number=current.number,
        times=times_of(current),
        minutes=minutes(line.dose for line in lines),
        phase=_phase(phases, today),
        exercises=tuple(_shown(line) for line in lines),
        suggestions=cards(known, phases),
        history=tuple(_past(one, known, today) for one in reversed(plan)),
    )


def times_of(version: Version | None) -> str:
    """When the plan asks for its sessions: "Mon–Sat 8:00 am"."""
    if version is None:
        return ""
    return "; ".join(
        f"{words.weekdays(one.weekdays)} {', '.join(words.clock(wall) for wall in one.times)}"
        + (f", every {one.every_days} days" if one.every_days > 1 else "")
        for one in version.routines
    )


def _phase(phases: Sequence[PhaseRow], today: date) -> str:
    """Where the patient stands, since when and by whose word."""
    for nth, one in enumerate(phases, 1):
        if one.current:
            since = f" since {words.day(one.since, today)}" if one.since else ""
            signed = f", signed by {one.signed_by}" if one.signed_by else ""
            return f"Phase {nth} of {len(phases)}: {one.name}{since}{signed}"
    return ""


def _shown(line: Prescribed) -> Shown:
    said = sentence(line.dose, "en")
    return Shown(line.name, said, line.note, picture(line.drawing, f"p{line.position}"))


def _past(one: Version, known: Known, today: date) -> Past:
    day = words.day(one.made_at.astimezone(known.zone).date(), today)
    return Past(one.number, day, one.by, one.change, tuple(one.reasons.values()))
