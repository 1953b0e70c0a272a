"""How many segments does a text cost?

Counted with the sandbox's own hand, so that it can disagree with the wording that was tested
against it.
"""

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


def segments(body: str) -> int:
    """Count the parts that a text is sent in."""
    if _BASIC.issuperset(body):
        return 1 if len(body) <= 160 else -(-len(body) // 153)
    if (_BASIC | _EXTENDED).issuperset(body):
        return _parts([2 if char in _EXTENDED else 1 for char in body], single=160, part=153)
    return _parts([2 if ord(char) > 0xFFFF else 1 for char in body], single=70, part=67)


def _parts(widths: Iterable[int], *, single: int, part: int) -> int:
    widths = tuple(widths)
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        # A character of two units is never torn in half.
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
