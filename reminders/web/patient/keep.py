"""Does this phone keep the patient's page, so that it opens without a message?

The key is a way in like a link, with a random secret of its own and only its hash stored. It ends
after 60 days, when somebody takes it off, and with discharge or another number.
"""

from flask import redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from reminders.store.conversation import Link, Purpose, written_to
from reminders.store.kept import drop_kept, drop_key, kept_phones
from reminders.store.links import draft_link
from reminders.store.queries.page import Holder
from reminders.web.house import house, now, session
from reminders.web.patient.holding import (
    KEEPS,
    KEPT,
    Doors,
    give_key,
    holder_of,
    key,
    link_of,
    take_key,
)
from reminders.web.patient.own_form import OwnForm, form_token
from reminders.web.patient.second_step import Place, behind_second_step
from reminders.web.patient.showing import ended, framed, note_seen
from reminders.web.whose import by_link
from reminders.web.words import counted, words

bp = Doors("keep", __name__)


@bp.get("/x/<token>/keep")
@behind_second_step(Place.KEEP)
def show(holder: Holder, token: str) -> Response:
    """Say what keeping means, and how many phones do."""
    phones, said = kept_phones(session(), holder.patient_id, now()), words(holder.language).keep
    return framed(
        "patient/keep.html",
        holder,
        token,
        kept=counted(said.kept, phones) if phones else "",
        form_token=form_token(holder.link_id),
    )


@bp.post("/x/<token>/keep")
@behind_second_step(Place.KEEP)
def keep(holder: Holder, token: str) -> Response:
    """Give this phone a key of its own; the one it had before ends."""
    link = link_of(token)
    if link is None or token == KEPT or not OwnForm(holder.link_id).validate():
        return redirect(url_for(".show", token=token), 303)
    secret = house().settings.secret_key.get_secret_value()
    by_link(key())  # it may be of another clinic
    drop_key(session(), key(), now())
    by_link(token)
    kept = _key_for(session(), link)
    note_seen(holder, "page kept on a phone")
    answer = redirect(url_for("patient.show", token=KEPT), 303)
    give_key(answer, kept.token(secret))
    return answer


@bp.get("/x/<token>/off")
def off(token: str) -> Response:
    """Ask before the page is taken off this phone, or off every phone that keeps it."""
    holder = holder_of(token)
    if holder is None or not holder.open:
        return ended(token)
    return framed("patient/off.html", holder, token, form_token=form_token(holder.link_id))


@bp.post("/x/<token>/off")
def take_off(token: str) -> Response:
    """End this phone's key; by a link, which may be on another phone, those of all phones."""
    holder = holder_of(token)
    if holder is None or not holder.open:
        return ended(token)
    if not OwnForm(holder.link_id).validate():
        return redirect(url_for(".off", token=token), 303)
    drop_kept(session(), holder.patient_id, now(), holder.link_id if token == KEPT else None)
    note_seen(holder, "page taken off")
    answer = redirect(url_for("patient.show", token=token), 303)
    take_key(answer)
    return answer


def _key_for(session: Session, link: Link) -> Link:
    """A key that ends when the patient is no longer reached where this link went."""
    draft = draft_link(
        link.clinic_id,
        link.patient_id,
        Purpose.KEPT,
        link.medium,
        secret=house().settings.secret_key.get_secret_value(),
        now=now(),
        expires_at=now() + KEEPS,
    )
    address = written_to(session, link) or link.patient.address(link.medium)
    kept = Link(**draft.columns, address_index=address)
    session.add(kept)
    return kept
