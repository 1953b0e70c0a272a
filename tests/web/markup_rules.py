"""Is a page well-formed HTML that says nothing twice and points nowhere?

A strict reader of the markup we write ourselves: what a browser would silently mend is a fault.
"""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})
PHRASING_ONLY = frozenset({"p", "h1", "h2", "h3", "label", "summary", "legend", "span", "button"})
BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "table", "form", "section", "fieldset", "h1", "h2", "h3"}
)
CHILD_OF = {"li": {"ul", "ol"}, "tr": {"thead", "tbody", "table"}, "td": {"tr"}, "th": {"tr"}}
SVG = frozenset({"path", "circle", "rect", "use", "line", "ellipse", "polyline", "polygon", "stop"})
POINTING = ("for", "aria-describedby", "aria-labelledby")


class Reader(HTMLParser):
    """Reads a page and keeps what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.pointed: set[str] = set()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, attrs)
        self._place(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, attrs)
        if tag not in SVG | VOID and "svg" not in self.open:
            self.faults.append(f"<{tag}/> closes nothing")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if len(known) < len(attrs):
            self.faults.append(f"<{tag}> says something twice")
        if known.get("id"):
            self.ids[str(known["id"])] += 1
        for name in POINTING:
            self.pointed |= set((known.get(name) or "").split())
        href = known.get("href") or ""
        if href.startswith("#"):
            self.pointed.add(href[1:])

    def _place(self, tag: str) -> None:
        inside = PHRASING_ONLY.intersection(self.open)
        if tag in BLOCKS and inside and "svg" not in self.open:
            self.faults.append(f"<{tag}> inside <{min(inside)}>")
        if tag in CHILD_OF and (not self.open or self.open[-1] not in CHILD_OF[tag]):
            self.faults.append(f"<{tag}> out of place")


def faults(page: str) -> Iterator[str]:
    """What is wrong with a page."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    yield from reader.faults
    if not page.lstrip().lower().startswith("<!doctype html>"):
        yield "no doctype"
    yield from (f"<{tag}> stays open" for tag in reader.open)
    yield from (f"id {name} twice" for name, times in reader.ids.items() if times > 1)
    yield from (f"nothing is called {name}" for name in reader.pointed - reader.ids.keys())
