"""What does a caller hear when nobody can come to the phone?"""

from dataclasses import dataclass

from reminders.core.wording.speech import speech
from reminders.core.wording.template import fill


@dataclass(frozen=True)
class Sentence:
    """A sentence to be said, with its accents, and the language of the voice that says it."""

    text: str
    voice: str


def nobody_there(lang: str, clinic: str, emergency: str) -> Sentence:
    """Say that nobody can take the call, and the emergency number digit by digit."""
    words = speech(lang).call
    # A voice reads "911" as nine hundred and eleven.
    digits = " ".join(emergency.replace(" ", ""))
    return Sentence(fill(words.nobody, {"clinic": clinic, "emergency": digits}), words.voice)
