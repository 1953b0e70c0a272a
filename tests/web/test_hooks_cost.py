"""What a reply costs the database: whoever texts waits for it, and so does the next one."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan
from flask import Flask
from flask.testing import FlaskClient
from setting import HandClock
from test_hooks import brought, text_form

from reminders import outbox
from reminders.outbox import Post
from reminders.store.db import Sessions, transaction
from reminders.web.house import house_of

DUE = NOW + timedelta(minutes=31)
# Stored; then read: the reply, who and what we said, which session and its exercises; then written:
# the entry, the answer, the reply.
PLAIN_REPORT = 7


@pytest.fixture
def reminded(sessions: Sessions, post: Post, clock: HandClock) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    clock.moment = DUE + timedelta(minutes=20)


@pytest.fixture
def statements(reminded: None, app: Flask, engine: sa.Engine) -> Iterator[list[str]]:
    """Every statement of the door, but for the beginning and end of transactions."""
    house_of(app).courier.close()
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            written.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield written
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_plain_report_is_stored_read_logged_and_answered_in_few_statements(
    client: FlaskClient, statements: list[str]
) -> None:
    assert brought(client, "/hooks/text", text_form("done, pain 3")).status_code == 200

    changed = [one.split()[:3] for one in statements if not one.startswith("SELECT")]
    assert [" ".join(words).lower() for words in changed] == [
        "insert into reply",
        "insert into log_entry",
        "insert into message",
        "update reply set",
    ]
    assert len(statements) == PLAIN_REPORT


def test_a_repeat_of_what_was_read_only_looks(client: FlaskClient, statements: list[str]) -> None:
    brought(client, "/hooks/text", text_form("done, pain 3"))
    statements.clear()

    assert brought(client, "/hooks/text", text_form("done, pain 3")).status_code == 200

    assert [one.split()[0] for one in statements] == ["INSERT", "SELECT", "SELECT", "SELECT"]
