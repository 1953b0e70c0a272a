"""How does a patient's page look right before anything else arrives?

It carries its style in one block. The policy lets in the block whose hash the answer names, and no
other: what somebody might smuggle into a page stays without effect.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask, Response, current_app, g
from markupsafe import Markup

from reminders.web.headers import POLICY

# The families of pages, and the files that each is styled by.
FAMILIES: Final = {
    "plain": ("base.css", "patient.css"),
    "own": ("base.css", "patient.css", "patient-more.css"),
    "session": ("base.css", "patient.css", "figures.css"),
}
_NOTES: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
# Before a colon a space may be part of a selector; around plus and minus, of a sum.
_ROOM: Final = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")


@dataclass(frozen=True)
class Sheet:
    """The style of one family of pages, as it stands in the page and in the policy."""

    block: Markup
    source: str


def style(app: Flask) -> None:
    """Give templates `sheet("family")`, and let in what they asked for."""
    app.jinja_env.globals["sheet"] = _sheet

    @app.after_request
    def _let_in(response: Response) -> Response:
        if "sheet" in g:
            allowed = POLICY.replace("style-src 'self'", f"style-src 'self' {g.sheet.source}")
            response.headers["Content-Security-Policy"] = allowed
        return response


def _sheet(family: str) -> Markup:
    """The one block of this page."""
    found = sheet_of(Path(current_app.static_folder or ""), family)
    g.sheet = found
    return found.block


@cache
def sheet_of(folder: Path, family: str) -> Sheet:
    """Read the files of a family once, and hash the very bytes that every page of it carries."""
    text = "".join(_small((folder / name).read_text("utf-8")) for name in FAMILIES[family])
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return Sheet(Markup(f"<style>{text}</style>"), f"'sha256-{digest}'")  # noqa: S704 - our files


def _small(text: str) -> str:
    """Leave out what only its writers read."""
    bare = _ROOM.sub(r"\1", _NOTES.sub("", text))
    return " ".join(bare.split()).replace(";}", "}")
