"""What does each rule find?"""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Final

from reminders.core.dose import Dose, Side, minutes, sentence
from reminders.core.exercises import Category, Layer
from reminders.core.plan_check.sheets import Rule
from reminders.core.plan_check.values import Facts, Finding, Prescribed
from reminders.core.reading import hard_to_read
from reminders.core.schedule import moved
from reminders.core.wording import clock_words

MOST_EXERCISES: Final = 4
MOST_MINUTES: Final = 20
MOST_MORE_WORK: Final = 30  # percent over the last version
MOST_MORE_WEIGHT: Final = 10  # percent, and never for less than a kilo
HEAVY: Final = 7  # of 10: from here on effort alone counts as load

_STRENGTH: Final = frozenset({Category.STRENGTH, Category.MOTOR_CONTROL})
_FLEXIBILITY: Final = frozenset(
    {Category.FLEXIBILITY, Category.ROM_ACTIVE, Category.ROM_PASSIVE, Category.ROM_ASSISTED}
)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _order(facts: Facts) -> Iterator[Finding]:
    local = [at for at, line in enumerate(facts.lines) if _layer(line) is Layer.LOCAL]
    movers = [at for at, line in enumerate(facts.lines) if _layer(line) is Layer.GLOBAL]
    if not local or not movers:
        return
    early = [at for at in movers if at < local[-1]]
    if not early:
        yield Finding(Rule.ORDER, "Control comes before strength", fine=True)
    for at in early:
        mover = facts.lines[at]
        held = next(facts.lines[one] for one in local if one > at)
        words = f"{mover.name} comes before {held.name}: control first, then strength."
        yield Finding(Rule.ORDER, words, fine=False, about=mover.key)


def _layer(line: Prescribed) -> Layer:
    return line.sheet.layer if line.sheet is not None else Layer.NONE


def _balance(facts: Facts) -> Iterator[Finding]:
    kinds = {line.sheet.category for line in facts.lines if line.sheet is not None}
    strong, supple = bool(kinds & _STRENGTH), bool(kinds & _FLEXIBILITY)
    if strong and supple:
        yield Finding(Rule.BALANCE, "Strength and flexibility, both", fine=True)
    elif strong:
        words = "Strength without flexibility: add a stretch or a movement through range."
        yield Finding(Rule.BALANCE, words, fine=False)
    elif supple:
        words = "Flexibility without strength: add an exercise that holds or strengthens."
        yield Finding(Rule.BALANCE, words, fine=False)


def _caution(facts: Facts) -> Iterator[Finding]:
    found = [
        Finding(
            Rule.CAUTION,
            f"{line.name}, {condition.replace('_', ' ')}: {mind}",
            fine=False,
            about=f"{line.key}:{condition}",
        )
        for line in facts.lines
        if line.sheet is not None
        for condition, mind in line.sheet.cautions.items()
        if condition in facts.conditions
    ]
    if facts.conditions and facts.lines and not found:
        yield Finding(Rule.CAUTION, "Nothing to mind for the conditions ticked", fine=True)
    yield from found


def _count(facts: Facts) -> Iterator[Finding]:
    count = len(facts.lines)
    if not count:
        return
    if count <= MOST_EXERCISES:
        yield Finding(Rule.COUNT, _counted(count, "exercise"), fine=True)
    else:
        words = f"{count} exercises: more than {MOST_EXERCISES} are done less often."
        yield Finding(Rule.COUNT, words, fine=False)


def _minutes(facts: Facts) -> Iterator[Finding]:
    longest = max(range(7), key=lambda day: _taken(facts, day))
    taken = _taken(facts, longest)
    if not taken:
        return
    if taken <= MOST_MINUTES:
        yield Finding(Rule.MINUTES, f"About {_counted(taken, 'minute')} a day", fine=True)
    else:
        words = f"About {taken} minutes on a {_DAYS[longest]}: more than {MOST_MINUTES} a day."
        yield Finding(Rule.MINUTES, words, fine=False)


def _taken(facts: Facts, weekday: int) -> int:
    sittings = facts.asked_on(weekday)
    return sum(minutes(line.dose.on(weekday) for line in lines) for lines in sittings if lines)


def _jump(facts: Facts) -> Iterator[Finding]:
    known = [(line, facts.before[line.key]) for line in facts.lines if line.key in facts.before]
    jumps = [(line, then, why) for line, then in known if (why := _leap(then, line.dose))]
    if known and not jumps:
        yield Finding(Rule.JUMP, "No jump over the last version", fine=True)
    for line, then, why in jumps:
        words = (
            f"{line.name} jumps from {sentence(then, 'en')} to {sentence(line.dose, 'en')} ({why})."
        )
        yield Finding(Rule.JUMP, words, fine=False, about=line.key)


