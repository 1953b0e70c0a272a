"""How does the desk say a day, an age, a number?"""

import re
from datetime import date, datetime, time
from typing import Final

import phonenumbers
from babel.dates import format_date

from reminders.core.wording import clock_words, day_words

_NUMBERS: Final = (
    *("Nobody", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
    *("Eleven", "Twelve"),
)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# As the library writes them, of which a long list would ask too much.
_HOME: Final = re.compile(r"\+1([2-9][0-9]{2})([2-9][0-9]{2})([0-9]{4})")
LANGUAGES: Final = {"en": "English", "es": "Spanish"}


def age(birth_year: str, today: date) -> str:
    """How old someone turns this year, as far as a birth year tells."""
    return str(today.year - int(birth_year)) if birth_year.isdecimal() else ""


def about(*parts: str) -> str:
    """What stands beside a name: "81, Riverside, Spanish"."""
    return ", ".join(part for part in parts if part)


def dots(*parts: str) -> str:
    """Small facts in one line: "58 · Low back"."""
    return " · ".join(part for part in parts if part)


def language(code: str) -> str:
    """A language that is worth saying: not the desk's own."""
    return "" if code == "en" else LANGUAGES.get(code, code)


def zone_words(name: str) -> str:
    """Say a zone by its city: "New York"."""
    return name.rpartition("/")[2].replace("_", " ")


def phone(number: str | None) -> str:
    """A number as people here write it."""
    if not number:
        return ""
    if plain := _HOME.fullmatch(number):
        return "({}) {}-{}".format(*plain.groups())
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == 1
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)


def day(of: date, today: date) -> str:
    """Say a day: "today", "yesterday", "Mon 16 Nov"."""
    return day_words(of, today, "en")


def heard(local: datetime, today: date) -> str:
    """Say a moment as short as it stays clear: "7:52 am", "yesterday, 7:52 am", "Sat 14 Nov"."""
    clock = clock_words(local.time(), "en")
    if local.date() == today:
        return f"{clock} today"
    near = day(local.date(), today)
    return f"{near}, {clock}" if near in {"yesterday", "tomorrow"} else near


def moment(local: datetime, today: date) -> str:
    """Say a moment in full: "Mon 16 Nov, 7:52 am"."""
    return f"{day(local.date(), today)}, {clock_words(local.time(), 'en')}"


def headline(local: datetime) -> str:
    """Say this moment at the head of a page: "Friday 20 November, 8:03 am"."""
    return f"{format_date(local, 'EEEE d MMMM', locale='en')}, {clock_words(local.time(), 'en')}"


def clock(wall: time) -> str:
    """Say a wall time: "8:00 am"."""
    return clock_words(wall, "en")


def weekday(day: date) -> str:
    """Say a day by its weekday: "Monday"."""
    return format_date(day, "EEEE", locale="en")


def weekdays(days: frozenset[int]) -> str:
    """Say a set of weekdays: "Mon–Sat", "Mon, Wed, Fri", "every day"."""
    if len(days) == 7:
        return "every day"
    chosen = sorted(days)
    if len(chosen) > 2 and chosen[-1] - chosen[0] == len(chosen) - 1:
        return f"{_DAYS[chosen[0]]}–{_DAYS[chosen[-1]]}"
    return ", ".join(_DAYS[one] for one in chosen)


def opening(said: str) -> str:
    """The same words at the head of a line."""
    return said[:1].upper() + said[1:]


def counted(number: int, noun: str, many: str = "") -> str:
    """Say a count with its noun: "1 session", "2 sessions"."""
    return f"{number} {noun}" if number == 1 else f"{number} {many or noun + 's'}"


def people(number: int) -> str:
    """Say how many at the head of a page: "Seven people need you", "Nobody needs you"."""
    if number > 12:
        return f"{number} people need you"
    named = _NUMBERS[number]
    return f"{named} people need you" if number > 1 else f"{named} {_one(number)}"


def _one(number: int) -> str:
    return "person needs you" if number else "needs you"
