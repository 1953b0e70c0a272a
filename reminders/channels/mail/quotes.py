"""Which words of a mail are the writer's own?

Mail programs put our letter below, above or between the answer, and nothing in our letter may be
read as the patient's word: it holds a pain scale.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import normalize

_LONGEST = 100_000
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_WIDE = re.compile("[\u00a0\u2007\u202f]")

_QUOTED = re.compile(r"\s*(?:>|&gt;)")
_SIGNATURE = re.compile(r"--\s?")
_ORIGINAL = re.compile(
    r"\s*[-_]{2,}\s*(?:original message|mensaje original|mensagem original|message d'origine"
    r"|forwarded message|mensaje reenviado|urspr.{1,3}ngliche nachricht)\s*[-_]{2,}",
    re.IGNORECASE,
)
# "On ... wrote:", perhaps over three lines. A date or an address must be in it, for a patient may
# write "On Monday my doctor wrote:".
_WROTE = re.compile(
    r"(?=.*(?:@|\d:\d\d|\b20\d\d\b))(?:on|el|en|em|le|am)\b.{4,300}\b"
    r"(?:wrote|escribi[oó]|escreveu|a écrit|schrieb(?:\b.{0,80})?)\s*:",
    re.IGNORECASE,
)
# "2026-03-03 9:00 Maple PT <a@b>:" or "Maple PT <a@b> wrote:", always on one line.
_WROTE_SHORT = re.compile(
    r"(?:(?P<dated>20\d\d-\d\d-\d\d\s).{0,100}|.{0,100})<[^<>@\s]{1,80}@[^<>@\s]{1,200}>\)?\s*"
    r"(?(dated)|(?:wrote|escribi[oó])\s*):",
    re.IGNORECASE,
)
_EMPTY_LINES = re.compile(r"\n{3,}")
_FROM = re.compile(r"\s*\*?(?:from|de|von)\s*:\*?\s", re.IGNORECASE)
_DATED = re.compile(r"\s*\*?(?:sent|date|enviado(?: el)?|enviada|fecha|gesendet|envoyé)\s*:", re.I)
_TITLED = re.compile(r"\s*\*?(?:to|para|subject|asunto|assunto|an|betreff|à|objet)\s*:", re.I)
_RULE = re.compile(r"\s*_{8,}\s*")
_DEVICE = re.compile(
    r"\s*(?:"
    r"(?:sent|enviad[oa])\s+(?:from|via|with|desde|con|de)\s+(?:my|mi|mail|outlook|yahoo|gmail"
    r"|aol|iphone|ipad|android|samsung|proton|the|un|una|el|la)\b"
    r"|(?:get|obt[eé]n(?:er|ga)?|descarg(?:ar|ue))\s+(?:the\s+)?outlook\s+(?:for|para)\b"
    r").{0,120}",
    re.IGNORECASE,
)


def own_words(text: str, marker: Sequence[str] = ()) -> str:
    """Cut away what is quoted, signed by a machine, or ours.

    1. Cut at the first thing that ends the writer's words: our marker, a signature, the head of
       an unmarked quote.
    2. Keep what stands above the marked quote.
    3. Where our marker was not seen there, or nothing stands above, keep what follows a quote after
       an empty line: the answer of somebody who writes below.
    """
    plain = _WIDE.sub(" ", _UNSEEN.sub("", normalize("NFC", text[:_LONGEST])))
    lines = plain.splitlines()
    marks = tuple(_folded(mark) for mark in marker if mark.strip())
    lines = lines[: _end(lines, marks)]
    first = next((i for i, _ in enumerate(lines) if _begins_quote(lines, i)), len(lines))
    above = _joined(lines[:first])
    ours = any(_has_mark(line, marks) for line in lines[first:])
    if above and ours:
        return above
    return _joined([*lines[:first], "", *_between(lines[first:])])


def _end(lines: Sequence[str], marks: Sequence[str]) -> int:
    """Find the line from which on nothing is the writer's."""
    for i, line in enumerate(lines):
        if _QUOTED.match(line):
            continue
        if _has_mark(line, marks) or _SIGNATURE.fullmatch(line) or _ORIGINAL.match(line):
            return i
        if _is_header_block(lines, i):
            return i
        if (length := _wrote(lines, i)) and not _is_marked_after(lines, i + length):
            return i
    return len(lines)


def _has_mark(line: str, marks: Sequence[str]) -> bool:
    return any(mark in _folded(line) for mark in marks)


def _folded(line: str) -> str:
    return " ".join(normalize("NFC", line).casefold().split())


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """Recognise "From: ... Sent: ... To: ...", perhaps under a rule."""
    if _RULE.fullmatch(lines[at]):
        at = next((i for i in range(at + 1, min(at + 3, len(lines))) if lines[i].strip()), at)
    if not _FROM.match(lines[at]):
        return False
    below = lines[at + 1 : at + 7]
    return any(map(_DATED.match, below)) and any(map(_TITLED.match, below))


def _wrote(lines: Sequence[str], at: int) -> int:
    """Say over how many lines an "On ... wrote:" runs from here, or 0."""
    if _WROTE_SHORT.fullmatch(lines[at].strip()):
        return 1
    joined = ""
    for length, line in enumerate(lines[at : at + 3], start=1):
        if not line.strip() or _QUOTED.match(line):
            return 0
        joined = f"{joined} {line.strip()}".strip()[:500]
        if _WROTE.fullmatch(joined):
            return length
    return 0


def _is_marked_after(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at:] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _begins_quote(lines: Sequence[str], at: int) -> bool:
    return bool(_QUOTED.match(lines[at])) or _wrote(lines, at) > 0


def _between(lines: Sequence[str]) -> Iterator[str]:
    """Yield what stands between and below quotes, but not the wrapped end of a quoted line."""
    own, skip = False, 0
    for i, line in enumerate(lines):
        skip = max(skip - 1, _wrote(lines, i), 0)
        if skip or _QUOTED.match(line):
            own = False
        elif not line.strip():
            own = True
            yield ""
        elif own:
            yield line


def _joined(lines: Iterable[str]) -> str:
    kept = "\n".join(line.rstrip() for line in lines if not _DEVICE.fullmatch(line))
    return _EMPTY_LINES.sub("\n\n", kept).strip()
