"""How does a phone's camera read what a sheet of paper says?"""

import qrcode  # type: ignore[import-untyped]  # ships no types
from markupsafe import Markup, escape

_QUIET = 4  # modules of white around it, by the standard


def qr_svg(content: str, label: str) -> Markup:
    """Draw a QR code as one path; its label is for those who do not see it."""
    code = qrcode.QRCode(border=_QUIET, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(content)
    rows: list[list[bool]] = code.get_matrix()
    dark = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    size = len(rows)
    return Markup(  # noqa: S704 - the label is escaped, the rest are numbers
        f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{escape(label)}" '
        f'shape-rendering="crispEdges"><path d="{dark}"/></svg>'
    )


def contact_card(name: str, phone: str = "", email: str = "") -> str:
    """A card that a phone offers to save, so that our messages come under a name."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{_plain(name)}", f"FN:{_plain(name)}"]
    lines += [f"TEL;TYPE=CELL:{phone}"] if phone else []
    lines += [f"EMAIL:{_plain(email)}"] if email else []
    return "\n".join([*lines, "END:VCARD"])


def _plain(value: str) -> str:
    for letter in ("\\", ";", ","):
        value = value.replace(letter, f"\\{letter}")
    return value
