"""Who needs a person, and why? Each rule on both sides of its threshold, and the words it says."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.core.adherence import Excuse, Outcome, PainPoint, Sitting
from reminders.core.triage import (
    DEFAULTS,
    AlertKind,
    Failure,
    History,
    Thresholds,
    Urgency,
    reasons,
)

NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
TODAY = date(2026, 11, 20)  # a Friday
NOW = datetime(2026, 11, 20, 13, 3, tzinfo=UTC)  # 8:03 in New York
SAID = {"d": Outcome.DONE, "p": Outcome.PART, "s": Outcome.SKIPPED}
NOTHING = History(NEW_YORK)


def days(letters: str) -> tuple[Sitting, ...]:
    """One session a day, the last one yesterday: d, p, s, - no word, F failed; a dot is rest."""
    first = TODAY - len(letters) * DAY
    return tuple(
        sitting(letter, first + n * DAY) for n, letter in enumerate(letters) if letter != "."
    )


def sitting(letter: str, day: date) -> Sitting:
    return Sitting(
        occurrence_id=day.toordinal(),
        day=day,
        due_at=datetime.combine(day, time(14), UTC),
        closes_at=datetime.combine(day + DAY, time(8), UTC),
        outcome=SAID.get(letter),
        excuse=Excuse.FAILED if letter == "F" else None,
    )


def pains(values: str) -> tuple[PainPoint, ...]:
    """One report a day, the last one today: a figure, x for ten; a dot is a day without."""
    first = TODAY - (len(values) - 1) * DAY
    found = [(first + n * DAY, value) for n, value in enumerate(values) if value != "."]
    return tuple(
        PainPoint(day, 10 if value == "x" else int(value), datetime.combine(day, time(11), UTC))
        for day, value in found
    )


def runs(text: str) -> str:
    """Letters written short: 3*d 2*s is dddss."""
    pairs = (run.split("*") for run in text.split())
    return "".join(letter * int(count) for count, letter in pairs)


def table(names: str, text: str) -> pytest.MarkDecorator:
    """One case a line, its name first, the columns set apart by bars."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pytest.mark.parametrize(names, [row[1:] for row in rows], ids=[row[0] for row in rows])


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


def kinds(history: History, thresholds: Thresholds = DEFAULTS) -> list[str]:
    return [reason.kind.value for reason in reasons(history, NOW, thresholds)]


def test_nothing_is_said_of_a_patient_of_whom_nothing_is_known() -> None:
    assert kinds(NOTHING) == []


@table(
    "values, expected",
    """
    seven                         | 4444447   | Pain 7 on Fri 20 Nov; own 7-day median is 4.
    two above                     | 4444446   | Pain 6 on Fri 20 Nov; own 7-day median is 4.
    two above one report          | 46        | Pain 6 on Fri 20 Nov; own 7-day median is 4.
    two above zero                | 0000002   | Pain 2 on Fri 20 Nov; own 7-day median is 0.
    two above a half              | 34346     | Pain 6 on Fri 20 Nov; own 7-day median is 3.5.
    one and a half above          | 22334.    |
    yesterday                     | 225.      | Pain 5 on Thu 19 Nov; own 7-day median is 2.
    three days ago                | 4448333   | Pain 8 on Tue 17 Nov; own 7-day median is 4.
    four days ago                 | 44483333  |
    the worst of several          | 4447x77   | Pain 10 on Wed 18 Nov; own 7-day median is 4.
    a first report: no median     | 7         | Pain 7 on Fri 20 Nov.
    a first report, not high      | 6         |
    none in the seven days before | 4.......6 |
    """,
)
def test_pain_up_names_the_report_and_the_median_before_it(values: str, expected: str) -> None:
    found = reasons(replace(NOTHING, pains=pains(values)), NOW)

    assert [reason.sentence for reason in found] == ([expected] if expected else [])


