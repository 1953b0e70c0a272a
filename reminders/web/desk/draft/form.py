"""What came back from the form, nothing lost?"""

from typing import Final

from werkzeug.datastructures import MultiDict

from reminders.core.exercises import Condition
from reminders.web.desk.draft.values import (
    DOSE_FIELDS,
    MOST_EXERCISES,
    MOST_PHASES,
    MOST_ROUTINES,
    Draft,
    Line,
    PhaseLine,
    Rhythm,
)

_DAYS: Final = frozenset("0123456")
_LONGEST: Final = 400  # a little more than may be given, so that too much can be shown and said
_MOST_REASONS: Final = 40
_REASON: Final = "keep:"

Form = MultiDict[str, str]


def from_form(form: Form) -> Draft:
    """The form as it came back."""
    phases = tuple(_phase(form, mark) for mark in _marks(form, "phase", MOST_PHASES))
    ids = [one.id for one in phases]
    phase = _known(form.get("now", ""), ids)
    return Draft(
        lines=tuple(_line(form, mark, ids) for mark in _marks(form, "line", MOST_EXERCISES * 6)),
        routines=tuple(_rhythm(form, mark) for mark in _marks(form, "routine", MOST_ROUTINES)),
        phases=phases,
        phase=phase,
        shown=_known(form.get("shown", phase), ids),
        signed="signed" in form,
        minds=_minds(form),
        reasons=_reasons(form),
        template=form.get("template", "")[:_LONGEST],
        template_for=form.get("template-for", ""),
        find=form.get("find", "")[:40],
        group=form.get("group", ""),
        stamp=form.get("stamp", "")[:40],
    )


def _marks(form: Form, name: str, most: int) -> list[str]:
    """The ids of the parts of one sort: short numbers, each once."""
    marks = [mark for mark in form.getlist(name) if mark.isdecimal() and len(mark) < 6]
    return list(dict.fromkeys(marks))[:most]


def _known(mark: str, ids: list[str]) -> str:
    """A phase that is there, else the first one, else none."""
    return mark if mark in ids else next(iter(ids), "")


def _line(form: Form, mark: str, phases: list[str]) -> Line:
    typed = {name: form.get(f"e{mark}-{name}", "").strip()[:40] for name in DOSE_FIELDS}
    typed["other_days"] = _weekdays(form, f"e{mark}-other_days")
    return Line(
        mark,
        form.get(f"e{mark}-key", "")[:48],
        typed,
        form.get(f"e{mark}-note", "")[:_LONGEST],
        _known(form.get(f"e{mark}-phase", ""), phases),
    )


def _weekdays(form: Form, name: str) -> str:
    """Days as ticked, or as one hidden field carries them along."""
    days = {day for value in form.getlist(name) for day in value.split(",")}
    return ",".join(sorted(days & _DAYS))


def _rhythm(form: Form, mark: str) -> Rhythm:
    days = _weekdays(form, f"r{mark}-days")
    return Rhythm(
        key=form.get(f"r{mark}-key", ""),
        days=tuple(int(day) for day in days.split(",") if day),
        times=tuple(typed[:8] for typed in form.getlist(f"r{mark}-times") if typed.strip()),
        every=form.get(f"r{mark}-every", "1").strip()[:4],
        starts=form.get(f"r{mark}-starts", "")[:10],
        ends=form.get(f"r{mark}-ends", "")[:10],
        only=tuple(form.getlist(f"r{mark}-only")),
        pace=form.get(f"r{mark}-pace", ""),
        fades=form.get(f"r{mark}-fades", "")[:10],
    )


def _phase(form: Form, mark: str) -> PhaseLine:
    def typed(name: str, most: int) -> str:
        return form.get(f"p{mark}-{name}", "").strip()[:most]

    return PhaseLine(
        id=mark,
        key=typed("key", 40),
        name=typed("name", _LONGEST),
        entry=typed("entry", _LONGEST),
        exit=typed("exit", _LONGEST),
        sessions=typed("sessions", 8),
        pain=typed("pain", 8),
        days=typed("days", 8),
    )


def _minds(form: Form) -> tuple[str, ...] | None:
    if "minds-asked" not in form:
        return None
    ticked = set(form.getlist("minds"))
    return tuple(one.value for one in Condition if one in ticked)


def _reasons(form: Form) -> dict[str, str]:
    kept = {
        name.removeprefix(_REASON)[:80]: form[name].strip()[:_LONGEST]
        for name in form
        if name.startswith(_REASON)
    }
    said = [(key, reason) for key, reason in kept.items() if reason]
    return dict(said[:_MOST_REASONS])
