"""The web: wires settings, database, channels, clock and doors together.

`python app.py` runs everything in one process; `app:create_app()` is the web alone, for gunicorn.
"""

import signal
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from waitress.server import BaseWSGIServer, create_server  # type: ignore[import-untyped]
from werkzeug.middleware.proxy_fix import ProxyFix

from reminders import clock
from reminders.bootstrap import open_post, open_sessions, read_settings, set_up_logging
from reminders.config import BadSettings, Clock, Mode, Settings, SystemClock
from reminders.outbox import Post, send_these
from reminders.store.db import Sessions
from reminders.web import (
    desk,
    health,
    hooks,
    joining,
    metrics,
    patient,
    photos,
    pictures,
    signing_in,
    unsubscribe,
)
from reminders.web.assets import stamp
from reminders.web.compression import compress
from reminders.web.courier import Courier
from reminders.web.desk.library import UPLOADS
from reminders.web.errors import handle_errors
from reminders.web.headers import guard
from reminders.web.house import House, house_of, open_house
from reminders.web.ids import IdConverter
from reminders.web.lookout import keep_lookout
from reminders.web.sheets import style
from reminders.web.uploads import make_room

HERE = Path(__file__).parent
LARGEST_FORM = 256 * 1024
THREADS = 8


def create_app(
    settings: Settings | None = None,
    *,
    time: Clock | None = None,
    sessions: Sessions | None = None,
) -> Flask:
    """Build the web for one installation; without settings they are read from the environment."""
    settings = settings or _settings_of_a_web_alone()
    post = open_post(settings, timeout=settings.web_timeout_seconds, sessions=sessions)
    return build(settings, post, time or SystemClock())


def build(settings: Settings, post: Post, time: Clock) -> Flask:
    """Put the doors on the house."""
    app = Flask(__name__, template_folder=HERE / "templates", static_folder=HERE / "static")
    app.url_map.converters["int"] = IdConverter
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        TRUSTED_HOSTS=None if settings.run_mode is Mode.TEST else _hosts(settings),
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    courier = Courier(lambda first, more: send_these(post, first, time.now(), more))
    things = House(settings, time, post.sessions, post, courier)
    open_house(app, things)
    keep_lookout(app, things)
    make_room(app, UPLOADS)
    with suppress(SQLAlchemyError):  # a web that starts without its database still answers
        things.remember_emergencies()
        things.find_wall()
    guard(app, secure=settings.secure)
    stamp(app)
    style(app)
    compress(app)
    handle_errors(app)
    signing_in.open_door(app, things)
    for door in (
        health.bp,
        metrics.bp,
        hooks.bp,
        joining.bp,
        unsubscribe.bp,
        pictures.bp,
        photos.bp,
        patient.bp,
        desk.bp,
    ):
        app.register_blueprint(door)
    return app


def _hosts(settings: Settings) -> list[str]:
    return [urlsplit(settings.public_base_url).hostname or "", "127.0.0.1", "localhost"]


def _settings_of_a_web_alone() -> Settings:
    settings = _read_settings()
    if settings.sqlite:
        sys.exit(
            "DATABASE_URL: SQLite serves one process only. Run `python app.py`, or set "
            "DATABASE_URL to PostgreSQL."
        )
    set_up_logging(settings)
    return settings


def _read_settings() -> Settings:
    try:
        return read_settings()
    except BadSettings as fault:
        sys.exit(str(fault))


def main() -> None:
    """Run web and heartbeat in this one process until SIGTERM."""
    settings = _read_settings()
    if settings.run_mode is Mode.DEMO:
        _run_demo(settings)
    else:
        set_up_logging(settings)
        app, post = _whole(settings, SystemClock(), open_sessions(settings, migrate=True))
        serve(listen(app, settings), app, post, SystemClock())


def _run_demo(settings: Settings) -> None:
    # Production never so much as loads the sandbox.
    from reminders.sandbox.opening import open_demo

    # What a newcomer waits for are three addresses, not a line for each text of eight weeks.
    quiet = {} if "log_level" in settings.model_fields_set else {"log_level": "WARNING"}
    set_up_logging(settings.model_copy(update=quiet))
    demo = open_demo(settings)
    app, post = _whole(demo.settings, demo.clock, demo.sessions)
    demo.open_doors(app, lambda moment: clock.tick(post, moment))
    server = listen(app, settings)
    print(*demo.addresses, sep="\n", flush=True)  # noqa: T201
    serve(server, app, post, demo.clock)
    demo.sandbox.stop()


def _whole(settings: Settings, time: Clock, sessions: Sessions) -> tuple[Flask, Post]:
    """The web and what its own clock sends with, on one database."""
    post = open_post(settings, timeout=settings.clock_timeout_seconds, sessions=sessions)
    return create_app(settings, time=time, sessions=sessions), post


def listen(app: Flask, settings: Settings) -> BaseWSGIServer:
    """Open the port: from here on whoever comes is kept waiting, not turned away."""
    return create_server(app, host=settings.host, port=settings.port, threads=THREADS, ident=None)


def serve(server: BaseWSGIServer, app: Flask, post: Post, time: Clock) -> None:
    """Answer requests and tick until SIGTERM; what is in flight is finished first."""
    heart = clock.start(post, time)

    def end(*_: object) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        server.run()
    finally:
        heart.shutdown(wait=True)
        house_of(app).courier.close()
        server.close()


if __name__ == "__main__":
    main()
