"""What did the patient tap, and does it come from the page we showed?

The form's ticket is signed and names the link, the plan version and the sittings that the page
showed. It needs no cookie: phones drop those, and whoever has no link cannot get a ticket.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from flask import current_app, request
from flask_wtf import FlaskForm  # type: ignore[import-untyped,unused-ignore]
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import IntegerField, StringField  # type: ignore[import-untyped,unused-ignore]
from wtforms.csrf.core import CSRF  # type: ignore[import-untyped,unused-ignore]
from wtforms.validators import (  # type: ignore[import-untyped,unused-ignore]
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from reminders.core.adherence import Outcome
from reminders.inbox import PageForm
from reminders.store.queries.page import Page, Task

LONGEST_NOTE = 500
DONE, NOT_TODAY = "done", "not-today"


class Trouble(StrEnum):
    """Why a form could not be taken; the name of its words in TroubleWords."""

    NOTHING = "nothing"
    OTHERS = "others"
    SKIP_BUT_DONE = "skip_but_done"
    NOTE = "note"
    PAIN = "pain"
    UNSURE = "unsure"
    MOVED = "moved"


@dataclass(frozen=True)
class Ticket:
    """Which page a form belongs to, and which of its copies it is."""

    link_id: int
    shown: tuple[int, ...]
    form_id: str

    @classmethod
    def of(cls, page: Page) -> "Ticket":
        """A fresh one: a form shown twice is two forms, a form sent twice is one."""
        shown = (page.version_id or 0, *(one.occurrence_id for one in page.sittings))
        return cls(page.holder.link_id, shown, secrets.token_urlsafe(12))

    @property
    def sittings(self) -> tuple[int, ...]:
        """The sittings that the page was showing."""
        return self.shown[1:]

    @classmethod
    def read(cls, sealed: str) -> "Ticket | None":
        try:
            link_id, shown, form_id = _signer().loads(sealed)
        except (BadSignature, ValueError):
            return None
        return cls(link_id, tuple(shown), form_id)

    def sealed(self) -> str:
        text = _signer().dumps([self.link_id, self.shown, self.form_id])
        return text if isinstance(text, str) else text.decode()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="patient-page")


@dataclass(frozen=True)
class Typed:
    """What stands in the form: marks by prescription, a number only if one was tapped."""

    marks: Mapping[int, str] = field(default_factory=dict)
    pain: int | None = None
    note: str = ""

    @classmethod
    def of(cls, page: Page) -> "Typed":
        """What is known already; a skipped sitting starts clean, so that one tap undoes it."""
        if page.entry is None:
            return cls()
        known = page.entry.outcome is Outcome.DONE or page.entry.done is not None
        marks = {
            task.prescription_id: DONE if page.did(task) else NOT_TODAY
            for task in page.tasks
            if known and page.entry.outcome is not Outcome.SKIPPED
        }
        return cls(marks, page.entry.pain)


class _TicketField(CSRF):  # type: ignore[misc]  # WTForms has no types
    """Flask-WTF's token, made from the ticket instead of a cookie."""

    def setup_form(self, form: Any) -> Any:
        self.ticket: Ticket = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Any) -> str:  # noqa: ARG002 - WTForms' name
        return self.ticket.sealed()

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        brought = Ticket.read(field.data or "")
        if brought is None or brought.link_id != self.ticket.link_id:
            raise ValidationError(Trouble.UNSURE)
        if brought.shown != self.ticket.shown:
            raise ValidationError(Trouble.MOVED)
        form.form_id = brought.form_id


def _tidy(text: str | None) -> str:
    # Browsers send two letters for a line's end and count one.
    return (text or "").replace("\r\n", "\n").strip()


class SessionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The form below today's exercises."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = True
        csrf_class = _TicketField

    act = StringField()
    pain = IntegerField(validators=[Optional(), NumberRange(0, 10)])
    note = StringField(filters=[_tidy], validators=[Length(max=LONGEST_NOTE)])

    def __init__(self, page: Page) -> None:
        self.page = page
        self.form_id = ""
        super().__init__(meta={"csrf_context": Ticket.of(page)})

    @property
    def ticket(self) -> str:
        """The token to put into the page; the form's own again if it was a good one."""
        brought = Ticket.read(self.csrf_token.data or "")
        fresh: str = self.csrf_token.current_token
        return self.csrf_token.data if brought and self.form_id else fresh

    @property
    def typed(self) -> Typed:
        """What was tapped and written, to be read or to be shown again."""
        found = {
            task.prescription_id: request.form.get(f"e{task.prescription_id}")
            for task in self.page.tasks
        }
        marks = {row: mark for row, mark in found.items() if mark in (DONE, NOT_TODAY)}
        return Typed(marks, self.pain.data, self.note.data)

    def read(self) -> PageForm | Trouble:
        """Say what was reported, or why it cannot be told."""
        if not self.validate():
            return self._trouble()
        said = report(self.typed, str(self.act.data or ""), self.page.tasks)
        if isinstance(said, Trouble):
            return said
        return replace(said, sittings=tuple(one.occurrence_id for one in self.page.sittings))

    def _trouble(self) -> Trouble:
        if self.csrf_token.errors:
            return Trouble(self.csrf_token.errors[0])
        return Trouble.PAIN if self.pain.errors else Trouble.NOTE


def once(form_id: str, sent: PageForm) -> str:
    """Name this sending: a double tap has the same name, a correction after it another one."""
    return f"{form_id}:{hashlib.sha256(sent.to_json().encode()).hexdigest()[:16]}"


def report(typed: Typed, act: str, tasks: tuple[Task, ...]) -> PageForm | Trouble:
    """Say what a form means; in doubt ask back, for nothing is logged that was not said.

    1. "Skip today" skips, unless something is marked done.
    2. "I did all" counts while nothing is marked; marks outrank it (old browsers show both
       buttons, and the Enter key presses the first).
    3. All done is done. Some done is part: the others were not.
    4. All "not today" is skipped; only some of them says nothing of the others.
    5. A pain number or words alone are taken as such.
    """
    done = tuple(task.position for task in tasks if typed.marks.get(task.prescription_id) == DONE)
    rest = tuple(task.position for task in tasks if task.position not in done)
    if act == "skip":
        skipped = PageForm(skipped=True, pain=typed.pain, note=typed.note)
        return Trouble.SKIP_BUT_DONE if done else skipped
    if (act == "all" and not typed.marks) or not rest:
        return PageForm(everything=True, pain=typed.pain, note=typed.note)
    if done:
        return PageForm(done=done, not_done=rest, pain=typed.pain, note=typed.note)
    if typed.marks:
        return _none_done(typed, tasks)
    if typed.pain is None and not typed.note:
        return Trouble.NOTHING
    return PageForm(pain=typed.pain, note=typed.note)


def _none_done(typed: Typed, tasks: tuple[Task, ...]) -> PageForm | Trouble:
    if len(typed.marks) < len(tasks):
        return Trouble.OTHERS
    return PageForm(skipped=True, pain=typed.pain, note=typed.note)
