"""Are the drawings small, well formed, apart from each other, and drawn from bodies that can?"""

import cmath
import math
import re
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from reminders.core.exercises import drawing, figure, library
from reminders.core.exercises.figure.furniture import FURNITURE
from reminders.core.exercises.figure.geometry import Arc, Circle, Vec, hull
from reminders.core.exercises.figure.limits import LIMITS, check
from reminders.core.exercises.figure.picture import pictures, read
from reminders.core.exercises.figure.pose import (
    SHIN,
    THIGH,
    Arm,
    BadPose,
    Leg,
    Pose,
    bend_two_bones,
    stand,
)
from reminders.core.exercises.figure.scene import compose
from reminders.core.exercises.figure.svg import Pen

PICTURES = pictures()
POSED = sorted(figure.posed())
SHEET = Path(__file__).parents[2] / "static" / "figures.css"
FIRST_SIXTEEN = {
    "pelvic-tilt", "knee-to-chest", "bridge", "dead-bug", "bird-dog", "cat-camel",
    "childs-pose", "prone-press-up", "clamshell", "side-plank-knees", "chin-tuck",
    "shoulder-blade-squeeze", "sit-to-stand", "wall-slide", "hamstring-stretch", "hip-hinge",
}  # fmt: skip
each_drawing = pytest.mark.parametrize(
    ("key", "lang"), [(key, lang) for key in POSED for lang in ("en", "es")]
)


def drawn(key: str, lang: str = "en", instance: str = "card-1") -> str:
    svg = drawing(key, lang, instance=instance)
    assert svg is not None
    return svg


def straight(**parts: object) -> Pose:
    return replace(Pose(), **parts)


def both(limb: Arm | Leg) -> dict[str, Arm | Leg]:
    return {"R": limb, "L": limb}


def test_the_first_sixteen_exercises_are_drawn_and_every_pose_belongs_to_an_exercise() -> None:
    assert set(POSED) >= FIRST_SIXTEEN
    assert set(POSED) <= set(library())


@each_drawing
def test_a_drawing_fits_three_kilobytes(key: str, lang: str) -> None:
    assert len(drawn(key, lang).encode()) <= 3000


@each_drawing
def test_a_drawing_is_named_and_described_in_the_reader_s_language(key: str, lang: str) -> None:
    root = ET.fromstring(drawn(key, lang))

    words = library()[key].texts[lang]
    assert (root.get("role"), root.get("viewBox")) == ("img", "0 0 480 360")
    assert root.findtext("title") == words.name
    assert root.findtext("desc") == words.picture


@each_drawing
def test_a_drawing_carries_no_style_no_script_and_no_colour(key: str, lang: str) -> None:
    svg = drawn(key, lang)

    assert not re.search(r"style|script|fill=|stroke=|on\w+=|http", svg)


