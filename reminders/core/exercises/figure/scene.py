"""How do two panels, their props, the ghost and the arrows share one frame?"""

from collections.abc import Sequence
from difflib import SequenceMatcher

from reminders.core.exercises.figure.frame import (
    MARGIN,
    NUMBER_LINE,
    Frame,
    crop_room,
    frame_of,
)
from reminders.core.exercises.figure.limits import check
from reminders.core.exercises.figure.panel import ID, Panel, Writer
from reminders.core.exercises.figure.picture import Picture
from reminders.core.exercises.figure.pose import stand


def compose(picture: Picture) -> str:
    """Write both panels of a drawing, what they share only once."""
    panels = both_panels(picture)
    frame = frame_of(picture, panels)
    writer = Writer(picture, frame.scale, frame.origin)
    backs = [writer.backdrop(panel, panels) for panel in panels]
    figures = [writer.figure(panel) for panel in panels]
    back = _shared(backs[0], backs[1], "b")
    figure = _shared(figures[0], figures[1], "c")
    ghost = f'<use href="#{ID}f" class="fg-g"/>' if picture.ghost else ""
    group = f'<g id="{ID}f">{figure[0]}</g>' if picture.ghost else figure[0]
    first = back[0] + group + writer.arrows(panels[0])
    second = back[1] + ghost + figure[1] + writer.arrows(panels[1])
    return writer.heads_spelled_out(_placed(picture, frame, first, second))


def both_panels(picture: Picture) -> tuple[Panel, Panel]:
    """Take both positions; raises BadPose where a body could not."""
    start = stand(picture.start)
    end = stand(picture.end, start)
    check(start)
    check(end)
    first, second = (
        Panel.of(picture, skeleton, arrows)
        for skeleton, arrows in zip((start, end), picture.arrows, strict=True)
    )
    return first, second


def _placed(picture: Picture, frame: Frame, first: str, second: str) -> str:
    x, y = frame.second
    if picture.crop:
        # Nested: what leaves its panel is cut off there.
        wide, high = crop_room(picture)
        at, size = (f'y="{y}"', f'height="{high}"') if y else (f'x="{x}"', f'width="{wide}"')
        panels = f"<svg {size}>{first}</svg><svg {at} {size}>{second}</svg>"
    else:
        panels = f'{first}<g transform="translate({x} {y})">{second}</g>'
    return panels + frame.divider + _numbers(frame.number)


def _numbers(second: tuple[int, int]) -> str:
    """One text whose two figures have a place each: half the bytes of two texts."""
    across, down = f"{MARGIN} {second[0]}", f"{NUMBER_LINE} {second[1]}"
    return f'<text class="fg-n" x="{across}" y="{down}">12</text>'


def _shared(first: Sequence[str], second: Sequence[str], letter: str) -> tuple[str, str]:
    """Write runs that are equal in both panels once, where that is shorter."""
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    one, two, at, on = "", "", 0, 0
    for number, (a, b, size) in enumerate(blocks):
        one, two = one + "".join(first[at:a]), two + "".join(second[on:b])
        run, name = "".join(first[a : a + size]), f"{ID}{letter}{number}"
        if len(run) > 60:
            alone = size == 1 and run.startswith("<path")
            one += _named(run, name) if alone else f'<g id="{name}">{run}</g>'
            two += f'<use href="#{name}"/>'
        else:
            one, two = one + run, two + run
        at, on = a + size, b + size
    return one, two


def _named(element: str, name: str) -> str:
    return element.replace("<path", f'<path id="{name}"', 1)
