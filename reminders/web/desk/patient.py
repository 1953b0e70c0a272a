"""How does this one patient do, and what was said?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import abort, g, render_template, request

from reminders.core import schedule
from reminders.core.adherence import Excuse, Sitting
from reminders.core.gate import Kind
from reminders.core.schedule import Window
from reminders.store.people import Care, Medium
from reminders.store.queries.history import pains_of, sittings_of
from reminders.store.queries.patient import (
    Header,
    Standing,
    consent_steps,
    header,
    standing_alerts,
)
from reminders.store.queries.plan import Version, versions
from reminders.store.queries.said import Sent, sent, spoken
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, note, reader, wall
from reminders.web.desk.course import Days, calendar, course, since
from reminders.web.desk.notes import leaves
from reminders.web.desk.plan_card import plan_card, times_of
from reminders.web.desk.reach import Told, ways
from reminders.web.desk.reckoning import reckoning
from reminders.web.desk.story import Talk, talk
from reminders.web.desk.suggestions import Known
from reminders.web.house import now, session

LAST_WORDS: Final = 12
LOOKBACK: Final = timedelta(weeks=9)
LOOKED_AT: Final = 40
EVERY_WORD: Final = 2000


@bp.get("/patients/<int:patient_id>")
def patient(patient_id: int) -> str:
    """Show everything about one patient."""
    told = header_of(patient_id)
    zone = schedule.zone(told.zone)
    today = schedule.local_day(now(), zone)
    plan = versions(session(), told.id)
    days = days_of(told, plan, zone, today - LOOKBACK)
    said = _said(told.id)
    steps = consent_steps(session(), told.id)
    note("patient.view", f"patient:{told.id}")
    alerts = [_alert(one) for one in standing_alerts(session(), told.id)]
    card = plan_card(_known(told, plan, zone, days), plan, today)
    session().commit()
    return render_template(
        "desk/patient.html",
        place="patients",
        told=told,
        about=_about(told, plan, today),
        state=_state(told, today),
        phone=words.phone(told.phone),
        alerts=alerts,
        calendar=calendar(days),
        reckoning=reckoning(days, plan, zone),
        course=course(days),
        since=since(days, told.last_visit, _changes(plan, told.last_visit, zone)),
        talk=talk(said, told.first_name, zone, today),
        longer=said.longer,
        leaves=leaves(window_of(told), zone),
        ways=ways(Told(told, steps, _to_patient(said), zone, today)),
        plan=card,
        paused=told.paused_on(today),
        seen_today=told.last_visit == today,
    )


def header_of(patient_id: int) -> Header:
    """The patient of this clinic, or 404; the bar above counts with the same question."""
    told = header(session(), reader(), patient_id, now())
    if told is None:
        abort(404)
    g.needs = told.needs
    return told


def _said(patient_id: int) -> Talk:
    """The last words of both sides, or all of them.

    More letters are looked at than shown: whether they arrive is told from them too.
    """
    everything = request.args.get("talk") == "all"
    shown = EVERY_WORD if everything else LAST_WORDS
    ours = sent(session(), patient_id, EVERY_WORD if everything else LOOKED_AT)
    theirs, calls = spoken(session(), patient_id, shown + 1)  # one more tells that there are more
    return Talk(ours, theirs, calls, shown)


def _to_patient(said: Talk) -> list[Sent]:
    """What went to the patient's own addresses, a carer's left out."""
    return [one for one in said.ours if one.kind is not Kind.CARER]


def days_of(told: Header, plan: Sequence[Version], zone: ZoneInfo, first: date) -> Days:
    """Everything that is known of a patient's days, the sessions from a day on."""
    today = schedule.local_day(now(), zone)
    known = sittings_of(session(), [told.id], first)[told.id]
    return Days(
        sittings=[*known, *_to_come(told, plan, zone, today)],
        pains=pains_of(session(), told.id),
        versions=list(_steps(plan, zone)),
        pauses=told.pauses,
        today=today,
        now=now(),
    )


def _steps(plan: Sequence[Version], zone: ZoneInfo) -> Iterator[tuple[date, str]]:
    """Each version by its number, and by the phase that it began."""
    before = ""
    for one in plan:
        begun = f", {one.phase}" if one.phase and one.phase != before else ""
        yield _day(one.made_at, zone), f"Plan {one.number}{begun}"
        before = one.phase


def _known(told: Header, plan: Sequence[Version], zone: ZoneInfo, days: Days) -> Known | None:
    """What suggestions rest on, if there is a plan in force."""
    current = next((one for one in plan if one.current), None)
    if current is None:
        return None
    active = told.state is not Care.DISCHARGED
    return Known(told.id, zone, days.sittings, days.pains, current, active)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def window_of(told: Header) -> Window:
    """The patient's own hours where given, else the clinic's."""
    return Window(told.opens or clinic().opens, told.closes or clinic().closes)


def _to_come(told: Header, plan: Sequence[Version], zone: ZoneInfo, today: date) -> list[Sitting]:
    """What this week still holds: an occurrence becomes a row only when it is due."""
    if told.state is Care.DISCHARGED:
        return []
    sunday = today + timedelta(days=6 - today.weekday())
    routines = [one for version in plan if version.current for one in version.routines]
    return [
        Sitting(0, due.day, due.at, due.at, excuse=Excuse.PAUSED if due.paused else None)
        for routine in routines
        for due in schedule.due_between(
            routine.rhythm(zone, window_of(told), told.pauses),
            now(),
            schedule.day_ends(sunday, zone),
        )
        if due.day <= sunday
    ]


def _changes(plan: Sequence[Version], visit: date | None, zone: ZoneInfo) -> list[Version]:
    return [one for one in plan if visit is not None and _day(one.made_at, zone) > visit]


def _about(told: Header, plan: Sequence[Version], today: date) -> str:
    age = words.age(told.birth_year, today)
    by = "text" if told.medium is Medium.TEXT else "email"
    times = times_of(next((one for one in plan if one.current), None))
    return words.dots(
        age,
        told.conditions,
        told.location,
        words.language(told.language),
        f"reminded by {by}" + (f", {times}" if times else ""),
        told.therapist or "",
        f"last visit {words.day(told.last_visit, today)}" if told.last_visit else "",
    )


def _state(told: Header, today: date) -> str:
    """What keeps reminders from this patient just now."""
    if told.state is Care.DISCHARGED:
        return "Discharged. Nothing is sent."
    if told.safety_hold_at is not None:
        return f"Reminders are stopped since a red flag, {wall(told.safety_hold_at)}."
    if told.fault:
        return "The plan cannot be scheduled: no reminder goes out. Check times and time zone."
    pause = next((one for one in told.pauses if one.covers(today)), None)
    if pause is None:
        return ""
    until = f"to {words.day(pause.last, today)}" if pause.last else "until you resume"
    return f"Paused since {words.day(pause.first, today)}, {until}."


@dataclass(frozen=True)
class AlertLine:
    """An open alert above the page."""

    id: int
    kind: str
    sentence: str
    evidence: str
    since: str


def _alert(one: Standing) -> AlertLine:
    return AlertLine(one.id, one.kind, one.sentence, one.evidence, wall(one.opened_at))
