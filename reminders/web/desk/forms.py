"""What may staff type, and what is put right before it becomes a row?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from wtforms import (  # type: ignore[import-untyped]  # ships no types
    BooleanField,
    DateField,
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import (  # type: ignore[import-untyped]  # ships no types
    DataRequired,
    InputRequired,
    Length,
    Optional,
)

from reminders.core.addresses import e164, mail_address
from reminders.core.schedule import zone as zone_of
from reminders.store.people import Medium
from reminders.web.desk.words import LANGUAGES, zone_words

ZONES: Final = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
)
HOW: Final = {"paper": "Signed on paper", "in_person": "Said so here", "phone": "Said so by phone"}


def _stripped(value: str | None) -> str:
    return " ".join((value or "").split())


def _mail(typed: str) -> str:
    try:
        return mail_address(typed)
    except ValueError as fault:
        raise ValidationError(str(fault)) from None


def offered(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """A list to choose from: what is sent, and what is read."""
    return [SelectChoice(value, label) for value, label in pairs]


def _line(label: str, *, most: int, needed: str = "") -> StringField:
    checks = [Length(max=most, message=f"At most {most} letters, please.")]
    if needed:
        checks.insert(0, DataRequired(needed))
    return StringField(label, checks, filters=[_stripped])


@dataclass(frozen=True)
class Choices:
    """What the clinic offers in the lists of a form."""

    year: int
    zones: Sequence[str]  # those in use here, before the usual ones
    locations: Sequence[tuple[int, str]]
    therapists: Sequence[tuple[int, str]] = ()


class Sheet(Form):  # type: ignore[misc]  # wtforms ships no types
    """What staff fill in; the token against forged forms is the app's own."""


class YesSheet(Sheet):
    """A patient's yes: to the messages, and to what texts can give away."""

    agrees = BooleanField()
    knows_risk = BooleanField()

    def validate_agrees(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Without their yes nothing may be sent.")

    def validate_knows_risk(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("They must know this before they agree.")


class PersonSheet(Sheet):
    """Who a patient is, and how they are reached."""

    first_name = _line("First name", most=60, needed="A first name, please.")
    last_name = _line("Last name", most=60, needed="A last name, please.")
    birth_year = _line("Year of birth", most=4)
    conditions = _line("What they come for", most=120)
    phone = _line("Mobile number", most=32)
    email = _line("Email", most=254)
    medium = RadioField(
        "Remind by",
        choices=offered([(Medium.TEXT.value, "Text"), (Medium.EMAIL.value, "Email")]),
        default=Medium.TEXT.value,
    )
    language = SelectField("Language", choices=offered(LANGUAGES.items()))
    zone = SelectField("Time zone")
    location_id = SelectField("Location", coerce=int)
    landline = BooleanField("It is a landline: no texts go there, we call")
    shared = BooleanField("Yes, they share this phone")

    year = 2100

    def offer(self, choices: Choices) -> None:
        """Fill the lists, and say which year it is."""
        self.year = choices.year
        zones = dict.fromkeys((*choices.zones, *ZONES))
        self.zone.choices = offered((name, zone_words(name)) for name in zones)
        self.location_id.choices = offered(choices.locations)

    def validate_birth_year(self, field: Field) -> None:
        if field.data and not (field.data.isdecimal() and 1900 <= int(field.data) <= self.year):
            raise ValidationError("Four digits, please, like 1958.")

    def validate_phone(self, field: Field) -> None:
        if field.data:
            try:
                e164(field.data)
            except ValueError as fault:
                raise ValidationError(str(fault)) from None
        elif self.medium.data == Medium.TEXT.value:
            raise ValidationError("Texts need a mobile number.")

    def validate_email(self, field: Field) -> None:
        if field.data:
            field.data = _mail(field.data)
        elif self.medium.data == Medium.EMAIL.value:
            raise ValidationError("Emails need an address.")

    def validate_zone(self, field: Field) -> None:
        try:
            zone_of(field.data)
        except (KeyError, ValueError):
            raise ValidationError("A time zone of the list, please.") from None

    @property
    def number(self) -> str | None:
        """The number to be stored."""
        return e164(self.phone.data) if self.phone.data else None


class PatientForm(PersonSheet, YesSheet):
    """A new patient, with their yes."""

    therapist_id = SelectField("Therapist", coerce=int)
    how = SelectField("How they agreed", choices=offered(HOW.items()))

    def offer(self, choices: Choices) -> None:
        """Fill the lists, that of the therapists as well."""
        super().offer(choices)
        self.therapist_id.choices = offered(choices.therapists)


class NoteForm(Sheet):
    """A few words to a patient."""

    note = TextAreaField("Your words", [DataRequired("Write something first, please.")])
    anyway = BooleanField("Send it anyway")


class PauseForm(Sheet):
    """Days without reminders."""

    first = DateField("From", [InputRequired("A day, please.")])
    last = DateField("To", [Optional()])
    reason = _line("Why", most=120)

    def validate_last(self, field: Field) -> None:
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError("This day is before the first one.")


class EntryForm(Sheet):
    """What a patient told a member of staff of one session."""

    occurrence_id = SelectField("Session", coerce=int)
    outcome = RadioField(
        "What they did",
        choices=offered([("done", "Done"), ("part", "Part"), ("skipped", "Skipped")]),
        validators=[InputRequired("Choose one, please.")],
    )
    pain = SelectField(
        "Pain", choices=offered([("", "not told"), *((str(n), str(n)) for n in range(11))])
    )
    note = _line("In their words", most=300)

    @property
    def told(self) -> int | None:
        """Pain, if it was told: missing is not zero."""
        return int(self.pain.data) if self.pain.data else None
