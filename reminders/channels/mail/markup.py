"""Which words does an HTML mail hold?

Not html.parser: it needs half a minute for a hundred kilobytes made to hurt. This reads any input
in one pass and never fails, which is all a mail needs.
"""

import re
from html import unescape

_TOKEN = re.compile(
    r"<(/?)([a-z][a-z0-9]*)(?![a-z0-9])[^<>]*>|<[!?/][^<>]*>|[^<]+|<", re.IGNORECASE
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SILENT = {"head", "style", "script", "title", "template"}
_LINES = {
    "p",
    "div",
    "tr",
    "td",
    "th",
    "li",
    "ul",
    "ol",
    "table",
    "hr",
    "br",
    "section",
    "article",
    "pre",
} | {f"h{n}" for n in range(1, 7)}


def words_of(markup: str) -> str:
    """Give the text a reader sees; a quote gets the marks that it has in plain text."""
    page = _Page()
    for token in _TOKEN.finditer(_without_comments(markup)):
        if name := token[2]:
            page.tag(name.lower(), closing=bool(token[1]))
        elif token[0] == "<" or not token[0].startswith("<"):
            page.words(token[0])
    return page.text()


def _without_comments(markup: str) -> str:
    """Cut comments; one that never ends hides the rest, as it does in a browser."""
    first, *others = markup.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in others)


class _Page:
    """Lines of text, as tags and words come in."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._silent = ""

    def tag(self, name: str, *, closing: bool) -> None:
        if self._silent:
            # A body ends a head that was never closed.
            if name == "body" or (closing and name == self._silent):
                self._silent = ""
        elif name in _SILENT:
            self._silent = "" if closing else name
        elif name == "blockquote":
            self._quote(closing=closing)
        elif name in _LINES:
            self._end_line()

    def words(self, text: str) -> None:
        if not self._silent:
            self._line.append(text)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip()

    def _quote(self, *, closing: bool) -> None:
        self._end_line()
        self._depth = max(0, self._depth + (-1 if closing else 1))
        if closing:
            # What follows a quote is the writer's again, and shall look like it.
            self._lines.append("")

    def _end_line(self) -> None:
        if line := _SPACES.sub(" ", unescape("".join(self._line))).strip():
            self._lines.append("> " * self._depth + line)
        self._line.clear()
