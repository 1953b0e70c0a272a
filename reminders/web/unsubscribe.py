"""How does somebody end the messages from inside one, with one click or by a mail program?

GET shows a form, since scanners follow every link; POST acts. No cookie, no sign-in, no redirect:
mail programs post here by themselves (RFC 8058). A wrong link is told the same as a right one.
"""

from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.core import gate
from reminders.store.audit import audit
from reminders.store.conversation import Link, find_link
from reminders.store.people import (
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Source,
    Why,
    consent_of,
    suppress,
)
from reminders.web.house import now, session
from reminders.web.language import reader_words

bp = Blueprint("unsubscribe", __name__)


@bp.get("/u/<token>")
def offer(token: str) -> str:
    """Ask whether the messages should stop."""
    w = reader_words()
    return render_template("patient/unsubscribe.html", w=w, lang=w.lang, token=token)


@bp.post("/u/<token>")
def stop(token: str) -> Response:
    """Stop them at once, for good, however old the link is."""
    link = find_link(session(), token)
    if link is not None:
        _stop(session(), link, now())
    w = reader_words()
    return make_response(render_template("patient/unsubscribed.html", w=w, lang=w.lang))


def _stop(session: Session, link: Link, now: datetime) -> None:
    """Write no more this way to this address: all its patients of this clinic."""
    address = link.patient.address(link.medium)
    if address is None:
        return
    try:
        suppress(
            session,
            link.clinic_id,
            link.medium,
            address,
            Why.OPT_OUT,
            source=Source.PATIENT,
            now=now,
        )
    except IntegrityError:
        # The mail program and its owner clicked at once: the other one has done all of it.
        session.rollback()
        return
    for patient in _on_this_address(session, link, address):
        _revoke(session, patient, link.medium, address, now)
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


def _on_this_address(session: Session, link: Link, address: str) -> list[Patient]:
    column = Patient.phone_index if link.medium is Medium.TEXT else Patient.email_index
    return list(
        session.scalars(
            sa.select(Patient)
            .where(Patient.clinic_id == link.clinic_id, column == address)
            .order_by(Patient.id)
        )
    )


def _revoke(
    session: Session, patient: Patient, medium: Medium, address: str, now: datetime
) -> None:
    if consent_of(session, patient, medium) is not gate.Consent.NONE:
        session.add(
            Consent(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                medium=medium,
                step=ConsentStep.REVOKED,
                address_index=address,
                wording="",
                wording_version="",
                how="unsubscribe link",
                at=now,
                by=f"patient:{patient.id}",
            )
        )
    if patient.medium is medium:
        outbox.withdraw_unsent(session, patient.id, gate.Reason.SUPPRESSED)
