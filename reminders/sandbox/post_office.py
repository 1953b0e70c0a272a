"""Which letters does the mail server take, and where do they go?"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from reminders.sandbox.behaviour import MailFault, Mood
from reminders.sandbox.record import MailRecord
from reminders.sandbox.values import Direction, Mail

# The library logs every command, and commands hold addresses.
logging.getLogger("mail.log").setLevel(logging.WARNING)

TAKEN = "250 2.0.0 OK: taken"
BUSY = "451 4.3.2 Try again later"


class PostOffice:
    """Takes letters for anyone on earth and keeps them by address.

    bounce@ is nobody's address; busy@ is never ready just now.
    """

    def __init__(
        self, record: MailRecord, mood: Mood, now: Callable[[], datetime], biggest: int
    ) -> None:
        """Keep what is taken in `record`; refuse what is bigger than `biggest` bytes."""
        self._record = record
        self._mood = mood
        self._now = now
        self._biggest = biggest
        self._doors: set[Door] = set()

    def door(self) -> "Door":
        """Serve one connection."""
        door = Door(self, self._biggest)
        self._doors.add(door)
        return door

    def close(self) -> None:
        """Hang up on everybody."""
        for door in set(self._doors):
            door.hang_up()

    def forget(self, door: "Door") -> None:
        """The line of this door is closed."""
        self._doors.discard(door)

    # The library finds its hooks by these names.

    async def handle_RCPT(
        self, server: "Door", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse the two magic addresses, take any other."""
        del server, session, options
        local = address.partition("@")[0].lower()
        if local == "bounce":
            return "550 5.1.1 No such person here"
        if local == "busy":
            return "451 4.2.1 Mailbox busy, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: "Door", session: Session, envelope: Envelope) -> str:
        """Keep one copy for each person it is for."""
        del session
        behaviour = self._mood.take_letter()
        if behaviour.delay_seconds:
            await asyncio.sleep(behaviour.delay_seconds)
        if behaviour.mail is MailFault.BUSY:
            return BUSY
        self._keep(envelope)
        if behaviour.mail is MailFault.ACCEPTED_THEN_DROP:
            server.hang_up()
        return TAKEN

    def _keep(self, envelope: Envelope) -> None:
        for address in envelope.rcpt_tos:
            mail = Mail(
                direction=Direction.OUTBOUND,
                sender=envelope.mail_from or "",
                to=address,
                raw=envelope.original_content or b"",
                at=self._now(),
            )
            self._record.add(mail, person=address)


class Door(SMTP):
    """One SMTP connection that its office can close."""

    def __init__(self, office: PostOffice, biggest: int) -> None:
        """Announce the biggest letter that is taken."""
        loop = asyncio.get_running_loop()
        super().__init__(office, data_size_limit=biggest, hostname="sandbox", loop=loop)
        self._office = office

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the office that the line is closed."""
        self._office.forget(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Cut the line now."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()
