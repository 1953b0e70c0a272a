"""The doors of the app in this process, for a browser to come to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server
from webs import end


@contextmanager
def served(app: Flask, port: int) -> Iterator[str]:
    """Answer requests in threads until the end; no clock ticks beside it."""
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        end(server, running)
