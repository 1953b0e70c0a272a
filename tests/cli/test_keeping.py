"""Does what the clinic has survive the machine, and a change of keys?"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from postgres import another_url
from setting import KEY, RING
from story import DUE

from reminders import clock, outbox, watch
from reminders.cli import main
from reminders.core.gate import Kind, Reason
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.audit import AuditEvent, audit
from reminders.store.backup import NotABackup, read_in, write_out
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions, make_engine, make_sessions
from reminders.store.keyring import Keyring, Unreadable
from reminders.store.migrate import upgrade
from reminders.store.models import Base
from reminders.store.people import Clinic, Patient
from reminders.store.record import Hold, Occurrence
from reminders.store.rotation import rotate

NEW_KEY = b64encode(b"n" * 32).decode()


@pytest.fixture
def lived(sessions: Sessions, post: Post, sandbox: Sandbox) -> Post:
    """A clinic with a patient who was reminded and wrote back."""
    with sessions.begin() as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    clock.tick(post, DUE)
    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
    return post


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """A database that nobody has used, SQLite and PostgreSQL in turn."""
    url = f"sqlite:///{tmp_path}/new.db" if request.param == "sqlite" else another_url()
    engine = make_engine(url, RING)
    yield engine
    engine.dispose()


@pytest.fixture
def command_line(
    monkeypatch: pytest.MonkeyPatch, engine: sa.Engine, tmp_path: Path
) -> pytest.MonkeyPatch:
    """The environment of the IT person's shell."""
    for name, value in {
        "RUN_MODE": "test",
        "DATABASE_URL": address(engine),
        "ENCRYPTION_KEYS": KEY,
        "INDEX_KEY": b64encode(b"i" * 32).decode(),
        "VAR_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def address(engine: sa.Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def everything(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, as the programme reads them."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select().order_by("id"))]
            for table in Base.metadata.sorted_tables
        }


def written(engine: sa.Engine) -> list[bytes]:
    out = BytesIO()
    write_out(engine, out, NOW)
    return out.getvalue().splitlines(keepends=True)


def test_every_row_comes_back_on_the_same_database_or_the_other(
    lived: Post, engine: sa.Engine, elsewhere: sa.Engine
) -> None:
    copied = read_in(elsewhere, BytesIO(b"".join(written(engine))))

    assert copied.made_at == NOW
    assert everything(elsewhere) == everything(engine)
    with make_sessions(elsewhere).begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        assert a_patient(session, clinic, phone="+12075550177").id == 2


def test_a_backup_shows_no_name_number_or_word(lived: Post, engine: sa.Engine) -> None:
    carried = b"".join(written(engine))

    with lived.sessions() as session:
        patient = session.scalars(sa.select(Patient)).one()
        secrets = [patient.name, patient.phone, patient.email]
        secrets += session.scalars(sa.select(Message.text)).all()
    assert [one for one in secrets if one and one.encode() in carried] == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda lines: lines[:0], "not a backup", id="nothing"),
        pytest.param(lambda lines: lines[1:], "not a backup", id="another file"),
        pytest.param(lambda lines: lines[:-1], "not whole", id="the end missing"),
        pytest.param(lambda lines: [*lines[:-2], lines[-1]], "not whole", id="a row missing"),
        pytest.param(lambda lines: [*lines[:2], *lines[3:]], "damaged", id="the clinic missing"),
        pytest.param(lambda lines: [*lines[:3], b"{\n", *lines[3:]], "damaged", id="rubbish"),
        pytest.param(
            lambda lines: [lines[0], b'{"table": "sqlite_master", "columns": []}\n', *lines[1:]],
            "does not know",
            id="a table of nobody's",
        ),
        pytest.param(
            lambda lines: [lines[0].replace(b'"revision":"', b'"revision":"x'), *lines[1:]],
            "another version",
            id="a version of tomorrow",
        ),
    ],
)
def test_a_spoilt_backup_says_so_and_brings_nothing_in(
    lived: Post, engine: sa.Engine, tmp_path: Path, spoil: object, said: str
) -> None:
    empty = make_engine(f"sqlite:///{tmp_path}/new.db", RING)
    upgrade(empty)

    with pytest.raises(NotABackup, match=said):
        read_in(empty, BytesIO(b"".join(spoil(written(engine)))))  # type: ignore[operator]

    assert not any(everything(empty).values())
    empty.dispose()


def test_everybody_works_on_while_a_backup_is_made(lived: Post, engine: sa.Engine) -> None:
    class Slow(BytesIO):
        """In the middle of it a patient is written in."""

        def write(self, some: bytes) -> int:  # type: ignore[override]
            if b'"table":"occurrence"' in some and not self.seen:
                self.seen = True
                with lived.sessions.begin() as session:
                    clinic = session.scalars(sa.select(Clinic)).one()
                    a_patient(session, clinic, phone="+12075550177")
            return super().write(some)

        seen = False

    out = Slow()
    write_out(engine, out, NOW)

    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    heads = [row.get("table") if isinstance(row, dict) else "" for row in rows]
    place = heads.index("patient")
    assert out.seen
    assert isinstance(rows[place + 2], dict)  # one patient, as when it began


