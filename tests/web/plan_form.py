"""How do tests fill in the plan form as its page would?"""

import re
from datetime import datetime
from html import unescape

import sqlalchemy as sa
from desk_door import press, sign_in
from flask.testing import FlaskClient
from setting import HandClock
from werkzeug.test import TestResponse

from reminders.store.accounts import Staff
from reminders.store.db import Sessions

Fields = dict[str, object]

_INPUT = re.compile(r"<input\b([^>]*)>")
_SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_TEXTAREA = re.compile(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)


def plan_path(patient_id: int) -> str:
    return f"/desk/patients/{patient_id}/plan"


def fields_of(page: str) -> Fields:
    """Everything that the browser would send back of the plan form as it stands."""
    form = page[page.index('<form method="post" id="plan"') :]
    fields: dict[str, list[str]] = {}
    for attributes in _INPUT.findall(form[: form.index("</form>")]):
        name, kind = _attribute(attributes, "name"), _attribute(attributes, "type")
        if name and (kind not in {"checkbox", "radio"} or " checked" in attributes):
            fields.setdefault(name, []).append(_attribute(attributes, "value"))
    for name, options in _SELECT.findall(form):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = [unescape(chosen[1]) if chosen else ""]
    for name, text in _TEXTAREA.findall(form):
        fields[name] = [unescape(text)]
    fields.pop("csrf_token")
    return dict(fields)


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return unescape(found[1]) if found else ""


def opened(client: FlaskClient, patient_id: int, source: str = "") -> Fields:
    """The form as it comes, begun from a source."""
    page = client.get(plan_path(patient_id), query_string={"from": source} if source else None)
    assert page.status_code == 200, page.status
    return fields_of(page.text)


def pressing(client: FlaskClient, patient_id: int, fields: Fields, button: str) -> TestResponse:
    return press(client, plan_path(patient_id), **(fields | {"do": button}))


def at(moment: datetime, clock: HandClock, client: FlaskClient, sessions: Sessions) -> None:
    """Let time pass, and come in again: nobody stays signed in for days."""
    clock.moment = moment
    with sessions() as session:
        first = session.scalars(sa.select(Staff.id).order_by(Staff.id)).first()
    assert first is not None
    sign_in(client, first)


def names(page: str) -> list[str]:
    """The exercises of the phase on the page, in their order."""
    return [name.strip() for name in re.findall(r"<h3>\d+\. ([\w' -]+?)<", page)]
