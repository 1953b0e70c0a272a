"""How does a page come before its patient, and who notes that it did?"""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from reminders.store.audit import audit
from reminders.store.queries.page import Holder
from reminders.web.house import house, now, session
from reminders.web.language import reader_words
from reminders.web.patient.holding import KEPT, key
from reminders.web.patient.view import Frame
from reminders.web.words import counted


def framed(
    template: str, holder: Holder, token: str, *, status: int = 200, **values: object
) -> Response:
    """A page in the patient's language, with their clinic above and whom to call below."""
    frame = Frame.of(holder)
    shown = render_template(template, f=frame, w=frame.w, lang=frame.lang, token=token, **values)
    return make_response(shown, status)


def plain(template: str, *, status: int = 200, **values: object) -> Response:
    """A page that knows nobody: its language is the reader's browser's."""
    w = reader_words()
    return make_response(render_template(template, w=w, lang=w.lang, **values), status)


def ended(token: str) -> Response:
    """What every link shows that opens nothing, and a phone that keeps no page."""
    if token == KEPT:
        return plain("patient/not_kept.html", token=token, known=bool(key()))
    days = max(1, house().settings.late_reply_hours // 24)
    return plain("patient/ended.html", token=token, why=counted(reader_words().link.why, days))


def note_seen(holder: Holder, action: str = "page seen") -> None:
    """Write down who saw or did what behind this link, and commit what was done."""
    audit(
        session(),
        holder.clinic_id,
        actor=f"link:{holder.link_id}",
        action=action,
        subject=f"patient:{holder.patient_id}",
        now=now(),
        origin=request.remote_addr or "",
    )
    session().commit()
