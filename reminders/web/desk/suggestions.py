"""What might this plan need next, and what did a person decide about it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from reminders.core import schedule
from reminders.core.adherence import PainPoint, Sitting
from reminders.core.progress import Progress, Step, Suggestion, suggestions
from reminders.core.triage import History
from reminders.store.people import Patient
from reminders.store.queries.history import LOOKBACK, pains_of, sittings_of
from reminders.store.queries.plan import PhaseRow, Version, phases_of, versions
from reminders.store.suggestions import Answer, SuggestionAnswer, answered
from reminders.web.desk.access import May, bp, done, need, note, own, staff
from reminders.web.house import now, session

# A step taken up is seen in the plan at once; one put off comes again after two weeks.
RESTS: Final = {Answer.DO: timedelta(days=2), Answer.NOT_NOW: timedelta(days=14)}
# Where the therapist goes on from: nothing changes before the plan is given.
LEADS: Final = {Step.READY: "next", Step.BACK: "back", Step.NOT_HELPING: ""}
TITLES: Final = {
    Step.READY: "Ready to move on",
    Step.BACK: "Step back?",
    Step.NOT_HELPING: "Not helping so far",
}
ACTS: Final = {
    Step.READY: "Move on",
    Step.BACK: "Make it lighter",
    Step.NOT_HELPING: "Change the plan",
}


@dataclass(frozen=True)
class Card:
    """One suggestion as the page shows it."""

    step: str
    title: str
    sentence: str
    evidence: str
    act: str


@dataclass(frozen=True)
class Known:
    """What suggestions rest on; dates are the patient's."""

    patient_id: int
    zone: ZoneInfo
    sittings: Sequence[Sitting]
    pains: Sequence[PainPoint]
    version: Version
    active: bool = True


def cards(known: Known, phases: Sequence[PhaseRow]) -> list[Card]:
    """The suggestions that nobody has decided about; none for who has been discharged."""
    found = () if not known.active else suggestions(_progress(known, phases), now())
    if not found:
        return []
    rest = answered(session(), known.patient_id, schedule.local_day(now(), known.zone))
    return [_card(one) for one in found if one.step not in rest]


def _card(one: Suggestion) -> Card:
    return Card(one.step.value, TITLES[one.step], one.sentence, one.evidence, ACTS[one.step])


def _progress(known: Known, phases: Sequence[PhaseRow]) -> Progress:
    history = History(known.zone, tuple(known.sittings), tuple(known.pains))
    since = known.version.made_at.astimezone(known.zone).date()
    place = next((nth for nth, one in enumerate(phases) if one.current), None)
    if place is None:
        return Progress(history, since)
    phase, following = phases[place], phases[place + 1 : place + 2]
    return Progress(
        history,
        since,
        phase.name,
        phase.since,
        phase.goal,
        following[0].name if following else "",
    )


@bp.post("/patients/<int:patient_id>/suggestions/<any(ready, back, not_helping):step>")
def answer_suggestion(patient_id: int, step: str) -> Response:
    """Take a suggestion up, which leads to the plan it means, or put it off."""
    patient, wanted = own(Patient, patient_id), Step(step)
    need(May.PLAN)
    found = next((one for one in _of(patient) if one.step is wanted), None)
    if found is None:
        return done("This is no longer suggested.", ".patient", patient_id=patient.id)
    answer = Answer.DO if request.form.get("answer") == Answer.DO else Answer.NOT_NOW
    _keep(patient, found, answer)
    note(f"suggestion.{answer}", f"patient:{patient.id}")
    if answer is Answer.NOT_NOW:
        words = "Put off. It is suggested again in two weeks if it still holds."
        return done(words, ".patient", patient_id=patient.id)
    session().commit()
    way: dict[str, Any] = {"from": LEADS[wanted]}  # a word of Python's own
    return redirect(url_for(".plan", patient_id=patient.id, **way), 303)


def _of(patient: Patient) -> tuple[Suggestion, ...]:
    """What is suggested for a patient now, decided about or not."""
    current = next((one for one in versions(session(), patient.id) if one.current), None)
    if current is None:
        return ()
    since = _today(patient) - LOOKBACK
    sittings = sittings_of(session(), [patient.id], since)[patient.id]
    pains = pains_of(session(), patient.id)
    known = Known(patient.id, patient.tz, sittings, pains, current)
    return suggestions(_progress(known, phases_of(session(), current)), now())


def _keep(patient: Patient, found: Suggestion, answer: Answer) -> None:
    row = SuggestionAnswer(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        step=found.step,
        answer=answer,
        evidence=found.sentence,
        by_id=staff().id,
        at=now(),
        until=_today(patient) + RESTS[answer],
    )
    session().add(row)


def _today(patient: Patient) -> date:
    return schedule.local_day(now(), patient.tz)
