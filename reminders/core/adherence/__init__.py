"""How are they doing?

Everything here is *reported*: what a patient said, not what was seen. Definitions, as printed
beside the figures:

- A session is one due sitting. It stands as what the patient said of it (done, part, skipped); as
  *no answer* once it has closed without a word (03:00 local); until then it is *open*, to come.
- An excused session is not counted, done or not: paused, safety (stopped after a red flag), opted
  out, withheld (our rules kept the reminder back), missed (our service was late), failed (not
  delivered). Done without being counted is kept as a number of its own.
- Sessions % is done ÷ (done + part + skipped + no answer). Part is shown beside it, never in it.
- Prescribed % is the plain one: every session done, counted or not ÷ every session prescribed.
- Reported % is how many counted sessions were answered at all: (done + part + skipped) ÷ counted.
- Exercises: those done ÷ those asked for, of the sessions that count. Of a session done in part
  only what was ticked is known: one without ticks is left out on both sides, and counted apart.
- Days reported: days with an answer ÷ days with a session that counts.
- Pain: the latest report, the median of seven days, where it began (the median of the first seven
  days) and whether the two medians are a real change apart.
- Missing is never zero and never "skipped"; a percentage of nothing is none.
"""

from reminders.core.adherence.counting import (
    between,
    by_time_of_day,
    exercises,
    figures,
    reported_days,
    usual_hours,
)
from reminders.core.adherence.days import (
    EXCUSED_MARK,
    day_mark,
    mark,
    mark_of,
    streak,
    strip,
    weeks,
)
from reminders.core.adherence.pain import (
    PainStand,
    median7,
    medians7,
    pain_at_start,
    pain_now,
    pain_stand,
    real_change,
)
from reminders.core.adherence.values import (
    DAY,
    WEEK,
    DayMark,
    Excuse,
    Exercises,
    Figures,
    Mark,
    Outcome,
    PainPoint,
    Share,
    Sitting,
    TimeOfDay,
    Week,
)

__all__ = [
    "DAY",
    "EXCUSED_MARK",
    "WEEK",
    "DayMark",
    "Excuse",
    "Exercises",
    "Figures",
    "Mark",
    "Outcome",
    "PainPoint",
    "PainStand",
    "Share",
    "Sitting",
    "TimeOfDay",
    "Week",
    "between",
    "by_time_of_day",
    "day_mark",
    "exercises",
    "figures",
    "mark",
    "mark_of",
    "median7",
    "medians7",
    "pain_at_start",
    "pain_now",
    "pain_stand",
    "real_change",
    "reported_days",
    "streak",
    "strip",
    "usual_hours",
    "weeks",
]
