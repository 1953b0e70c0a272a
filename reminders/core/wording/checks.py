"""What is wrong with a clinic's own wording?"""

import re
from collections.abc import Iterator
from dataclasses import replace
from string import Template

from reminders.core.wording.clinical import clinical_words
from reminders.core.wording.keys import FIXED, Key, Values
from reminders.core.wording.size import Encoding, is_plain, measure, tidy
from reminders.core.wording.speech import speech
from reminders.core.wording.template import (
    NAMES,
    has_stray_bracket,
    names_in,
    needed_names,
)
from reminders.core.wording.texts import reminder, sms

# The longest values we plan room for: a text that holds these holds its patients'.
LONGEST = Values(
    clinic="Northside Movement Center",
    first="Maria Concepción",
    link="https://go.example-clinic.org/x/" + "k7qdm2xr5sfa4twp6hbn3ycvz7" + "22",
    phone="+44 20 7946 0958",
    emergency="1122",
    crisis="13 11 14",
    pain=10,
    time="10:30 pm",
    day="Wed 16 Sep 2027",
    choices="A for A.B., B for C.D., C for E.F. or D for G.H.",
    note="Yes, a short walk is fine.",
    staff="Maria Concepción",
    count=120,
    unsubscribe="https://go.example-clinic.org/u/" + "k7qdm2xr5sfa4twp6hbn3ycvz7" + "22",
    whom="Maria Concepción",
    code="4711",
)

_ALWAYS = frozenset({"clinic", "first", "phone", "emergency"})

# A phone company reads these as opt-in or opt-out, so they can never be an answer to us.
_CARRIER = re.compile(r"\b(YES|END|QUIT|CANCEL)\b")
_WEB_ADDRESS = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|net|ly|gl)\b", re.IGNORECASE)


def check(template: str, key: Key, lang: str) -> tuple[str, ...]:
    """List in plain sentences what must change before this wording may be used; empty is good."""
    if key in FIXED:
        return ("This text is fixed: it was reviewed word by word, or the law asks for it.",)
    if not template.strip():
        return ("Write something, or go back to our words.",)
    return (
        tuple(_form_faults(template))
        or tuple(_name_faults(template, speech(lang).sms[key]))
        or (*_word_faults(template, lang), *_size_faults(template, key, lang))
    )


def usable_names(key: Key, lang: str) -> tuple[str, ...]:
    """The names that have a value in this text, as they are written."""
    known = names_in(speech(lang).sms[key]) | _ALWAYS
    return tuple(f"${name}" for name in sorted(known))


def _form_faults(template: str) -> Iterator[str]:
    if not Template(template).is_valid():
        yield "A $ must be followed by a name, as in $first. For a dollar sign write $$."
    elif has_stray_bracket(template):
        yield "Each [ needs its own ], and there can be no [ ] inside another."


def _name_faults(template: str, ours: str) -> Iterator[str]:
    used, needed = names_in(template), needed_names(ours)
    known = names_in(ours) | _ALWAYS
    for name in sorted(used - known):
        fault = "has no value in this text" if name in NAMES else "is not a name we know"
        yield f"${name} {fault}. You can use: {_listed(known)}."
    for name in sorted(needed - needed_names(template)):
        yield f"${name} is missing. Put it in, outside of [ ]."
    for name in sorted(needed_names(template) & known - needed - {"clinic", "emergency"}):
        yield f"${name} may be empty. Put it in [ ] with the words around it, like [, ${name}]."


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"${name}" for name in sorted(names))


def _word_faults(template: str, lang: str) -> Iterator[str]:
    if template.lstrip(" [").startswith("$clinic"):
        yield "Leave out $clinic at the start: the clinic's name is always written there."
    if _link_ends(template):
        yield "Put words after $link. A link at the end of a text shows its page on a locked phone."
    if _WEB_ADDRESS.search(template):
        yield "Leave out web addresses. Only $link may lead somewhere."
    for word in sorted(set(_CARRIER.findall(template))):
        yield f"Do not ask for {word}: phone companies act on that word themselves."
    for word in clinical_words(template, lang):
        yield f'Leave out "{word}": others may read a text on a locked phone.'


def _link_ends(template: str) -> bool:
    shown = re.sub(r"\[[^]]*\]", "", template).rstrip(" .,;:!")
    return shown.endswith(("$link", "${link}"))


def _size_faults(template: str, key: Key, lang: str) -> Iterator[str]:
    """Measure it as it would go out at its longest: with its STOP line, without the first name."""
    values = replace(LONGEST, first="")
    if key is Key.REMINDER:
        size = measure(f"{reminder(lang, values, with_stop=False, own=template)} {_stop(lang)}")
    else:
        size = measure(sms(key, lang, values, template))
    if size.segments <= 1:
        return
    if size.encoding is Encoding.UCS2:
        odd = " ".join(sorted({letter for letter in tidy(template) if not is_plain(letter)}))
        yield f"These letters leave room for 70 letters instead of 160: {odd}"
    yield f"With long names this takes {size.segments} texts. Take out {size.excess} letters."


def _stop(lang: str) -> str:
    return speech(lang).parts.stop
