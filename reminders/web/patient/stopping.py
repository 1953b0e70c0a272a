"""How does somebody end the messages from their page, or say that they are not the patient?

No second step: whoever got a message by mistake cannot know a birth year.
"""

import sqlalchemy as sa
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from reminders import outbox
from reminders.store.conversation import Link, Message, Purpose
from reminders.store.people import Source, Why
from reminders.store.queries.page import Holder
from reminders.web.house import now, session
from reminders.web.patient.holding import Doors, holder_of, link_of
from reminders.web.patient.own_form import OwnForm, form_token
from reminders.web.patient.showing import ended, framed, note_seen, plain

WHY = {"stop": Why.OPT_OUT, "wrong": Why.WRONG_NUMBER}

bp = Doors("stopping", __name__)


@bp.get("/x/<token>/stop")
def show(token: str) -> Response:
    """Ask which of the two it is."""
    holder = holder_of(token)
    if holder is None or not holder.open:
        return ended(token)
    return framed("patient/stop.html", holder, token, form_token=form_token(holder.link_id))


@bp.post("/x/<token>/stop")
def stop(token: str) -> Response:
    """Write no more this way; to a stranger the patient's page closes with it."""
    holder, link = holder_of(token), link_of(token)
    why = WHY.get(request.form.get("why", ""))
    if holder is None or link is None or not holder.open:
        return ended(token)
    if why is None or not OwnForm(holder.link_id).validate():
        return redirect(url_for(".show", token=token), 303)
    _stop(link, holder, why)
    return redirect(url_for(".stopped", token=token), 303)


@bp.get("/x/<token>/stopped")
def stopped(token: str) -> Response:  # noqa: ARG001 - the same page whoever opens it
    """Say the same of every link."""
    return plain("patient/stopped.html")


def _stop(link: Link, holder: Holder, why: Why) -> None:
    address = _sent_to(link)
    if address is not None:
        refusal = outbox.Refusal(
            clinic_id=link.clinic_id,
            medium=link.medium,
            address=address,
            why=why,
            source=Source.PATIENT,
            how="page",
        )
        outbox.stop_writing(session(), refusal, now())
    if why is Why.WRONG_NUMBER:
        _close_links(link)
    note_seen(holder, "stopped on the page")


def _sent_to(link: Link) -> str | None:
    """Where the message with this link went: the patient may have another number by now."""
    known = session().scalar(
        sa.select(Message.address)
        .where(
            Message.patient_id == link.patient_id,
            Message.link_id == link.id,
            Message.address.is_not(None),
        )
        .limit(1)
    )
    return known or link.patient.address(link.medium)


def _close_links(link: Link) -> None:
    """What was sent to a stranger opens nothing any more."""
    session().execute(
        sa.update(Link)
        .where(
            Link.patient_id == link.patient_id,
            Link.medium == link.medium,
            Link.purpose.in_((Purpose.SESSION, Purpose.KEPT)),
            Link.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )
