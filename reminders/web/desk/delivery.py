"""Does what was planned leave and arrive, and what does it cost?"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import render_template
from werkzeug.wrappers import Response

from reminders.channels import Reason, in_words
from reminders.core.gate import Kind
from reminders.core.gate import Reason as Why
from reminders.store.people import Clinic, Medium, Sender
from reminders.store.queries.costs import Cost, Month, months
from reminders.store.queries.delivery import Day, SenderHealth, days, senders, set_aside
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_release, note, own, wall, zone
from reminders.web.house import now, session

WEEK: Final = timedelta(days=6)
KINDS: Final = {
    Kind.REMINDER: "reminders",
    Kind.NUDGE: "second reminders",
    Kind.LATER: "asked-for reminders",
    Kind.ANSWER: "answers",
    Kind.OPT_OUT: "stop confirmations",
    Kind.SAFETY: "safety answers",
    Kind.WELCOME: "welcomes",
    Kind.NOTE: "notes",
    Kind.FAREWELL: "farewells",
    Kind.LINK: "new links",
    Kind.QUESTION: "questions",
    Kind.CARER: "letters to carers",
    Kind.STAFF: "alerts to staff",
    Kind.TEST: "tests",
}
# Why a reminder stayed, where the word on its row is too short to be read alone.
STAYED: Final = {
    Why.LATE: "too late (our service)",
    Why.WINDOW: "outside their hours",
    Why.UNREACHABLE: "to an address that does not work",
    Why.NO_ADDRESS: "without an address",
    Why.SENDER: "with our sender not working",
    Why.NO_CONSENT: "without consent",
    Why.UNCONFIRMED: "with consent not yet confirmed",
    Why.UNCONFIRMED_SEND: "not known whether sent",
    Why.HOLD: "while on hold",
    Why.BUDGET: "over the monthly limit",
    Why.CAP: "over the daily limit",
}


@dataclass(frozen=True)
class DayLine:
    """One day in words: what left of what was planned, and why the rest did not."""

    day: str
    left: str
    arrived: str
    rest: str
    short: bool


@dataclass(frozen=True)
class SenderLine:
    """One number or address we write from, and how it fares."""

    id: int
    label: str
    address: str
    state: str
    faulty: bool
    pace: str
    last: str
    failures: tuple[str, ...]


@dataclass(frozen=True)
class MonthLine:
    """One month: its money, its segments, and what they were for."""

    name: str
    money: str
    segments: str
    parts: tuple[str, ...]


@bp.get("/clinic/delivery")
def delivery() -> str:
    """Show the last seven days, the senders and the money."""
    mine, today = clinic(), now().astimezone(zone()).date()
    week = days(session(), mine.id, zone(), (today - WEEK, today), now())
    costs = months(session(), mine, now())
    return render_template(
        "desk/delivery.html",
        place="clinic",
        set_aside=set_aside(session(), mine.id),
        days=[_day(one) for one in week],
        senders=[_sender(one) for one in senders(session(), mine.id, now())],
        months=[_month(one) for one in costs],
        budget=budget_words(mine, costs[0].millicents),
        may_change=may_release(),
    )


@bp.post("/senders/<int:sender_id>/mend")
def mend(sender_id: int) -> Response:
    """A person has put it right: write from it again."""
    sender = own(Sender, sender_id)
    if not may_release():
        return done("A therapist or an admin can do this.", ".delivery")
    sender.mend()
    note("sender.mend", f"sender:{sender.id}")
    return done("It is used again from now on.", ".delivery")


def budget_words(mine: Clinic, millicents: int) -> str:
    """How far this month's money has gone."""
    if mine.budget_cents is None:
        return "No limit is set."
    spent = f"{money(millicents)} of {money(mine.budget_cents * 1_000)} this month"
    if millicents >= mine.budget_cents * 1_000:
        return f"{spent}. It is used up: no reminder leaves by text until the month is over."
    return f"{spent}, {millicents // (mine.budget_cents * 10)} %."


def money(millicents: int) -> str:
    """Say thousandths of a cent: "$12.40"."""
    return f"${millicents / 100_000:,.2f}"


def _day(day: Day) -> DayLine:
    rest = [f"{times} {_stayed(why)}" for why, times in sorted(day.kept.items())]
    rest += [f"{day.failed} failed"] if day.failed else []
    rest += [f"{day.taken_back} no longer needed"] if day.taken_back else []
    rest += [f"{day.waiting} waiting"] if day.waiting else []
    today = now().astimezone(zone()).date()
    return DayLine(
        words.opening(words.day(day.day, today)),
        f"{day.sent} of {day.planned} sent" if day.planned else "Nothing was planned",
        f"{day.delivered} confirmed by the carrier" if day.delivered else "",
        ", ".join(rest),
        short=day.expected > day.sent + day.waiting,
    )


def _stayed(why: str) -> str:
    return STAYED.get(Why(why), why) if why in set(Why) else why


def _sender(one: SenderHealth) -> SenderLine:
    text = one.medium is Medium.TEXT
    since = f" Since {wall(one.faulted_at)}." if one.faulted_at else ""
    return SenderLine(
        one.id,
        "Texts" if text else "Emails",
        words.phone(one.address) if text else one.address,
        f"{said(one.fault)}{since}" if one.fault else "works",
        faulty=bool(one.fault),
        pace=f"at most {one.per_second:g} a second" if text else "",
        last=wall(one.last_delivered) if one.last_delivered else "",
        failures=tuple(
            f"{words.counted(times, 'time')}: {said(why)}" for why, times in one.failures
        ),
    )


def said(why: str) -> str:
    """A provider's reason as a sentence that says what to do; ours stand for themselves."""
    return in_words(Reason(why)) if why in set(Reason) else words.opening(why)


def _month(month: Month) -> MonthLine:
    return MonthLine(
        f"{month.first:%B %Y}",
        money(month.millicents),
        words.counted(month.segments, "text"),
        tuple(_part(cost) for cost in month.costs),
    )


def _part(cost: Cost) -> str:
    return f"{cost.messages} {KINDS[cost.kind]}, {words.counted(cost.segments, 'text')}, " + money(
        cost.millicents
    )
