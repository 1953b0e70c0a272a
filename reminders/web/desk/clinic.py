"""What does the desk say of the library, the clinic and oneself?"""

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from reminders.channels import Reason, in_words
from reminders.core.dose import Dose, sentence
from reminders.core.exercises import Entry, drawing
from reminders.core.exercises import library as built_in
from reminders.store.people import Medium
from reminders.store.queries.clinic import SenderRow, senders
from reminders.store.queries.patients import colleagues
from reminders.store.queries.today import places
from reminders.web.desk import words
from reminders.web.desk.access import bp, staff, wall
from reminders.web.desk.access import clinic as my_clinic
from reminders.web.house import session


@dataclass(frozen=True)
class Sheet:
    """One exercise as the library shows it."""

    key: str
    name: str
    spanish: str
    kind: str
    dose: str
    steps: tuple[str, ...]
    stop: str
    cautions: tuple[tuple[str, str], ...]
    review: str
    picture: Markup


@bp.get("/library")
def library() -> str:
    """Show every built-in exercise with its drawing."""
    sheets = [_sheet(entry) for entry in built_in().values()]
    return render_template("desk/library.html", place="library", sheets=sheets)


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
        safety_contact=contact.name if contact else "",
        places=places(session(), mine.id),
        people=people.values(),
        senders=[_sender(row) for row in senders(session(), mine.id)],
    )


@bp.get("/me")
def me() -> str:
    """Show who is signed in, and the way out."""
    return render_template("desk/me.html", place="", me=staff())


def kind(entry: Entry) -> str:
    """What sort of exercise it is: "Strength, lying"."""
    return f"{_said(entry.category)}, {_said(entry.position).lower()}"


def picture(key: str, instance: str) -> Markup:
    """The drawing of an exercise, or nothing."""
    # Our own drawing, made from pose data: nothing in it was typed by anybody.
    return Markup(drawing(key, "en", instance=instance) or "")  # noqa: S704


def _sheet(entry: Entry) -> Sheet:
    english = entry.texts["en"]
    reviewed = f"Reviewed by {entry.reviewer}" if entry.reviewed else ""
    return Sheet(
        entry.key,
        english.name,
        entry.texts["es"].name,
        kind(entry),
        sentence(Dose.from_json(entry.dose), "en"),
        english.steps,
        english.stop,
        tuple((_said(condition), caution) for condition, caution in entry.cautions.items()),
        reviewed or "Not yet reviewed by a clinician",
        picture(entry.key, f"l-{entry.key}"),
    )


def _said(word: str) -> str:
    return word.replace("_", " ").capitalize().replace("Rom ", "Range, ")


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
