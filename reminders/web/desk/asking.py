"""What does this clinic ask beyond the session, and what does it say to a pain level?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import (  # type: ignore[import-untyped]  # ships no types
    BooleanField,
    RadioField,
    SelectField,
    ValidationError,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types

from reminders.core.bands import HIGHEST, Band
from reminders.core.wording import ADVICE, LANGUAGES, Key, Values, check, measure, sms
from reminders.core.wording.speech import speech
from reminders.store.asking import Asking, OwnBands, asking_of, own_bands_of
from reminders.store.conversation import Wording
from reminders.store.people import Patient
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_approve, note, own, staff, wall
from reminders.web.desk.forms import Sheet, offered
from reminders.web.house import now, session

_AMBER: Final = offered((n, str(n)) for n in range(1, HIGHEST))
_RED: Final = offered((n, str(n)) for n in range(2, HIGHEST + 1))
NOT_YOURS: Final = "A therapist can change this."
_LEVELS: Final = {Band.GREEN: 2, Band.AMBER: 5, Band.RED: 8}


class _BandsForm(Sheet):
    """Where amber and red begin."""

    amber_from = SelectField("Amber from", coerce=int, choices=_AMBER)
    red_from = SelectField("Red from", coerce=int, choices=_RED)

    def validate_red_from(self, field: Field) -> None:
        if (field.data or 0) <= (self.amber_from.data or 0):
            raise ValidationError("Red must begin above amber.")


class AskingForm(_BandsForm):
    """The clinic's choices, with the lines that go out."""

    skip_reason = BooleanField("Ask once why a session was skipped")
    pain_response = BooleanField("Answer a pain level with these lines")
    next_morning = BooleanField("Ask for the pain the next morning after amber or red")
    approved = BooleanField("I have read these lines as they go out, in both languages")

    def validate_approved(self, field: Field) -> None:
        if self.pain_response.data and not field.data:
            raise ValidationError("Nothing is said to pain until a therapist has read the lines.")


class PainForm(_BandsForm):
    """One patient's own bands, or the clinic's."""

    choice = RadioField(
        "What is said to their pain",
        choices=offered(
            [
                ("clinic", "As for everyone"),
                ("own", "By their own bands"),
                ("none", "Nothing"),
            ]
        ),
        default="clinic",
    )


@dataclass(frozen=True)
class Line:
    """What is said in one band and language, and how it goes out behind an answer."""

    band: Band
    lang: str
    text: str
    faults: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return ADVICE[self.band]

    @property
    def name(self) -> str:
        return f"{self.band}_{self.lang}"

    @property
    def label(self) -> str:
        return f"{self.band.capitalize()}, {words.LANGUAGES.get(self.lang, self.lang)}"

    @property
    def sample(self) -> str:
        return self._answer(self.text)

    @property
    def weighs(self) -> str:
        """How the text stands for its reader: with the line, or without for want of room."""
        size = measure(self.sample)
        if self.sample == self._answer(""):
            return "No room for it in this text: it stands on the page alone."
        return f"{words.counted(size.segments, 'text')}, {size.units} of {size.limit}"

    def _answer(self, line: str) -> str:
        values = Values(
            clinic=clinic().short_name,
            first="Ana",
            phone=clinic().phone,
            pain=_LEVELS[self.band],
            advice=line,
        )
        high = self.band is Band.RED
        return sms(Key.DONE_HIGH_PAIN if high else Key.DONE_PAIN, self.lang, values)


@bp.get("/clinic/asking")
def asking() -> str:
    """Show what is asked and said, and by whose approval."""
    chosen = asking_of(session(), clinic().id)
    return _page(AskingForm(obj=chosen), _lines_now(), chosen)


@bp.post("/clinic/asking")
def set_asking() -> tuple[str, int] | Response:
    """Keep the choices; a therapist answers for the words."""
    form, lines = AskingForm(request.form), _lines_typed()
    chosen = asking_of(session(), clinic().id)
    if not may_approve():
        return done(NOT_YOURS, ".asking")
    if not form.validate() or any(line.faults for line in lines):
        return _page(form, lines, chosen), 422
    _keep(chosen, form, lines)
    _keep_lines(lines)
    note("asking.change", f"clinic:{clinic().id}")
    return done("Kept. It holds from the next answer on.", ".asking")


