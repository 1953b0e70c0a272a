"""Whose phone, whose mailbox: who can be chosen?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Staff
from reminders.store.people import Clinic, Medium, Patient, Sender


@dataclass(frozen=True)
class Owner:
    """A phone or a mailbox: its address, who reads it, and whom it writes to."""

    address: str
    names: tuple[str, ...]
    first: str
    zone: ZoneInfo
    patient_ids: tuple[int, ...]
    written_to: frozenset[int]
    clinic_id: int
    clinic_name: str
    sender: str

    @property
    def label(self) -> str:
        return f"{' and '.join(self.names)}, {written(self.address)}"

    @property
    def sender_written(self) -> str:
        return written(self.sender)

    @property
    def staff(self) -> bool:
        return not self.patient_ids

    @property
    def preferred(self) -> bool:
        """Whether reminders come here, and not only what a patient has asked to get elsewhere."""
        return bool(self.written_to)


@dataclass(frozen=True)
class _Reader:
    """One person who reads at an address."""

    address: str
    name: str
    first: str
    zone: str
    clinic_id: int
    patient_id: int | None = None
    written_to: bool = False


def owners(session: Session, medium: Medium) -> tuple[Owner, ...]:
    """Every phone, or every mailbox: the patients' first, then the staff's."""
    readers = [*_patients(session, medium), *_staff(session, medium)]
    by_address: dict[str, list[_Reader]] = defaultdict(list)
    for reader in readers:
        by_address[reader.address].append(reader)
    senders = _senders(session, medium)
    clinics = {row.id: row.short_name for row in session.scalars(sa.select(Clinic))}
    return tuple(
        _owner(together, clinics, senders)
        for together in by_address.values()
        if together[0].clinic_id in senders
    )


def written(address: str) -> str:
    """An address as people write it: (207) 555-0118."""
    if not address.startswith("+"):
        return address
    try:
        parsed = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return address
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def _owner(readers: Sequence[_Reader], clinics: dict[int, str], senders: dict[int, str]) -> Owner:
    first = readers[0]
    return Owner(
        first.address,
        tuple(reader.name for reader in readers),
        first.first,
        ZoneInfo(first.zone),
        tuple(reader.patient_id for reader in readers if reader.patient_id is not None),
        frozenset(reader.patient_id or 0 for reader in readers if reader.written_to),
        first.clinic_id,
        clinics[first.clinic_id],
        senders[first.clinic_id],
    )


def _patients(session: Session, medium: Medium) -> Iterable[_Reader]:
    for row in session.scalars(sa.select(Patient).order_by(Patient.id)):
        if address := row.address(medium):
            yield _Reader(
                address,
                row.name,
                row.first_name,
                row.zone,
                row.clinic_id,
                row.id,
                written_to=row.medium is medium,
            )


def _staff(session: Session, medium: Medium) -> Iterable[_Reader]:
    for row in session.scalars(sa.select(Staff).order_by(Staff.id)):
        if address := row.phone if medium is Medium.TEXT else row.email:
            yield _Reader(address, row.name, row.name.split()[0], row.clinic.zone, row.clinic_id)


def _senders(session: Session, medium: Medium) -> dict[int, str]:
    rows = session.scalars(sa.select(Sender).where(Sender.medium == medium).order_by(Sender.id))
    return {row.clinic_id: row.address for row in rows}
