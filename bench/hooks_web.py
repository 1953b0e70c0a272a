"""Which webs does the bench of the doors compare? Ours, and the least that could be there."""

from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask, Response, abort, request

from app import create_app
from bench.stage import TOKEN, settings_for
from reminders.bootstrap import set_up_logging
from reminders.channels.twilio import verify
from reminders.store.db import POOL
from reminders.web.house import house_of

PUBLIC = "http://127.0.0.1:9"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def ours(database: str, provider: str, *, courier: bool) -> Flask:
    """The web as it runs; without its courier the answers stay rows, for a clock to send."""
    settings = settings_for(database, provider, public_base_url=PUBLIC)
    set_up_logging(settings)
    app = create_app(settings)
    if not courier:
        house_of(app).courier.close()
    return app


def bare(database: str, *_: object, **__: object) -> Flask:
    """Check the signature, insert one row, answer: no more, and nothing can be less."""
    app = Flask(__name__)
    engine = sa.create_engine(database, **POOL)
    row = sa.Table(
        "bare_text",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sid", sa.String(40), unique=True),
        sa.Column("sender", sa.String(20)),
        sa.Column("text", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True)),
    )
    row.create(engine, checkfirst=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _as_ours)

    @app.get("/healthz")
    def alive() -> str:
        return "ok"

    @app.post("/bare")
    def text() -> Response:
        form = request.form
        if not verify(PUBLIC + "/bare", form, request.headers["X-Twilio-Signature"], [TOKEN]):
            abort(403)
        with engine.begin() as connection:
            connection.execute(
                row.insert(),
                {
                    "sid": form["MessageSid"],
                    "sender": form["From"],
                    "text": form["Body"],
                    "at": datetime.now(UTC),
                },
            )
        return Response(EMPTY, mimetype="text/xml")

    return app


def _as_ours(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()
