"""What forms does a page offer, and what could somebody send with them?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import html5lib
import sqlalchemy as sa
from desk_door import sign_in
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reminders.store.accounts import Staff
from reminders.store.db import Sessions

TOKEN = "csrf_token"
_TYPED = frozenset({"input", "select", "textarea", "button"})
Value = str | bytes


@dataclass(frozen=True)
class Offered:
    """One form as its page offers it: where it goes and what is filled in already."""

    page: str
    action: str
    method: str
    filled: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = field(default=())

    @property
    def names(self) -> Sequence[str]:
        return sorted({name for name, _ in self.filled} - {TOKEN})

    def send(self, client: FlaskClient, changed: Mapping[str, Value]) -> TestResponse:
        """Send it as it stands, but for what is changed."""
        kept = [(name, value) for name, value in self.filled if name not in changed]
        return self.send_exactly(client, [*kept, *changed.items()])

    def send_exactly(
        self, client: FlaskClient, fields: Sequence[tuple[str, Value]]
    ) -> TestResponse:
        packed = urlencode(fields)
        if self.method == "GET":
            return client.get(f"{self.action.partition('?')[0]}?{packed}")
        kind = "application/x-www-form-urlencoded"
        return client.post(self.action, data=packed, content_type=kind)


def forms_on(page: TestResponse) -> Iterator[Offered]:
    """Every form of a page with all its fields, whichever can be seen."""
    place = page.request.path
    document = html5lib.parse(page.text, namespaceHTMLElements=False)
    for form in document.iter("form"):
        controls = [one for one in form.iter() if one.tag in _TYPED and one.get("name")]
        action = urljoin(place, form.get("action") or place)
        yield Offered(
            place,
            action if urlsplit(action).query else urlsplit(action).path,
            (form.get("method") or "get").upper(),
            tuple(pair for one in controls for pair in _filled(one)),
            tuple(one.get("name") for one in controls if one.get("type") == "file"),
        )


def _filled(control: "html5lib.treebuilders.etree.Element") -> Iterator[tuple[str, str]]:
    kind, name = control.get("type"), control.get("name")
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        yield from ((name, one.get("value") or one.text or "") for one in chosen)
    elif control.tag == "textarea":
        yield name, control.text or ""
    elif kind not in {"checkbox", "radio", "file"} or control.get("checked") is not None:
        yield name, control.get("value") or ""


def come_in(app: Flask, sessions: Sessions, email: str) -> tuple[FlaskClient, str]:
    """A browser that this person of the first clinic is signed in with, and its form token."""
    with sessions() as session:
        person = session.scalars(sa.select(Staff.id).where(Staff.email_index == email)).one()
    client = app.test_client()
    sign_in(client, person)
    page = client.get("/desk/clinic/second-step").text
    return client, re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
