"""Did the patient write of danger, and what must they read then?

The fixed safety text of core/wording, first and alone, with numbers that dial.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reminders.core.safety import Danger, Flag, Strength, screen
from reminders.core.wording.speech import speech
from reminders.core.wording.template import fill
from reminders.inbox.danger import ANSWERS
from reminders.store.queries.page import Holder, Page
from reminders.web.house import Emergency
from reminders.web.patient.calls import with_calls


@dataclass(frozen=True)
class Numbers:
    """Whom to call; the clinic's phone may be unknown."""

    emergency: str
    crisis: str
    phone: str = ""

    @classmethod
    def of(cls, holder: Holder) -> "Numbers":
        return cls(holder.emergency, holder.crisis, holder.phone)

    @classmethod
    def remembered(cls, known: Sequence[Emergency]) -> "Numbers":
        """Without the records: what all clinics of this house share, else the usual numbers."""

        def shared(numbers: set[str], usual: str) -> str:
            return numbers.pop() if len(numbers) == 1 else usual

        return cls(
            shared({one.emergency for one in known}, "911"),
            shared({one.crisis for one in known}, "988"),
            shared({one.phone for one in known}, ""),
        )


@dataclass(frozen=True)
class SafetyText:
    """The fixed text in its language, and the numbers to press, the first one first."""

    lang: str
    text: Markup
    calls: tuple[str, ...]
    urgent: bool


def danger_of(page: Page) -> Flag | None:
    """The red flag of the words last sent from this page, until staff have cleared it."""
    last = page.holder.last
    if last is None or not last.text:
        return None
    flag = screen(last.text, tuple(task.words.name for task in page.tasks))
    if flag is None:
        return None
    # A strong one holds the page; the hold gone means that a person has spoken with them.
    stands = page.holder.held or flag.strength is Strength.WEAK or not last.understood
    return flag if stands else None


def safety_text(flag: Flag, numbers: Numbers) -> SafetyText:
    """What to show for a red flag."""
    said = fill(
        speech(flag.lang).sms[ANSWERS[flag.danger]],
        {"emergency": numbers.emergency, "crisis": numbers.crisis, "phone": numbers.phone},
    )
    calls = {
        Danger.EMERGENCY: (numbers.emergency, numbers.phone),
        Danger.CRISIS: (numbers.crisis, numbers.emergency),
        Danger.DEATH: (numbers.phone,),
    }[flag.danger]
    dialled = with_calls(said, numbers.emergency, numbers.crisis, numbers.phone)
    return SafetyText(
        flag.lang, dialled, tuple(filter(None, calls)), flag.danger is not Danger.DEATH
    )
