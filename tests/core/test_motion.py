"""Does the body get from one position to the other without growing, sinking or jumping?"""

import itertools
import re
import xml.etree.ElementTree as ET
from functools import cache

import pytest

from reminders.core.exercises import figure, film, library, moves
from reminders.core.exercises.figure.film import FRAMES
from reminders.core.exercises.figure.geometry import Vec
from reminders.core.exercises.figure.motion import between
from reminders.core.exercises.figure.picture import pictures
from reminders.core.exercises.figure.pose import (
    FOREARM,
    SHIN,
    THIGH,
    UPPER_ARM,
    Skeleton,
    stand,
)

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = pictures()
MOVING = sorted(key for key in figure.posed() if moves(key))
each_moving = pytest.mark.parametrize("key", MOVING)
JOINTS = [
    "hip",
    "c7",
    *(
        f"{joint}{side}"
        for joint in ("shoulder", "elbow", "hand", "knee", "ankle")
        for side in "RL"
    ),
]


@cache
def ends(key: str) -> tuple[Skeleton, Skeleton]:
    picture = PICTURES[key]
    start = stand(picture.start)
    return start, stand(picture.end, start)


def apart(one: Vec, other: Vec) -> float:
    return (one - other).length()


@each_moving
@pytest.mark.parametrize("share", [0, 1], ids=["start", "end"])
def test_the_way_begins_and_ends_in_the_two_positions(key: str, share: int) -> None:
    position = ends(key)[share]

    reached = between(*ends(key), share)

    for joint in JOINTS:
        assert apart(reached.joint(joint), position.joint(joint)) < 0.06, joint


@each_moving
def test_no_limb_grows_on_the_way(key: str) -> None:
    for share in (0.25, 0.5, 0.75):
        body = between(*ends(key), share)

        for limbs, bones in ((body.arms, (UPPER_ARM, FOREARM)), (body.legs, (THIGH, SHIN))):
            for limb in limbs.values():
                assert apart(limb.root, limb.middle) == pytest.approx(bones[0], abs=0.01)
                assert apart(limb.middle, limb.end) == pytest.approx(bones[1], abs=0.01)


@each_moving
def test_nothing_jumps_on_the_way(key: str) -> None:
    bodies = [between(*ends(key), step / 12) for step in range(13)]

    for before, after in itertools.pairwise(bodies):
        for joint in JOINTS:
            assert apart(before.joint(joint), after.joint(joint)) < 0.6, joint


@pytest.mark.parametrize("joint", ["ankleR", "ankleL"])
@pytest.mark.parametrize("key", ["bridge", "sit-to-stand", "wall-slide", "mini-squat", "hip-hinge"])
def test_a_foot_that_stands_stays_where_it_is(key: str, joint: str) -> None:
    start, end = ends(key)
    here = start.joint(joint)
    assert apart(here, end.joint(joint)) < 0.2

    halfway = between(start, end, 0.5)

    assert apart(here, halfway.joint(joint)) < 0.15


@each_moving
def test_a_film_is_well_formed_and_light(key: str) -> None:
    drawn = film(key, ".a > .b { c: d }")

    assert drawn is not None
    root = ET.fromstring(drawn)
    assert len(drawn) < 20_000
    assert root.findtext(f"{SVG}style") == ".a > .b { c: d }"
    assert len(root.findall(f"{SVG}g/{SVG}g[@class='fg-film']/{SVG}svg")) == FRAMES
    names = re.findall(r'id="([^"]+)"', drawn)
    assert len(names) == len(set(names))
    assert set(re.findall(r'href="#([^"]+)"', drawn)) <= set(names)


def test_only_what_tenses_without_moving_has_no_film() -> None:
    assert {key for key in library() if not moves(key)} == {"glute-squeeze", "knee-squeeze"}
    assert film("glute-squeeze", "") is None
    assert film("no-such-exercise", "") is None