@pytest.mark.parametrize("key", POSED)
def test_ids_on_a_page_with_every_drawing_twice_stay_apart(key: str) -> None:
    page = "".join(drawn(other, instance="a") for other in POSED) + drawn(key, instance="b")

    ids = re.findall(r'id="([^"]+)"', page)
    targets = re.findall(r'href="#([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)


@pytest.mark.parametrize("instance", ["", 'x"><script>', "a b"])
def test_an_instance_that_could_break_out_of_an_id_is_refused(instance: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        drawing("bridge", "en", instance=instance)


def test_every_class_of_the_drawings_has_a_single_class_rule_in_the_sheet() -> None:
    sheet = SHEET.read_text("utf-8")

    used = {
        name
        for key in POSED
        for names in re.findall(r'class="([^"]+)"', drawn(key))
        for name in names.split()
    }

    rules = set(re.findall(r"^\.(\S+) \{", sheet, re.MULTILINE))
    assert used <= rules
    assert not re.search(r"^\s*\.\S+[ >+~,]+\.", sheet, re.MULTILINE)


def test_light_and_dark_set_the_same_colours() -> None:
    light, dark = SHEET.read_text("utf-8").split("@media screen and (prefers-color-scheme: dark)")

    light_names = set(re.findall(r"(--fg-[\w-]+):", light))

    assert light_names == set(re.findall(r"(--fg-[\w-]+):", dark))


def test_who_prefers_less_motion_is_not_offered_any() -> None:
    still = SHEET.read_text("utf-8").split("@media (prefers-reduced-motion: reduce)")[1]

    assert ".fg-film { animation: none; }" in still
    assert ".fg-moves { display: none; }" in still


@pytest.mark.parametrize("part", ["skin", "shirt", "trousers", "arrow", "band"])
@pytest.mark.parametrize(("theme", "ground"), [(0, "#ffffff"), (1, "#1a1f1d")])
def test_what_matters_stands_out_three_to_one(part: str, theme: int, ground: str) -> None:
    colour = re.findall(rf"--fg-{part}: (#\w{{6}})", SHEET.read_text("utf-8"))[theme]

    assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("key", POSED)
def test_both_panels_show_a_pose_a_body_can_take(key: str) -> None:
    picture = PICTURES[key]
    start = stand(picture.start)

    check(start)
    check(stand(picture.end, start))


@pytest.mark.parametrize("key", POSED)
def test_no_limb_grows_between_the_panels(key: str) -> None:
    picture = PICTURES[key]
    start = stand(picture.start)

    for skeleton in (start, stand(picture.end, start)):
        for leg in skeleton.legs.values():
            assert (leg.root - leg.middle).length() == pytest.approx(THIGH, abs=0.01)
            assert (leg.middle - leg.end).length() == pytest.approx(SHIN, abs=0.01)


@pytest.mark.parametrize("key", POSED)
def test_nobody_sinks_into_the_floor(key: str) -> None:
    picture = PICTURES[key]
    start = stand(picture.start)

    for skeleton in (start, stand(picture.end, start)):
        for limb in (*skeleton.legs.values(), *skeleton.arms.values()):
            assert min(limb.middle.y, limb.end.y) > 0.03


@pytest.mark.parametrize(
    ("pose", "complaint"),
    [
        (straight(lumbar=70), "lumbar is 70, allowed is -45 to 50"),
        (straight(neck=-60), "neck is -60"),
        (straight(belly=0.6), "belly is 0.6"),
        (straight(glide=0.3), "glide is 0.3"),
        (straight(legs=both(Leg(hip=160))), "hip R is 160, allowed is -20 to 145"),
        (straight(legs=both(Leg(knee=-15))), "knee R is -15"),
        (straight(legs=both(Leg(ankle=40))), "ankle R is 40"),
        (straight(arms=both(Arm(elbow=160))), "elbow R is 160"),
        (straight(arms=both(Arm(shoulder=-70))), "shoulder R is -70"),
        (straight(arms=both(Arm(twist=90))), "twist R is 90"),
    ],
    ids=lambda value: value.split(" is ")[0] if isinstance(value, str) else "",
)
def test_a_pose_beyond_a_joint_s_limit_is_refused_by_name(pose: Pose, complaint: str) -> None:
    with pytest.raises(BadPose, match=complaint):
        check(stand(pose))


def test_a_pose_that_only_passes_a_limit_by_reaching_is_refused_too() -> None:
    behind = Leg(reach=Vec(-2.4, 1.2, 0.3))

    with pytest.raises(BadPose, match="hip R"):
        check(stand(straight(legs={"R": behind, "L": Leg()})))


def test_a_hand_that_cannot_get_there_is_refused() -> None:
    with pytest.raises(BadPose, match="out of reach"):
        stand(straight(arms=both(Arm(reach=Vec(9, 0)))))


def test_standing_straight_is_within_every_limit() -> None:
    check(stand(Pose()))

    assert all(low <= 0 <= high for low, high in LIMITS.values())


def test_a_reaching_knee_bends_to_where_it_is_told() -> None:
    root, target = Vec(0, 2), Vec(0, 0)

    knee = bend_two_bones(root, target, (1.5, 1.5), Vec(1, 0))

    assert knee.x > 0
    assert (knee - root).length() == pytest.approx(1.5)
    assert (knee - target).length() == pytest.approx(1.5)


def test_the_pinned_joint_stands_where_the_pose_says() -> None:
    skeleton = stand(straight(spine=20, lumbar=10, pin="c7", at=Vec(1.5, 2.5)))

    assert (skeleton.c7 - Vec(1.5, 2.5)).length() == pytest.approx(0)


def test_what_does_not_move_is_written_once() -> None:
    svg = drawn("bridge")

    feet = re.findall(r'class="fg-[oO]"', svg)
    hidden_copies = re.findall(r'<use href="#\S+-[bc]\d+"', svg)

    assert len(feet) == 2
    assert len(hidden_copies) >= 2


def test_an_unknown_word_in_a_pose_file_is_an_error() -> None:
    common = {"flat": {"spine": 180, "pin": ["hip", 0, 0.4]}}
    raw = tomllib.loads('like = "flat"\nlayout = "rows"\nprops = []\n[start]\nkneee = 3\n')

    with pytest.raises(ValueError, match="a pose has no “kneee”"):
        read(raw, common)


def thing(kind: str, *props: str) -> re.Match[str] | None:
    raw = {"like": "flat", "layout": "columns", "props": props}
    drawing = compose(read(raw, {"flat": {"pin": ["hip", 0, 3.34]}}))
    return re.search(rf'class="fg-{kind}" d="M(\d+) ', drawing)


def test_a_prop_stands_where_the_pose_file_puts_it() -> None:
    usual, moved = thing("c", "post"), thing("c", "post 0.8")

    assert usual is not None
    assert moved is not None
    assert int(moved[1]) > int(usual[1])


def test_an_unknown_prop_is_an_error() -> None:
    with pytest.raises(ValueError, match="no prop is called “sofa”"):
        thing("c", "sofa 1.2")


def test_all_the_furniture_is_used() -> None:
    used = {name.split()[0] for picture in PICTURES.values() for name in picture.props}

    assert used == {*FURNITURE, "mat", "floor"}


def test_a_band_may_be_tied_to_a_place_that_stays() -> None:
    row = PICTURES["band-row"]

    assert any(isinstance(end, Vec) for end in row.band)
    assert drawn("band-row").count('class="fg-x"') == 2


def test_a_ball_is_held_between_the_knees() -> None:
    assert 'class="fg-p"' in drawn("knee-squeeze")


def test_every_pose_file_is_read() -> None:
    folder = files("reminders.core.exercises.figure").joinpath("poses")

    names = {sheet.name.removesuffix(".toml") for sheet in folder.iterdir()}

    assert names == {*POSED, "common"}


@pytest.mark.parametrize(
    "circles",
    [
        (Circle(0j, 1), Circle(4 + 1j, 0.4)),
        (Circle(0j, 0.22), Circle(0.5 + 0j, 0.2), Circle(1.5 + 0j, 0.125)),
        (Circle(0j, 0.2), Circle(-1j, 0.2), Circle(-2j, 0.2)),
        (Circle(0j, 0.5), Circle(0.1 + 0j, 0.1)),
        (Circle(0j, 0.13), Circle(-0.1 + 0.1j, 0.12), Circle(0.6 + 0.1j, 0.07)),
        (Circle(0.36 - 1.33j, 0.22), Circle(0.39 - 0.82j, 0.2), Circle(0.45 + 0.15j, 0.125)),
    ],
    ids=[
        "two",
        "in a row",
        "in a column",
        "one inside",
        "a foot",
        "a shin, the calf on both sides",
    ],
)
def test_a_hull_touches_its_circles_on_every_side(circles: tuple[Circle, ...]) -> None:
    outline = [point for arc in hull(circles) for point in along(arc)]

    for step in range(36):
        way = cmath.rect(1, step * math.tau / 36)
        farthest = max(dot(point, way) for point in outline)
        wanted = max(dot(circle.centre, way) + circle.radius for circle in circles)
        assert farthest == pytest.approx(wanted, abs=0.02)


def test_the_summit_of_a_bow_is_its_farthest_point() -> None:
    for arc in hull([Circle(0j, 1), Circle(4 + 1j, 0.4)]):
        walked = along(arc)

        assert abs(arc.summit() - walked[len(walked) // 2]) < 0.01


def test_a_path_is_written_in_whole_relative_units() -> None:
    pen = Pen(10, 0j)

    pen.lines(1 + 1j, 3 + 1j, 3 + 4j)

    assert pen.text() == "M10 10h20v30z"


def test_rounding_does_not_add_up_along_a_curve() -> None:
    ring = [cmath.rect(3.33, step * math.tau / 24) for step in range(24)]

    numbers = re.findall(r"-?\d+", Pen(10, 0j).spline(ring).text().split("q")[1])

    steps = [int(n) for n in numbers][2:]
    assert abs(sum(steps[0::2])) <= 1
    assert abs(sum(steps[1::2])) <= 1


def along(arc: Arc) -> list[complex]:
    """Walk a clockwise arc in small steps, found from its ends, radius and size."""
    chord = arc.end - arc.begin
    if abs(chord) < 1e-9:
        return [arc.begin]
    height = math.sqrt(max(arc.radius**2 - abs(chord) ** 2 / 4, 0))
    side = 1j if not arc.large else -1j
    centre = (arc.begin + arc.end) / 2 + side * chord / abs(chord) * height
    turn = cmath.phase((arc.end - centre) / (arc.begin - centre)) % math.tau
    return [centre + (arc.begin - centre) * cmath.rect(1, turn * n / 40) for n in range(41)]


def dot(one: complex, other: complex) -> float:
    return (one.conjugate() * other).real


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
