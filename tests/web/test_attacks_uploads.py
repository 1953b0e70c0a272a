"""Can a file that is sent in bring the house down, or bring something along?"""

import json
import tracemalloc
import zlib
from io import BytesIO
from struct import pack

import pytest
import sqlalchemy as sa
from builders import a_clinic
from desk_door import sign_in, upload
from flask.testing import FlaskClient
from PIL import Image
from structlog.testing import capture_logs

from reminders.core.exercises.photo import NotAPhoto, shrink
from reminders.store.accounts import Staff
from reminders.store.db import Sessions
from reminders.store.exercises import Exercise
from reminders.store.people import Patient

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
MEGABYTE = 1024 * 1024


@pytest.fixture
def desk(client: FlaskClient, sessions: Sessions) -> FlaskClient:
    with sessions.begin() as session:
        a_clinic(session)
        lena = session.scalars(sa.select(Staff.id)).one()
    sign_in(client, lena)
    return client


def a_picture(kind: str, width: int, height: int, mode: str = "L") -> bytes:
    """A picture of one colour: large to whoever unpacks it, small in a letter."""
    out = BytesIO()
    Image.new(mode, (width, height)).save(out, kind)
    return out.getvalue()


def a_png_that_claims(width: int, height: int) -> bytes:
    """A few bytes whose head promises more than any machine holds."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


BOMBS = {
    "a PNG of nothing, unpacked to 49 megapixels": a_picture("PNG", 7_000, 7_000, "1"),
    "a long thin PNG": a_picture("PNG", 1, 40_000_000, "1"),
    "a WebP of 30 megapixels": a_picture("WEBP", 6_000, 5_000, "RGB"),
    "a PNG that promises four billion": a_png_that_claims(2**31 - 1, 2),
    "a PNG that promises everything": a_png_that_claims(2**31 - 1, 2**31 - 1),
}
NO_PHOTOS = {
    "a GIF": a_picture("GIF", 10, 10),
    "a TIFF": a_picture("TIFF", 10, 10),
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="evil()"/>',
    "a web page": b"<!doctype html><script>evil()</script>",
    "a zip": b"PK\x03\x04" + bytes(100),
    "a document that runs": b"%!PS\n(evil) show",
    "a PNG cut short": a_picture("PNG", 100, 100)[:60],
    "nothing": b"",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(bomb: str) -> None:
    assert len(BOMBS[bomb]) < MEGABYTE
    tracemalloc.start()

    with pytest.raises(NotAPhoto):
        shrink(BOMBS[bomb])

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10 * MEGABYTE


@pytest.mark.parametrize("file", NO_PHOTOS)
def test_what_is_no_photo_is_not_kept(file: str) -> None:
    with pytest.raises(NotAPhoto):
        shrink(NO_PHOTOS[file])


def test_the_photo_of_a_good_phone_is_taken() -> None:
    assert shrink(a_picture("JPEG", 8_000, 6_000, "RGB")).width == 800


def test_nothing_that_was_hidden_in_a_photo_is_kept() -> None:
    hidden = b"<script>evil()</script>"
    exif = Image.Exif()
    exif[0x010E] = hidden.decode()
    out = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(out, "JPEG", exif=exif, comment=hidden)

    kept = shrink(out.getvalue() + hidden).webp

    assert hidden in out.getvalue()
    assert hidden not in kept
    assert kept.startswith(b"RIFF") and kept[8:12] == b"WEBP"


def a_book(**fields: object) -> bytes:
    sheet = {"key": "x1", "category": "strength", "texts": {"en": {"name": "A", "steps": ["B"]}}}
    book = {"format": "home-exercise-library", "exercises": [sheet | fields]}
    return json.dumps(book).encode()


BOOKS = {
    "a tower of brackets": b"[" * 200_000,
    "a tower of braces": b'{"a":' * 100_000,
    "a number without end": b'{"a": ' + b"9" * 100_000 + b"}",
    "no number": b'{"format": "home-exercise-library", "exercises": NaN}',
    "half a pair of letters": a_book().replace(b'"A"', b'"\\ud800"'),
    "a null byte": a_book().replace(b'"A"', b'"\\u0000"'),
    "a number for words": a_book(texts=7),
    "words without end": a_book(texts={"en": {"name": "A" * 500_000, "steps": ["B"]}}),
    "steps without end": a_book(texts={"en": {"name": "A", "steps": ["B"] * 50_000}}),
    "many of them": json.dumps([{"a": 1}] * 50_000).encode(),
    "bytes of all kinds": bytes(range(256)) * 100,
}


@on_sqlite
@pytest.mark.parametrize("book", BOOKS)
def test_a_library_that_cannot_be_is_refused_with_a_reason(
    desk: FlaskClient, sessions: Sessions, book: str
) -> None:
    with capture_logs() as logs:
        answer = upload(desk, "/desk/library/import", "file", BOOKS[book])

    assert answer.status_code == 422
    assert logs == []
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Exercise.id))) == 0


LISTS = {
    "bytes of all kinds": bytes(range(256)) * 50,
    "a null byte": b"First name;Last name;Mobile number\nA\0na;Morales;(207) 555-0134\n",
    "one field without end": b"First name;Last name\n" + b"A" * 150_000,
    "a quote that never closes": b'First name;Last name\n"' + b"A;B\n" * 20_000,
    "columns without end": b"First name;" * 20_000,
    "rows without end": b"First name;Last name\n" + b";\n" * 60_000,
    "a zip": b"PK\x03\x04" + bytes(1_000),
}


@on_sqlite
@pytest.mark.parametrize("file", LISTS)
def test_a_list_of_patients_that_cannot_be_breaks_nothing(
    desk: FlaskClient, sessions: Sessions, file: str
) -> None:
    with capture_logs() as logs:
        answer = upload(desk, "/desk/patients/import", "file", LISTS[file])

    assert answer.status_code in {200, 413, 422}
    assert not any("fault" in one for one in logs)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Patient.id))) == 0


@on_sqlite
@pytest.mark.parametrize("place", ["/login", "/desk/library/import", f"/x/{'a' * 26}", "/u/abc"])
def test_a_stranger_sends_no_more_than_a_form_holds(client: FlaskClient, place: str) -> None:
    body = b"note=" + b"x" * (2 * MEGABYTE)

    answer = client.post(place, data=body, content_type="application/x-www-form-urlencoded")

    # What nobody reads is not kept either: only a page that reads a form can refuse it as too long.
    assert answer.status_code in {200, 303, 400, 413}


@on_sqlite
def test_a_form_of_countless_fields_is_refused(client: FlaskClient) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    kind = "multipart/form-data; boundary=b"

    answer = client.post("/login", data=part * 3_000 + b"--b--\r\n", content_type=kind)

    assert answer.status_code in {400, 413}
