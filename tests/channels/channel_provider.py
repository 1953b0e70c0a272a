"""What does a provider do that answers as it is told?"""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

ACCOUNT = "AC" + "1" * 32
HANG, DROP = object(), object()


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Provider:
    """Answers from a list, and the last one for ever; remembers what it was asked."""

    url: str = ""
    answers: list[object] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    ends: threading.Event = field(default_factory=threading.Event)

    def says(self, status: int, body: object) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.answers.append((status, text.encode()))

    def next_answer(self) -> object:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            provider.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            url = urlsplit(self.path)
            query, form = dict(parse_qsl(url.query)), dict(parse_qsl(body))
            headers = {name.lower(): value for name, value in self.headers.items()}
            provider.asked.append(Asked(self.command, url.path, query, form, headers))
            self.answer(provider.next_answer())

        do_GET = do_POST

        def answer(self, answer: object) -> None:
            if answer is HANG:
                provider.ends.wait(10)
            if answer is HANG or answer is DROP:
                self.close_connection = True
                return
            status, body = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
