"""What does a phone keep of us for the time without a network?

The worker that keeps today's page, the page it shows where it kept none, and what a phone needs to
put the page on its start screen. Nothing of anybody is in these.
"""

from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, url_for
from werkzeug.wrappers import Response as AnyResponse

from reminders.web.language import reader_words
from reminders.web.patient.holding import BY_KEY
from reminders.web.patient.showing import plain

PAPER = "#F5F4F0"

bp = Blueprint("offline", __name__)


@bp.get("/sw.js")
def worker() -> Response:
    """Give the worker; it lies at the root, for a worker sees only what lies below it."""
    script = Path(current_app.static_folder or "") / "sw.js"
    return Response(script.read_text("utf-8"), mimetype="text/javascript")


@bp.get("/offline")
def nothing() -> AnyResponse:
    """Say that there is no network, where no page is kept."""
    return plain("patient/offline.html")


@bp.get("/today.webmanifest")
def manifest() -> Response:
    """Say how the page looks on a start screen: a neutral name, and no token in its address."""
    w = reader_words()
    answer = jsonify(
        name=w.brand,
        short_name=w.brand,
        lang=w.lang,
        id=BY_KEY,
        start_url=BY_KEY,
        scope=BY_KEY,
        display="standalone",
        background_color=PAPER,
        theme_color=PAPER,
        icons=[
            _icon("icon.svg", "any", "image/svg+xml", "any"),
            _icon("icon-192.png", "192x192", "image/png", "any"),
            _icon("icon-512.png", "512x512", "image/png", "maskable"),
        ],
    )
    answer.mimetype = "application/manifest+json"
    return answer


def _icon(file: str, sizes: str, kind: str, purpose: str) -> dict[str, str]:
    src = url_for("static", filename=file)
    return {"src": src, "sizes": sizes, "type": kind, "purpose": purpose}
