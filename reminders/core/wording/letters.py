"""What does an email say?

The subject never tells more than that the clinic writes. The first line is a marker below which
nothing of an answer is read. Answers say what the text message would say, unless the language
file has words of its own for mail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from reminders.core.wording.keys import FIXED, Key, Values
from reminders.core.wording.speech import LANGUAGES, LetterWords, Speech, speech
from reminders.core.wording.template import fill, named

_ASKING = frozenset({Key.REMINDER, Key.NUDGE, Key.LATER_REMINDER})
_ENDING = _ASKING | {Key.NEW_LINK, Key.NEXT_MORNING, Key.WELCOME, Key.CONSENTED, Key.NOTE}
# A carer's answer by mail is read by nobody: the button alone ends them.
_WITH_BUTTON = _ENDING | {Key.CARER_SAFETY, Key.CARER_SILENT}
_TO_STAFF = frozenset(key for key in Key if key.name.startswith("STAFF_"))

_PAGE = Template(files(__package__).joinpath("letter.html").read_text("utf-8"))
# Mail programs drop stylesheets, so a letter carries its few rules inside its tags.
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_BUTTON = (
    '<p style="margin:24px 0"><a href="{}" style="display:inline-block;padding:18px 20px;'
    "border-radius:6px;background:#0E5A4B;color:#FFFFFF;font-weight:600;"
    'text-decoration:none">{}</a></p>'
)
_SMALL = '<p style="margin:0 0 12px;font-size:17px;color:#525C58">{}</p>'
_ANCHOR = '<a href="{}" style="color:#525C58">{}</a>'


@dataclass(frozen=True)
class Letter:
    """An email: its subject, and the same words plain and as HTML."""

    subject: str
    text: str
    html: str


# What stands above the quoted letter in an answer, in every language, for the reader to cut at.
MARKERS = tuple(f"--- {speech(lang).mail.marker} ---" for lang in LANGUAGES)


@dataclass(frozen=True)
class _Draft:
    """A letter before it is set as plain text or HTML."""

    lang: str
    marker: str
    subject: str
    paragraphs: tuple[str, ...]
    button: str
    link: str
    feet: tuple[str, ...]
    end_button: str
    end_link: str
    sender: str


def letter(key: Key, lang: str, values: Values, own: str = "") -> Letter:
    """Write an email, an answer in the clinic's `own` words where it chose some for the text."""
    draft = _draft(key, speech(lang), values, own)
    return Letter(draft.subject, _plain(draft), _html(draft))


def _draft(key: Key, words: Speech, values: Values, own: str) -> _Draft:
    answer = own if own and key not in FIXED else words.sms[key]
    said = words.letters.get(key) or LetterWords(words.mail.subject, (answer,))
    known = named(values, words.dates.today)
    paragraphs = (fill(line, known).strip() for line in (*said.lines, "[$advice]"))
    feet = ((key in _ASKING, words.mail.how), (key in _ENDING, words.mail.end))
    return _Draft(
        lang=words.lang,
        marker="" if key in _TO_STAFF else f"--- {words.mail.marker} ---",
        # One line, whatever a clinic is called: a header must not be continued by a value.
        subject=" ".join(fill(said.subject, known).split()),
        paragraphs=tuple(line for line in paragraphs if line),
        button=said.button,
        link=fill("$link", known) if said.button else "",
        feet=tuple(foot for wanted, foot in feet if wanted),
        end_button=words.mail.end_button if key in _WITH_BUTTON else "",
        end_link=values.unsubscribe,
        sender=", ".join(filter(None, (values.clinic, values.phone))),
    )


def _plain(draft: _Draft) -> str:
    button = f"{draft.button}:\n{draft.link}" if draft.button else ""
    end = f"{draft.end_button}:\n{draft.end_link}" if draft.end_button and draft.end_link else ""
    parts = (draft.marker, *draft.paragraphs, button, *draft.feet, end, draft.sender)
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(draft: _Draft) -> str:
    button = [_BUTTON.format(escape(draft.link), escape(draft.button))] if draft.button else []
    feet = [_SMALL.format(escape(foot)) for foot in draft.feet]
    if draft.end_button and draft.end_link:
        feet.append(_SMALL.format(_anchor(draft.end_link, draft.end_button)))
    return _PAGE.substitute(
        lang=escape(draft.lang),
        title=escape(draft.subject),
        marker=_SMALL.format(escape(draft.marker)) if draft.marker else "",
        body=_lines([_PARAGRAPH.format(_escaped(text)) for text in draft.paragraphs] + button),
        feet=_lines([*feet, _SMALL.format(escape(draft.sender))]),
    )


def _anchor(link: str, label: str) -> str:
    return _ANCHOR.format(escape(link), escape(label))


def _escaped(paragraph: str) -> str:
    return escape(paragraph).replace("\n", "<br>\n")


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(parts)
