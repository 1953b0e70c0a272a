"""What does the plan form show beside what was typed?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template
from markupsafe import Markup

from reminders.core.dose import Band, minutes, sentence
from reminders.core.exercises import Condition
from reminders.core.fading import Pace
from reminders.core.programme import built_in
from reminders.store.people import Patient
from reminders.store.queries.library import PhotoPlace
from reminders.web.desk import words
from reminders.web.desk.draft import RARE, Draft, Line
from reminders.web.desk.library.sheets import kind, picture
from reminders.web.desk.plan_change import PACES
from reminders.web.desk.plan_checks import findings
from reminders.web.desk.plan_preview import text_preview
from reminders.web.desk.plan_standing import Standing
from reminders.web.desk.shelf import GROUPS, offered

CONDITIONS: Final = tuple((one.value, one.replace("_", " ").capitalize()) for one in Condition)
BANDS: Final = tuple((one.value, one.value) for one in Band)
THINNED: Final = tuple((one.value, PACES[one].capitalize()) for one in Pace)


@dataclass(frozen=True)
class ShownLine:
    """One exercise of the form with what is known of it."""

    line: Line
    name: str
    kind: str
    dose: str
    new: bool
    picture: Markup
    photo: PhotoPlace | None
    easier: tuple[tuple[str, str], ...]  # key and name of its neighbours
    harder: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tab:
    """One phase of the form, to be looked at."""

    id: str
    name: str
    state: str
    shown: bool


def plan_page(patient: Patient, standing: Standing, draft: Draft, said: str = "") -> str:
    """The form with the plan as it stands in it, what the checks say and what the patient gets."""
    minds = draft.minds if draft.minds is not None else tuple(patient.minds)
    return render_template(
        "desk/plan.html",
        place="patients",
        patient=patient,
        said=said,
        number=standing.number + 1,
        old=standing.number if standing.lines else 0,
        starts=built_in().values(),
        draft=draft,
        stamp=draft.stamp or standing.stamp,
        rare=RARE,
        lines=[_shown(line, standing) for line in draft.on_page],
        tabs=_tabs(draft),
        offered=offered(standing, draft),
        groups=[("", "All"), *((key, name) for key, (name, _) in GROUPS.items())],
        conditions=CONDITIONS,
        minds=minds,
        bands=BANDS,
        thinned=THINNED,
        checks=findings(patient, standing, draft),
        preview=text_preview(patient, draft),
        taken=_taken(draft),
        moving=_moving(standing, draft),
    )


def _shown(line: Line, standing: Standing) -> ShownLine:
    before = {one.key for one in standing.lines}
    shelved = standing.shelf.get(line.key)
    return ShownLine(
        line,
        standing.name(line.key),
        kind(shelved.entry) if shelved is not None else "",
        sentence(line.dose, "en"),
        bool(before) and line.key not in before,
        picture(shelved.drawing, f"e{line.id}") if shelved is not None else Markup(""),
        shelved.photo if shelved is not None else None,
        _neighbours(standing, shelved.entry.easier) if shelved is not None else (),
        _neighbours(standing, shelved.entry.harder) if shelved is not None else (),
    )


def _neighbours(standing: Standing, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, standing.name(key)) for key in keys if key in standing.known)


def _tabs(draft: Draft) -> list[Tab]:
    ids = [one.id for one in draft.phases]
    current = ids.index(draft.phase) if draft.phase in ids else 0
    return [
        Tab(one.id, one.name, _state(nth, current), one.id == draft.shown)
        for nth, one in enumerate(draft.phases)
    ]


def _state(nth: int, current: int) -> str:
    if nth == current:
        return "now"
    return "done" if nth < current else "to come"


def _taken(draft: Draft) -> str:
    """How much it is, in one line: "4 exercises, about 12 minutes"."""
    lines = draft.on_page
    if not lines:
        return ""
    time = words.counted(minutes(line.dose for line in lines), "minute")
    return f"{words.counted(len(lines), 'exercise')}, about {time}"


def _moving(standing: Standing, draft: Draft) -> str:
    """The phase the patient would be moved to, which needs a sign-off."""
    phase, before = draft.standing, standing.phase
    if phase is None or before is None or phase.key == before.key:
        return ""
    return phase.name
