"""May we still write? Stop, start, help and wrong number."""

import sqlalchemy as sa

from reminders.channels import OptOut
from reminders.config import OptOutBy
from reminders.core import gate, schedule
from reminders.core.gate import Kind
from reminders.core.replies import Intent, keyword
from reminders.core.wording import Key, day_words
from reminders.inbox.answering import Filling, say
from reminders.inbox.case import Case
from reminders.inbox.passing_on import pass_on
from reminders.inbox.people import Person
from reminders.outbox import Refusal, stop_writing
from reminders.store.conversation import Door, Fate
from reminders.store.people import (
    Care,
    Consent,
    ConsentStep,
    Medium,
    Source,
    Why,
    consent_of,
    suppressed,
    suppression,
)
from reminders.store.plans import Plan, PlanVersion, Routine

# Words that the carrier side acts upon before we see them: whole text, any case.
CARRIER_WORDS = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
    | {"start", "yes", "unstop"}
    | {"help", "info"}
)


def asked_for(case: Case) -> Intent | None:
    """What a whole-text keyword or the carrier's own flag asks for, before anything is read."""
    if case.reply.door is Door.PAGE:
        return None
    if case.reply.opt_out_type:
        return _BY_CARRIER[OptOut(case.reply.opt_out_type)]
    if _word(case) == "yes" and _is_blocked(case):
        return Intent.START
    return keyword(case.reply.text)


_BY_CARRIER = {
    OptOut.STOP: Intent.STOP,
    OptOut.START: Intent.START,
    OptOut.HELP: Intent.HELP,
}


def act(case: Case, intent: Intent) -> None:
    """Do what was asked; the carrier's own answer, where there is one, is not doubled."""
    match intent:
        case Intent.STOP:
            stop(case, Why.OPT_OUT, Key.STOPPED)
        case Intent.START:
            start(case)
        case Intent.WRONG_NUMBER:
            stop(case, Why.WRONG_NUMBER, Key.WRONG_NUMBER)
        case _:
            _help(case)


def stop(case: Case, why: Why, key: Key | None) -> None:
    """Write no more to this address: all its patients, this clinic, this medium."""
    already = _is_blocked(case)
    by_carrier = _carrier_answers(case)
    stop_writing(
        case.session,
        Refusal(
            clinic_id=case.clinic_id,
            medium=case.medium,
            address=case.address,
            why=why,
            source=Source.CARRIER if by_carrier else Source.PATIENT,
            how=f"reply by {case.reply.door.value}",
            reply_id=case.reply.id,
        ),
        case.now,
    )
    case.made.fate = Fate.ANSWERED if key is not None and not already else Fate.QUIET
    if key is not None and not already and not by_carrier:
        say(case, key, kind=Kind.OPT_OUT)


def start(case: Case) -> None:
    """Lift the block and nothing else; one held by the carrier goes by the carrier's word only."""
    row = suppression(case.session, case.clinic_id, case.medium, case.address)
    blocked = row is not None and row.lifted_at is None
    by_carrier = row is not None and blocked and row.source is Source.CARRIER
    if by_carrier and not _is_carrier_word(case):
        for patient in case.patients:
            pass_on(case, patient)
        case.made.fate = Fate.FOR_A_PERSON
        return
    if row is not None and blocked:
        row.lift(case.now)
    asked = any(_was_asked(case, patient) for patient in case.patients)
    for patient in case.patients:
        _confirm(case, patient)
    case.made.fate = Fate.ANSWERED
    case.session.flush()
    # The carrier answers a START only where it had blocked; to everybody else we do.
    if by_carrier and _carrier_answers(case):
        return
    if asked and case.patient is not None:
        say(case, Key.CONSENTED)
    else:
        _tell_where_it_stands(case)


def _was_asked(case: Case, patient: Person) -> bool:
    """Whether this patient has said yes to the clinic and not yet on the phone itself."""
    if patient.address(case.medium) != case.address:
        return False
    return consent_of(case.session, case.row(patient), case.medium) is gate.Consent.GIVEN


def _tell_where_it_stands(case: Case) -> None:
    """The truth about what comes now; of several people on one phone, only what holds for all."""
    reminded = [patient for patient in case.patients if _has_sessions_to_come(case, patient)]
    if case.by_carer or len(reminded) > 1:
        say(case, Key.STARTED)
    elif not reminded:
        say(case, Key.STARTED_NO_PLAN)
    else:
        _tell_whether_paused(case, reminded[0])


def _tell_whether_paused(case: Case, patient: Person) -> None:
    today, row = schedule.local_day(case.now, patient.tz), case.row(patient)
    pause = next((pause for pause in row.pauses if pause.covers(today)), None)
    if row.safety_hold_at is not None or (pause is not None and pause.last_day is None):
        say(case, Key.STARTED_PAUSED_OPEN)
    elif pause is None or pause.last_day is None:
        say(case, Key.STARTED)
    else:
        until = day_words(pause.last_day, today, patient.language)
        say(case, Key.STARTED_PAUSED, Filling(day=until))


def _has_sessions_to_come(case: Case, patient: Person) -> bool:
    """Whether any routine of the plan in force still has a session before it."""
    found = case.session.scalar(
        sa.select(Routine.id)
        .join(PlanVersion, PlanVersion.id == Routine.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(
            Plan.patient_id == patient.id,
            Plan.ended_at.is_(None),
            PlanVersion.number == Plan.current_number,
            Routine.next_due_at.is_not(None),
        )
        .limit(1)
    )
    return found is not None and case.row(patient).state is not Care.DISCHARGED


def _help(case: Case) -> None:
    case.made.fate = Fate.ANSWERED
    if not _carrier_answers(case):
        say(case, Key.HELP)


def _confirm(case: Case, patient: Person) -> None:
    case.session.add(
        Consent(
            clinic_id=case.clinic_id,
            patient_id=patient.id,
            medium=case.medium,
            step=ConsentStep.CONFIRMED,
            address_index=case.address,
            wording="",
            wording_version="",
            how=f"reply by {case.reply.door.value}",
            at=case.reply.received_at,
            by=f"patient:{patient.id}",
            reply_id=case.reply.id,
        )
    )


def _is_blocked(case: Case) -> bool:
    return suppressed(case.session, case.clinic_id, case.medium, case.address)


def _carrier_answers(case: Case) -> bool:
    """Whether the carrier side has answered this text already, so that we stay silent."""
    if case.medium is not Medium.TEXT or case.settings.carrier_optout is OptOutBy.SELF:
        return False
    return _is_carrier_word(case)


def _is_carrier_word(case: Case) -> bool:
    return bool(case.reply.opt_out_type) or _word(case) in CARRIER_WORDS


def _word(case: Case) -> str:
    return case.reply.text.strip().casefold()
