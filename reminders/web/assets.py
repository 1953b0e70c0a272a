"""How can a browser keep our files for a year and still see a new one at once?"""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request

FOR_A_YEAR = "public, max-age=31536000, immutable"


def stamp(app: Flask) -> None:
    """Put a file's own hash into its address, and let it be kept under that address."""
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def _hash(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = _print_of(folder / str(values.get("filename", "")))

    @app.after_request
    def _keep(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = FOR_A_YEAR
        return response


@cache
def _print_of(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else None
