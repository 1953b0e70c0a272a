"""A web that answers at a real address, so that others can call it."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import make_server


def free_port() -> int:
    with closing(socket.socket()) as lent:
        lent.bind(("127.0.0.1", 0))
        return int(lent.getsockname()[1])


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
