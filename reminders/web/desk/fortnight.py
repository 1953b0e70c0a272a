"""How are fourteen days of one patient drawn in a row?"""

from dataclasses import dataclass

from reminders.store.queries.glances import Glance
from reminders.web import charts
from reminders.web.desk import words


@dataclass(frozen=True)
class Picture:
    """Fourteen days drawn: the strip, the pain line, and what they come to."""

    strip: charts.Strip
    spark: charts.Spark
    done: int
    due: int
    now: int | None
    change: int
    title: str


def picture(seen: Glance, width: int = 228, height: int = 40) -> Picture:
    """Draw fourteen days."""
    told = [day.pain for day in seen.days if day.pain is not None]
    ends = f"{words.counted(len(told), 'report')}, last {told[-1]}" if told else "no report"
    return Picture(
        charts.strip(seen.days),
        charts.spark(charts.spark_points(seen.days), width, height),
        seen.done,
        seen.due,
        seen.pain,
        seen.change,
        f"Pain over 14 days: {ends}",
    )
