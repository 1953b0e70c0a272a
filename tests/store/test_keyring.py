"""Are personal columns unreadable at rest, and still found?"""

import re
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import CLINIC_MAIL, a_clinic, a_patient, a_plan, a_therapist
from pydantic import SecretStr
from setting import RING, make_settings
from sqlalchemy.exc import StatementError

from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.store.accounts import Staff
from reminders.store.conversation import Door, Message, Reply
from reminders.store.db import Sessions, make_engine, make_sessions
from reminders.store.keyring import Encrypted, Keyring, Unreadable
from reminders.store.migrate import upgrade
from reminders.store.models import Base
from reminders.store.people import Medium, Patient
from reminders.store.record import Alert, EntrySource, LogEntry

OLD, NEW, STRANGE = b"o" * 32, b"n" * 32, b"s" * 32
INDEX = b"i" * 32
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
ENCRYPTED = {
    f"{table.name}.{column.name}": column.type
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Encrypted)
}


# The ring


def test_what_is_sealed_opens_again() -> None:
    ring = Keyring((OLD,), INDEX)

    for plain in ("Ana", "", "Peña, 5 años, 👋", "x" * 10_000):
        assert ring.open(ring.seal(plain, "patient.name"), "patient.name") == plain


def test_the_same_words_never_look_the_same_twice() -> None:
    ring = Keyring((OLD,), INDEX)

    sealed = {ring.seal("Ana", "patient.name") for _ in range(100)}

    assert len(sealed) == 100


def test_a_sealed_value_does_not_open_in_another_column() -> None:
    ring = Keyring((OLD,), INDEX)
    sealed = ring.seal("+12075550118", "patient.phone")

    with pytest.raises(Unreadable):
        ring.open(sealed, "patient.carer_phone")


@pytest.mark.parametrize("place", [0, 11, 12, -1], ids=["nonce", "its end", "body", "tag"])
def test_a_sealed_value_that_was_touched_does_not_open(place: int) -> None:
    ring = Keyring((OLD,), INDEX)
    sealed = bytearray(ring.seal("Ana", "patient.name"))
    sealed[place] ^= 1

    with pytest.raises(Unreadable):
        ring.open(bytes(sealed), "patient.name")


def test_an_old_key_still_opens_and_the_new_one_seals() -> None:
    before, after = Keyring((OLD,), INDEX), Keyring((NEW, OLD), INDEX)
    sealed_before = before.seal("Ana", "patient.name")
    sealed_after = after.seal("Ana", "patient.name")

    assert after.open(sealed_before, "patient.name") == "Ana"
    assert Keyring((NEW,), INDEX).open(sealed_after, "patient.name") == "Ana"
    with pytest.raises(Unreadable):
        before.open(sealed_after, "patient.name")


def test_a_key_that_is_gone_opens_nothing_and_the_fault_says_no_word_of_it() -> None:
    sealed = Keyring((OLD,), INDEX).seal("Ana", "patient.name")

    with pytest.raises(Unreadable) as fault:
        Keyring((STRANGE,), INDEX).open(sealed, "patient.name")

    assert str(fault.value) == "patient.name"


def test_equal_addresses_have_equal_digests_however_they_are_written() -> None:
    ring = Keyring((OLD,), INDEX)

    assert ring.blind("Ana@Example.org") == ring.blind("ana@example.org")
    assert ring.blind("ana@example.org") != ring.blind("ann@example.org")
    assert ring.blind("ana@example.org") == Keyring((NEW,), INDEX).blind("ana@example.org")


def test_another_index_key_makes_another_digest() -> None:
    assert Keyring((OLD,), INDEX).blind("a@b.org") != Keyring((OLD,), STRANGE).blind("a@b.org")


def test_the_ring_of_an_installation_is_read_from_its_settings_newest_key_first() -> None:
    newest, older, index = (SecretStr(b64encode(key).decode()) for key in (NEW, OLD, INDEX))

    ring = Keyring.of(make_settings(encryption_keys=(newest, older), index_key=index))

    assert ring == Keyring((NEW, OLD), INDEX)


# The columns


def test_every_encrypted_column_is_bound_to_its_own_name() -> None:
    assert len(ENCRYPTED) > 15
    assert {name: kind.column for name, kind in ENCRYPTED.items()} == {
        name: name for name in ENCRYPTED
    }


