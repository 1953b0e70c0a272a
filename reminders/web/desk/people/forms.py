"""What does an admin say of somebody who works here?"""

from collections.abc import Callable
from typing import Final

from wtforms import (  # type: ignore[import-untyped]  # ships no types
    BooleanField,
    DateField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import InputRequired, Length  # type: ignore[import-untyped]  # ships no types

from reminders.core.addresses import e164, mail_address
from reminders.core.founding import line
from reminders.store.accounts import Role
from reminders.web.desk.forms import Sheet, offered

ROLES: Final = {
    Role.THERAPIST: "Therapist: patients and plans",
    Role.ASSISTANT: "Assistant: patients, no plans",
    Role.ADMIN: "Admin: the clinic and its people too",
}


def _role() -> SelectField:
    return SelectField("Role", coerce=Role, choices=offered(ROLES.items()))


def _checked(label: str, most: int) -> StringField:
    return StringField(label, [Length(max=most, message=f"At most {most} letters, please.")])


class InviteForm(Sheet):
    """Somebody new."""

    name = _checked("Name", 120)
    email = _checked("Email", 254)
    phone = _checked("Mobile", 32)
    role = _role()
    by_mail = BooleanField("Send it by mail too")

    def validate_name(self, field: Field) -> None:
        _put_right(field, line)

    def validate_email(self, field: Field) -> None:
        _put_right(field, mail_address)

    def validate_phone(self, field: Field) -> None:
        if field.data and field.data.strip():
            _put_right(field, e164)
        else:
            field.data = None


class RoleForm(Sheet):
    """What somebody does from now on."""

    role = _role()


class LeaveForm(Sheet):
    """Who takes over."""

    to = SelectField("Who takes over", coerce=int)


class AwayForm(Sheet):
    """From when to when somebody is away, and who stands in."""

    starts = DateField("First day away", [InputRequired("A day, please.")])
    ends = DateField("Last day away", [InputRequired("A day, please.")])
    by = SelectField("Who covers", coerce=int)

    def validate_ends(self, field: Field) -> None:
        if self.starts.data and field.data and field.data < self.starts.data:
            raise ValidationError("The last day comes after the first, please.")


def _put_right(field: Field, rule: Callable[[str], str]) -> None:
    try:
        field.data = rule(field.data or "")
    except ValueError as fault:
        raise ValidationError(str(fault)) from None
