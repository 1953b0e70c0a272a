"""What does a patient agree to, word for word, and how is their yes kept?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.conversation import Message
from reminders.store.people import Clinic, Consent, ConsentStep, Medium, Patient, new_key
from reminders.web.desk.access import clinic, staff
from reminders.web.desk.letters import queue
from reminders.web.house import session

# Each sentence has a version of its own: a new wording of one leaves the other as it was agreed.
MESSAGES_VERSION: Final = "2026-11"
RISK_VERSION: Final = "2026-11"
_MESSAGES: Final[Mapping[str, str]] = {
    "en": "I agree to get exercise reminders from {clinic} by text or email, about one for "
    "each session. Message and data rates may apply. I can stop them at any time by "
    "answering STOP.",
    "es": "Acepto recibir recordatorios de ejercicios de {clinic} por SMS o por correo, más o "
    "menos uno por sesión. Mi compañía puede cobrar por mensajes y datos. Puedo pararlos cuando "
    "quiera si respondo STOP.",
}
_RISK: Final[Mapping[str, str]] = {
    "en": "Texts and emails are not encrypted: whoever sees my phone or mailbox can read them.",
    "es": "Los SMS y los correos no van cifrados: quien vea mi teléfono o mi buzón puede leerlos.",
}


@dataclass(frozen=True)
class Agreement:
    """What a patient agrees to, as it is read out and as it is kept."""

    messages: str
    risk: str

    @property
    def whole(self) -> str:
        return f"{self.messages} {self.risk}"

    @property
    def version(self) -> str:
        """Which wording of both sentences it is."""
        return f"{MESSAGES_VERSION}/{RISK_VERSION}"


def agreement(of: Clinic, language: str = "en") -> Agreement:
    """The two sentences for one clinic."""
    messages = _MESSAGES.get(language, _MESSAGES["en"])
    return Agreement(messages.format(clinic=of.short_name), _RISK.get(language, _RISK["en"]))


def agree(
    patient: Patient,
    said: Agreement,
    how: str,
    at: datetime,
    media: Collection[Medium] = tuple(Medium),
) -> None:
    """Write a patient's yes into the ledger, for each address of these media that they have."""
    by = f"staff:{staff().id}"
    session().add_all(
        Consent.of(patient, medium, ConsentStep.GIVEN, how=how, at=at, by=by).said(
            said.whole, said.version
        )
        for medium in media
        if patient.address(medium)
    )


def welcome(patient: Patient) -> None:
    """Say what will come, or ask for START first where the clinic wants it; anew for a new yes."""
    before = sa.select(Message.id).where(
        Message.patient_id == patient.id, Message.kind == Kind.WELCOME
    )
    key = "welcome" if session().scalar(before.limit(1)) is None else new_key()
    queue(patient, Kind.WELCOME, Key.WELCOME if clinic().double_opt_in else Key.CONSENTED, key=key)
