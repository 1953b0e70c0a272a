"""How does somebody end the messages from inside one, with one click or by a mail program?

GET shows a form, since scanners follow every link; POST acts. No cookie, no sign-in, no redirect:
mail programs post here by themselves (RFC 8058). A wrong link is told the same as a right one.
"""

from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.store.audit import audit
from reminders.store.conversation import Link, Purpose, find_link, written_to
from reminders.store.people import Source, Why
from reminders.web.house import now, session
from reminders.web.language import reader_words
from reminders.web.whose import by_link

bp = Blueprint("unsubscribe", __name__)


@bp.get("/u/<token>")
def offer(token: str) -> str:
    """Ask whether the messages should stop."""
    w = reader_words()
    return render_template("patient/unsubscribe.html", w=w, lang=w.lang, token=token)


@bp.post("/u/<token>")
def stop(token: str) -> Response:
    """Stop them at once, for good, however old the link is."""
    by_link(token)
    link = find_link(session(), token)
    if link is not None:
        _stop(session(), link, now())
    w = reader_words()
    return make_response(render_template("patient/unsubscribed.html", w=w, lang=w.lang))


def _stop(session: Session, link: Link, now: datetime) -> None:
    """Write no more this way to where this letter went: all its patients of this clinic."""
    # The letter lies where it was sent, though the patient may be written to elsewhere by now.
    address = written_to(session, link) or _reached(link)
    if address is None:
        return
    outbox.stop_writing(
        session,
        outbox.Refusal(
            clinic_id=link.clinic_id,
            medium=link.medium,
            address=address,
            why=Why.OPT_OUT,
            source=Source.PATIENT,
            how="unsubscribe link",
        ),
        now,
    )
    audit(
        session,
        link.clinic_id,
        actor=f"link:{link.id}",
        action="unsubscribed",
        subject=f"patient:{link.patient_id}",
        now=now,
        origin=request.remote_addr or "",
    )
    session.commit()


def _reached(link: Link) -> str | None:
    if link.purpose is Purpose.CARER:
        return link.patient.carer_email
    return link.patient.address(link.medium)
