"""How do tests come in to the desk, press its buttons and count what it asks the database?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import sqlalchemy as sa
from builders import a_sitting, an_alert
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

__all__ = ["World", "a_sitting", "an_alert", "asked", "names", "press", "sign_in", "upload"]

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class World:
    """The numbers of a small clinic, of two therapists and of a patient."""

    clinic: int
    lena: int
    jonas: int
    ana: int


def sign_in(client: FlaskClient, staff_id: int) -> None:
    """Come in as this person of the first clinic."""
    answer = press(client, "/login", "/demo-sign-in", staff=str(staff_id))
    assert answer.status_code == 303, answer.text


def press(client: FlaskClient, page: str, action: str = "", **fields: object) -> TestResponse:
    """Post a form as its page would: with the token that the page gave out."""
    shown = client.get(page)
    assert shown.status_code == 200, (page, shown.status_code)
    token = _TOKEN.findall(shown.text)[0]
    return client.post(action or page, data={**fields, "csrf_token": token})


def upload(
    client: FlaskClient, page: str, file: str, content: bytes, **fields: str
) -> TestResponse:
    """Post a form with one file, as a browser packs it."""
    token = _TOKEN.findall(client.get(page).text)[0]
    packed = {**fields, "csrf_token": token, file: FileStorage(BytesIO(content), "up.bin")}
    # Packed by hand: the client's own packing leaves a large temporary file open.
    boundary, body = encode_multipart(packed)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(page, data=body, content_type=kind)


def names(page: str) -> list[str]:
    """The patients of a list, in its order."""
    return re.findall(r'<td role="cell"><a href="[^"]+">([^<]+)<', page)


@contextmanager
def asked(engine: sa.Engine) -> Iterator[list[str]]:
    """The questions that reach the database in between; to say whose rows they may see is none."""
    heard: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asks = statement.lstrip().upper().startswith(("SELECT", "WITH"))
        if asks and "set_config" not in statement:
            heard.append(statement)

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)
