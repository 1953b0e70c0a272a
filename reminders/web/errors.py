"""What does a reader see when something goes wrong? No stack, nothing of anybody."""

from http import HTTPStatus

import structlog
from flask import Flask, Response, make_response, render_template, request
from passlib.exc import PasswordSizeError  # type: ignore[import-untyped]  # ships no types
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, SecurityError

from reminders.web.house import session
from reminders.web.language import reader_words

FOR_MACHINES = ("/hooks/", "/healthz", "/readyz", "/calendar/")
log = structlog.get_logger(__name__)


def handle_errors(app: Flask) -> None:
    """Give every error a kind page, machines a line of text, and the log no words of anybody."""
    app.register_error_handler(HTTPException, _refused)
    for fault in (OperationalError, InterfaceError, NoConnection):
        app.register_error_handler(fault, no_records)
    # What no column and no password can be: a null byte, a novel.
    for odd in (DataError, PasswordSizeError):
        app.register_error_handler(odd, _odd)
    # Flask's own line would print the exception's words, which may hold a number or a text.
    app.log_exception = _note  # type: ignore[method-assign]


def error_page(status: int) -> Response:
    """The page of one status, in the language of the reader's browser."""
    # Whoever calls us by a strange name gets no page either: there is no address to link it to.
    strange = isinstance(request.routing_exception, SecurityError)
    if strange or request.path.startswith(FOR_MACHINES):
        said = f"{status} {HTTPStatus(status).phrase}\n"
        return Response(said, status, mimetype="text/plain")
    w = reader_words()
    usual = "400" if status < 500 else "500"
    said_by_status = w.errors.get(str(status)) or w.errors[usual]
    page = render_template(
        "error.html",
        w=w,
        lang=w.lang,
        error=said_by_status,
        patient=request.path.startswith(("/x/", "/today")),
    )
    return make_response(page, status)


def no_records(_fault: Exception) -> Response:
    """Say that the database is out of reach: nothing was stored, so nothing is claimed."""
    log.exception("database_out_of_reach", endpoint=request.endpoint)
    return error_page(503)


def _odd(fault: Exception) -> Response:
    log.warning("odd_input", endpoint=request.endpoint, fault=type(fault).__name__)
    session().rollback()  # the page of the error may ask the database whose it is
    return error_page(400)


def _refused(error: HTTPException) -> Response:
    answer = error_page(error.code or 500)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            answer.headers[name] = value
    return answer


def _note(exc_info: object) -> None:  # noqa: ARG001 - what went wrong is at hand already
    log.exception("unexpected", endpoint=request.endpoint)
