"""Which webs does the bench of the page compare? Ours, and the least that could be there."""

import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, Response, render_template_string, request

from app import create_app
from bench.stage import settings_for
from reminders.bootstrap import set_up_logging
from reminders.store.db import make_engine
from reminders.store.keyring import Keyring

FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<main><h1>{{ title }}</h1>
<form method="post">{% for one in exercises %}
<article class="card exercise"><figure>{{ one.drawing|safe }}</figure>
<h2>{{ loop.index }}. {{ one.name }}</h2><p class="dose">{{ one.dose }}</p>
<details><summary>How to do it</summary><ol>{% for step in one.steps %}<li>{{ step }}</li>
{% endfor %}</ol></details>
{% for choice in ("done", "not-today") %}<label>
<input type="radio" name="e{{ one.name }}" value="{{ choice }}">
{{ choice }}</label>{% endfor %}</article>{% endfor %}
<fieldset>{% for n in range(11) %}<label><input type="radio" name="pain" value="{{ n }}">
{{ n }}</label>{% endfor %}</fieldset>
<textarea name="note"></textarea><button>I did all of them</button></form>
<p>{{ rest }}</p></main></body></html>
"""


def ours(database: str, **_: object) -> Flask:
    """The web as it runs."""
    settings = settings_for(database, "http://127.0.0.1:9", public_base_url="http://127.0.0.1:9")
    set_up_logging(settings)
    return create_app(settings)


def bare(database: str, *, content: str, rows: bool) -> Flask:
    """Fill a template of the same size and send it small.

    With `rows` it also finds its link, notes that the page was seen and commits: what every such
    page must do.
    """
    app = Flask(__name__)
    values = json.loads(Path(content).read_text())
    engine = make_engine(database, Keyring((b"b" * 32,), b"b" * 32))  # it encrypts nothing
    link = sa.table("link", sa.column("id"), sa.column("token_hash"))
    seen = _seen(engine)

    @app.get("/healthz")
    def alive() -> str:
        return "ok"

    @app.get("/x/<token>")
    def page(token: str) -> Response:
        if rows:
            digest = hashlib.sha256(token.encode()).digest()
            with engine.begin() as connection:
                found = connection.scalar(sa.select(link.c.id).where(link.c.token_hash == digest))
                line = {"actor": f"link:{found}", "at": datetime.now(UTC)}
                connection.execute(seen.insert(), line)
        answer = Response(render_template_string(FRAME, **values), mimetype="text/html")
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            answer.set_data(gzip.compress(answer.get_data(), 6, mtime=0))
            answer.headers["Content-Encoding"] = "gzip"
        return answer

    return app


def _seen(engine: sa.Engine) -> sa.Table:
    seen = sa.Table(
        "bare_seen",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("actor", sa.String(32)),
        sa.Column("at", sa.DateTime(timezone=True)),
    )
    seen.create(engine, checkfirst=True)
    return seen
