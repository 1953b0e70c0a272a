"""What is a programme before it is anybody's plan?

Templates, copies of another patient's plan and the phases still to come are programmes: exercises
by their library keys with doses, in phases, with the times to begin with. The four built-in ones
are one file each in `texts/`, so that a clinician can read them line by line and sign them.
"""

from reminders.core.programme.built_in import BuiltIn, built_in
from reminders.core.programme.values import (
    Goal,
    Item,
    Phase,
    Programme,
    Timing,
    goal_from,
    goal_to,
    items_from_text,
    items_to_text,
)

__all__ = [
    "BuiltIn",
    "Goal",
    "Item",
    "Phase",
    "Programme",
    "Timing",
    "built_in",
    "goal_from",
    "goal_to",
    "items_from_text",
    "items_to_text",
]
