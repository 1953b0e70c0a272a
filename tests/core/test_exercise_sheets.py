"""Exercises on paper: what is sound, what two public collections look like, what a photo keeps."""

import json
import zlib
from io import BytesIO

import pytest
from PIL import Image
from pydantic import ValidationError

from reminders.core.exercises import Category, Entry, Equipment, Region, library
from reminders.core.exercises.foreign import read_foreign
from reminders.core.exercises.photo import WIDEST, NotAPhoto, shrink
from reminders.core.exercises.sheet import Book, Sheet, faults

PLAIN = {
    "key": "own",
    "category": "strength",
    "texts": {"en": {"name": "Wall push", "steps": ["Stand at a wall.", "Push it away."]}},
}
FREE = {
    "id": "Hug_A_Ball",
    "name": "Hug A Ball",
    "force": "static",
    "level": "beginner",
    "mechanic": None,
    "equipment": "exercise ball",
    "primaryMuscles": ["lower back"],
    "secondaryMuscles": ["calves"],
    "instructions": ["Kneel behind the ball. Lean on it.", "Stay there for a while."],
    "category": "stretching",
    "images": ["Hug_A_Ball/0.jpg"],
}
WGER = {
    "count": 2,
    "results": [
        {
            "id": 31,
            "uuid": "c7884fd4-1f6e-4e9f-8bf9-0d4f0d0b7c11",
            "category": {"id": 12, "name": "Back"},
            "muscles": [{"id": 12, "name": "Latissimus dorsi", "name_en": "Lats"}],
            "equipment": [{"id": 11, "name": "Resistance band"}],
            "license": {"short_name": "CC-BY-SA 4", "full_name": "Creative Commons"},
            "license_author": "somebody",
            "translations": [
                {
                    "language": 2,
                    "name": "Pull a band",
                    "description": "<p>Hold the band.</p><ul><li>Pull &amp; breathe.</li></ul>"
                    "<script>alert(1)</script>",
                },
                {"language": 4, "name": "Jale una banda", "description": "<p>Tome la banda.</p>"},
                {"language": 1, "name": "Band ziehen", "description": "<p>Band halten.</p>"},
            ],
        },
        {"id": 32, "translations": [{"language": 1, "name": "Nur deutsch", "description": ""}]},
    ],
}


@pytest.mark.parametrize("entry", library().values(), ids=lambda entry: entry.key)
def test_every_built_in_exercise_survives_the_way_to_json_and_back(entry: Entry) -> None:
    written = Book(exercises=(Sheet.of(entry),)).model_dump_json()

    read = Book.model_validate(json.loads(written)).exercises[0]

    assert read.entry == entry


def test_the_form_of_the_file_is_documented_field_by_field() -> None:
    schema = Book.model_json_schema()

    assert set(schema["$defs"]["Sheet"]["required"]) == {"key", "category", "texts"}
    assert "steps" in schema["$defs"]["SheetWords"]["properties"]


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        pytest.param({"texts": {}}, "texts", "Fill this in.", id="no language at all"),
        pytest.param(
            {"texts": {"en": {"name": "A wall", "steps": []}}},
            "texts.en.steps",
            "Fill this in.",
            id="no steps",
        ),
        pytest.param(
            {"texts": {"en": {"name": "x" * 61, "steps": ["Go."]}}},
            "texts.en.name",
            "Shorten this to 60 letters.",
            id="a name like a story",
        ),
        pytest.param(
            {"texts": {"en": {"name": "A wall", "steps": ["Go."] * 11}}},
            "texts.en.steps",
            "Keep this to 10 lines.",
            id="too many steps",
        ),
        pytest.param(
            {"video": "https://nowhere"},
            "video",
            "Give a whole address that begins with https://.",
            id="a host that is none",
        ),
        pytest.param(
            {"video": "https://192.168.0.1/clip.mp4"},
            "video",
            "Give a whole address that begins with https://.",
            id="an address of the clinic's own network",
        ),
        pytest.param(
            {"video": "javascript:alert(1)"},
            "video",
            "Give a whole address that begins with https://.",
            id="a script for a link",
        ),
        pytest.param(
            {"video": "https://www.youtube.com/"},
            "video",
            "This address names no video: open the video and copy its own address.",
            id="the front page of a video site",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    changes: dict[str, object], place: str, message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Sheet.model_validate(PLAIN | changes)

    assert faults(refused.value) == {place: message}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://www.youtube.com/watch?v=abcDEF12345",
        "https://youtu.be/abcDEF12345",
        "https://vimeo.com/123456789",
        "https://clinic.example.org/videos/bridge.mp4",
    ],
)
def test_a_video_that_a_phone_can_open_is_taken(address: str) -> None:
    assert Sheet.model_validate(PLAIN | {"video": address}).video == address


