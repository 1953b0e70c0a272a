"""Who saw or did what in this clinic? For an admin, on a page and in a table to take away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from flask import Response, abort, render_template, request, url_for

from reminders.store.accounts import Role
from reminders.store.queries.trail import (
    A_PAGE,
    Sought,
    TrailLine,
    patient_names,
    staff_names,
    trail,
)
from reminders.store.sealing import Verdict, verify_clinic
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, note, staff, zone
from reminders.web.desk.patients.sheet import written
from reminders.web.house import now, session
from reminders.web.ids import row_id

MOST: Final = 50_000  # lines in one table; narrower dates bring the rest
LONGEST: Final = 48  # as long as an action is
_LAST_PAGE: Final = 10_000
_HEAD: Final = ("Time (UTC)", "Who", "What", "About", "From", "Place in the chain")
# Everybody else has no number: a patient behind a link, the service itself.
_OTHERS: Final = {
    "link": "a patient’s page",
    "service": "the service",
    "nobody": "nobody signed in",
}


@dataclass(frozen=True)
class Asked:
    """What was typed to find lines, as far as it makes sense."""

    person: str
    patient: str
    verb: str
    first: date | None
    last: date | None
    page: int

    @property
    def typed(self) -> dict[str, str]:
        """The same as an address carries it."""
        days = {"from": self.first, "until": self.last}
        words = {"person": self.person, "patient": self.patient, "verb": self.verb}
        return {k: v for k, v in words.items() if v} | {
            name: day.isoformat() for name, day in days.items() if day
        }


@dataclass(frozen=True)
class Line:
    """One line as it is read; `patient_id` leads to the patient it is about."""

    when: str
    stamp: datetime
    who: str
    what: str
    about: str
    patient_id: int | None
    origin: str
    sealed: bool


@bp.get("/clinic/audit")
def trail_page() -> str:
    """Show a page of the trail, and whether the chain is whole when that is asked."""
    _admins_only()
    asked = _asked()
    found = trail(session(), _sought(asked), limit=A_PAGE + 1, skip=A_PAGE * asked.page)
    names = staff_names(session(), clinic().id)
    verdict = _verdict() if request.args.get("check") == "yes" else None
    note("audit.view", f"clinic:{clinic().id}")
    page = render_template(
        "desk/audit.html",
        place="clinic",
        asked=asked,
        lines=_lines(found[:A_PAGE], names),
        names=names,
        verdict=verdict,
        newer=_address(asked, asked.page - 1) if asked.page else "",
        older=_address(asked, asked.page + 1) if len(found) > A_PAGE else "",
    )
    session().commit()
    return page


@bp.get("/clinic/audit.csv")
def trail_sheet() -> Response:
    """Give the lines asked for as a table, ids only, as they are kept."""
    _admins_only()
    found = trail(session(), _sought(_asked()), limit=MOST)
    note("audit.take_away", f"clinic:{clinic().id}")
    session().commit()
    cells = [
        (one.at.isoformat(), one.actor, one.action, one.subject, one.origin, one.place)
        for one in found
    ]
    answer = Response(written((_HEAD, *cells)), mimetype="text/csv")
    day = now().astimezone(zone()).date()
    answer.headers.set("Content-Disposition", "attachment", filename=f"audit-{day}.csv")
    return answer


def _admins_only() -> None:
    if staff().role is not Role.ADMIN:
        abort(403)


def _asked() -> Asked:
    typed = request.args
    return Asked(
        person=_number("person"),
        patient=_number("patient"),
        verb=".".join(typed.get("verb", "").lower().split())[:LONGEST].replace("\0", ""),
        first=_day(typed.get("from", "")),
        last=_day(typed.get("until", "")),
        page=min(typed.get("page", 0, row_id), _LAST_PAGE),
    )


def _number(name: str) -> str:
    typed = request.args.get(name, type=row_id)
    return "" if typed is None else str(typed)


def _day(typed: str) -> date | None:
    """A day that has a moment in every zone, or none."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 9000 else None


def _sought(asked: Asked) -> Sought:
    return Sought(
        clinic().id,
        actor=f"staff:{asked.person}" if asked.person else "",
        subject=f"patient:{asked.patient}" if asked.patient else "",
        action=asked.verb,
        since=_midnight(asked.first) if asked.first else None,
        until=_midnight(asked.last + timedelta(days=1)) if asked.last else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def _lines(found: Sequence[TrailLine], names: Mapping[int, str]) -> list[Line]:
    about = [_row_of("patient", one.subject) for one in found]
    patients = patient_names(session(), clinic().id, (one for one in about if one is not None))
    return [
        Line(
            _moment(one.at),
            one.at,
            _who(one.actor, names),
            one.action.replace(".", " ").replace("_", " "),
            _about(one.subject, names, patients),
            patient_id if patient_id in patients else None,
            one.origin,
            one.place is not None,
        )
        for one, patient_id in zip(found, about, strict=True)
    ]


def _moment(at: datetime) -> str:
    """Always whole: what happened that day may be asked about years later."""
    here = at.astimezone(zone())
    return f"{here.day} {here:%b %Y}, {words.clock(here.time())}"


def _who(actor: str, names: Mapping[int, str]) -> str:
    staff_id = _row_of("staff", actor)
    if staff_id is not None:
        return names.get(staff_id, actor)
    kind = actor.partition(":")[0]
    return _OTHERS.get(kind, actor)


def _about(subject: str, names: Mapping[int, str], patients: Mapping[int, str]) -> str:
    for kind, known in (("staff", names), ("patient", patients)):
        number = _row_of(kind, subject)
        if number is not None and number in known:
            return known[number]
    return subject.replace(":", " ")


def _row_of(kind: str, named: str) -> int | None:
    """The number in "patient:17", if it is one of this kind."""
    found, _, number = named.partition(":")
    return int(number) if found == kind and number.isdecimal() else None


def _verdict() -> Verdict:
    note("audit.verify", f"clinic:{clinic().id}")
    return verify_clinic(session(), clinic().id)


def _address(asked: Asked, page: int) -> str:
    return f"{url_for('desk.trail_page')}?{urlencode({**asked.typed, 'page': str(page)})}"
