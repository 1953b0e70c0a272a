"""How does a page fit into the first packets of a slow network?"""

import gzip

from flask import Flask, Response, request

LEVEL = 6
WORTH_IT = 500
TEXTUAL = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})


def compress(app: Flask) -> None:
    """Send text as gzip to whoever takes it.

    A page asked for with a query is left as it is: what an attacker can write into an answer that
    holds a secret must not change its length (BREACH).
    """

    @app.after_request
    def _shrink(response: Response) -> Response:
        if response.mimetype not in TEXTUAL or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code == 206 or not _wanted(response):
            return response
        response.direct_passthrough = False
        whole = response.get_data()
        if len(whole) < WORTH_IT:
            return response
        # No time stamp: the same page is the same bytes.
        response.set_data(gzip.compress(whole, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        tag, _ = response.get_etag()
        if tag is not None:
            response.set_etag(tag, weak=True)
        return response


def _wanted(response: Response) -> bool:
    echoes = response.mimetype == "text/html" and bool(request.args)
    return (
        not echoes and request.accept_encodings.quality("gzip") > 0 and response.status_code != 304
    )
