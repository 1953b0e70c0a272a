"""Is the web alive, is it ready, and does the clock tick?"""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from reminders.store.audit import last_beat
from reminders.store.db import db_now
from reminders.store.migrate import newest_revision, revision
from reminders.web.house import house

SILENT = timedelta(minutes=2)
bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    """Say that this process answers."""
    return jsonify(status="alive")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say whether the database answers and is migrated; a dead clock does not close this door.

    Whoever asks regularly also keeps the emergency numbers in memory fresh.
    """
    try:
        with house().sessions() as session:
            stands = revision(session.connection())
        house().remember_emergencies()
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    if stands != newest_revision():
        return jsonify(status="not migrated"), 503
    return jsonify(status="ready"), 200


@bp.get("/healthz/heartbeat")
def heartbeat() -> tuple[Response, int]:
    """Say whether any clock has ticked within two minutes, by the database's clock."""
    try:
        with house().sessions() as session:
            beat, time = last_beat(session), db_now(session)
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    if beat is None or time - beat > SILENT:
        return jsonify(status="silent"), 503
    return jsonify(status="beating", seconds_ago=round((time - beat).total_seconds())), 200
