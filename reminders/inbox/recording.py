"""What is entered and answered, once it is known of whom a reply speaks?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reminders.core.adherence import Outcome
from reminders.core.gate import Reason
from reminders.core.replies import Asked, Intent, NamedDay, Reading
from reminders.core.safety import Danger, Flag
from reminders.core.wording import Key
from reminders.inbox.answering import (
    Question,
    ask_for_pain,
    promise_later,
    say,
    thank,
    thank_for_pain,
    thank_for_reason,
)
from reminders.inbox.case import Case
from reminders.inbox.entries import Report, keep_pain, log
from reminders.inbox.morning import (
    ask_next_morning,
    note_morning,
    question_answered,
    thank_for_morning,
)
from reminders.inbox.passing_on import pass_on
from reminders.inbox.people import Person, Spoken
from reminders.inbox.receiving import PageForm
from reminders.inbox.sittings import Sitting, sittings_of, unreported
from reminders.inbox.spoken import asked_before, morning_asked
from reminders.inbox.why_skipped import skip_asked_about
from reminders.outbox.planning import withdraw_unsent
from reminders.store.conversation import Door, Fate


def record(
    case: Case,
    patient: Person,
    reading: Reading,
    flag: Flag | None,
    answering: Case | None = None,
) -> None:
    """Enter what was said; a red flag has had its answer, so nothing more is said then.

    `answering` is the reply that gets the answer, where it is another one than the one recorded.
    """
    if flag is not None and flag.danger is Danger.DEATH:
        return
    tapped = _page_report(case)
    said = _Said(
        patient,
        reading,
        report=tapped or Report.of(reading),
        day=None if tapped is not None else reading.day,
        answers=flag is None,
    )
    speaking = replace(answering or case, patients=(patient,))
    bare = tapped is None and reading.pain is not None
    question = question_answered(case, patient, reading) if bare else None
    if question is not None:
        said = _without_morning(case, speaking, said, question)
    if question is None or not said.report.empty:
        _enter(case, speaking, said, skip_asked_about(case, patient, reading))
    if flag is None and (reading.question or said.report.note):
        pass_on(case, patient)


@dataclass(frozen=True)
class _Said:
    """What is to be entered for whom, and whether it is said back."""

    patient: Person
    reading: Reading
    report: Report
    day: NamedDay | None
    answers: bool


def _without_morning(case: Case, speaking: Case, said: _Said, question: Spoken) -> _Said:
    """Enter the morning's pain; what is left of the report is about a session."""
    pain = said.report.pain
    assert pain is not None
    note_morning(case, said.patient, question, pain)
    case.made.fate = case.made.fate or Fate.LOGGED
    case.made.occurrence_id = question.occurrence_id
    if said.answers:
        thank_for_morning(speaking, question, pain, said.reading)
    return replace(said, report=replace(said.report, pain=None), answers=False)


def _enter(case: Case, speaking: Case, said: _Said, skipped: Sitting | None) -> None:
    sittings: Sequence[Sitting] = (
        [skipped] if skipped is not None else sittings_of(case, said.patient, said.day)
    )
    about = sittings[-1] if sittings else None
    if about is not None and not said.report.empty:
        case.made.occurrence_id = about.id
        logged = log(case, sittings, said.report)
        case.made.fate = case.made.fate or Fate.LOGGED
        _withdraw_if_done(case, said.patient, about, logged.outcome)
        if said.answers and skipped is not None:
            thank_for_reason(speaking, said.reading)
        elif said.answers:
            thank(speaking, said.patient, said.reading, about, logged)
            ask_next_morning(speaking, said.patient, about, logged.pain)
    elif said.answers:
        _answer_without_record(speaking, said.patient, said.reading, about)


def _withdraw_if_done(case: Case, patient: Person, about: Sitting, outcome: Outcome | None) -> None:
    """What still waits to leave has lost its point; the gate would say so too, only later."""
    if outcome is not None and about.unsent and not unreported(case, patient):
        withdraw_unsent(case.session, patient.id, Reason.LOGGED)


def _page_report(case: Case) -> Report | None:
    """What was tapped on the page, where the words are only a note."""
    if case.reply.door is not Door.PAGE or case.reply.form is None:
        return None
    form = PageForm.from_json(case.reply.form)
    outcome, positions = None, None
    if form.skipped:
        outcome = Outcome.SKIPPED
    elif form.everything or (form.done and not form.not_done):
        outcome = Outcome.DONE
    elif form.done:
        outcome, positions = Outcome.PART, form.done
    elif form.not_done:
        outcome = Outcome.SKIPPED
    return Report(outcome, positions, form.pain, note=form.note or None)


def _answer_without_record(
    case: Case, patient: Person, reading: Reading, about: Sitting | None
) -> None:
    made = case.made
    match reading.intent:
        case Intent.LATER:
            made.fate = Fate.ANSWERED
            promise_later(case, patient, reading, about)
        case Intent.PAIN if reading.pain is not None:
            made.fate = Fate.LOGGED
            keep_pain(case, patient, reading.pain)
            thank_for_pain(case, patient, reading.pain, reading)
        case Intent.PAIN if about is not None and not _about_this_morning(case, patient):
            made.fate = Fate.ANSWERED
            ask_for_pain(case, about, reading)
        case Intent.PAIN if about is not None:
            pass_on(case, patient)
            say(case, Key.MESSAGE, language=reading.lang)
        case Intent.CHATTER:
            _answer_chatter(case, reading, about)
        case Intent.MESSAGE:
            pass_on(case, patient)
            say(case, Key.MAYBE_STOP if reading.maybe_stop else Key.MESSAGE, language=reading.lang)
        case _:
            # "Done" with no session within reach: ask rather than guess which one was meant.
            made.fate = Fate.ANSWERED
            confirm = Question(asks=Asked.CONFIRM_DONE)
            say(case, Key.CONFIRM_DONE, question=confirm, language=reading.lang)


def _about_this_morning(case: Case, patient: Person) -> bool:
    """Whether we asked for this morning's pain: "better" is an answer, though no number."""
    return morning_asked(case, patient) is not None


def _answer_chatter(case: Case, reading: Reading, about: Sitting | None) -> None:
    """Silence, but for a picture, and for a yes or a number that may have been a report."""
    case.made.fate = Fate.QUIET
    text = case.reply.text.strip().casefold().rstrip(".!")
    if case.reply.media and not text:
        say(case, Key.PICTURE, question=Question(about), language=reading.lang)
    elif _hints_at_report(text) and not _confirmed(case, about):
        case.made.fate = Fate.ANSWERED
        confirm = Question(about, Asked.CONFIRM_DONE)
        say(case, Key.CONFIRM_DONE, question=confirm, language=reading.lang)


def _confirmed(case: Case, about: Sitting | None) -> bool:
    return asked_before(case, about.id if about is not None else None, Asked.CONFIRM_DONE)


def _hints_at_report(text: str) -> bool:
    return text in {"yes", "si", "sí", "ok", "okay"} or text.isdigit()
