"""What does a list of patients say, and who of them may come in?"""

from reminders.core.intake.rows import EXAMPLE, HOW, Entry, Usual, entries
from reminders.core.intake.standing import Judged, Standing, judged
from reminders.core.intake.table import MOST_BYTES, MOST_ROWS, NotAList, Table, decoded, table

__all__ = [
    "EXAMPLE",
    "HOW",
    "MOST_BYTES",
    "MOST_ROWS",
    "Entry",
    "Judged",
    "NotAList",
    "Standing",
    "Table",
    "Usual",
    "decoded",
    "entries",
    "judged",
    "table",
]
