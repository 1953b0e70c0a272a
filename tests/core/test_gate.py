"""May this letter leave now? The table of the gate, read line by line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reminders.core.gate import (
    CHECKS,
    Check,
    Consent,
    Facts,
    Kind,
    Leave,
    Never,
    Outcome,
    Reason,
    Wait,
    decide,
)

NINE = datetime(2026, 3, 16, 13, tzinfo=UTC)
OPENS = NINE - timedelta(hours=1)
CLOSES = NINE + timedelta(hours=11)


def facts(kind: Kind = Kind.REMINDER, **changes: object) -> Facts:
    return replace(
        Facts(kind, due_at=NINE, opens_at=OPENS, closes_at=CLOSES),
        **changes,  # type: ignore[arg-type]
    )


def test_a_reminder_in_time_may_leave_until_it_is_two_hours_late() -> None:
    assert decide(facts(), NINE) == Leave(NINE + timedelta(hours=2))


def test_the_window_ends_what_lateness_would_still_allow() -> None:
    closing = facts(closes_at=NINE + timedelta(minutes=30))

    assert decide(closing, NINE) == Leave(NINE + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({"ready": False}, Outcome.WITHHELD, Reason.NOT_READY),
        ({"held": True}, Outcome.WITHHELD, Reason.HOLD),
        ({"over_budget": True}, Outcome.WITHHELD, Reason.BUDGET),
        ({"active": False}, Outcome.WITHHELD, Reason.INACTIVE),
        ({"paused": True}, Outcome.WITHHELD, Reason.PAUSED),
        ({"safety_pause": True}, Outcome.WITHHELD, Reason.SAFETY),
        ({"consent": Consent.NONE}, Outcome.WITHHELD, Reason.NO_CONSENT),
        (
            {"consent": Consent.GIVEN, "needs_confirmation": True},
            Outcome.WITHHELD,
            Reason.UNCONFIRMED,
        ),
        ({"suppressed": True}, Outcome.WITHHELD, Reason.SUPPRESSED),
        ({"sender_works": False}, Outcome.WITHHELD, Reason.SENDER),
        ({"has_address": False}, Outcome.WITHHELD, Reason.NO_ADDRESS),
        ({"plan_current": False}, Outcome.WITHDRAWN, Reason.PLAN_CHANGED),
        ({"logged": True}, Outcome.WITHDRAWN, Reason.LOGGED),
        ({"sent_today": 3, "cap": 3}, Outcome.WITHHELD, Reason.CAP),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.NUDGE, Kind.LATER])
def test_each_check_stops_a_reminder_and_says_why(
    kind: Kind, change: dict[str, object], outcome: Outcome, reason: Reason
) -> None:
    assert decide(facts(kind, **change), NINE) == Never(outcome, reason)


@pytest.mark.parametrize("kind", [Kind.SAFETY, Kind.OPT_OUT])
def test_a_safety_answer_and_the_stop_confirmation_pass_every_check(kind: Kind) -> None:
    worst = facts(
        kind,
        ready=False,
        held=True,
        over_budget=True,
        active=False,
        paused=True,
        safety_pause=True,
        consent=Consent.NONE,
        suppressed=True,
        plan_current=False,
        logged=True,
        sent_today=99,
        sender_works=False,
    )

    assert isinstance(decide(worst, NINE), Leave)


def test_an_answer_needs_no_window_but_no_suppression_either() -> None:
    at_night = facts(Kind.ANSWER, due_at=CLOSES + timedelta(hours=3))

    assert isinstance(decide(at_night, CLOSES + timedelta(hours=3)), Leave)
    blocked = replace(at_night, suppressed=True)
    assert decide(blocked, CLOSES) == Never(Outcome.WITHHELD, Reason.SUPPRESSED)


def test_what_is_too_late_is_missed_by_the_service() -> None:
    late = NINE + timedelta(hours=2, seconds=1)

    assert decide(facts(), late) == Never(Outcome.MISSED, Reason.LATE)


def test_before_the_window_a_letter_waits_for_it() -> None:
    early = facts(due_at=OPENS - timedelta(minutes=30))

    assert decide(early, OPENS - timedelta(minutes=10)) == Wait(OPENS, Reason.WINDOW)


def test_a_letter_that_would_wait_beyond_its_time_is_missed() -> None:
    far_too_early = facts(due_at=OPENS - timedelta(hours=5))

    assert decide(far_too_early, OPENS - timedelta(hours=4)) == Never(Outcome.MISSED, Reason.WINDOW)


def test_no_reminder_leaves_in_the_last_seconds_of_the_window() -> None:
    last_second = facts(closes_at=NINE + timedelta(seconds=3))

    assert decide(last_second, NINE) == Never(Outcome.MISSED, Reason.WINDOW)


def test_only_letters_of_our_own_accord_are_bound_to_the_window() -> None:
    bound = {kind for kind, checks in CHECKS.items() if Check.WINDOW in checks}

    assert bound == {
        Kind.REMINDER, Kind.NUDGE, Kind.LATER, Kind.QUESTION, Kind.WELCOME, Kind.NOTE,
        Kind.FAREWELL, Kind.CARER,
    }  # fmt: skip


def test_a_farewell_reaches_who_was_just_discharged_and_nobody_who_wants_no_more() -> None:
    gone = facts(Kind.FAREWELL, active=False)

    assert isinstance(decide(gone, NINE), Leave)
    assert decide(replace(gone, suppressed=True), NINE) == Never(
        Outcome.WITHHELD, Reason.SUPPRESSED
    )


@pytest.mark.parametrize(
    "change",
    [{"paused": True}, {"safety_pause": True}, {"active": False}, {"suppressed": True}],
    ids="-".join,
)
def test_a_next_morning_question_keeps_to_a_pause_a_discharge_and_an_opt_out(
    change: dict[str, object],
) -> None:
    assert isinstance(decide(facts(Kind.QUESTION), NINE), Leave)

    verdict = decide(facts(Kind.QUESTION, **change), NINE)

    assert isinstance(verdict, Never)


def test_a_next_morning_question_outlives_a_change_of_plan() -> None:
    changed = facts(Kind.QUESTION, plan_current=False, logged=True)

    assert isinstance(decide(changed, NINE), Leave)


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.NOTE, Kind.LINK, Kind.STAFF])
def test_a_spent_budget_silences_nobody_who_waits_for_an_answer(kind: Kind) -> None:
    assert isinstance(decide(facts(kind, over_budget=True), NINE), Leave)


def test_a_spent_budget_keeps_a_welcome_back_too() -> None:
    spent = facts(Kind.WELCOME, over_budget=True)

    assert decide(spent, NINE) == Never(Outcome.WITHHELD, Reason.BUDGET)
