"""Where do the photos of a clinic's own exercises come from?

Anyone with the address sees a photo: it shows an exercise and no patient, and its address is the
digest of the picture, which nobody guesses.
"""

import sqlalchemy as sa
from flask import Blueprint, Response, abort

from reminders.store.exercises import ExercisePhoto
from reminders.web.house import session
from reminders.web.whose import by_photo

bp = Blueprint("photos", __name__)


@bp.get("/photo/<digest>.webp")
def photo(digest: str) -> Response:
    """Give one photo, to be kept by the browser for good: another picture has another address."""
    by_photo(digest)
    webp = session().scalar(
        sa.select(ExercisePhoto.webp).where(ExercisePhoto.digest == digest).limit(1)
    )
    if webp is None:
        abort(404)
    answer = Response(webp, mimetype="image/webp")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