def test_pain_up_says_what_came_since() -> None:
    [found] = reasons(replace(NOTHING, pains=pains("44483")), NOW)

    assert found.evidence == "Since then 3, Fri 20 Nov."


@table(
    "letters, heard, expected",
    """
    four sessions           | dddd---- | 15T09 | No answer to the last 4 sessions, since Mon 16 Nov.
    three sessions          | d---     | 16T08 | No answer to the last 3 sessions, since Tue 17 Nov.
    two in two days         | dd--     | 17T08 |
    two in six days         | d.-..-.  | 13T11 | Nothing heard for 6 days, with 2 sessions in them.
    a week without any      | d......  | 13T11 |
    wrote of something else | d----    | 18T20 |
    nothing arrived         | dFFFF    | 15T20 |
    some did not arrive     | d-FF--   | 14T20 | No answer to the last 3 sessions, since Sun 15 Nov.
    a skip is an answer     | --s--    | 17T11 |
    never heard, three      | ---      |       | No answer to the last 3 sessions, since Tue 17 Nov.
    never heard, five days  | -.....   |       | Nothing heard for 5 days, with 1 session in them.
    """,
)
def test_silence_counts_the_sessions_without_an_answer(
    letters: str, heard: str, expected: str
) -> None:
    last_heard = local(f"2026-11-{heard}") if heard else None
    lenient = Thresholds(fewest_sessions=99)

    found = reasons(History(NEW_YORK, sittings=days(letters), last_heard=last_heard), NOW, lenient)

    assert [reason.sentence for reason in found] == ([expected] if expected else [])


def test_silence_says_when_the_patient_was_last_heard() -> None:
    silent = History(NEW_YORK, sittings=days("d----"), last_heard=local("2026-11-14T19:40"))

    [heard] = reasons(silent, NOW)
    [never] = reasons(replace(silent, sittings=days("----"), last_heard=None), NOW)

    assert heard.evidence == "Last heard Sat 14 Nov, 7:40 pm."
    assert never.evidence == "Not heard from so far."


def test_todays_open_session_is_no_silence_yet() -> None:
    open_ = sitting("-", TODAY)
    history = History(NEW_YORK, (*days("d--"), open_), last_heard=local("2026-11-17T12:00"))

    assert reasons(history, NOW) == ()
    assert [reason.kind for reason in reasons(history, open_.closes_at)] == [AlertKind.SILENT]


@table(
    "since, urgency, expected",
    """
    new          | 20T07:58 | when_you_can | A message waits to be read.
    nearly a day | 19T08:04 | when_you_can | A message waits to be read.
    a day        | 19T08:03 | today        | A message has waited 1 working day.
    Saturday     | 14T10:00 | today        | A message has waited 4 working days.
    """,
)
def test_a_message_that_waited_a_working_day_comes_to_today(
    since: str, urgency: str, expected: str
) -> None:
    [found] = reasons(
        replace(NOTHING, unread_since=local(f"2026-11-{since}"), unread_words="¿Puedo?"), NOW
    )

    assert (found.kind, found.urgency.value) == (AlertKind.MESSAGE, urgency)
    assert found.sentence == expected
    assert found.evidence.startswith("“¿Puedo?” ")


def test_days_off_are_not_waited() -> None:
    history = replace(NOTHING, unread_since=local("2026-11-20T12:30"))
    over_a_holiday = Thresholds(closed=frozenset({date(2026, 11, 23)}))
    monday = local("2026-11-23T12:30")

    at_first = reasons(history, monday - timedelta(minutes=1))[0]

    assert at_first.urgency is Urgency.WHEN_YOU_CAN
    assert at_first.evidence == "Fri 20 Nov, 12:30 pm."
    assert reasons(history, monday)[0].urgency is Urgency.TODAY
    assert reasons(history, monday, over_a_holiday)[0].urgency is Urgency.WHEN_YOU_CAN


