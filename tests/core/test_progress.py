"""Is more, less or something else suggested when the figures say so, and only then?"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.core.adherence import Outcome, PainPoint, Sitting
from reminders.core.programme import Goal
from reminders.core.progress import Progress, Step, Suggestion, suggestions
from reminders.core.triage import History

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def sittings(pattern: str) -> tuple[Sitting, ...]:
    """One session a day up to yesterday, the newest first: d done, n nothing."""
    return tuple(_sitting(nth, TODAY - nth * DAY, what) for nth, what in enumerate(pattern, 1))


def _sitting(nth: int, day: date, what: str) -> Sitting:
    due = datetime.combine(day, time(13), UTC)
    return Sitting(nth, day, due, due + DAY, Outcome.DONE if what == "d" else None)


def pains(*levels: int) -> tuple[PainPoint, ...]:
    """One report a day up to today, the newest first."""
    days = [(TODAY - nth * DAY, level) for nth, level in enumerate(levels)]
    return tuple(
        PainPoint(day, level, datetime.combine(day, time(14), UTC)) for day, level in reversed(days)
    )


def progress(pattern: str, levels: tuple[int, ...], **changes: object) -> Progress:
    whole = Progress(
        History(ZONE, sittings(pattern), pains(*levels)),
        version_since=TODAY - 20 * DAY,
        phase="Control",
        phase_since=TODAY - 20 * DAY,
        goal=Goal(sessions_percent=80, pain=3, days=14),
        following="Strengthen",
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def steps(about: Progress) -> list[Step]:
    return [one.step for one in suggestions(about, NOW)]


def test_a_goal_that_is_reached_suggests_the_next_phase_with_its_figures() -> None:
    [found] = suggestions(progress("d" * 12 + "n" + "d", (3, 3, 4, 3)), NOW)

    assert found == Suggestion(
        Step.READY,
        "Ready for Strengthen: 12 of 13 sessions in 14 days, pain 3.",
        "Control asks for 80 % of the sessions and pain 3 or less over 14 days.",
    )


def test_the_last_phase_says_that_its_goal_is_reached() -> None:
    [found] = suggestions(progress("d" * 14, (2,), following=""), NOW)

    assert found.sentence.startswith("The goal of Control is reached: ")


@pytest.mark.parametrize(
    "about",
    [
        progress("dn" * 7, (3, 3)),
        progress("d" * 14, (5, 4, 4)),
        progress("d" * 14, ()),
        progress("ddd", (3,)),
        progress("d" * 14, (3,), phase_since=TODAY - 13 * DAY),
        progress("d" * 14, (3,), phase_since=None),
        progress("d" * 14, (3,), goal=Goal()),
    ],
    ids=[
        "too few sessions", "too much pain", "pain not told", "too few to say", "too early",
        "no phase", "a goal without figures",
    ],
)  # fmt: skip
def test_a_goal_that_is_not_reached_suggests_nothing(about: Progress) -> None:
    assert steps(about) == []


def test_pain_that_rose_twice_suggests_a_step_back() -> None:
    [found] = suggestions(progress("d" * 14, (6, 3, 5, 3, 3, 3, 3, 3)), NOW)

    assert found.step is Step.BACK
    assert found.sentence == "Pain rose twice: 5 on Sat 14 Mar and 6 today; the week before 3."


@pytest.mark.parametrize(
    "about",
    [
        progress("n" * 14, (6, 3, 3, 3, 3)),
        progress("n" * 14, (4, 3, 4, 3, 3)),
        progress("n" * 14, (6, 3, 5, 3, 3, 3), version_since=TODAY - DAY),
        progress("n" * 14, (6, 5)),
    ],
    ids=["once", "a point only", "before this version", "no week before"],
)
def test_less_than_that_suggests_no_step_back(about: Progress) -> None:
    assert steps(about) == []


def test_a_step_back_outranks_being_ready() -> None:
    ready = progress("d" * 14, (2, 2, 2, 2, 2, 2))
    worse = progress("d" * 14, (4, 2, 4, 2, 2, 2, 2, 2))

    assert steps(ready) == [Step.READY]
    assert steps(worse) == [Step.BACK]


def test_four_weeks_of_work_without_less_pain_suggest_another_approach() -> None:
    [found] = suggestions(progress("d" * 40, (6,) * 40), NOW)

    assert found.step is Step.NOT_HELPING
    assert "pain has not moved" in found.sentence


def test_who_does_not_do_it_is_not_told_that_it_does_not_help() -> None:
    assert steps(progress("dnn" * 14, (6,) * 40)) == []
