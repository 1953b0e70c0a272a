"""A clinic's own exercises: written, copied, shown, signed for, carried from clinic to clinic."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan
from desk_door import press, sign_in, upload
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reminders.core.exercises import library
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import Purpose
from reminders.store.db import Sessions
from reminders.store.exercises import Exercise, ExercisePhoto
from reminders.store.links import new_link
from reminders.store.people import Medium, Patient
from reminders.store.plans import Prescription
from reminders.web.house import house_of

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

WALL = {
    "en-name": "Wall push",
    "en-steps": "Stand at a wall.\nPush it **gently** away.\n\n",
    "es-name": "",
    "category": "strength",
    "layer": "none",
    "region": "upper_back",
    "position": "standing",
    "level": "1",
    "side": "both",
    "sets": "2",
    "reps": "8",
}


@pytest.fixture
def lena(sessions: Sessions, client: FlaskClient) -> int:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena_id = session.scalars(sa.select(Staff.id).where(Staff.clinic_id == clinic.id)).one()
    sign_in(client, lena_id)
    return lena_id


def write(client: FlaskClient, **changes: object) -> TestResponse:
    return press(client, "/desk/library/new", **WALL | changes)


def own_row(sessions: Sessions) -> Exercise:
    with sessions() as session:
        own = sa.select(Exercise).where(Exercise.sheet_fields.is_not(None))
        return session.scalars(own).one()


def lena_of(sessions: Sessions) -> str:
    with sessions() as session:
        return session.scalars(sa.select(Staff.name)).one()


def a_photo(side: int = 40) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (side, side), "teal").save(out, "PNG")
    out.seek(0)
    return out


def test_an_exercise_of_ones_own_stands_in_the_library_unreviewed(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    answer = write(client)

    assert answer.status_code == 303, answer.text
    shown = client.get(answer.location).text
    assert "Wall push" in shown
    assert "Not yet reviewed by a clinician" in shown
    assert "Spanish is missing" in shown
    assert "Push it <strong>gently</strong> away." in shown
    assert "Wall push" in client.get("/desk/library?show=own").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"en-name": ""}, "Fill this in.", id="no name"),
        pytest.param({"en-steps": " \n"}, "Fill this in.", id="no steps"),
        pytest.param({"en-purpose": "x" * 301}, "Shorten this to 300 letters.", id="a long story"),
        pytest.param({"sets": "0"}, "ets", id="a dose of nothing"),
        pytest.param({"reps": "9999"}, "ep", id="9,999 repetitions"),
        pytest.param({"reps": "9" * 5000}, "ep", id="a number of five thousand digits"),
        pytest.param({"video": "https://nowhere"}, "begins with https://", id="a link to nowhere"),
        pytest.param({"es-name": "Empuje"}, "Fill this in.", id="a translation without steps"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    lena: int, client: FlaskClient, sessions: Sessions, changes: dict[str, str], message: str
) -> None:
    answer = write(client, **{"author": "A friend", "en-feel": "Warm shoulders", **changes})

    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert message in answer.text
    assert "Warm shoulders" in answer.text
    assert 'value="A friend"' in answer.text
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Exercise.id))) == 0


def test_a_script_in_a_text_is_shown_as_the_letters_it_is(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    evil = "Push *now* <script>alert(1)</script> [here](javascript:alert(2))"
    answer = write(client, **{"en-steps": evil})

    shown = client.get(answer.location).text

    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;" in shown
    assert 'href="javascript' not in shown
    assert "<em>now</em>" in shown


def test_a_photo_is_kept_shown_and_survives_a_fault_elsewhere(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    refused = write(client, **{"en-name": "", "photo": (a_photo(), "wall.png")})
    assert refused.status_code == 422
    with sessions() as session:
        photo = session.scalars(sa.select(ExercisePhoto)).one()
    assert f"/photo/{photo.digest}.webp" in refused.text

    answer = write(client, photo_id=str(photo.id))

    assert f"/photo/{photo.digest}.webp" in client.get(answer.location).text
    picture = client.get(f"/photo/{photo.digest}.webp")
    assert picture.mimetype == "image/webp"
    assert "immutable" in picture.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"x" * (9 * 1024 * 1024), "larger than 8 MB", id="9 MB"),
        pytest.param(b"x" * (40 * 1024 * 1024), "larger than 8 MB", id="40 MB"),
        pytest.param(b"MZ not a photo", "not a photo we can read", id="no photo"),
    ],
)
def test_an_upload_that_cannot_be_taken_is_said_beside_the_field_and_loses_nothing(
    lena: int, client: FlaskClient, content: bytes, message: str
) -> None:
    answer = upload(client, "/desk/library/new", "photo", content, **WALL)

    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="Wall push"' in answer.text


def test_a_stranger_is_held_to_the_size_of_a_form(client: FlaskClient, app: Flask) -> None:
    body = {"photo": (BytesIO(b"x" * 300 * 1024), "wall.jpg")}

    answer = client.post("/desk/library/new", data=body)

    assert answer.status_code in (303, 400, 413)
    assert answer.location is None or "/login" in answer.location


def test_another_clinics_photo_cannot_be_taken(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        other = a_clinic(session, number="+12075550199", mail="oak@example.org")
        photo = ExercisePhoto(
            clinic_id=other.id, digest="a" * 64, webp=b"", width=1, height=1,
            added_at=NOW,
        )  # fmt: skip
        session.add(photo)
        session.flush()
        photo_id = photo.id

    assert write(client, photo_id=str(photo_id)).status_code == 404


def test_a_number_that_is_no_id_brings_no_photo(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    write(client, photo_id="9" * 30)

    assert own_row(sessions).photo_id is None


def test_a_copy_of_a_built_in_begins_with_its_words_and_keeps_its_drawing(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    form = client.get("/desk/library/new?from=bridge").text
    assert library()["bridge"].texts["es"].name in form

    press(client, "/desk/library/new?from=bridge", "/desk/library/new", **WALL, drawn_as="bridge")

    assert own_row(sessions).drawing == "bridge"


def test_new_words_take_the_signature_away(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    key = write(client).location.rpartition("/")[2]
    press(client, f"/desk/library/{key}", f"/desk/library/{key}/review")
    assert own_row(sessions).reviewer == lena_of(sessions)

    press(client, f"/desk/library/{key}/change", **WALL | {"en-feel": "Warm."})

    assert own_row(sessions).reviewed_on is None


def test_a_built_in_exercise_is_signed_for_by_each_clinic(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    press(client, "/desk/library/bridge", "/desk/library/bridge/review")

    assert f"Reviewed by {lena_of(sessions)}" in client.get("/desk/library/bridge").text
    assert client.get("/desk/library/nothing-such").status_code == 404
    assert client.get("/desk/library/bridge/change").status_code == 404


def test_only_a_therapist_signs_for_an_exercise(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.get_one(Staff, lena).role = Role.ASSISTANT

    press(client, "/desk/library/new", "/desk/library/bridge/review")

    assert "Not yet reviewed by a clinician" in client.get("/desk/library/bridge").text


def test_a_retired_exercise_is_offered_no_more_and_comes_back(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    key = write(client).location.rpartition("/")[2]

    press(client, f"/desk/library/{key}", f"/desk/library/{key}/retire")
    assert own_row(sessions).retired_at is not None
    press(client, f"/desk/library/{key}", f"/desk/library/{key}/return")

    assert own_row(sessions).retired_at is None


def test_the_patient_sees_photo_words_and_video_of_the_clinics_own(
    lena: int, client: FlaskClient, sessions: Sessions, app: Flask
) -> None:
    video = "https://youtu.be/abcDEF12345"
    write(client, video=video, photo=(a_photo(), "wall.png"))
    with sessions.begin() as session:
        own = session.scalars(sa.select(Exercise)).one()
        staff = session.get_one(Staff, lena)
        patient = a_patient(session, staff.clinic)
        a_plan(session, patient, exercises=("bridge",))
        session.scalars(sa.select(Prescription)).one().exercise_id = own.id
        token = open_page(app, session, session.get_one(Patient, patient.id))

    page = client.get(f"/x/{token}").text

    assert "Wall push" in page
    assert "Push it <strong>gently</strong> away." in page
    assert "/photo/" in page
    assert f'href="{video}"' in page


def open_page(app: Flask, session: Session, patient: Patient) -> str:
    secret = house_of(app).settings.secret_key.get_secret_value()
    link = new_link(
        patient.clinic_id, patient.id, Purpose.SESSION, Medium.TEXT,
        secret=secret, now=NOW, expires_at=NOW + timedelta(days=30),
    )  # fmt: skip
    session.add(link)
    return link.token(secret)


def test_a_library_travels_to_another_clinic_unsigned(
    lena: int, client: FlaskClient, sessions: Sessions, tmp_path: Path
) -> None:
    key = write(client, author="Somebody", licence="CC0").location.rpartition("/")[2]
    press(client, f"/desk/library/{key}", f"/desk/library/{key}/review")

    carried = client.get("/desk/library/export").data
    assert json.loads(carried)["exercises"][0]["reviewer"] == lena_of(sessions)
    with sessions.begin() as session:
        session.execute(sa.delete(Exercise))
    taken = press(client, "/desk/library/import", file=(BytesIO(carried), "exercises.json"))

    assert taken.status_code == 303
    with sessions() as session:
        there = session.scalars(sa.select(Exercise)).one()
    assert there.key != key
    assert there.sheet is not None
    assert there.sheet.credit.licence == "CC0"
    assert there.reviewed_on is None


def test_a_library_taken_in_again_stands_once(
    lena: int, client: FlaskClient, sessions: Sessions
) -> None:
    write(client)
    carried = client.get("/desk/library/export?all").data

    taken = press(client, "/desk/library/import", file=(BytesIO(carried), "exercises.json"))

    assert f"{len(library()) + 1} were there already." in client.get(taken.location).text
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Exercise.id))) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "not a JSON file", id="nothing"),
        pytest.param(b"\xff\xfe", "not a JSON file", id="bytes"),
        pytest.param(b"[" * 100_000, "not a JSON file", id="a tower of brackets"),
        pytest.param(b"[]", "holds 1 to", id="an empty list"),
        pytest.param(b'{"a": 1}', "neither an exported library", id="another thing"),
        pytest.param(
            b'{"format": "home-exercise-library", "exercises": [{"key": "x1"}]}',
            "exercises.0.category: Fill this in.",
            id="an exercise without a kind",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_changes_nothing_and_says_why(
    lena: int, client: FlaskClient, sessions: Sessions, content: bytes, message: str
) -> None:
    answer = press(client, "/desk/library/import", file=(BytesIO(content), "exercises.json"))

    assert answer.status_code == 422
    assert message in answer.text
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Exercise.id))) == 0


def test_finding_narrows_the_shelf(lena: int, client: FlaskClient) -> None:
    assert "Bird dog" in client.get("/desk/library?find=bird").text
    assert "Bird dog" not in client.get("/desk/library?find=bridge").text
    assert "write it yourself" in client.get("/desk/library?find=unicycle").text
