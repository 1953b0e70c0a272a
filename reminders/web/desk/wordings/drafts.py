"""Which texts may a clinic word itself, and how does one go out as it is typed?"""

from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from flask import abort

from reminders.core.wording import (
    ADVICE,
    FIXED,
    LANGUAGES,
    LONGEST,
    Key,
    Text,
    Values,
    check,
    measure,
    reminder,
    sms,
    usable_names,
)
from reminders.core.wording.speech import speech
from reminders.store.conversation import Wording
from reminders.web.desk import words
from reminders.web.desk.access import clinic
from reminders.web.house import house, session

# What is said to a pain level has a page of its own, and a therapist's name under it.
OPEN: Final = tuple(key for key in Key if key not in FIXED and key not in ADVICE.values())
_WAY_IN: Final = "k7qdm2xr5sfa4twp6hbn3ycvz7"


@dataclass(frozen=True)
class Draft:
    """One text in one language, in our words or the clinic's own."""

    key: Key
    lang: str
    text: str
    own: bool = False
    faults: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return words.opening(self.key.replace("_", " "))

    @property
    def language(self) -> str:
        return words.LANGUAGES.get(self.lang, self.lang)

    @property
    def ours(self) -> str:
        return speech(self.lang).sms[self.key]

    @property
    def names(self) -> tuple[str, ...]:
        """The values that may stand in it."""
        return usable_names(self.key, self.lang)

    @property
    def sample(self) -> Text | None:
        """As a patient with a name of usual length reads it; none while it cannot be filled."""
        try:
            return _written(self, _usual())
        except (KeyError, ValueError):
            return None

    def typed(self, text: str) -> "Draft":
        """The same with other words, and what is wrong with them; ours have shorter ones behind."""
        faults = check(text, self.key, self.lang) if text != self.ours else ()
        return replace(self, text=text, faults=faults)


def draft_of(key: str, lang: str) -> Draft:
    """The text that a page is about, as it stands; 404 for one that nobody may word."""
    if key not in OPEN or lang not in LANGUAGES:
        abort(404)
    row = own_row(Key(key), lang)
    return _draft(Key(key), lang, row.text if row is not None else "")


def drafts() -> list[Draft]:
    """Every text that may be worded, in both languages."""
    rows = session().scalars(sa.select(Wording).where(Wording.clinic_id == clinic().id))
    own = {(row.key, row.language): row.text for row in rows}
    return [_draft(key, lang, own.get((key, lang), "")) for key in OPEN for lang in LANGUAGES]


def own_row(key: Key, lang: str) -> Wording | None:
    """The clinic's own words, where it has chosen some."""
    return session().scalar(
        sa.select(Wording).where(
            Wording.clinic_id == clinic().id, Wording.key == key, Wording.language == lang
        )
    )


def _draft(key: Key, lang: str, own: str) -> Draft:
    return Draft(key, lang, own or speech(lang).sms[key], own=bool(own))


def _written(draft: Draft, values: Values) -> Text:
    if draft.key is Key.REMINDER:
        body = reminder(draft.lang, values, with_stop=True, own=draft.text)
    else:
        body = sms(draft.key, draft.lang, values, draft.text)
    return Text(body, measure(body))


def _usual() -> Values:
    base = house().settings.public_base_url
    return replace(
        LONGEST,
        clinic=clinic().short_name,
        phone=words.phone(clinic().phone),
        emergency=clinic().emergency_number or LONGEST.emergency,
        crisis=clinic().crisis_number or LONGEST.crisis,
        first="Ana",
        staff="Lena",
        whom="Ana",
        pain=3,
        count=3,
        link=f"{base}/x/{_WAY_IN}",
        unsubscribe=f"{base}/u/{_WAY_IN}",
    )
