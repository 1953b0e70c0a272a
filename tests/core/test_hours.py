"""Is the clinic open, on its own clock?"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from reminders.core.hours import Hours, open_at
from reminders.core.schedule import Window

NEW_YORK = Hours(
    ZoneInfo("America/New_York"),
    Window(time(8), time(17, 30)),
    frozenset(range(5)),
    frozenset({date(2026, 7, 3)}),
)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 3, 16, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 16, 11, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 16, 21, 29, tzinfo=UTC), True),
        (datetime(2026, 3, 16, 21, 30, tzinfo=UTC), False),
        (datetime(2026, 3, 14, 15, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 17, 0, 30, tzinfo=UTC), False),
        (datetime(2026, 7, 3, 15, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 2, 15, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 6, 13, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 6, 12, 0, tzinfo=UTC), False),
    ],
    ids=[
        "it opens at eight",
        "a minute before",
        "the last minute",
        "it has closed",
        "a Saturday",
        "a Monday evening that is Tuesday in UTC",
        "a closed day",
        "the day before it",
        "eight in winter",
        "seven in winter, eight in summer",
    ],
)
def test_a_clinic_is_open_in_its_hours_on_its_days(moment: datetime, is_open: bool) -> None:
    assert open_at(NEW_YORK, moment) is is_open


def test_a_clinic_east_of_greenwich_opens_while_utc_still_has_the_day_before() -> None:
    auckland = Hours(ZoneInfo("Pacific/Auckland"), Window(time(8), time(17)), frozenset({0}))

    assert open_at(auckland, datetime(2026, 3, 15, 20, 0, tzinfo=UTC))
    assert not open_at(auckland, datetime(2026, 3, 16, 20, 0, tzinfo=UTC))
