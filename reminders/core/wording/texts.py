"""What does a text message say?

Every text begins with the clinic's short name. It is kept to one segment: names lose the accents
that would shrink it to 70 letters, then the first name goes, then the clinic's line about a pain
level, and a reminder takes shorter words and drops STOP. Nothing else is ever left out; a text
still too long stays whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reminders.core.bands import Band
from reminders.core.wording.keys import ADVICE, FIXED, Key, Values
from reminders.core.wording.size import Text, is_plain, measure, tidy, unaccented
from reminders.core.wording.speech import Speech, speech
from reminders.core.wording.template import fill, named, names_in

# Used as they are: a link must work, and a person's own words are theirs.
_AS_WRITTEN = frozenset({"link", "note", "unsubscribe"})


def sms(key: Key, lang: str, values: Values, own: str = "") -> str:
    """Write a text in our words, or in the clinic's `own` where it may choose them."""
    words = speech(lang)
    template = own if own and key not in FIXED else words.sms[key]
    tails = (" $advice", "") if values.advice else ("",)
    return _fitting(
        _write(template + tail, words, person)
        for tail in tails
        for person in _with_and_without_name(values)
    )


def reminder(lang: str, values: Values, *, with_stop: bool, own: str = "") -> str:
    """Write a reminder, with the STOP line if its week has come.

    Tried in this order until it fits one segment: everything; without the first name; in shorter
    words (ours only); without STOP. With a short name of 25 letters and a link of 60 the shorter
    words leave room for STOP.
    """
    words = speech(lang)
    templates = (own,) if own else (words.sms[Key.REMINDER], words.parts.short_reminder)
    stops = (f" {words.parts.stop}", "") if with_stop else ("",)
    return _fitting(
        _write(template + stop, words, person)
        for stop in stops
        for template in templates
        for person in _with_and_without_name(values)
    )


def advice(band: Band, lang: str, values: Values, own: str = "") -> str:
    """Say what the clinic says to a pain level, to stand behind an answer or on the page."""
    words = speech(lang)
    return tidy(fill(own or words.sms[ADVICE[band]], named(values, words.dates.today)))


def preview(key: Key, lang: str, values: Values, own: str = "") -> Text:
    """Show an editor what a patient would get, and what it weighs."""
    body = sms(key, lang, values, own)
    return Text(body, measure(body))


def _with_and_without_name(values: Values) -> Iterator[Values]:
    yield values
    yield replace(values, first="")


def _write(template: str, words: Speech, values: Values) -> str:
    whole = f"$clinic: {template}"
    asked, given = names_in(whole), named(values, words.dates.today)
    as_given = {name: value for name, value in given.items() if name in asked}
    bare = {name: v if name in _AS_WRITTEN else unaccented(v) for name, v in as_given.items()}
    plain = tidy(fill(whole, bare))
    # Names pay with their accents only if that buys the small alphabet for the whole text.
    return plain if is_plain(plain) else tidy(fill(whole, as_given))


def _fitting(texts: Iterable[str]) -> str:
    """Pick the first text of one segment, else the first of those with the fewest."""
    too_long: list[tuple[int, str]] = []
    for text in texts:
        segments = measure(text).segments
        if segments <= 1:
            return text
        too_long.append((segments, text))
    return min(too_long, key=lambda counted: counted[0])[1]
