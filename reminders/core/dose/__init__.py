"""How much, said in plain words?"""

from reminders.core.dose.bounds import problems
from reminders.core.dose.lasting import minutes
from reminders.core.dose.saying import Words, in_words, sentence
from reminders.core.dose.stepping import Bout, Half, Step, StepKind, bouts
from reminders.core.dose.values import Band, Dose, OtherDays, Side

__all__ = [
    "Band",
    "Bout",
    "Dose",
    "Half",
    "OtherDays",
    "Side",
    "Step",
    "StepKind",
    "Words",
    "bouts",
    "in_words",
    "minutes",
    "problems",
    "sentence",
]
