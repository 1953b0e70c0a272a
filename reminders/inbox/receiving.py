"""What has come in, and whose is it? Stored as it came, once per provider id."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from reminders.channels import Incoming
from reminders.channels.mail import MailIn
from reminders.outbox.receipts import receive_bounce
from reminders.store.conversation import Door, Link, Reply, find_link
from reminders.store.db import insert_returning
from reminders.store.people import Medium, Sender

LONGEST_TEXT = 1600
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PageForm:
    """What a patient tapped on the page: positions from 1, a number only if one was tapped.

    `sittings` are those the page was showing: a form may come when others are due by now.
    """

    done: tuple[int, ...] = ()
    not_done: tuple[int, ...] = ()
    everything: bool = False
    skipped: bool = False
    pain: int | None = None
    note: str = ""
    sittings: tuple[int, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        fields = json.loads(text)
        lists = {name: tuple(of) for name, of in fields.items() if isinstance(of, list)}
        return cls(**fields | lists)


def receive_text(session: Session, incoming: Incoming, now: datetime) -> int | None:
    """Store a text; returns the reply's id, a repeat's too, or None if the number is not ours."""
    sender = session.scalar(
        sa.select(Sender).where(Sender.address == incoming.recipient, Sender.medium == Medium.TEXT)
    )
    if sender is None:
        log.warning("text_to_unknown_sender", provider_id=incoming.provider_id)
        return None
    return _store(
        session,
        clinic_id=sender.clinic_id,
        door=Door.TEXT,
        provider_id=incoming.provider_id,
        sender=incoming.sender,
        sender_index=incoming.sender,
        to_sender_id=sender.id,
        text=incoming.text[:LONGEST_TEXT],
        media=incoming.media,
        opt_out_type=incoming.opt_out_type.value if incoming.opt_out_type else "",
        received_at=now,
    )


def receive_mail(session: Session, mail: MailIn, now: datetime) -> int | None:
    """Store a mail that carries one of our reply tokens; one without belongs to nobody.

    A letter of ours that came back is a receipt, not a reply.
    """
    if mail.bounce is not None:
        receive_bounce(session, mail.bounce, now)
        return None
    link = find_link(session, mail.token) if mail.token else None
    if link is None:
        log.warning("mail_without_token")
        return None
    sender_id = session.scalar(
        sa.select(Sender.id).where(
            Sender.clinic_id == link.clinic_id, Sender.medium == Medium.EMAIL
        )
    )
    return _store(
        session,
        clinic_id=link.clinic_id,
        door=Door.EMAIL,
        provider_id=mail.message_id[:255],
        sender=mail.sender,
        sender_index=mail.sender,
        to_sender_id=sender_id,
        link_id=link.id,
        # Words that all look quoted are kept whole: better read twice than lost.
        text=(mail.text or mail.whole)[:LONGEST_TEXT],
        automatic=mail.automatic,
        received_at=now,
    )


def receive_page(
    session: Session, link: Link, form: PageForm, form_id: str, now: datetime
) -> int | None:
    """Store what was tapped; the form's own id makes a double tap one reply."""
    address = link.patient.address(link.medium) or f"p{link.patient_id}"
    return _store(
        session,
        clinic_id=link.clinic_id,
        door=Door.PAGE,
        provider_id=f"page:{link.id}:{form_id}"[:255],
        sender=address,
        sender_index=address,
        link_id=link.id,
        patient_id=link.patient_id,
        text=form.note[:LONGEST_TEXT],
        form=form.to_json(),
        received_at=now,
    )


def _store(session: Session, **values: Any) -> int | None:
    new = insert_returning(session, Reply, [values], (Reply.id,))
    if new:
        return int(new[0].id)
    return session.scalar(sa.select(Reply.id).where(Reply.provider_id == values["provider_id"]))
