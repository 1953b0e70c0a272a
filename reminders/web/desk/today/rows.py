"""What does a row of Today say? One row a patient, the worst reason first, the others under it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from flask import url_for

from reminders.core.schedule import zone as zone_of
from reminders.core.triage import AlertKind, Urgency
from reminders.store.queries.glances import Glance
from reminders.store.queries.today import Line, Need, Person
from reminders.web.desk import words
from reminders.web.desk.access import zone
from reminders.web.desk.fortnight import Picture, picture
from reminders.web.house import now

_GROUPS: Final = {
    Urgency.NOW.rank: "Now",
    Urgency.TODAY.rank: "Today",
    Urgency.WHEN_YOU_CAN.rank: "When you can",
    Urgency.GOOD_NEWS.rank: "Good news",
}
_GOOD: Final = Urgency.GOOD_NEWS.rank
_QUOTED: Final = {AlertKind.SAFETY, AlertKind.MESSAGE}
_FIRST_ROUND: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Other:
    """A lesser reason of the same patient."""

    kind: AlertKind
    reason: str
    evidence: str


@dataclass(frozen=True)
class Row:
    """One patient, or one fault, as the list shows it; its buttons act on all it shows."""

    id: int
    name: str
    href: str
    about: str
    kind: AlertKind
    reason: str
    evidence: str
    others: tuple[Other, ...]
    also: str  # the ids of the others
    acts: str  # where its buttons lead, but for their last word
    contact: str
    meta: str
    picture: Picture | None
    patient_id: int | None
    phone: str
    phone_words: str
    taken: bool
    good_news: bool


@dataclass(frozen=True)
class Group:
    """The rows of one urgency."""

    title: str
    rows: tuple[Row, ...]


Bundle = tuple[Line, ...]


@dataclass(frozen=True)
class Here:
    """Where and when the page is read: asked once, not for every row."""

    patient: str  # where their pages are, all but the id
    alert: str
    now: datetime
    zone: ZoneInfo
    today: date

    def wall(self, moment: datetime) -> str:
        """A moment as the clinic's wall shows it."""
        return words.heard(moment.astimezone(self.zone), self.today)


def bundles(lines: Sequence[Line]) -> list[Bundle]:
    """The lines of each patient together, in the place of the worst; no patient, no company.

    A red flag stands alone: it is cleared, and what else there is then comes by itself.
    """
    found: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        found.setdefault(_company(line), []).append(line)
    return [tuple(own) for own in found.values()]


def _company(line: Line) -> tuple[str, int]:
    if line.patient_id is None or line.kind is AlertKind.SAFETY:
        return "alone", line.alert_id
    return "patient", line.patient_id


def groups(
    shown: Sequence[Bundle], said: Mapping[int, Need], seen: Mapping[int, Glance]
) -> list[Group]:
    """The rows under their headings."""
    by_urgency = groupby(shown, key=lambda bundle: bundle[0].urgency)
    here = _here()
    return [
        Group(_GROUPS[rank], tuple(_row(bundle, said, seen, here) for bundle in own))
        for rank, own in by_urgency
    ]


def _here() -> Here:
    there = zone()
    return Here(
        url_for(".patient", patient_id=1).removesuffix("1"),
        url_for(".seen", alert_id=1).removesuffix("1/seen"),
        now(),
        there,
        now().astimezone(there).date(),
    )


def _row(bundle: Bundle, said: Mapping[int, Need], seen: Mapping[int, Glance], here: Here) -> Row:
    need, *others = (said[line.alert_id] for line in bundle)
    person = need.patient
    return Row(
        id=need.alert_id,
        name=person.name if person else _stranger(need),
        href=f"{here.patient}{person.id}" if person else "",
        about=_about(person, here),
        kind=need.kind,
        reason=need.sentence,
        evidence=_evidence(need),
        others=tuple(Other(one.kind, one.sentence, _evidence(one)) for one in others),
        also=",".join(str(one.alert_id) for one in others),
        acts=f"{here.alert}{need.alert_id}",
        contact=_contact(person, need.kind, here) if person else "",
        meta=_meta(need, here),
        picture=picture(seen[person.id]) if person else None,
        patient_id=person.id if person else None,
        phone=(person.phone or "") if person else "",
        phone_words=words.phone(person.phone) if person else "",
        taken=need.acknowledged_at is not None,
        good_news=need.urgency >= _GOOD,
    )


def _stranger(need: Need) -> str:
    known = need.kind not in {AlertKind.SAFETY, AlertKind.UNCLEAR}
    return "The service" if known else "Unknown number"


def _about(person: Person | None, here: Here) -> str:
    if person is None:
        return ""
    today = here.now.astimezone(zone_of(person.zone)).date()
    age = words.age(person.birth_year, today)
    return words.about(age, person.location, words.language(person.language))


def _evidence(need: Need) -> str:
    bare = need.kind in _QUOTED and need.evidence and not need.evidence.startswith("“")
    return f"“{need.evidence}”" if bare else need.evidence


def _contact(person: Person, kind: AlertKind, here: Here) -> str:
    """When they were last heard, and when somebody of the clinic last turned to them."""
    heard = (
        f"Last heard {here.wall(person.last_heard)}" if person.last_heard else "Not heard from yet"
    )
    if kind is AlertKind.SILENT:  # its evidence says so already
        heard = ""
    ours = (
        (person.last_note, "note"),
        (person.last_call, "called"),
        (_noon(person.last_visit, here), "visit"),
    )
    known = [(at, how) for at, how in ours if at is not None]
    if not known:
        return heard
    at, how = max(known)
    ours_last = f"{how} {words.day(at.astimezone(here.zone).date(), here.today)}"
    return words.dots(heard, ours_last) if heard else words.opening(ours_last)


def _noon(day: date | None, here: Here) -> datetime | None:
    """A visit is known by its day alone."""
    return datetime.combine(day, time(12), here.zone) if day is not None else None


def _meta(need: Need, here: Here) -> str:
    return words.dots(
        f"Since {here.wall(need.opened_at)}",
        "reminders stopped" if need.patient and need.patient.safety_hold else "",
        f"{need.owner} has it" if need.acknowledged_at else _next(need, here.now),
    )


def _next(need: Need, now: datetime) -> str:
    """Who gets what nobody takes, and when."""
    if need.escalated_at is not None:
        return f"{need.owner} has not taken it" if need.owner else "nobody has taken it"
    if need.kind is not AlertKind.SAFETY:
        return ""
    if need.tellings > 1:
        return "everyone has been told"
    since = need.told_at or need.opened_at
    left = (since + _FIRST_ROUND - now).total_seconds()
    return f"goes to everyone in {max(1, round(left / 60))} min"
