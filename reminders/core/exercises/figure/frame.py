"""Where in the picture do the panels stand, and how large is the figure?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reminders.core.exercises.figure.panel import Panel
from reminders.core.exercises.figure.picture import Picture
from reminders.core.exercises.figure.props import Extent
from reminders.core.exercises.figure.svg import path

WIDTH, HEIGHT, MARGIN = 480, 360, 9
NUMBER_LINE = 31
LARGEST = 70  # units a head height


@dataclass(frozen=True)
class Frame:
    """Where the panels stand: same scale, floor and origin; the second only moved."""

    scale: float
    origin: complex
    second: tuple[int, int]
    divider: str
    number: tuple[int, int]  # where the 2 stands


def frame_of(picture: Picture, panels: Sequence[Panel]) -> Frame:
    """Make room for both panels."""
    if picture.crop:
        return _cropped(picture)
    wide = Extent.around([panel.extent for panel in panels])
    if picture.layout == "rows":
        # The ghost of the first position stands in the second row too.
        second = wide.top if picture.ghost else panels[1].extent.top
        return _rows(wide, picture.view.ground_below, panels[0].extent.top, second)
    return _columns(wide)


def frame_alone(picture: Picture, panels: Sequence[Panel]) -> tuple[Frame, int]:
    """Make room for one panel as wide as the whole picture; give its height too."""
    if picture.crop:
        frame, high = _cropped(picture), crop_room(picture)[1]
    elif picture.layout == "columns":
        frame, high = _columns(Extent.around([panel.extent for panel in panels])), HEIGHT
    else:
        return _row(picture, Extent.around([panel.extent for panel in panels]))
    aside = (WIDTH - crop_room(picture)[0]) / 2
    return replace(frame, origin=frame.origin + aside), high


def _row(picture: Picture, wide: Extent) -> tuple[Frame, int]:
    need = wide.top + picture.view.ground_below
    room = (WIDTH - 2 * MARGIN) / (wide.right - wide.left + 0.8)
    scale = min(LARGEST, room, (HEIGHT - 2 * MARGIN) / need)
    origin = complex(WIDTH / 2 - (wide.left + wide.right) / 2 * scale, MARGIN + wide.top * scale)
    return Frame(scale, origin, (0, 0), "", (0, 0)), round(need * scale) + 2 * MARGIN


def _cropped(picture: Picture) -> Frame:
    left, bottom, across, up = picture.crop
    room = crop_room(picture)
    scale = min(room[0] / across, room[1] / up)
    origin = complex(-left * scale, room[1] + bottom * scale)
    if picture.layout == "rows":
        line = path("d", f"M{MARGIN} {room[1]}H{WIDTH - MARGIN}")
        return Frame(scale, origin, (0, room[1]), line, (MARGIN, room[1] + NUMBER_LINE))
    return Frame(scale, origin, (room[0], 0), *_upright())


def crop_room(picture: Picture) -> tuple[int, int]:
    """Give width and height of one panel of a cropped picture."""
    return (WIDTH, HEIGHT // 2) if picture.layout == "rows" else (WIDTH // 2, HEIGHT)


def _rows(wide: Extent, below: float, *tops: float) -> Frame:
    room = HEIGHT - 2 * MARGIN - 14
    need = sum(tops) + 2 * below
    scale = min(LARGEST, room / need, (WIDTH - 2 * MARGIN) / (wide.right - wide.left + 0.8))
    spare = (room - need * scale) / 2
    floor = MARGIN + spare + tops[0] * scale
    divider = round(floor + below * scale + 3)
    other = divider + 11 + spare + tops[1] * scale
    origin = complex(WIDTH / 2 - (wide.left + wide.right) / 2 * scale, floor)
    line = path("d", f"M{MARGIN} {divider}H{WIDTH - MARGIN}")
    return Frame(scale, origin, (0, round(other - floor)), line, (MARGIN, divider + NUMBER_LINE))


def _columns(wide: Extent) -> Frame:
    room = WIDTH / 2 - 2 * MARGIN
    below = 0.32
    scale = min(
        LARGEST, room / (wide.right - wide.left), (HEIGHT - 2 * MARGIN) / (wide.top + below)
    )
    middle = WIDTH / 4 - (wide.left + wide.right) / 2 * scale
    return Frame(
        scale, complex(middle, HEIGHT - MARGIN - below * scale), (WIDTH // 2, 0), *_upright()
    )


def _upright() -> tuple[str, tuple[int, int]]:
    """Give the line between columns, and where the 2 stands beside it."""
    middle = WIDTH // 2
    line = path("d", f"M{middle} {MARGIN}V{HEIGHT - MARGIN}")
    return line, (middle + MARGIN, NUMBER_LINE)
