"""What does the head look like from the side, the front and the back?

Control points in head heights around the head's centre, x to the face, y up.
"""

from dataclasses import dataclass

from reminders.core.exercises.figure.geometry import Arc, Circle, hull


@dataclass(frozen=True)
class Layer:
    """One shape of a head: closed curve and outlines, dots as wide as the stroke, or a stroke."""

    kind: str
    curve: tuple[complex, ...] = ()
    hulls: tuple[tuple[Arc, ...], ...] = ()
    dots: tuple[complex, ...] = ()
    stroke: tuple[complex, complex, complex] | None = None


def _points(text: str) -> tuple[complex, ...]:
    pairs = (pair.split(",") for pair in text.split())
    return tuple(complex(float(x), -float(y)) for x, y in pairs)


def _ball(x: float, y: float, radius: float) -> tuple[Arc, ...]:
    return hull([Circle(complex(x, -y), radius)])


def _stub(*balls: tuple[float, float, float]) -> tuple[Arc, ...]:
    return hull([Circle(complex(x, -y), radius) for x, y, radius in balls])


_SKIN = _points(
    ".02,.56 .30,.55 .43,.34 .40,.10 .43,.04 .60,-.11 .40,-.16 .44,-.25 .40,-.33 .41,-.50"
    " .20,-.52 -.02,-.30 -.24,-.40 -.44,-.05 -.46,.28 -.26,.54"
)
_HAIR = _points(
    ".44,.40 .36,.60 .02,.68 -.34,.58 -.56,.22 -.50,-.14 -.34,-.32 -.17,-.20 -.16,-.02"
    " -.06,.08 .02,.06 .08,.26 .30,.32"
)
_OVAL = _points(".0,.60 .38,.56 .47,.15 .40,-.30 .16,-.56 -.16,-.56 -.40,-.30 -.47,.15 -.38,.56")
_FRINGE = _points(
    ".50,-.05 .56,.40 .30,.70 -.30,.70 -.56,.40 -.50,-.05 -.41,.10 -.36,.34 -.05,.38 .36,.34"
    " .41,.10"
)
_BACK_HAIR = _points(
    ".0,.70 .34,.66 .54,.34 .50,-.12 .34,-.46 -.34,-.46 -.50,-.12 -.54,.34 -.34,.66"
)

SIDE = (
    Layer("s", _SKIN, (_stub((-0.10, -0.70, 0.20), (-0.10, -0.36, 0.17)),)),
    Layer("h", _HAIR),
    Layer("r", dots=(complex(-0.06, 0.05),)),
    Layer("e", dots=(complex(0.30, -0.04),)),
)
FRONT = (
    Layer(
        "s",
        _OVAL,
        (
            _stub((0, -0.70, 0.20), (0, -0.36, 0.17)),
            _ball(-0.45, -0.03, 0.1),
            _ball(0.45, -0.03, 0.1),
        ),
    ),
    Layer("h", _FRINGE),
    Layer("e", dots=(complex(-0.17, -0.04), complex(0.17, -0.04))),
    Layer("u", stroke=(complex(-0.14, 0.24), complex(0, 0.36), complex(0.14, 0.24))),
)
BACK = (
    Layer(
        "s",
        (),
        (
            _stub((0, -0.70, 0.20), (0, -0.30, 0.19)),
            _stub((-0.56, -0.03, 0.11), (0.56, -0.03, 0.11)),
        ),
    ),
    Layer("h", _BACK_HAIR),
)
