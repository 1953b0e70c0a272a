"""What does the clinic write from, and does it work?"""

from typing import Final

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from reminders.config import Settings
from reminders.store.conversation import Message, State
from reminders.store.people import Medium, Sender
from reminders.store.queries.set_up import Proof, last_tests, named, sender_of
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_set_up, note, staff, wall
from reminders.web.desk.set_up.forms import NOT_YOURS
from reminders.web.desk.set_up.rehearsing import write_test
from reminders.web.desk.set_up.trying import Found, try_door, try_mail, try_texts
from reminders.web.house import house, now, session

STANDS: Final = {
    State.DUE: "on its way",
    State.CLAIMED: "on its way",
    State.SENT: "taken by the provider",
    State.DELIVERED: "arrived",
    State.FAILED: "not delivered",
    State.WITHHELD: "held back",
    State.MISSED: "too late",
    State.WITHDRAWN: "taken back",
}


@bp.get("/clinic/sending")
def sending() -> str:
    """Show what texts and emails leave from, where answers come to, and what was tried."""
    tests = last_tests(session(), clinic().id)
    return render_template(
        "desk/set_up/sending.html",
        place="clinic",
        settings=house().settings,
        account=_masked(house().settings),
        number=words.phone(_address(Medium.TEXT)),
        mails_from=_address(Medium.EMAIL),
        tests={medium.value: _stands(test) for medium, test in tests.items()},
        me=staff(),
        may_change=may_set_up(),
    )


@bp.post("/clinic/sending/<any(texts, door, mail):proof>")
def prove(proof: str) -> Response:
    """Try one of them now; nothing is sent."""
    if not may_set_up():
        return done(NOT_YOURS, ".sending")
    medium = Medium.EMAIL if proof == "mail" else Medium.TEXT
    sender = sender_of(session(), clinic().id, medium)
    # No transaction stays open while the network is asked.
    session().commit()
    found = _try(proof, sender)
    if not found.good:
        flash(found.words, "danger")
        return redirect(url_for(".sending"), 303)
    note(Proof[proof.upper()], named(sender))
    return done(found.words, ".sending")


@bp.post("/clinic/sending/<any(text, email):medium>")
def rehearse(medium: str) -> Response:
    """Send a test to whoever presses the button, the way that a reminder goes."""
    if not may_set_up():
        return done(NOT_YOURS, ".sending")
    written = write_test(session(), staff(), Medium(medium), now())
    note("set_up.test", f"staff:{staff().id}")
    answer = done("It is on its way. Look at this page again in a moment.", ".sending")
    house().courier.take(written)
    return answer


def _try(proof: str, sender: Sender | None) -> Found:
    settings = house().settings
    if sender is None:
        return Found(good=False, words="There is nothing yet to write from.")
    if proof == "mail":
        return try_mail(settings)
    return (try_texts if proof == "texts" else try_door)(settings, sender.address)


def _address(medium: Medium) -> str:
    sender = sender_of(session(), clinic().id, medium)
    return sender.address if sender is not None else ""


def _masked(settings: Settings) -> str:
    sid = settings.twilio_account_sid
    return f"{sid[:2]}…{sid[-4:]}" if sid else ""


def _stands(test: Message) -> str:
    why = f" ({test.reason})" if test.reason else ""
    return f"{words.opening(STANDS[test.state])}{why}, {wall(test.created_at)}"