def test_what_comes_on_a_day_off_waits_from_the_next_working_day() -> None:
    history = replace(NOTHING, unread_since=local("2026-11-21T18:00"))

    assert reasons(history, local("2026-11-23T23:59"))[0].urgency is Urgency.WHEN_YOU_CAN
    assert reasons(history, local("2026-11-24T00:00"))[0].urgency is Urgency.TODAY


def test_a_reply_that_could_not_be_read_comes_to_today_at_once() -> None:
    history = replace(NOTHING, unclear_since=local("2026-11-20T00:05"), unclear_words="ok 👍?")

    [found] = reasons(history, NOW)

    assert (found.kind, found.urgency) == (AlertKind.UNCLEAR, Urgency.TODAY)
    assert found.sentence == "A reply could not be read; it waits for a person."
    assert found.evidence == "“ok 👍?” Fri 20 Nov, 12:05 am."


def test_two_messages_not_delivered_need_a_person_and_one_does_not() -> None:
    first = Failure(local("2026-11-18T08:00"), "the phone was off")
    last = Failure(local("2026-11-19T08:00"), "the number is a landline")

    [found] = reasons(replace(NOTHING, failures=(last, first)), NOW)

    assert (found.kind, found.urgency) == (AlertKind.NOT_DELIVERED, Urgency.TODAY)
    assert found.sentence == "2 messages not delivered: the number is a landline."
    assert found.evidence == "The last on Thu 19 Nov, 8:00 am."
    assert reasons(replace(NOTHING, failures=(first,)), NOW) == ()


@table(
    "letters, values, moved, done, then, latest",
    """
    the same              | 25*d 2*s | 28*6          | has not moved    | 25 of 27 | 6 | 6
    a point better        | 25*d 2*s | 9*7 19*6      | has hardly moved | 25 of 27 | 7 | 6
    a point worse         | 25*d 2*s | 9*5 19*6      | is higher        | 25 of 27 | 5 | 6
    just seven in ten     | 19*d 8*s | 28*6          | has not moved    | 19 of 27 | 6 | 6
    under seven in ten    | 18*d 9*s | 28*6          |                  |          |   |
    two points better     | 25*d 2*s | 9*6 19*4      |                  |          |   |
    two points of nine    | 25*d 2*s | 9*9 19*7      |                  |          |   |
    just 30 %             | 25*d 2*s | 21*5 3*34 1*. |                  |          |   |
    room for two points   | 25*d 2*s | 28*2          | has not moved    | 25 of 27 | 2 | 2
    pain for three weeks  | 25*d 2*s | 22*6          | has not moved    | 25 of 27 | 6 | 6
    a day less            | 25*d 2*s | 21*6          |                  |          |   |
    nothing arrived       | 27*F     | 28*6          |                  |          |   |
    no room to get better | 25*d 2*s | 28*1          |                  |          |   |
    not four weeks yet    | 26*d     | 28*6          |                  |          |   |
    no pain of late       | 25*d 2*s | 21*6 7*.      |                  |          |   |
    """,
)
def test_doing_it_and_not_better_after_four_weeks(
    letters: str, values: str, moved: str, done: str, then: str, latest: str
) -> None:
    found = reasons(History(NEW_YORK, days(runs(letters)), pains(runs(values))), NOW)

    said = [reason.sentence for reason in found if reason.kind is AlertKind.NOT_BETTER]
    sentence = f"Does it, and pain {moved}: {done} sessions, {then} then, {latest} now."
    assert said == ([sentence] if moved else [])


def test_not_better_says_what_better_would_be() -> None:
    [found] = reasons(History(NEW_YORK, days("d" * 27), pains("6" * 28)), NOW)

    assert found.evidence == "28 days, change 0; better is 2 points or 30 % down."


