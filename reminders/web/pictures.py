"""Who wants to see an exercise move?

The still drawings are part of a page; a moving one is a file, fetched when somebody taps on it.
"""

from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app

from reminders.core.exercises import film

bp = Blueprint("pictures", __name__)
# The file carries its own stylesheet and may do nothing else.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
A_DAY = "public, max-age=86400"


@bp.get("/pictures/<key>.svg")
def moving(key: str) -> Response:
    """Give a built-in exercise in motion; nobody's plan is behind it."""
    drawn = film(key, _sheet(Path(current_app.static_folder or "")))
    if drawn is None:
        abort(404)
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = A_DAY
    return answer


@cache
def _sheet(folder: Path) -> str:
    return (folder / "figures.css").read_text("utf-8")