def test_a_value_moved_to_another_column_by_hand_cannot_be_read(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ana = a_patient(session, a_clinic(session))
        session.execute(sa.text("UPDATE patient SET carer_phone = phone, carer_name = NULL"))
        ana_id = ana.id

    with sessions() as session, pytest.raises(Unreadable):
        session.get(Patient, ana_id)


def test_a_patient_is_found_by_an_address_and_not_by_a_similar_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_patient(session, a_clinic(session), email="ana@example.org")

    with sessions() as session:
        found = [
            session.scalar(sa.select(Patient.first_name).where(Patient.email_index == address))
            for address in ("ANA@example.org", "an@example.org")
        ]

    assert found == ["Ana", None]


def test_the_index_follows_a_changed_address(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ana = a_patient(session, a_clinic(session))
        ana.phone = "+12075550199"
    with sessions.begin() as session:
        old = session.scalar(sa.select(Patient.id).where(Patient.phone_index == "+12075550118"))
        new = session.scalar(sa.select(Patient.id).where(Patient.phone_index == "+12075550199"))

    assert (old, new) == (None, ana.id)


def test_rows_of_an_old_key_are_read_after_the_key_was_changed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    before, after = (
        make_engine(url, Keyring((OLD,), INDEX)),
        make_engine(url, Keyring((NEW, OLD), INDEX)),
    )
    upgrade(before)
    with make_sessions(before).begin() as session:
        a_patient(session, a_clinic(session))

    with make_sessions(after).begin() as session:
        ana = session.scalars(sa.select(Patient)).one()
        ana.last_name = "Morales Vega"

    with make_sessions(after)() as session:
        again = session.scalars(sa.select(Patient)).one()
    assert again.name == "Ana Morales Vega"
    before.dispose()
    after.dispose()


def test_an_engine_without_a_ring_refuses_to_write() -> None:
    bare = sa.create_engine("sqlite://")
    Base.metadata.create_all(bare)

    with make_sessions(bare)() as session, pytest.raises(StatementError, match="make_engine"):
        a_patient(session, a_clinic(session))
    bare.dispose()


# The disk

NAME, SURNAME, NUMBER, MAIL = "Quetzalli", "Zuckerbrodt", "+12075550177", "quetzalli@elsewhere.org"
SECRETS = (NAME, SURNAME, NUMBER, MAIL, "Hubertine", "my calf is purple", "torn meniscus")


def a_whole_life(sessions: Sessions) -> None:
    """One row or more of everything that holds somebody's words, name or address."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        a_therapist(session, clinic, "Hubertine Zuckerbrodt", f"h{CLINIC_MAIL}")
        ana = a_patient(
            session,
            clinic,
            first_name=NAME,
            last_name=SURNAME,
            phone=NUMBER,
            email=MAIL,
            conditions="torn meniscus",
            birth_year="1948",
            carer_name="Hubertine",
            carer_phone=NUMBER,
            carer_email=MAIL,
        )
        a_plan(session, ana)
        ana.pause(NOW.date(), by="staff:1", reason="my calf is purple")
        session.add_all(rows_with_words(ana))


def rows_with_words(ana: Patient) -> list[Base]:
    whose = {"clinic_id": ana.clinic_id, "patient_id": ana.id}
    said = "my calf is purple"
    return [
        Message(
            **whose,
            recipient=f"p{ana.id}",
            kind=Kind.NOTE,
            key="one",
            medium=Medium.TEXT,
            address=NUMBER,
            address_index=NUMBER,
            filling=said,
            text=f"{NAME}, {said}",
            due_at=NOW,
            ready_at=NOW,
            created_at=NOW,
        ),
        Reply(
            **whose,
            door=Door.TEXT,
            provider_id="SM1",
            sender=NUMBER,
            sender_index=NUMBER,
            text=said,
            form=said,
            why=said,
            received_at=NOW,
        ),
        LogEntry(**whose, day=NOW.date(), note=said, source=EntrySource.TEXT, at=NOW),
        Alert(
            **whose, kind=AlertKind.MESSAGE, urgency=1, sentence=said, evidence=said, opened_at=NOW
        ),
    ]


def everything_at_rest(engine: sa.Engine) -> dict[str, bytes]:
    """Every table as it lies there, without our types in between."""
    with engine.connect() as connection:
        names = sa.inspect(engine).get_table_names()
        rows = {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names}
    return {
        name: b"\n".join(
            bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
            for row in found
            for cell in row
        )
        for name, found in rows.items()
    }


def test_no_name_number_address_or_word_of_a_patient_lies_in_any_table(
    engine: sa.Engine, sessions: Sessions
) -> None:
    a_whole_life(sessions)

    at_rest = everything_at_rest(engine)

    assert b"Maple Physical Therapy" in at_rest["clinic"]
    for name, bytes_ in at_rest.items():
        for secret in SECRETS:
            assert secret.casefold().encode() not in bytes_.lower(), (name, secret)
    assert not re.search(rb"(?<!\d)1948(?!\d)", at_rest["patient"])


def test_the_same_holds_for_the_bytes_of_the_file(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/whole.db", RING)
    upgrade(engine)
    sessions = make_sessions(engine)
    a_whole_life(sessions)
    with sessions() as session:
        assert session.scalars(sa.select(Staff.name).order_by(Staff.id.desc())).first() == (
            "Hubertine Zuckerbrodt"
        )
    engine.dispose()

    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    assert b"Maple Physical Therapy" in written
    assert [secret for secret in SECRETS if secret.encode() in written] == []
