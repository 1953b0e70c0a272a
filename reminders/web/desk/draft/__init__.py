"""What stands in the plan form, as typed, and what does pressing a button do to it?

A draft is words only: whatever was typed is kept, sense or not. `plan_draft` makes the real thing
of it once `checked` has nothing left to put right.
"""

from reminders.web.desk.draft.beginning import from_plan, from_programme, lighter, moved_on
from reminders.web.desk.draft.checking import checked
from reminders.web.desk.draft.form import from_form
from reminders.web.desk.draft.pressing import pressed
from reminders.web.desk.draft.values import RARE, Draft, Line, PhaseLine, Rhythm
from reminders.web.desk.draft.writing import plan_draft, programme

__all__ = [
    "RARE",
    "Draft",
    "Line",
    "PhaseLine",
    "Rhythm",
    "checked",
    "from_form",
    "from_plan",
    "from_programme",
    "lighter",
    "moved_on",
    "plan_draft",
    "pressed",
    "programme",
]
