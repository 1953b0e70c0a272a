"""How is what we know of a patient put right: a name, a new number, another zone?

Another number or address needs another yes: without it nothing more is sent that way. What was made
for the old one is taken back, and no link that went there opens any more.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from flask import abort, render_template, request
from werkzeug.wrappers import Response
from wtforms import (  # type: ignore[import-untyped]  # ships no types
    BooleanField,
    HiddenField,
    SelectField,
    ValidationError,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types

from reminders import outbox
from reminders.core import gate
from reminders.store.people import Care, Medium, Patient, consent_of, suppressed
from reminders.store.queries.consents import in_doubt
from reminders.store.queries.patients import who_has
from reminders.store.queries.today import places
from reminders.watch import no_more_doubt
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, note, own
from reminders.web.desk.consenting import Agreement, agree, agreement, welcome
from reminders.web.desk.forms import HOW, Choices, PersonSheet, offered
from reminders.web.house import now, session

_WRITTEN: Final = ("first_name", "last_name", "birth_year", "conditions")
_CHOSEN: Final = ("language", "zone", "location_id")
_ADDRESS: Final[Mapping[Medium, str]] = {Medium.TEXT: "phone", Medium.EMAIL: "email"}


class ChangeForm(PersonSheet):
    """What is known of a patient, and their yes for what is new of it."""

    seen = HiddenField()
    agrees = BooleanField()
    knows_risk = BooleanField()
    how = SelectField("How they agreed", choices=offered(HOW.items()), default="paper")

    carers = frozenset[str | None]()

    def validate_phone(self, field: Field) -> None:
        super().validate_phone(field)
        self._must_not_be_the_carers(self.number)

    def validate_email(self, field: Field) -> None:
        super().validate_email(field)
        self._must_not_be_the_carers(field.data)

    def validate_knows_risk(self, field: Field) -> None:
        if field.data is not self.agrees.data:
            raise ValidationError("Both sentences, or neither.")

    def _must_not_be_the_carers(self, address: str | None) -> None:
        if address and address in self.carers:
            raise ValidationError("This is their carer’s.")


@bp.get("/patients/<int:patient_id>/details")
def put_right(patient_id: int) -> str:
    """Show what is known, to be put right."""
    patient = _known(patient_id)
    form = _form(patient, ChangeForm(obj=patient))
    form.phone.data, form.seen.data = words.phone(patient.phone), _stamp(patient)
    return _page(patient, form)


@bp.post("/patients/<int:patient_id>/details")
def kept_right(patient_id: int) -> tuple[str, int] | Response:
    """Keep it, unless somebody else was quicker or a field makes no sense."""
    patient = _known(patient_id)
    # One at a time: whoever comes second sees what the first has made of it.
    session().refresh(patient, with_for_update={"key_share": True, "of": Patient})
    form, owner = _form(patient, ChangeForm(request.form)), ""
    if form.seen.data != _stamp(patient):
        return _page(patient, form, others=tuple(_kept_by_others(patient, form))), 409
    if not form.validate() or (owner := _taken(patient, form)):
        return _page(patient, form, owner), 422
    _keep(patient, form)
    note("patient.change", f"patient:{patient.id}")
    return done(_said(patient), ".record", patient_id=patient.id)


def _known(patient_id: int) -> Patient:
    """A patient of this clinic who was not erased."""
    patient = own(Patient, patient_id)
    if patient.erased_at is not None:
        abort(404)
    return patient


def _form(patient: Patient, form: ChangeForm) -> ChangeForm:
    sites = places(session(), clinic().id)
    zones = (patient.zone, clinic().zone)
    form.offer(Choices(now().year, zones, [(site.id, site.name) for site in sites]))
    form.carers = frozenset({patient.carer_phone, patient.carer_email})
    return form


def _page(patient: Patient, form: ChangeForm, owner: str = "", others: Collection[str] = ()) -> str:
    form.seen.data = _stamp(patient)
    return render_template(
        "desk/put_right.html",
        place="patients",
        patient=patient,
        form=form,
        owner=owner,
        others=others,
        agreement=agreement(clinic(), patient.language),
    )


def _shown(patient: Patient) -> dict[str, str]:
    """What is kept now as the form shows it, by the name of its field."""
    kept = {name: str(getattr(patient, name) or "") for name in (*_WRITTEN, *_CHOSEN)}
    return {
        **kept,
        "phone": words.phone(patient.phone),
        "email": patient.email or "",
        "medium": patient.medium.value,
        "landline": "yes" if patient.landline else "",
    }


def _stamp(patient: Patient) -> str:
    """Another one after every change of what the form shows, and nothing of it can be read."""
    return hashlib.sha256(json.dumps(_shown(patient)).encode()).hexdigest()[:16]


def _kept_by_others(patient: Patient, form: ChangeForm) -> Iterator[str]:
    """What is kept otherwise than it was typed: nothing that others wrote is undone unseen."""
    for name, kept in _shown(patient).items():
        field = form[name]
        typed = "yes" if field.data is True else str(field.data or "")
        if kept != typed:
            offered_words = {str(one.value): one.label for one in getattr(field, "choices", ())}
            yield f"{field.label.text}: {offered_words.get(kept, kept) or 'no'}"


def _taken(patient: Patient, form: ChangeForm) -> str:
    """Who else has the new number, unless the tick says that they share it."""
    number = form.number
    if number is None or number == patient.phone or form.shared.data:
        return ""
    return who_has(session(), patient.clinic_id, number, but=patient.id)


def _keep(patient: Patient, form: ChangeForm) -> None:
    """Write it down, and let all that hangs on it follow in the same transaction."""
    before, said = _shown(patient), agreement(clinic(), patient.language)
    doubted = in_doubt(session(), patient)
    for name in (*_WRITTEN, *_CHOSEN):
        setattr(patient, name, form[name].data)
    patient.phone, patient.email = form.number, form.email.data or None
    patient.medium, patient.landline = Medium(form.medium.data), form.landline.data
    session().flush()
    changed = {name for name, kept in _shown(patient).items() if kept != before[name]}
    _follow(patient, changed)
    if form.agrees.data:
        _agree(patient, changed, said, form.how.data)
    if doubted and not in_doubt(session(), patient):
        no_more_doubt(session(), patient.id, now())


def _follow(patient: Patient, changed: Collection[str]) -> None:
    """What waits keeps to the new zone and way; what was made for an old address is over."""
    for medium, name in _ADDRESS.items():
        if name in changed:
            outbox.leave_address(session(), patient.id, medium, now())
    if patient.nudge_medium is not None and not patient.address(patient.nudge_medium):
        patient.nudge_medium = None
    if "zone" in changed:
        outbox.replan(session(), patient, now())
    if "medium" in changed:
        outbox.send_by(session(), patient, patient.medium)


def _agree(patient: Patient, changed: Collection[str], said: Agreement, how: str) -> None:
    """Note their yes for each new address, and for the way that they are reminded by."""
    new = {medium for medium, name in _ADDRESS.items() if name in changed}
    lacking = consent_of(session(), patient, patient.medium) is gate.Consent.NONE
    agree(patient, said, how, now(), new | ({patient.medium} if lacking else set()))
    if lacking:
        welcome(patient)


def _said(patient: Patient) -> str:
    """Whether anything is sent from now on, and if not, what opens it."""
    if patient.state is Care.DISCHARGED:
        return "Kept."
    if consent_of(session(), patient, patient.medium) is gate.Consent.NONE:
        return f"Kept. Nothing is sent to {patient.first_name} before their yes is noted."
    address = patient.address(patient.medium) or ""
    if suppressed(session(), patient.clinic_id, patient.medium, address):
        return f"Kept. But this address is blocked: only {patient.first_name}’s START opens it."
    return "Kept."
