"""When is anybody there, and how many working days has something waited?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.core.hours import Workdays, next_workday, workdays_waited

NEW_YORK = ZoneInfo("America/New_York")
WEEK = Workdays(frozenset(range(5)))
MONDAY = date(2026, 3, 16)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "workdays", "expected"),
    [
        (MONDAY, WEEK, MONDAY + DAY),
        (MONDAY + 4 * DAY, WEEK, MONDAY + 7 * DAY),
        (MONDAY + 5 * DAY, WEEK, MONDAY + 7 * DAY),
        (MONDAY, Workdays(WEEK.weekdays, frozenset({MONDAY + DAY})), MONDAY + 2 * DAY),
        (MONDAY, Workdays(frozenset({0})), MONDAY + 7 * DAY),
        (MONDAY, Workdays(frozenset()), MONDAY + DAY),
    ],
    ids=[
        "a day in the week",
        "Friday",
        "Saturday",
        "before a closed day",
        "open on Mondays",
        "never open",
    ],
)
def test_the_next_working_day(today: date, workdays: Workdays, expected: date) -> None:
    assert next_workday(workdays, today) == expected


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        ("16T09:00", "16T23:00", 0),
        ("16T09:00", "17T08:59", 0),
        ("16T09:00", "17T09:00", 1),
        ("20T09:00", "23T09:00", 1),
        ("21T09:00", "23T23:00", 0),
        ("21T09:00", "24T00:00", 1),
        ("16T09:00", "30T09:00", 10),
    ],
    ids=[
        "the same day",
        "nearly a day",
        "a day",
        "over the weekend",
        "from Saturday to Monday",
        "from Saturday to Tuesday",
        "two weeks",
    ],
)
def test_working_days_that_have_gone_by(since: str, now: str, expected: int) -> None:
    begun, ends = (
        datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=NEW_YORK).astimezone(UTC)
        for text in (since, now)
    )

    assert workdays_waited(begun, ends, NEW_YORK, WEEK) == expected
