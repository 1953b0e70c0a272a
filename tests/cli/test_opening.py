"""Does a clinic begin from an empty database with one command?"""

import re
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from setting import KEY

from reminders.cli import main
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.store.invitations import Invitation
from reminders.store.people import Clinic, Medium, Sender

GIVEN = {
    "--name": "Maple Physical Therapy",
    "--short-name": "Maple PT",
    "--zone": "America/Chicago",
    "--phone": "(207) 555-0118",
    "--texts-from": "+1 207 555 0100",
    "--mails-from": "reminders@maplept.example",
    "--admin-name": "Ada Berg",
    "--admin-email": "Ada@MaplePT.example",
    "--admin-phone": "207 555 0199",
}


@pytest.fixture(autouse=True)
def command_line(monkeypatch: pytest.MonkeyPatch, engine: sa.Engine, tmp_path: Path) -> None:
    for name, value in {
        "RUN_MODE": "test",
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "PUBLIC_BASE_URL": "https://exercise.example.org",
        "ENCRYPTION_KEYS": KEY,
        "INDEX_KEY": b64encode(b"i" * 32).decode(),
        "VAR_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)


def begin(**changes: str) -> None:
    given = GIVEN | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    main(["new-clinic", *(word for pair in given.items() for word in pair)])


def test_one_command_makes_a_clinic_that_may_send_and_lets_its_admin_in(
    sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    begin()

    said = capsys.readouterr().out
    assert re.search(r"^https://exercise\.example\.org/join/[0-9a-f]{40}$", said, re.M)
    with sessions() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        admin = session.scalars(sa.select(Staff)).one()
        senders = {one.medium: one.address for one in session.scalars(sa.select(Sender))}
        invited = session.scalars(sa.select(Invitation)).one()
    assert clinic.ready
    assert (clinic.phone, clinic.emergency_number, clinic.crisis_number) == (
        "+12075550118",
        "911",
        "988",
    )
    assert (admin.role, admin.email, admin.password) == (Role.ADMIN, "Ada@maplept.example", None)
    assert senders == {Medium.TEXT: "+12075550100", Medium.EMAIL: "reminders@maplept.example"}
    assert invited.expires_at - invited.made_at == timedelta(hours=72)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "--name: Fill this in"),
        ({"short_name": "A name of twenty-six letters"}, "--short-name: "),
        ({"short_name": "Łódź PT"}, "--short-name: Plain letters"),
        ({"zone": "Chicago"}, "--zone: A time zone, please"),
        ({"language": "fr"}, "--language: "),
        ({"phone": "12"}, "--phone: "),
        ({"emergency": "nine"}, "--emergency: "),
        ({"texts_from": "+1911"}, "--texts-from: "),
        ({"mails_from": "nowhere"}, "--mails-from: An email address"),
        ({"admin_phone": "+1 207 555 0199 ext. 5"}, "--admin-phone: A number without an ext"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_what_makes_no_sense_is_named_and_nothing_is_begun(
    sessions: Sessions, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(SystemExit, match=re.escape(said)):
        begin(**changes)

    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Clinic.id))) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"mails_from": "b@example.org", "admin_email": "b@example.org"},
            "writes from +12075550100",
        ),
        ({"texts_from": "+12075550101", "mails_from": "b@example.org"}, "signs in with"),
    ],
    ids=["number", "person"],
)
def test_what_belongs_to_another_is_not_taken(
    sessions: Sessions, changes: dict[str, str], said: str
) -> None:
    begin()

    with pytest.raises(SystemExit, match=re.escape(said)):
        begin(**changes)

    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Clinic.id))) == 1


def test_an_admin_who_lost_the_phone_sets_up_another(
    sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    begin()
    with sessions.begin() as session:
        admin = session.scalars(sa.select(Staff)).one()
        before = admin.fs_uniquifier
        admin.factor_secret, admin.factor_step, admin.recovery_codes = "A" * 32, 7, ["hash"]

    main(["reset-factor", "ada@maplept.example"])

    assert "signed out everywhere" in capsys.readouterr().out
    with sessions() as session:
        admin = session.scalars(sa.select(Staff)).one()
        noted = session.scalars(sa.select(AuditEvent.action)).all()
    assert (admin.has_factor, admin.factor_step, admin.recovery_codes) == (False, None, None)
    assert admin.fs_uniquifier != before
    assert "staff.factor_reset" in noted


def test_an_address_that_nobody_signs_in_with_is_told() -> None:
    begin()

    with pytest.raises(SystemExit, match="Nobody signs in"):
        main(["reset-factor", "stranger@maplept.example"])