@table(
    "letters, expected",
    """
    a third                 | dddpppssp            | 3 of 9 sessions done in 14 days.
    half                    | ddpp                 |
    too few to say          | dps                  |
    just enough to say      | dpps                 | 1 of 4 sessions done in 14 days.
    older days do not count | ssssssddddddddddddss |
    """,
)
def test_under_half_of_the_sessions_of_two_weeks(letters: str, expected: str) -> None:
    found = reasons(History(NEW_YORK, days(letters)), NOW)

    assert [reason.sentence for reason in found] == ([expected] if expected else [])


def test_under_half_says_what_the_others_were() -> None:
    [found] = reasons(History(NEW_YORK, days("d-ppss")), NOW)

    assert found.evidence == "2 in part, 2 skipped, 1 no answer."


def test_under_half_is_not_said_of_a_silent_patient() -> None:
    assert kinds(History(NEW_YORK, days("ds----"))) == ["silent"]


@table(
    "letters, values, done, pain",
    """
    all done and better       | 14*d       | 7*6 7*3 | 13 of 13 | ; pain 6 → 3, a real change
    85 % and better           | 12*d 2*s   | 7*6 7*3 | 11 of 13 | ; pain 6 → 3, a real change
    77 % and better           | 11*d 3*s   | 7*6 7*3 |          |
    not a real change         | 14*d       | 7*6 7*5 |          |
    no pain reported          | 14*d       |         | 13 of 13 |
    the same, but one skipped | 13*d 1*s   |         |          |
    just a real change        | 14*d       | 7*6 7*4 | 13 of 13 | ; pain 6 → 4, a real change
    just enough to say        | 3*d... 1*d |         | 4 of 4   |
    not two weeks yet         | 12*d       | 7*6 5*3 |          |
    """,
)
def test_doing_well_is_good_news(letters: str, values: str, done: str, pain: str) -> None:
    found = reasons(History(NEW_YORK, days(runs(letters)), pains(runs(values))), NOW)

    sentences = [f"{done} sessions done in 14 days{pain}."] if done else []
    assert [reason.sentence for reason in found] == sentences
    assert all(reason.urgency is Urgency.GOOD_NEWS for reason in found)


def test_good_news_waits_while_there_is_anything_else() -> None:
    well = History(NEW_YORK, days("d" * 14), pains("6" * 7 + "3" * 7))

    assert kinds(well) == ["doing_well"]
    assert kinds(replace(well, unread_since=NOW)) == ["message"]


def test_the_worst_comes_first() -> None:
    since = local("2026-11-19T07:52")
    history = History(
        NEW_YORK,
        sittings=days("d" * 24 + "----"),
        pains=pains("6" * 27 + "9"),
        last_heard=local("2026-11-15T20:00"),
        failures=(Failure(since, "no route"), Failure(since, "no route")),
        unread_since=since,
        unclear_since=since,
        red_flag_since=since,
        red_flag_words="numb down there",
        hold_since=since,
        hold_words="Restored from a backup.",
    )

    found = reasons(history, NOW)

    assert [(reason.urgency.value, reason.kind.value) for reason in found] == [
        ("now", "safety"),
        ("today", "pain_up"),
        ("today", "silent"),
        ("today", "message"),
        ("today", "unclear"),
        ("today", "not_delivered"),
        ("today", "hold"),
        ("when_you_can", "not_better"),
    ]
    assert found[0].sentence == "A red flag waits to be cleared, since Thu 19 Nov, 7:52 am."
    assert found[0].evidence == "“numb down there”"
    assert found[6].evidence == "Restored from a backup."
    voice = re.compile(r"!|\b(I|we|our|he|she|his|her)\b", re.IGNORECASE)
    assert not any(voice.search(reason.sentence + reason.evidence) for reason in found)


def test_a_clinic_may_set_its_own_thresholds() -> None:
    history = History(NEW_YORK, days("d--"), pains("446"))

    assert kinds(history) == ["pain_up"]
    assert kinds(history, Thresholds(pain_rise=3, silent_sessions=2)) == ["silent"]