@bp.get("/patients/<int:patient_id>/pain")
def pain(patient_id: int) -> str:
    """Show by which bands this patient's pain is answered."""
    patient = own(Patient, patient_id)
    chosen = own_bands_of(session(), patient.id)
    form = PainForm(obj=chosen or asking_of(session(), clinic().id))
    if chosen is not None:
        form.choice.data = "own" if chosen.pain_response else "none"
    return _pain_page(patient, form)


@bp.post("/patients/<int:patient_id>/pain")
def set_pain(patient_id: int) -> tuple[str, int] | Response:
    """Give a patient bands of their own, or the clinic's again."""
    patient = own(Patient, patient_id)
    form = PainForm(request.form)
    if not may_approve():
        return done(NOT_YOURS, ".pain", patient_id=patient.id)
    if not form.validate():
        return _pain_page(patient, form), 422
    _keep_own(patient, form)
    note("patient.pain", f"patient:{patient.id}")
    return done("Kept. It holds from the next answer on.", ".patient", patient_id=patient.id)


def _page(form: AskingForm, lines: Sequence[Line], chosen: Asking) -> str:
    return render_template(
        "desk/asking.html",
        place="clinic",
        form=form,
        lines=lines,
        approved=wall(chosen.approved_at) if chosen.approved_at is not None else "",
        may_change=may_approve(),
    )


def _pain_page(patient: Patient, form: PainForm) -> str:
    chosen = asking_of(session(), clinic().id)
    return render_template(
        "desk/pain.html",
        place="patients",
        patient=patient,
        form=form,
        clinics=chosen,
        may_change=may_approve(),
    )


def _lines_now() -> list[Line]:
    """The clinic's own lines, and ours where it has none."""
    known = {(row.key, row.language): row.text for row in _own_rows()}
    return [
        Line(band, lang, known.get((ADVICE[band], lang)) or _ours(band, lang))
        for lang in LANGUAGES
        for band in Band
    ]


def _lines_typed() -> list[Line]:
    """What was typed, each with what is wrong with it."""
    typed = [
        replace(line, text=" ".join(request.form.get(line.name, "").split()))
        for line in _lines_now()
    ]
    return [replace(line, faults=check(line.text, line.key, line.lang)) for line in typed]


def _ours(band: Band, lang: str) -> str:
    return speech(lang).sms[ADVICE[band]]


def _own_rows() -> list[Wording]:
    mine = sa.select(Wording).where(
        Wording.clinic_id == clinic().id, Wording.key.in_(list(ADVICE.values()))
    )
    return list(session().scalars(mine))


def _keep(chosen: Asking, form: AskingForm, lines: Sequence[Line]) -> None:
    chosen.skip_reason = form.skip_reason.data
    chosen.pain_response, chosen.next_morning = form.pain_response.data, form.next_morning.data
    chosen.amber_from, chosen.red_from = form.amber_from.data, form.red_from.data
    if form.approved.data:
        chosen.approve(staff().id, now())
    elif [line.text for line in lines] != [line.text for line in _lines_now()]:
        chosen.disapprove()
    session().add(chosen)


def _keep_lines(lines: Sequence[Line]) -> None:
    """Keep what differs from our words, and only that: ours may still get better."""
    known = {(row.key, row.language): row for row in _own_rows()}
    for line in lines:
        row = known.get((line.key, line.lang))
        if line.text == _ours(line.band, line.lang):
            _drop(row)
        elif row is not None:
            row.text = line.text
        else:
            words_of_line = {"key": line.key, "language": line.lang, "text": line.text}
            session().add(Wording(clinic_id=clinic().id, **words_of_line))


def _drop(row: Wording | OwnBands | None) -> None:
    if row is not None:
        session().delete(row)


def _keep_own(patient: Patient, form: PainForm) -> None:
    row = own_bands_of(session(), patient.id)
    if form.choice.data == "clinic":
        _drop(row)
        return
    row = row or OwnBands(clinic_id=patient.clinic_id, patient_id=patient.id)
    row.pain_response = form.choice.data == "own"
    row.amber_from, row.red_from = form.amber_from.data, form.red_from.data
    session().add(row)