def test_the_commands_carry_it_from_one_machine_to_another(
    lived: Post,
    engine: sa.Engine,
    elsewhere: sa.Engine,
    command_line: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret, file = tmp_path / "secret.txt", tmp_path / "clinic.age"
    main(["backup-key", str(secret)])
    command_line.setenv("BACKUP_RECIPIENTS", capsys.readouterr().out.split()[1].split("=")[1])
    main(["backup", str(file)])
    command_line.setenv("DATABASE_URL", address(elsewhere))

    main(["restore", str(file), "--key", str(secret)])

    assert "Reminders of 1 clinics wait." in capsys.readouterr().out
    assert everything(elsewhere)["patient"] == everything(engine)["patient"]
    assert (file.stat().st_mode & 0o777, secret.stat().st_mode & 0o777) == (0o600, 0o600)
    with pytest.raises(SystemExit, match="already holds a clinic"):
        main(["restore", str(file), "--key", str(secret)])
    with pytest.raises(SystemExit, match="is there already"):
        main(["backup", str(file)])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backup", "{tmp}/new.age"], "BACKUP_RECIPIENTS is empty"),
        (["restore", "{tmp}/nowhere", "--key", "{tmp}/key"], "nowhere cannot be read"),
        (["backup-key", "{tmp}/none/key"], "cannot be written: No such file"),
    ],
    ids=lambda one: one[0] if isinstance(one, list) else "",
)
def test_a_command_that_cannot_says_why(
    command_line: pytest.MonkeyPatch, tmp_path: Path, words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit, match=said):
        main([word.format(tmp=tmp_path) for word in words])


def test_the_wrong_key_opens_nothing(
    lived: Post,
    command_line: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("one", "two"):
        main(["backup-key", str(tmp_path / name)])
    command_line.setenv("BACKUP_RECIPIENTS", capsys.readouterr().out.split()[1].split("=")[1])
    main(["backup", str(tmp_path / "clinic.age")])

    with pytest.raises(SystemExit, match="no backup for this key"):
        main(["restore", str(tmp_path / "clinic.age"), "--key", str(tmp_path / "two")])


def test_who_opted_out_after_the_backup_is_not_texted_after_the_restore(
    lived: Post, engine: sa.Engine, elsewhere: sa.Engine, sandbox: Sandbox
) -> None:
    carried = b"".join(written(engine))
    sandbox.text_lost(PATIENT_NUMBER, CLINIC_NUMBER, "STOP")
    read_in(elsewhere, BytesIO(carried))
    back = Post(make_sessions(elsewhere), lived.settings, lived.texts, lived.mails)
    watch.restored(back.sessions, DUE)
    tomorrow = DUE.replace(day=DUE.day + 1)

    clock.tick(back, tomorrow)
    with back.sessions.begin() as session:
        for hold in session.scalars(sa.select(Hold)):
            hold.ask_release(1, tomorrow)
    watch.release_asked(back, tomorrow)
    after = tomorrow.replace(day=tomorrow.day + 1)
    outbox.plan(back.sessions, after)
    outbox.send_due(back, after)

    texts = [text for text in sandbox.texts(PATIENT_NUMBER) if "/x/" in text.body]
    assert len(texts) == 1  # the one of before the backup
    with back.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Occurrence.id))) == 3
        newest = sa.select(Message).where(Message.kind == Kind.REMINDER).order_by(Message.id)
        last = session.scalars(newest).all()[-1]
    assert (last.state, last.reason) == (State.WITHHELD, Reason.SUPPRESSED)


def test_after_a_rotation_the_old_key_is_not_needed(lived: Post, engine: sa.Engine) -> None:
    both = Keyring((b"n" * 32, *RING.keys), RING.index_key)
    before = everything(engine)

    assert rotate(engine, both) > 5
    assert rotate(engine, both) == 0

    with pytest.raises(Unreadable):
        everything(engine)
    fresh = make_engine(address(engine), Keyring((b"n" * 32,), RING.index_key))
    assert everything(fresh) == before
    fresh.dispose()


def test_a_value_no_key_opens_stops_the_rotation_by_name(
    lived: Post, command_line: pytest.MonkeyPatch
) -> None:
    command_line.setenv("ENCRYPTION_KEYS", NEW_KEY)

    with pytest.raises(SystemExit, match=r"A value of .* opens with none of ENCRYPTION_KEYS"):
        main(["rotate-keys"])


def test_audit_verify_prints_each_clinic_and_fails_on_a_changed_line(
    lived: Post, command_line: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with lived.sessions.begin() as session:
        audit(session, 1, actor="staff:1", action="patient.read", subject="patient:1", now=NOW)
    clock.seal(lived, NOW)

    main(["audit", "verify"])

    assert re.match(r"clinic 1: \d+ lines are whole, 0 wait", capsys.readouterr().out)
    with lived.sessions.begin() as session:
        session.execute(sa.update(AuditEvent).values(actor="staff:2"))
    with pytest.raises(SystemExit, match="Changed or taken out: clinic 1 at line 1"):
        main(["audit", "verify"])


def test_retention_says_what_is_too_old_and_clears_it_out_when_it_is_meant(
    lived: Post,
    engine: sa.Engine,
    command_line: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command_line.setenv("KEEP_WORDS_DAYS", "90")  # by this machine’s clock the story is older
    before = everything(engine)["message"]

    main(["retention", "--dry-run"])

    assert "1 messages are too old" in capsys.readouterr().out
    assert everything(engine)["message"] == before
    main(["retention"])
    assert "1 messages were too old" in capsys.readouterr().out
    assert everything(engine)["message"] != before
    main(["retention"])
    assert "Nothing is too old." in capsys.readouterr().out
