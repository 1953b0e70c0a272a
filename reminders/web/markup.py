"""How does a clinic's own text become safe HTML?"""

from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

# Emphasis and line ends, nothing else: what a text on a phone needs, and no way to anything more.
_MARKDOWN: Final = MarkdownIt("zero", {"breaks": True}).enable(["emphasis", "newline"])
_TAGS: Final = {"strong", "em", "br"}
_SIGNS: Final = frozenset("*_\n")


def marked(text: str) -> Markup:
    """Set **strong** and *stressed* words; everything else stays as it was typed, escaped."""
    if _SIGNS.isdisjoint(text):
        return escape(text)
    # Cleaned once more, so that no fault of the first reader becomes a script on a page.
    clean = nh3.clean(_MARKDOWN.renderInline(text), tags=_TAGS, attributes={})
    return Markup(clean)  # noqa: S704 - cleaned in the line above
