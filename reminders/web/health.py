"""Is the web alive, is it ready, does the clock tick, and does it send?"""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from reminders.outbox import next_ready
from reminders.store.audit import last_beat
from reminders.store.db import db_now
from reminders.store.migrate import newest_revision, revision
from reminders.web.house import house, now

SILENT = timedelta(minutes=2)
LATE = timedelta(minutes=5)
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
    """Say whether any clock has ticked within two minutes, and nobody has waited long to be sent.

    A clock may tick well and send nothing; what is due tells of the whole way.
    """
    try:
        with house().sessions() as session:
            beat, time = last_beat(session), db_now(session)
            ready_at = next_ready(session)
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    if beat is None or time - beat > SILENT:
        return jsonify(status="silent"), 503
    if ready_at is not None and now() - ready_at > LATE:
        return jsonify(status="late"), 503
    return jsonify(status="beating", seconds_ago=round((time - beat).total_seconds())), 200
