"""What does a patient see and send behind their link? No sign-in, no script, no cookie.

GET shows and changes nothing but the audit trail; POST goes the way of every reply: stored first,
read in a second transaction. Ended, revoked and wrong links look alike, down to the status: 200,
because the page is a working form, and phone networks replace the pages of errors by their own.
"""

from datetime import timedelta
from typing import Final

import structlog
from flask import abort, redirect, request, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from reminders import inbox
from reminders.core.safety import Flag, screen
from reminders.inbox import PageForm
from reminders.inbox.receiving import LONGEST_TEXT
from reminders.store.guesses import Limit
from reminders.store.queries.page import Page
from reminders.web.errors import no_records
from reminders.web.house import house, now, session
from reminders.web.markup import marked
from reminders.web.patient import (
    calendar,
    keep,
    later,
    new_link,
    offline,
    second_step,
    stopping,
    week,
    wishes,
)
from reminders.web.patient.calls import dialled
from reminders.web.patient.danger import Numbers, danger_of, safety_text
from reminders.web.patient.form import SessionForm, Ticket, Trouble, Typed, once
from reminders.web.patient.holding import Doors, holder_of, link_of, may_keep, page_of
from reminders.web.patient.showing import ended, framed, note_seen, plain
from reminders.web.patient.view import session_of, thanks_of
from reminders.web.throttle import may_try
from reminders.web.words import filled

# Phone networks put thousands of people behind one address: this stops a machine, not a crowd.
A_MINUTE: Final = Limit("new-link", 20, timedelta(minutes=1))
AN_HOUR: Final = Limit("new-links", 120, timedelta(hours=1))

bp = Doors("patient", __name__)
bp.add_app_template_filter(filled)
bp.add_app_template_filter(dialled)
bp.add_app_template_filter(marked)
for door in (
    second_step.bp,
    week.bp,
    wishes.bp,
    later.bp,
    stopping.bp,
    keep.bp,
    calendar.bp,
    offline.bp,
):
    bp.register_blueprint(door)
log = structlog.get_logger(__name__)


@bp.get("/x/<token>")
def show(token: str) -> Response:
    """Show where today's session stands: to do, logged, closed, or a link that has ended."""
    page = page_of(token)
    if page is None:
        return ended(token)
    note_seen(page.holder)
    flag = danger_of(page)
    shown = _danger(flag, page, token) if flag is not None else _as_it_stands(page, token)
    return may_keep(shown, page.holder.ends_at)


@bp.get("/x/<token>/change")
def change(token: str) -> Response:
    """Show the form again with what is logged, to be corrected."""
    page = page_of(token)
    if page is None or page.holder.held or page.closed:
        return redirect(url_for(".show", token=token), 303)
    note_seen(page.holder)
    return _session(page, token, Typed.of(page))


@bp.post("/x/<token>")
def send(token: str) -> Response:
    """Take what was marked, once however often it is tapped, and show what was logged."""
    page = _page_of_form(token)
    if page is None or not page.sittings:
        return _rescued(token) or redirect(url_for(".show", token=token), 303)
    form = SessionForm(page)
    sent = form.read()
    if isinstance(sent, Trouble):
        return _rescued(token) or _once_more(page, token, form, sent)
    _take(token, sent, once(form.form_id, sent))
    return redirect(url_for(".show", token=token), 303)


@bp.get("/x/<token>/new")
def asked(token: str) -> Response:
    """Say the same of every link: if it was theirs, a new one is coming."""
    return plain("patient/asked.html", token=token)


@bp.post("/x/<token>/new")
def ask(token: str) -> Response:
    """Send a new link to whom an ended one belonged, by the way they are written to."""
    asking = request.remote_addr or ""
    if not may_try((A_MINUTE, asking), (AN_HOUR, asking)):
        abort(429)
    messages = new_link.ask(session(), link_of(token), now())
    session().commit()
    house().courier.take(messages)
    return redirect(url_for(".asked", token=token), 303)


@bp.errorhandler(OperationalError)
def _without_records(fault: OperationalError) -> Response:
    """Answer danger even when nothing can be stored."""
    flag = screen(request.form.get("note", "")) if request.method == "POST" else None
    if flag is None:
        return no_records(fault)
    numbers = Numbers.remembered(tuple(house().emergencies.values()))
    return plain("patient/danger.html", status=503, said=safety_text(flag, numbers), token="")


def _page_of_form(token: str) -> Page | None:
    """The page that a form was on: what was typed without a network comes when others are due."""
    ticket = Ticket.read(request.form.get("csrf_token", ""))
    page = page_of(token, ticket.sittings if ticket is not None else ())
    oldest = now() - timedelta(hours=house().settings.late_reply_hours)
    if page is None or all(one.due_at > oldest for one in page.sittings):
        return page
    return page_of(token)


def _as_it_stands(page: Page, token: str) -> Response:
    if page.holder.held or page.closed:
        return framed("patient/closed.html", page.holder, token, held=page.holder.held)
    last = page.holder.last
    if last is not None and not last.understood:
        return framed("patient/saved.html", page.holder, token)
    if page.logged:
        thanks = thanks_of(page, now())
        return framed("patient/logged.html", page.holder, token, thanks=thanks, advice=page.advice)
    return _session(page, token, Typed.of(page))


def _session(
    page: Page, token: str, typed: Typed, trouble: Trouble | None = None, ticket: str = ""
) -> Response:
    return framed(
        "patient/session.html",
        page.holder,
        token,
        s=session_of(page, typed, trouble, now()),
        ticket=ticket or Ticket.of(page).sealed(),
    )


def _once_more(page: Page, token: str, form: SessionForm, trouble: Trouble) -> Response:
    """Show the page again with all that was typed, and say what is missing."""
    if page.holder.held or page.closed:
        return redirect(url_for(".show", token=token), 303)
    shown = _session(page, token, form.typed, trouble, form.ticket)
    shown.status_code = 400
    return shown


def _take(token: str, sent: PageForm, form_id: str) -> None:
    """Store it, commit, then read it; a reader that fails leaves it stored and with a person."""
    link = link_of(token)
    assert link is not None
    reply_id = inbox.receive_page(session(), link, sent, form_id, now())
    session().commit()
    assert reply_id is not None
    things = house()
    try:
        things.courier.take(inbox.read(things.sessions, things.settings, reply_id, now()))
    except Exception:
        log.exception("page_not_read_yet", reply=reply_id)


def _rescued(token: str) -> Response | None:
    """Answer danger in the words of a form that cannot be taken, whatever else is wrong with it."""
    note = request.form.get("note", "")[:LONGEST_TEXT]
    flag = screen(note)
    if flag is None:
        return None
    holder = holder_of(token)
    numbers = Numbers.remembered(tuple(house().emergencies.values()))
    if holder is not None:
        words = PageForm(note=note)
        _take(token, words, once("words", words))
        numbers = Numbers.of(holder)
    return plain("patient/danger.html", said=safety_text(flag, numbers), token="")


def _danger(flag: Flag, page: Page, token: str) -> Response:
    said = safety_text(flag, Numbers.of(page.holder))
    back = "" if page.holder.held or page.closed else token
    return framed("patient/danger.html", page.holder, back, said=said)
