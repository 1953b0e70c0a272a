"""What was said, in which order, and how was it understood?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from reminders.channels import Reason, in_words
from reminders.core.gate import Kind
from reminders.core.replies import Intent
from reminders.core.wording import clock_words
from reminders.inbox import PageForm
from reminders.inbox.explaining import explained
from reminders.store.conversation import Door, Fate, State
from reminders.store.people import Medium
from reminders.store.queries.said import Heard, Rung, Sent
from reminders.web.desk import words
from reminders.web.desk.calls import came_words


@dataclass(frozen=True)
class Bubble:
    """One thing said: theirs or ours, with what became of it; or a call and its note."""

    way: str  # in, out or call
    who: str
    text: str
    at: datetime
    wall: str
    meta: str
    read_as: str = ""
    spans: tuple[str, ...] = ()
    reply_id: int | None = None  # theirs, to be read again by hand


@dataclass(frozen=True)
class TalkDay:
    """One day of the conversation."""

    title: str
    bubbles: tuple[Bubble, ...]


_KINDS: Final = {
    Kind.REMINDER: "Reminder",
    Kind.NUDGE: "Second reminder",
    Kind.LATER: "Reminder they asked for",
    Kind.ANSWER: "Answer",
    Kind.OPT_OUT: "Confirmation of the stop",
    Kind.SAFETY: "Safety answer",
    Kind.WELCOME: "Welcome",
    Kind.NOTE: "Note",
    Kind.FAREWELL: "Farewell",
    Kind.LINK: "New link",
    Kind.QUESTION: "Question of the morning after",
    Kind.CARER: "To their carer",
}
_READ: Final = {
    Intent.DONE: "done",
    Intent.PARTIAL: "part",
    Intent.SKIP: "skipped",
    Intent.LATER: "later",
    Intent.STOP: "stop",
    Intent.START: "start",
    Intent.HELP: "help",
    Intent.MESSAGE: "a message for you",
    Intent.CHATTER: "nothing to log",
    Intent.WRONG_NUMBER: "wrong number",
}


@dataclass(frozen=True)
class Talk:
    """Both sides of a conversation, as far back as the reader wants to see."""

    ours: Sequence[Sent]
    theirs: Sequence[Heard]
    calls: Sequence[Rung]
    last: int

    @property
    def longer(self) -> bool:
        """Whether something older is left out."""
        return len(self.ours) + len(self.theirs) + len(self.calls) > self.last


def talk(said_by: Talk, who: str, zone: ZoneInfo, today: date) -> list[TalkDay]:
    """The last of what was said, in order of time, day by day."""
    days: dict[date, list[Bubble]] = {}
    for one in _last(said_by):
        day = one.at.astimezone(zone).date()
        days.setdefault(day, []).append(_bubble(one, who, zone))
    return [
        TalkDay(words.opening(words.day(day, today)), tuple(bubbles))
        for day, bubbles in days.items()
    ]


def _last(said_by: Talk) -> list[Sent | Heard | Rung]:
    """The last of what was said; of one moment, what we answered comes last."""
    ours = [one for one in said_by.ours if one.text or one.state is not State.DUE]
    said: list[Sent | Heard | Rung] = [*said_by.calls, *said_by.theirs, *ours]
    return sorted(said, key=lambda one: one.at)[-said_by.last :]


def _bubble(one: Sent | Heard | Rung, who: str, zone: ZoneInfo) -> Bubble:
    match one:
        case Sent():
            return _ours(one, zone)
        case Heard():
            return _theirs(one, who, zone)
        case Rung():
            return _call(one, zone)


def _ours(one: Sent, zone: ZoneInfo) -> Bubble:
    author = one.author or "Service"
    text = one.text or f"{_KINDS.get(one.kind, 'Message')}, not written."
    by = "email" if one.medium is Medium.EMAIL else ""
    wall = clock_words(one.at.astimezone(zone).time(), "en")
    to = "to their carer" if one.kind is Kind.CARER else ""
    return Bubble("out", author, text, one.at, wall, words.dots(one.author, to, by, _fate(one)))


def _fate(one: Sent) -> str:
    """Where a letter stands; a reason is a sentence that says what to do."""
    match one.state:
        case State.DUE:
            return "waits to go out"
        case State.SENT:
            return "sent"
        case State.DELIVERED:
            return "delivered"
        case State.FAILED:
            return f"not delivered. {_reason(one.reason)}"
        case State.MISSED:
            return f"not sent: {'we were late' if one.reason == 'service' else one.reason}"
        case _:
            return f"not sent: {one.reason}"


def _reason(code: str) -> str:
    return in_words(Reason(code)) if code in set(Reason) else code


def _theirs(one: Heard, who: str, zone: ZoneInfo) -> Bubble:
    why = explained(one.why)
    door = {Door.TEXT: "", Door.EMAIL: "email", Door.PAGE: "from their page"}[one.door]
    return Bubble(
        "in",
        who,
        one.text or _without_words(one),
        one.at,
        clock_words(one.at.astimezone(zone).time(), "en"),
        words.dots(door, _standing(one)),
        _read_as(one),
        tuple(span.words for span in why.spans) if why is not None else (),
        one.id,
    )


def _call(one: Rung, zone: ZoneInfo) -> Bubble:
    came = came_words(reached=one.reached, left_word=one.left_word, incoming=one.incoming)
    wall = clock_words(one.at.astimezone(zone).time(), "en")
    whose = "from their number" if one.incoming else words.dots(one.author, "for staff only")
    return Bubble("call", came, one.note, one.at, wall, whose)


def _standing(one: Heard) -> str:
    """Whether a person has still to look, or has looked."""
    if one.handled_at is not None:
        return "read by a person"
    return "waits for you" if one.fate is Fate.FOR_A_PERSON else ""


def _without_words(one: Heard) -> str:
    return words.counted(one.media, "picture") if one.media else "No words."


def _read_as(one: Heard) -> str:
    if one.door is Door.PAGE and one.form is not None:
        return _tapped(PageForm.from_json(one.form))
    why = explained(one.why)
    if why is None:
        return _READ.get(Intent(one.intent), "") if one.intent in set(Intent) else ""
    told = f"pain {why.pain}" if why.pain is not None else ""
    danger = "a red flag" if why.danger else ""
    return ", ".join(part for part in (danger, _intent(why.intent), told) if part)


def _intent(intent: str) -> str:
    return _READ.get(Intent(intent), "") if intent in set(Intent) else ""


def _tapped(form: PageForm) -> str:
    told = f"pain {form.pain}" if form.pain is not None else ""
    return ", ".join(part for part in (_ticked(form), told) if part)


def _ticked(form: PageForm) -> str:
    if form.skipped:
        return "skipped"
    if form.everything or (form.done and not form.not_done):
        return "done"
    if form.done:
        return f"part ({len(form.done)} of {len(form.done) + len(form.not_done)})"
    return "skipped" if form.not_done else ""
