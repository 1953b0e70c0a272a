"""What does the desk say of the clinic and oneself?"""

from dataclasses import dataclass

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.channels import Reason, in_words
from reminders.store.people import Clinic, Medium
from reminders.store.queries.clinic import SenderRow, senders
from reminders.store.queries.patients import colleagues
from reminders.store.queries.today import places
from reminders.web.desk import words
from reminders.web.desk.access import bp, done, may_set_up, note, staff, wall
from reminders.web.desk.access import clinic as my_clinic
from reminders.web.house import session


@bp.get("/clinic")
def clinic() -> str:
    """Show the plain facts that sending rests on."""
    mine = my_clinic()
    people = {one.id: one for one in colleagues(session(), mine.id)}
    contact = people.get(mine.safety_contact_id or 0)
    return render_template(
        "desk/clinic.html",
        place="clinic",
        clinic=mine,
        window=f"{words.clock(mine.opens)} to {words.clock(mine.closes)}",
        staffed=_staffed(mine),
        may_set_up=may_set_up(),
        safety_contact=contact.name if contact else "",
        places=places(session(), mine.id),
        people=people.values(),
        senders=[_sender(row) for row in senders(session(), mine.id)],
    )


def _staffed(mine: Clinic) -> str:
    days = words.opening(words.weekdays(frozenset(mine.weekdays)))
    return f"{days}, {words.clock(mine.staffed.opens)} to {words.clock(mine.staffed.closes)}"


@bp.get("/me")
def me() -> str:
    """Show who is signed in, and the way out."""
    return render_template("desk/me.html", place="", me=staff())


@bp.post("/me/mornings")
def change_mornings() -> Response:
    """Say good morning by mail, or no longer."""
    staff().morning_mail = request.form.get("mail") == "on"
    note("staff.mornings", f"staff:{staff().id}")
    wanted = "comes each working morning" if staff().morning_mail else "does not come any more"
    return done(f"The morning mail {wanted}.", ".me")


@dataclass(frozen=True)
class SenderLine:
    """One number or address that we write from."""

    label: str
    address: str
    state: str
    faulty: bool


def _sender(row: SenderRow) -> SenderLine:
    text = row.medium is Medium.TEXT
    address = words.phone(row.address) if text else row.address
    if not row.fault:
        return SenderLine("Texts" if text else "Emails", address, "works", faulty=False)
    why = in_words(Reason(row.fault)) if row.fault in set(Reason) else row.fault
    since = f" Since {wall(row.faulted_at)}." if row.faulted_at else ""
    return SenderLine("Texts" if text else "Emails", address, f"{why}{since}", faulty=True)
