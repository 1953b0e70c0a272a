"""Can an address lead a reader away, a server to a stranger, or a spreadsheet to a command?"""

import ast
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient
from desk_door import press, sign_in
from flask.testing import FlaskClient

from reminders.store.accounts import Staff
from reminders.store.db import Sessions

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
HOUSE = Path(__file__).parents[2] / "reminders"
AWAY = (
    *("https://evil.example/desk", "//evil.example", "///evil.example", "/\\evil.example"),
    *("\\\\evil.example", "javascript:alert(1)", "https:evil.example", "/%09/evil.example"),
    *("http://localhost@evil.example", "http://localhost.evil.example", "/\t/evil.example"),
    *("data:text/html,evil", "/desk\r\nLocation: https://evil.example", "\u3000//evil.example"),
)
# What opens a connection of its own.
REACHING_OUT = frozenset(
    {"http.client", "urllib.request", "urllib3", "requests", "socket", "smtplib", "imaplib"}
    | {"imap_tools", "aiohttp", "twilio", "ftplib", "telnetlib", "xmlrpc", "webbrowser"}
)
MAY = ("channels/", "sandbox/")
NAMES_ITS_MACHINE = {"clock.py": {"socket"}}


@pytest.fixture
def desk(client: FlaskClient, sessions: Sessions) -> FlaskClient:
    with sessions.begin() as session:
        a_patient(session, a_clinic(session), first_name="=cmd|'/C calc'!A0")
        lena = session.scalars(sa.select(Staff.id)).one()
    sign_in(client, lena)
    return client


def leads_away(place: str) -> bool:
    reached = urlsplit(urljoin("http://localhost/here", place))
    return reached.netloc != "localhost" or reached.scheme != "http"


@on_sqlite
@pytest.mark.parametrize("away", AWAY, ids=repr)
def test_no_question_in_an_address_leads_away(client: FlaskClient, away: str) -> None:
    for place in ("/desk/", "/login", "/desk/patients", f"/x/{'a' * 26}/change", "/password"):
        names = ("next", "url", "return", "to", "back", "from")
        answer = client.get(place, query_string=dict.fromkeys(names, away))

        assert answer.location is None or not leads_away(answer.location), (place, answer.location)


@on_sqlite
@pytest.mark.parametrize("away", AWAY[:4])
def test_nobody_is_sent_to_where_the_browser_says_it_came_from(
    desk: FlaskClient, away: str
) -> None:
    said = {"Referer": away, "X-Forwarded-Host": "evil.example", "X-Original-URL": away}
    for place in ("/desk/me/mornings", "/desk/patients/1/seen"):
        desk.environ_base |= {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in said.items()
        }
        answer = press(desk, "/desk/me", place)

        assert answer.status_code == 303
        assert not leads_away(answer.location)


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
            yield from (f"{node.module}.{one.name}" for one in node.names)


def test_only_the_channels_reach_out_so_no_typed_address_is_ever_fetched() -> None:
    files = [one.relative_to(HOUSE) for one in HOUSE.rglob("*.py")]
    assert len(files) > 200

    reaching = {
        str(file): found
        for file in files
        if not str(file).startswith(MAY) and (found := (REACHING_OUT & set(imported(HOUSE / file))))
    }

    assert {file: found for file, found in reaching.items() if file not in NAMES_ITS_MACHINE} == {}
    assert reaching == NAMES_ITS_MACHINE


@on_sqlite
def test_a_table_taken_away_runs_no_formula(desk: FlaskClient) -> None:
    table = desk.get("/desk/patients.csv?show=everyone").text

    assert "'=cmd|" in table
    assert not any(line.startswith(("=", '"=')) for line in table.splitlines())


@on_sqlite
@pytest.mark.parametrize(
    "place",
    [
        *("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/.git/config"),
        *("/static//etc/passwd", "/static/%5c..%5capp.py", "/static/desk.css%00.txt"),
        *("/photo/../../app.py.webp", "/pictures/../../app.svg", "/static/"),
    ],
)  # fmt: skip
def test_no_file_but_ours_is_given_out(client: FlaskClient, place: str) -> None:
    answer = client.get(place, follow_redirects=True)

    assert answer.status_code == 404
    assert "create_app" not in answer.text
