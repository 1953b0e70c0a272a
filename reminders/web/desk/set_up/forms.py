"""What may an admin type of the clinic, and what is said where it makes no sense?"""

from collections.abc import Callable, Iterable
from datetime import time
from typing import Final

from wtforms import (  # type: ignore[import-untyped]  # ships no types
    BooleanField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import InputRequired, Length, Optional  # type: ignore[import-untyped]

from reminders.core.addresses import e164, mail_address
from reminders.core.founding import (
    LONGEST_SHORT_NAME,
    call_number,
    line,
    sending_number,
    short_name,
    zone_name,
)
from reminders.core.hours import WIDEST, days_in
from reminders.web.desk.forms import Sheet, offered
from reminders.web.desk.words import LANGUAGES

NOT_YOURS: Final = "An admin can change this."
DAYS: Final = tuple(range(7))


def ruled(rule: Callable[[str], str]) -> Callable[[Sheet, Field], None]:
    """A check of the field by the rule that a new clinic is checked by; what it returns is kept."""

    def check(_form: Sheet, field: Field) -> None:
        try:
            field.data = rule(field.data or "")
        except ValueError as fault:
            raise ValidationError(str(fault)) from None

    return check


def _kept(label: str, rule: Callable[[str], str], most: int = 120) -> StringField:
    return StringField(
        label, [Length(max=most, message=f"At most {most} letters, please."), ruled(rule)]
    )


def _time(label: str) -> TimeField:
    return TimeField(label, [InputRequired("A time, please, like 08:00.")])


class DetailsForm(Sheet):
    """What the clinic is called, and where it is."""

    name = _kept("Name of the clinic", line)
    short_name = _kept("Short name", short_name, LONGEST_SHORT_NAME)
    phone = _kept("Phone", e164, 32)
    zone = _kept("Time zone", zone_name, 64)
    language = SelectField("Language", choices=offered(LANGUAGES.items()))
    double_opt_in = BooleanField("A patient confirms the first text with START")
    use_first_name = BooleanField("Texts may use the first name, where the patient agreed")


class HoursForm(Sheet):
    """When patients may be written to, and when somebody is there."""

    opens = _time("Texts from")
    closes = _time("Texts until")
    staffed_from = _time("Somebody is there from")
    staffed_until = _time("Somebody is there until")
    weekdays = SelectMultipleField(
        "Working days", coerce=int, choices=offered((day, str(day)) for day in DAYS)
    )
    closed_days = TextAreaField("Closed days", [Optional(), Length(max=4_000)])

    def validate_opens(self, field: Field) -> None:
        if field.data and field.data < WIDEST.opens:
            raise ValidationError("Not before 8:00, please. Only a patient's own wish goes beyond.")

    def validate_closes(self, field: Field) -> None:
        _after(self.opens.data, field.data)
        if field.data and field.data > WIDEST.closes:
            raise ValidationError("Not after 20:00, please. Only a patient's own wish goes beyond.")

    def validate_staffed_until(self, field: Field) -> None:
        _after(self.staffed_from.data, field.data)

    def validate_weekdays(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("At least one day, please.")

    def validate_closed_days(self, field: Field) -> None:
        try:
            days_in(field.data or "")
        except ValueError as fault:
            raise ValidationError(str(fault)) from None

    @property
    def closed(self) -> list[str]:
        """The closed days as they are kept."""
        return [day.isoformat() for day in days_in(self.closed_days.data or "")]


class SafetyForm(Sheet):
    """Whom a patient in danger is told to call, and who of the clinic hears first."""

    emergency_number = _kept("Emergency number", call_number, 16)
    crisis_number = _kept("Number for people in despair", call_number, 16)
    contact = SelectField("Told first", coerce=int)

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        self.contact.choices = offered([(0, "Choose somebody"), *people])

    def validate_contact(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Somebody with a mobile number, please: alerts reach them there.")


class LocationForm(Sheet):
    """One site."""

    name = _kept("Name", line)
    phone = StringField("Phone", [Optional(), Length(max=32), ruled(e164)])


class ClosingForm(Sheet):
    """Where everybody of a site goes."""

    into = SelectField("They go to", coerce=int)


class SendersForm(Sheet):
    """What the clinic writes from."""

    text = _kept("Number that texts leave from", sending_number, 64)
    email = _kept("Address that emails leave from", mail_address, 254)


def _after(opens: time | None, closes: time | None) -> None:
    if opens and closes and closes <= opens:
        raise ValidationError("Later than the beginning, please.")
