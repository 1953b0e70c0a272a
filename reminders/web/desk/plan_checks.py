"""What do the checks say of a draft, and what of it does the therapist keep?"""

from dataclasses import dataclass

from reminders.core.plan_check import Facts, Finding, Prescribed, Sittings, check, sheets
from reminders.store.people import Patient
from reminders.store.queries.library import Shelved
from reminders.web.desk.access import clinic
from reminders.web.desk.draft import Draft, Line, Rhythm
from reminders.web.desk.plan_standing import Standing, words_in


@dataclass(frozen=True)
class Shown:
    """One finding with why it is looked at, and the reason it is kept for, if one is given."""

    key: str
    words: str
    fine: bool
    why: str
    source: str
    reason: str
    error: str


def findings(patient: Patient, standing: Standing, draft: Draft) -> list[Shown]:
    """Everything found of the phase on the page, what needs a second look first."""
    off = frozenset(clinic().checks_off)
    return [_shown(one, draft) for one in check(_facts(patient, standing, draft), off)]


def _shown(one: Finding, draft: Draft) -> Shown:
    sheet = sheets()[one.rule]
    reason = draft.reasons.get(one.key, "")
    wrong = draft.about.get(f"keep:{one.key}", "")
    return Shown(one.key, one.words, one.fine, sheet.why, sheet.source, reason, wrong)


def _facts(patient: Patient, standing: Standing, draft: Draft) -> Facts:
    return Facts(
        lines=tuple(_line(one, standing, patient.language) for one in draft.on_page),
        routines=tuple(_routine(one, draft) for one in draft.routines),
        window=patient.window,
        first_name=patient.first_name,
        language=patient.language,
        conditions=draft.conditions if draft.minds is not None else patient.minds,
        before={one.key: one.dose for one in standing.lines},
    )


def _line(one: Line, standing: Standing, language: str) -> Prescribed:
    shelved = standing.shelf.get(one.key)
    if shelved is None:
        return Prescribed(one.key, one.key, one.dose, one.note)
    return Prescribed(
        key=one.key,
        name=standing.name(one.key),
        dose=one.dose,
        note=one.note,
        sheet=shelved.entry,
        reviewed=shelved.reviewed_on is not None,
        own_words=_own_words(shelved, language) if shelved.own else "",
    )


def _own_words(shelved: Shelved, language: str) -> str:
    """What the clinic wrote for the patient."""
    said = words_in(shelved, language)
    return " ".join((said.purpose, said.start, *said.steps, said.feel, said.mistake, said.stop))


def _routine(one: Rhythm, draft: Draft) -> Sittings:
    lines = draft.on_page
    meant = tuple(nth for nth, line in enumerate(lines, 1) if line.id in one.only)
    return Sittings(one.walls, frozenset(one.days), one.steps, meant)
