"""What do we say?

`sms` and `reminder` write texts, `letter` emails, and `nobody_there` speaks, in the words of
`en.toml` and `es.toml`: a third language is one new file. `check` judges a clinic's own words,
`measure` counts their segments.
"""

from reminders.core.wording.calls import Sentence, nobody_there
from reminders.core.wording.canned import CANNED
from reminders.core.wording.checks import LONGEST, check, usable_names
from reminders.core.wording.clinical import revealing
from reminders.core.wording.keys import ADVICE, FIXED, HIGH_PAIN, Key, Values
from reminders.core.wording.letters import MARKERS, Letter, letter
from reminders.core.wording.phrases import choices_words, clock_words, day_words
from reminders.core.wording.size import Encoding, Size, Text, measure, tidy
from reminders.core.wording.speech import LANGUAGES
from reminders.core.wording.texts import advice, preview, reminder, sms

__all__ = [
    "ADVICE",
    "CANNED",
    "FIXED",
    "HIGH_PAIN",
    "LANGUAGES",
    "LONGEST",
    "MARKERS",
    "Encoding",
    "Key",
    "Letter",
    "Sentence",
    "Size",
    "Text",
    "Values",
    "advice",
    "check",
    "choices_words",
    "clock_words",
    "day_words",
    "letter",
    "measure",
    "nobody_there",
    "preview",
    "reminder",
    "revealing",
    "sms",
    "tidy",
    "usable_names",
]
