"""How does a test end a web that it has let run in a thread of its own?"""

import threading

from waitress.server import TcpWSGIServer
from waitress.wasyncore import close_all


def end(server: TcpWSGIServer, serving: threading.Thread) -> None:
    """Stop serving, and leave nothing open.

    Its loop ends by itself once nothing is open, and only the loop may close what it waits for.
    """
    server.trigger.pull_trigger(lambda: close_all(server._map))
    serving.join(timeout=10)
    server.task_dispatcher.shutdown()
