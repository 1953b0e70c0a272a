"""Which doors take more than a form's worth, and from whom?"""

from collections.abc import Mapping

from flask import Flask, request
from flask import session as cookie

SIGNED_IN = "_user_id"  # as Flask-Login keeps it in the signed cookie


def make_room(app: Flask, doors: Mapping[str, int]) -> None:
    """Let who is signed in send so many bytes to these endpoints; everybody else stays held."""

    @app.before_request
    def _widen() -> None:
        room = doors.get(request.endpoint or "")
        if room is not None and SIGNED_IN in cookie:
            request.max_content_length = room