@pytest.mark.parametrize("dose", [{"sets": 0}, {"sets": 2, "reps": 9999}, {"sets": -1}])
def test_a_dose_that_makes_no_sense_is_refused(dose: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Sheet.model_validate(PLAIN | {"dose": dose})


def test_free_exercise_db_comes_in_with_its_licence_and_unreviewed() -> None:
    (sheet,) = read_foreign([FREE])

    assert sheet.texts["en"].steps == (
        "Kneel behind the ball.",
        "Lean on it.",
        "Stay there for a while.",
    )
    assert (sheet.category, sheet.region) == (Category.FLEXIBILITY, Region.LOW_BACK)
    assert sheet.equipment == (Equipment.BALL,)
    assert sheet.credit.licence == "Unlicense"
    assert not sheet.entry.reviewed


def test_wger_comes_in_in_our_languages_with_author_and_licence() -> None:
    (sheet,) = read_foreign(WGER)

    assert sheet.texts["en"].steps == ("Hold the band.", "Pull & breathe.")
    assert sheet.texts["es"].name == "Jale una banda"
    assert (sheet.credit.author, sheet.credit.licence) == ("somebody", "CC-BY-SA 4")
    assert sheet.region is Region.UPPER_BACK


@pytest.mark.parametrize("written", [{}, {"results": "no"}, "text", 7, None])
def test_a_file_of_another_shape_is_neither(written: object) -> None:
    with pytest.raises(ValueError, match="neither"):
        read_foreign(written)


def a_photo(width: int, height: int, **saved: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "JPEG", **saved)
    return out.getvalue()


def a_png_with_a_short_header() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(out, "PNG")
    whole = out.getvalue()
    short = b"IHDR" + whole[16:21]
    checksum = zlib.crc32(short).to_bytes(4, "big")
    return whole[:8] + (5).to_bytes(4, "big") + short + checksum + whole[33:]


def test_a_photo_is_made_small_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (43.0, 39.0, 0.0)

    photo = shrink(a_photo(2400, 1600, exif=exif))

    with Image.open(BytesIO(photo.webp)) as kept:
        assert kept.format == "WEBP"
        assert not kept.getexif()
        assert max(kept.size) == WIDEST
        assert kept.height > kept.width, "it should stand upright now"
    assert b"a camera" not in photo.webp


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        pytest.param(b"", "not a photo", id="nothing"),
        pytest.param(b"GIF89a" + b"\x00" * 40, "not a photo", id="another kind of picture"),
        pytest.param(a_photo(50, 50)[:200], "not a photo", id="half a photo"),
        pytest.param(a_png_with_a_short_header(), "not a photo", id="a header cut short"),
        pytest.param(b"<svg onload='alert(1)'/>", "not a photo", id="a drawing with a script"),
        pytest.param(b"x" * (8 * 1024 * 1024 + 1), "larger than 8 MB", id="too heavy"),
    ],
)
def test_what_is_no_photo_is_refused_in_plain_words(upload: bytes, why: str) -> None:
    with pytest.raises(NotAPhoto, match=why):
        shrink(upload)


def test_a_small_file_that_unpacks_to_a_wall_of_pixels_is_refused() -> None:
    out = BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")

    with pytest.raises(NotAPhoto, match="too many pixels"):
        shrink(out.getvalue())