def _leap(then: Dose, now: Dose) -> str:
    """By how much the dose goes up, if that is more than one step."""
    before, after = then.kilos, now.kilos
    if before and after and after - before > 1 and _more(before, after) > MOST_MORE_WEIGHT:
        return f"+{_more(before, after)} % weight"
    more = _more(_work(then), _work(now)) if _comparable(then, now) else 0
    if then.band is not None and now.band is not None:
        colours = now.band.rank - then.band.rank
        if colours > 1:
            return f"{colours} colours up"
        if colours == 1 and more >= 0:
            return "a colour up without fewer repetitions"
    return f"+{more} %" if more > MOST_MORE_WORK else ""


def _comparable(then: Dose, now: Dose) -> bool:
    return (then.reps is None) == (now.reps is None) and _work(then) > 0


def _work(dose: Dose) -> int:
    sides = 2 if dose.side is Side.EACH else 1
    return dose.sets * sides * (dose.reps or dose.seconds or 0)


def _more(then: float, now: float) -> int:
    return round(100 * (now - then) / then)


def _rest(facts: Facts) -> Iterator[Finding]:
    loaded = [line for line in facts.lines if _is_loaded(line)]
    without = [line for line in loaded if _on_two_days_running(facts, line)]
    if loaded and not without:
        yield Finding(Rule.REST, "A day of rest after loaded strength", fine=True)
    for line in without:
        words = f"{line.name} is loaded and has no day of rest between."
        yield Finding(Rule.REST, words, fine=False, about=line.key)


def _is_loaded(line: Prescribed) -> bool:
    if line.sheet is not None and line.sheet.category in _FLEXIBILITY:
        return False
    heavy = line.dose.effort is not None and line.dose.effort >= HEAVY
    return bool(line.dose.load or line.dose.band is not None or heavy)


def _on_two_days_running(facts: Facts, line: Prescribed) -> bool:
    days = {
        day
        for one in facts.routines
        if one.every_days == 1 and line in facts.chosen(one)
        for day in one.weekdays
    }
    return any((day + 1) % 7 in days for day in days)


def _window(facts: Facts) -> Iterator[Finding]:
    for routine in facts.routines:
        yield from (_inside(facts, wall) for wall in routine.walls)


def _inside(facts: Facts, wall: time) -> Finding:
    put, whose = moved(wall, facts.window), facts.first_name
    about = wall.isoformat("minutes")
    if put == wall:
        words = f"{_clock(wall)} is inside {whose}’s hours"
        return Finding(Rule.WINDOW, words, fine=True, about=about)
    hours = f"from {_clock(facts.window.opens)} to {_clock(facts.window.closes)}"
    words = f"{_clock(wall)} is moved to {_clock(put)}: {whose} is written to {hours}."
    return Finding(Rule.WINDOW, words, fine=False, about=about)


def _reading(facts: Facts) -> Iterator[Finding]:
    texts = [
        (what, line, text)
        for line in facts.lines
        for what, text in (("note on", line.note), ("text of", line.own_words))
        if text
    ]
    hard = [(what, line) for what, line, text in texts if hard_to_read(text, facts.language)]
    if texts and not hard:
        yield Finding(Rule.READING, "Your own words are easy to read", fine=True)
    for what, line in hard:
        words = f"The {what} {line.name} is hard to read: shorter words and sentences, please."
        yield Finding(Rule.READING, words, fine=False, about=f"{line.key}:{what}")


def _review(facts: Facts) -> Iterator[Finding]:
    if not facts.lines:
        return
    if all(line.reviewed for line in facts.lines):
        yield Finding(Rule.REVIEW, "Texts reviewed by a clinician", fine=True)
    else:
        yield Finding(Rule.REVIEW, "Some texts are not yet reviewed by a clinician.", fine=False)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _clock(wall: time) -> str:
    return clock_words(wall, "en")


LOOKS: Final[Mapping[Rule, Callable[[Facts], Iterator[Finding]]]] = {
    Rule.ORDER: _order,
    Rule.BALANCE: _balance,
    Rule.CAUTION: _caution,
    Rule.JUMP: _jump,
    Rule.REST: _rest,
    Rule.COUNT: _count,
    Rule.MINUTES: _minutes,
    Rule.WINDOW: _window,
    Rule.READING: _reading,
    Rule.REVIEW: _review,
}
