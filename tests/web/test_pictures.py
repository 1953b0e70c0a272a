"""Does an exercise move on tap and weigh nothing before, and do staff see every drawing?"""

import gzip
import re
import xml.etree.ElementTree as ET

import pytest
from builders import a_clinic
from desk_door import sign_in
from flask.testing import FlaskClient
from patient_story import FOUR, begin
from setting import HandClock

from reminders.config import Settings
from reminders.core.exercises import library, moves
from reminders.store.accounts import Staff
from reminders.store.db import Sessions

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SVG = "{http://www.w3.org/2000/svg}"
FILMED = re.compile(r'<img src="/pictures/([\w-]+)\.svg" alt="[^"]+" loading="lazy">')


def test_a_moving_picture_is_a_small_file_that_brings_its_own_colours(client: FlaskClient) -> None:
    answer = client.get("/pictures/bridge.svg", headers={"Accept-Encoding": "gzip"})

    drawn = gzip.decompress(answer.data)
    frames = ET.fromstring(drawn).findall(f".//{SVG}g[@class='fg-film']/{SVG}svg")
    assert answer.mimetype == "image/svg+xml"
    assert len(answer.data) < 4_500
    assert b"--fg-shirt" in drawn
    assert len(frames) == 13


def test_a_moving_picture_may_do_nothing_but_be_looked_at(client: FlaskClient) -> None:
    answer = client.get("/pictures/bridge.svg")

    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'"
    )
    assert not re.search(r"<script|\son\w+=|http(?!://www\.w3\.org/2000/svg)", answer.text)


@pytest.mark.parametrize("key", ["no-such-exercise", "glute-squeeze"], ids=["unknown", "still"])
def test_what_does_not_move_has_no_moving_picture(client: FlaskClient, key: str) -> None:
    assert client.get(f"/pictures/{key}.svg").status_code == 404


def test_a_patient_taps_to_see_an_exercise_move(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    page = begin(client, sessions, clock, settings).open()

    assert FILMED.findall(page) == list(FOUR)
    assert page.count('<details class="fg-moves"><summary>See it move</summary>') == 4


def test_staff_see_every_drawing_on_one_sheet(sessions: Sessions, client: FlaskClient) -> None:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one().id
    sign_in(client, lena)

    page = client.get("/desk/library/drawings").text

    assert set(re.findall(r'<li id="([\w-]+)">', page)) == set(library())
    assert page.count('<svg class="fg"') == len(library())
    assert set(FILMED.findall(page)) == {key for key in library() if moves(key)}
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
