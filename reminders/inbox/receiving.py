"""What has come in, and whose is it? Stored as it came, once per provider id."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self, cast

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from reminders.channels import Incoming
from reminders.channels.mail import MailIn
from reminders.outbox.receipts import receive_bounce
from reminders.store.conversation import Door, Link, Purpose, Reply, find_link
from reminders.store.db import insert_or_pass, insert_returning
from reminders.store.people import Medium, Sender
from reminders.store.spelling import spelt_out

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
    written = {
        "recipient": incoming.recipient,
        "provider_id": incoming.provider_id,
        "sender": incoming.sender,
        "sender_index": incoming.sender,
        "text": incoming.text[:LONGEST_TEXT],
        "media": incoming.media,
        "opt_out_type": incoming.opt_out_type.value if incoming.opt_out_type else "",
        "received_at": now,
    }
    storing = _storing(session.get_bind().dialect.name)
    new: int | None = session.connection().execute(storing, written).scalar()
    if new is not None:
        return new
    known = _stored(session, incoming.provider_id)
    if known is None:
        log.warning("text_to_unknown_sender", provider_id=incoming.provider_id)
    return known


def receive_mail(session: Session, mail: MailIn, now: datetime) -> int | None:
    """Store a mail that carries one of our reply tokens; one without belongs to nobody.

    A letter of ours that came back is a receipt, not a reply.
    """
    if mail.bounce is not None:
        receive_bounce(session, mail.bounce, now)
        return None
    link = find_link(session, mail.token) if mail.token else None
    if link is None or link.purpose is Purpose.CARER:
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
        # A way in that was ended speaks for nobody: its words are read as a stranger's.
        link_id=link.id if link.revoked_at is None else None,
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
    return _stored(session, values["provider_id"])


def _stored(session: Session, provider_id: str) -> int | None:
    return session.scalar(sa.select(Reply.id).where(Reply.provider_id == provider_id))


@cache
def _storing(dialect: str) -> sa.Executable:
    """Store a text for the clinic whose number it was sent to: one statement, built once."""
    columns = Reply.__table__.c
    given = [columns[name] for name in _GIVEN]
    chosen = sa.select(
        Sender.clinic_id,
        Sender.id,
        sa.literal(Door.TEXT, columns.door.type),
        *(sa.bindparam(column.name, type_=column.type) for column in given),
    ).where(Sender.address == sa.bindparam("recipient"), Sender.medium == Medium.TEXT)
    into = [columns.clinic_id, columns.to_sender_id, columns.door, *given]
    storing = insert_or_pass(dialect, Reply).from_select(into, chosen)
    return cast(sa.Executable, spelt_out(storing.returning(Reply.id)))


_GIVEN = (
    "provider_id",
    "sender",
    "sender_index",
    "text",
    "media",
    "opt_out_type",
    "received_at",
)
