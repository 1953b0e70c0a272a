"""Which number and which address does the clinic write from?"""

from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types

from reminders.store.db import insert_returning
from reminders.store.people import Medium, Sender
from reminders.store.queries.set_up import in_use, sender_of
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_set_up, note
from reminders.web.desk.set_up.forms import NOT_YOURS, SendersForm
from reminders.web.house import house, session

IN_USE: Final = "Something was sent from this one already, and answers come to it, so it stays."
TAKEN: Final = "Somebody writes from this one already."


@bp.get("/clinic/senders")
def senders() -> str:
    """Show both."""
    form = SendersForm()
    for medium in Medium:
        sender = sender_of(session(), clinic().id, medium)
        form[medium].data = _read(sender) if sender is not None else ""
    return _page(form)


@bp.post("/clinic/senders")
def set_senders() -> tuple[str, int] | Response:
    """Write from others, as long as nobody has been written to."""
    form = SendersForm(request.form)
    if not may_set_up():
        return done(NOT_YOURS, ".senders")
    if not form.validate() or [one for one in Medium if not _may_be(one, form[one])]:
        return _page(form), 422
    if [one for one in Medium if not _keep(one, form[one])]:
        session().rollback()
        return _page(form), 422
    note("clinic.senders", f"clinic:{clinic().id}")
    answer = done("Kept. Try it now.", ".sending")
    house().remember_emergencies()
    return answer


def _may_be(medium: Medium, field: Field) -> bool:
    mine = sender_of(session(), clinic().id, medium)
    if mine is not None and mine.address == field.data:
        return True
    if mine is not None and in_use(session(), mine):
        field.errors = [IN_USE]
    return not field.errors


def _keep(medium: Medium, field: Field) -> bool:
    """Another row, never another address on the same one: what was proved of the old is not.

    Whether another clinic has it is known to the database alone.
    """
    mine = sender_of(session(), clinic().id, medium)
    if mine is not None and mine.address == field.data:
        return True
    row = {"clinic_id": clinic().id, "medium": medium, "address": field.data}
    if not insert_returning(session(), Sender, [row], (Sender.id,)):
        field.errors = [TAKEN]
    elif mine is not None:
        session().delete(mine)
    return not field.errors


def _read(sender: Sender) -> str:
    return words.phone(sender.address) if sender.medium is Medium.TEXT else sender.address


def _page(form: SendersForm) -> str:
    return render_template(
        "desk/set_up/senders.html", place="clinic", form=form, may_change=may_set_up()
    )
