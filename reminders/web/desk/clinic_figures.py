"""How does everyone do: by location, by therapist, by time of day?

Figures of a few patients are left out, and with them those that would give them away
(core/disclosure): the page may be shown around.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import render_template, request, url_for

from reminders.core.adherence import Share, TimeOfDay
from reminders.core.disclosure import FEWEST, Name, may_total, shown
from reminders.store.queries.figures import Failed, Told, failed, names, told
from reminders.web.charts import Bars, bars
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, zone
from reminders.web.desk.delivery import said as reason_words
from reminders.web.desk.reckoning import said
from reminders.web.house import now, session

_SPANS: Final = {"4": 4, "12": 12}
_PARTS: Final = {
    TimeOfDay.MORNING: "Morning, before noon",
    TimeOfDay.AFTERNOON: "Afternoon, noon to 5 pm",
    TimeOfDay.EVENING: "Evening, from 5 pm",
}
_SITE: Final = "location"
_WHO: Final = "therapist"
_TIME: Final = "time"

Key = Callable[[Told], int | None]


@dataclass(frozen=True)
class Line:
    """One group of patients in a table; without shares it is not shown."""

    name: str
    patients: int = 0
    first: str = ""
    second: str = ""
    percent: int | None = None


@dataclass(frozen=True)
class Table:
    """One chart with its table."""

    lines: tuple[Line, ...]
    chart: Bars


@bp.get("/clinic/figures")
def clinic_figures() -> str:
    """Show the figures of the last weeks, each with how it is counted."""
    weeks = _SPANS.get(request.args.get("weeks", ""), 4)
    today = now().astimezone(zone()).date()
    known = told(session(), clinic().id, (today - timedelta(weeks=weeks), today), now())
    sites, people = names(session(), clinic().id)
    open_ones = shown(_members(known))
    return render_template(
        "desk/clinic_figures.html",
        place="clinic",
        spans=_spans(weeks),
        weeks=weeks,
        everybody=_everybody(known),
        sites=_table(known, _SITE, sites, "No location", open_ones),
        people=_table(known, _WHO, people, "Nobody", open_ones),
        times=_times(known),
        failures=_failures(failed(session(), clinic().id, now() - timedelta(weeks=weeks), now())),
        fewest=FEWEST,
    )


_KEYS: Final[Mapping[str, Key]] = {
    _SITE: lambda one: one.location_id,
    _WHO: lambda one: one.therapist_id,
}


def _members(known: Iterable[Told]) -> dict[Name, set[int]]:
    """Who has something to count, at each location and with each therapist."""
    found: dict[Name, set[int]] = {}
    for one in _counting(known):
        for table, key in _KEYS.items():
            found.setdefault((table, key(one)), set()).add(one.patient_id)
    return found


def _counting(known: Iterable[Told]) -> list[Told]:
    return [one for one in known if one.counted or one.meant]


def _spans(weeks: int) -> list[tuple[str, str, bool]]:
    return [
        (f"{n} weeks", url_for(".clinic_figures", weeks=text), n == weeks)
        for text, n in _SPANS.items()
    ]


def _everybody(known: Iterable[Told]) -> Line | None:
    """All patients together, unless they are too few."""
    own = _counting(known)
    alone: dict[Name, set[int]] = {(_SITE, None): {one.patient_id for one in own}}
    return _line("Everybody", own) if may_total(alone) else None


def _table(
    known: Iterable[Told],
    table: str,
    named: Mapping[int, str],
    nobody: str,
    open_ones: frozenset[Name],
) -> Table:
    key = _KEYS[table]
    groups: dict[int | None, list[Told]] = {}
    for one in _counting(known):
        groups.setdefault(key(one), []).append(one)
    lines = [
        _line(name, own) if (table, row) in open_ones else Line(name)
        for row, own in groups.items()
        for name in [named.get(row, nobody) if row is not None else nobody]
    ]
    return _drawn(sorted(lines, key=lambda line: (not line.patients, line.name.casefold())))


def _line(name: str, own: Sequence[Told]) -> Line:
    done = Share(sum(one.done for one in own), sum(one.counted for one in own))
    reach = Share(sum(one.reached for one in own), sum(one.meant for one in own))
    return Line(name, _people(own), said(done), said(reach), done.percent)


def _people(own: Iterable[Told]) -> int:
    return len({one.patient_id for one in own})


def _drawn(lines: Sequence[Line]) -> Table:
    known = [(line.name, line.percent) for line in lines if line.percent is not None]
    return Table(tuple(lines), bars([(f"{name}: {share} %", share) for name, share in known]))


def _times(known: Sequence[Told]) -> Table:
    """How many sessions were answered, by when they were due on the patient's clock."""
    by_part = {part: [one for one in known if one.part is part and one.counted] for part in _PARTS}
    # The same patient in the morning and in the evening: two that can be told.
    pairs: dict[Name, set[int]] = {
        (_TIME, n): {one.patient_id * len(_PARTS) + n for one in own}
        for n, own in enumerate(by_part.values())
    }
    open_ones = shown(pairs)
    hidden = [own for n, own in enumerate(by_part.values()) if (_TIME, n) not in open_ones]
    few = 0 < _people(one for own in hidden for one in own) < FEWEST
    lines = [
        _answers(_PARTS[part], own) if (_TIME, n) in open_ones and not few else Line(_PARTS[part])
        for n, (part, own) in enumerate(by_part.items())
        if own
    ]
    return _drawn(lines)


def _answers(name: str, own: Sequence[Told]) -> Line:
    share = Share(sum(one.reported for one in own), sum(one.counted for one in own))
    return Line(name, _people(own), said(share), percent=share.percent)


def _failures(found: Sequence[Failed]) -> list[tuple[str, str]]:
    """Why messages did not arrive; what happened to a few is not told."""
    lines = [
        (reason_words(one.reason), words.counted(one.messages, "message"))
        for one in found
        if one.patients >= FEWEST
    ]
    few = any(one.patients < FEWEST for one in found)
    rest = ("Other reasons", f"fewer than {FEWEST} patients each")
    return [*lines, rest] if few else lines
