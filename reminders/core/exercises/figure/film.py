"""How does an exercise move? One panel, drawn again and again on the way, for who taps on it.

The frames stand side by side like a strip of film; a rule of figures.css draws it through the gate.
It is a file of its own, so that a page weighs nothing more until somebody wants to see it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from html import escape

from reminders.core.exercises.figure.frame import WIDTH, frame_alone
from reminders.core.exercises.figure.motion import between
from reminders.core.exercises.figure.panel import ID, Panel, Writer
from reminders.core.exercises.figure.picture import Picture
from reminders.core.exercises.figure.scene import both_panels

FRAMES = 13  # one more than the steps in figures.css


def film(picture: Picture, sheet: str) -> str:
    """Write the moving picture as a file that brings its stylesheet along."""
    panels = _panels(picture)
    frame, high = frame_alone(picture, panels)
    writer = Writer(picture, frame.scale, frame.origin)
    back = "".join(writer.backdrop(panels[0], (panels[0], panels[-1])))
    strip = _strip([writer.figure(panel) for panel in panels])
    body = writer.heads_spelled_out(f'{back}<g class="fg-film">{strip}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}">'
        f"<style>{escape(sheet, quote=False)}</style>"
        f'<g class="fg">{body.replace(ID, "f")}</g></svg>'
    )


def _panels(picture: Picture) -> list[Panel]:
    start, end = (panel.skeleton for panel in both_panels(picture))
    shares = [(1 - math.cos(math.pi * step / (FRAMES - 1))) / 2 for step in range(FRAMES)]
    return [Panel.of(picture, between(start, end, share)) for share in shares]


def _strip(frames: Sequence[Sequence[str]]) -> str:
    """Put the frames side by side; what many of them show is written once."""
    counts = Counter(element for frame in frames for element in set(frame))
    names = {
        element: f"{ID}{number}"
        for number, (element, count) in enumerate(counts.items())
        if count > 1 and element.startswith("<path")
    }
    seen: set[str] = set()
    strip = ""
    for number, frame in enumerate(frames):
        shown = "".join(_once(element, names, seen) for element in frame)
        strip += f'<svg x="{number * WIDTH}" width="{WIDTH}">{shown}</svg>'
    return strip


def _once(element: str, names: dict[str, str], seen: set[str]) -> str:
    name = names.get(element)
    if name is None:
        return element
    if element in seen:
        return f'<use href="#{name}"/>'
    seen.add(element)
    return element.replace("<path", f'<path id="{name}"', 1)
