"""Do the invented patients say what is meant, on whichever day somebody tries the demo?"""

from datetime import UTC, date, datetime, time, timedelta
from string import Template

import pytest

from reminders.core.adherence import Excuse, Outcome, PainPoint, Sitting
from reminders.core.progress import Progress, Step, suggestions
from reminders.core.replies import Context, Intent, read
from reminders.core.safety import Strength, screen
from reminders.core.schedule import Pause, Rhythm, Window, day_ends, due_between, local_day
from reminders.core.triage import AlertKind, History, reasons
from reminders.inbox.entries import OUTCOMES
from reminders.sandbox.demo.founding import visit_at
from reminders.sandbox.demo.people import PEOPLE, VOICES, Person
from reminders.sandbox.demo.story import ZONE, answer, own_words, silent_from

EXERCISES = ("Bridge", "Arm and leg reach", "Cat and camel", "One knee to chest")
LINES = [
    (voice, Outcome(what), line)
    for voice, said in VOICES.items()
    for what, lines in said.items()
    for line in lines
    if line
]
# Monday to Sunday, before the first reminder, at noon and late in the evening.
MOMENTS = [
    datetime(2026, 11, 16 + day, hour, 20, tzinfo=ZONE).astimezone(UTC)
    for day in range(7)
    for hour in (1, 6, 12, 23)
]
PROMISED = {
    "Tom": {AlertKind.SILENT},
    "Denise": {AlertKind.PAIN_UP},
    "Priya": {AlertKind.NOT_BETTER},
    "Marcus": {AlertKind.UNDER_HALF},
    "Ruth": {AlertKind.DOING_WELL},
}


@pytest.mark.parametrize(
    ("voice", "outcome", "line"), LINES, ids=[f"{voice}: {line}" for voice, _, line in LINES]
)
@pytest.mark.parametrize("pain", [0, 4, 8])
def test_every_line_of_the_voices_is_read_as_it_is_meant(
    voice: str, outcome: Outcome, line: str, pain: int
) -> None:
    language = "es" if voice == "cordial" else "en"
    text = Template(line).substitute(pain=pain)

    reading = read(text, Context(exercises=EXERCISES, lang=language))

    assert OUTCOMES.get(reading.intent) is outcome
    assert reading.pain == (None if outcome is Outcome.SKIPPED else pain)
    assert not reading.question
    assert screen(text, EXERCISES) is None


def test_words_of_their_own_are_read_as_the_story_needs_them() -> None:
    people = {person.first: person for person in PEOPLE}
    said = {name: [text for _, text in own_words(people[name], MOMENTS[2])] for name in people}
    walter, greg, nadia, ana = (said[name][0] for name in ("Walter", "Greg", "Nadia", "Ana"))
    flag = screen(walter, EXERCISES)

    assert flag is not None
    assert flag.strength is Strength.STRONG
    assert read(greg, Context(exercises=EXERCISES)).intent is Intent.STOP
    for text, pain in ((nadia, 3), (ana, 4)):
        reading = read(text, Context(exercises=EXERCISES))
        assert (reading.intent, reading.pain, reading.question) == (Intent.DONE, pain, True)


@pytest.mark.parametrize("now", MOMENTS, ids=[f"{at.astimezone(ZONE):%a %H:%M}" for at in MOMENTS])
def test_the_promised_reasons_hold_at_any_time_of_any_weekday_and_no_others(
    now: datetime,
) -> None:
    # Who has opted out is excused, who is discharged is not looked at: the database knows both.
    told = {
        person.first: {reason.kind for reason in reasons(history(person, now), now)}
        for person in PEOPLE
        if person.opted_out is None and person.discharged is None
    }

    assert {name: kinds for name, kinds in told.items() if kinds} == PROMISED


@pytest.mark.parametrize("now", MOMENTS, ids=[f"{at.astimezone(ZONE):%a %H:%M}" for at in MOMENTS])
def test_a_step_back_is_suggested_for_one_before_and_after_she_writes_today(now: datetime) -> None:
    [denise] = [person for person in PEOPLE if person.first == "Denise"]
    since = visit_at(denise.plans[-1].ago, now).date()

    found = suggestions(Progress(history(denise, now), since), now)

    assert [one.step for one in found] == [Step.BACK]


@pytest.mark.parametrize("days", range(7))
def test_silence_begins_on_a_tuesday_at_least_four_days_back(days: int) -> None:
    today = date(2026, 11, 16) + timedelta(days=days)
    [tom] = [person for person in PEOPLE if person.silent_since]

    first = silent_from(tom, today)

    assert first is not None
    assert first.weekday() == 1
    assert 4 <= (today - first).days <= 10


def test_the_same_day_brings_the_same_words() -> None:
    due = datetime(2026, 11, 10, 8, tzinfo=ZONE).astimezone(UTC)
    told = [answer(person, due, MOMENTS[0]) for person in PEOPLE if time(8) in person.times]

    assert any(told)
    assert told == [answer(person, due, MOMENTS[0]) for person in PEOPLE if time(8) in person.times]


def test_nobody_answers_before_the_answer_is_due() -> None:
    due = datetime(2026, 11, 16, 8, tzinfo=ZONE).astimezone(UTC)
    told = answer(PEOPLE[0], due, due + timedelta(hours=12))

    assert told is not None
    assert due < told.at < due + timedelta(hours=12)
    assert answer(PEOPLE[0], due, told.at - timedelta(seconds=1)) is None


def history(person: Person, now: datetime) -> History:
    """What triage would be told of a patient who gets every reminder."""
    today = local_day(now, ZONE)
    pauses: tuple[Pause, ...] = ()
    if person.pause is not None:
        first, last, _ = person.pause
        pauses = (Pause(today - timedelta(days=first), today - timedelta(days=last)),)
    sittings: list[Sitting] = []
    heard = [at for at, _ in own_words(person, now)]
    pains: list[PainPoint] = []
    for wall in person.times:
        for due in due_between(rhythm(person, wall, pauses, now), now - timedelta(days=70), now):
            told = answer(person, due.at, now)
            outcome, pain = (told.outcome, told.pain) if told is not None else (None, None)
            excuse = Excuse.PAUSED if due.paused else None
            sittings.append(
                Sitting(0, due.day, due.at, day_ends(due.day, ZONE), outcome, pain, excuse)
            )
            heard += [told.at] if told is not None else []
            pains += [PainPoint(due.day, pain, told.at)] if told and pain is not None else []
    return History(ZONE, tuple(sittings), tuple(pains), last_heard=max(heard, default=None))


def rhythm(person: Person, wall: time, pauses: tuple[Pause, ...], now: datetime) -> Rhythm:
    return Rhythm(
        zone=ZONE,
        times=(wall,),
        start=visit_at(person.since, now).date() + timedelta(days=1),
        weekdays=frozenset(person.weekdays),
        every_days=person.every_days,
        window=Window(person.opens or time(8), time(20)),
        pauses=pauses,
    )
