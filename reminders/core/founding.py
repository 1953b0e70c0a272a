"""What must a clinic say of itself before it can begin?"""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reminders.core import schedule
from reminders.core.addresses import e164, mail_address
from reminders.core.wording import Encoding, measure

SHORTEST: Final = 2
LONGEST_SHORT_NAME: Final = 25


def line(typed: str) -> str:
    """Words in one line, at least two letters of them."""
    words = " ".join(typed.split())
    if len(words) < SHORTEST:
        raise ValueError("Fill this in, please.")
    return words


def short_name(typed: str) -> str:
    """A name that every text can begin with."""
    name = line(typed)
    if len(name) > LONGEST_SHORT_NAME:
        raise ValueError(f"At most {LONGEST_SHORT_NAME} letters, please.")
    if measure(name).encoding is not Encoding.GSM7:
        raise ValueError("Plain letters, please: any other makes every text cost twice.")
    return name


def zone_name(typed: str) -> str:
    """The name of a time zone."""
    try:
        schedule.zone(typed)
    except ValueError:
        raise ValueError("A time zone, please, like America/New_York.") from None
    return typed


def call_number(typed: str) -> str:
    """A number to be called as it stands, like 911 or 13 11 14."""
    number = re.sub(r"[ ()./-]", "", typed)
    if not re.fullmatch(r"\+?[0-9]{2,15}", number):
        raise ValueError("A number that can be called, please, like 911.")
    return number


def sending_number(typed: str) -> str:
    """The number that texts leave from, and that answers come to.

    A number in a messaging service sends under the service's campaign all the same.
    """
    if re.match(r"\s*MG[0-9a-f]{8}", typed, re.IGNORECASE):
        raise ValueError("The number itself, please: answers come to it, not to its service.")
    return e164(typed)


Line = Annotated[str, Field(max_length=120), AfterValidator(line)]
Short = Annotated[str, AfterValidator(short_name)]
Zone = Annotated[str, AfterValidator(zone_name)]
Number = Annotated[str, AfterValidator(e164)]
Sending = Annotated[str, AfterValidator(sending_number)]
Mail = Annotated[str, AfterValidator(mail_address)]
Call = Annotated[str, AfterValidator(call_number)]


class Founding(BaseModel):
    """A clinic and the person who sets it up; the descriptions are what that person is asked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: Line = Field(description="Name of the clinic")
    short_name: Short = Field(
        description=f"Short name, as texts begin with it (at most {LONGEST_SHORT_NAME})"
    )
    zone: Zone = Field("America/New_York", description="Time zone")
    language: Literal["en", "es"] = Field("en", description="Language: en or es")
    phone: Number = Field(description="Phone of the clinic, which patients are told to call")
    emergency: Call = Field("911", description="Emergency number")
    crisis: Call = Field("988", description="Number for people in despair")
    texts_from: Sending = Field(description="Number that texts leave from")
    mails_from: Mail = Field(description="Address that emails leave from")
    admin_name: Line = Field(description="Your name")
    admin_email: Mail = Field(description="Your email, which you sign in with")
    admin_phone: Number = Field(description="Your mobile: safety alerts reach you there")


def faults(error: ValidationError) -> dict[str, str]:
    """What is wrong, by field, in words."""
    return {
        str(fault["loc"][0]): fault["msg"].removeprefix("Value error, ")
        for fault in error.errors(include_input=False, include_url=False)
        if fault["loc"]
    }
