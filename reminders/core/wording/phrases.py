"""How do a time, a day and a choice read inside a text?"""

from collections.abc import Sequence
from datetime import date, time, timedelta
from string import ascii_uppercase

from reminders.core.wording.speech import speech
from reminders.core.wording.template import fill

_FAR = timedelta(days=183)  # beyond half a year a day needs its year


def clock_words(moment_local: time, lang: str) -> str:
    """Say a wall time: "6:30 pm", "18:30"."""
    if speech(lang).dates.hours == 24:
        return f"{moment_local.hour}:{moment_local:%M}"
    half = "am" if moment_local.hour < 12 else "pm"
    return f"{moment_local.hour % 12 or 12}:{moment_local:%M} {half}"


def day_words(day: date, today: date, lang: str) -> str:
    """Say a day as seen from today: "yesterday", "Mon 16 Nov", "lun 16 nov"."""
    words = speech(lang).dates
    near = {-1: words.yesterday, 0: words.today, 1: words.tomorrow}.get((day - today).days)
    if near:
        return near
    said = f"{words.days[day.weekday()]} {day.day} {words.months[day.month - 1]}"
    return said if abs(day - today) < _FAR else f"{said} {day.year}"


def choices_words(initials: Sequence[str], lang: str) -> str:
    """Offer a letter for each person on a shared phone: "A for A.B. or B for C.D."."""
    parts = speech(lang).parts
    choices = [
        fill(parts.choice, {"letter": letter, "initials": person})
        for letter, person in zip(ascii_uppercase, initials, strict=False)
    ]
    return parts.or_.join(part for part in (parts.comma.join(choices[:-1]), choices[-1]) if part)
