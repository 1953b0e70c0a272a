"""Is what somebody typed a number or an address that can be written to?"""

from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

HOME: Final = "US"


def e164(typed: str) -> str:
    """A number as the provider wants it; ValueError says what is wrong with it."""
    try:
        number = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        raise ValueError("A phone number, please, like (207) 555-0118.") from None
    if number.extension:
        raise ValueError("A number without an extension, please: texts cannot reach one.")
    if not phonenumbers.is_valid_number(number):
        raise ValueError("This number does not exist. Check it, please.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mail_address(typed: str) -> str:
    """An address in the one form it is kept in; ValueError says what is wrong with it."""
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueError("An email address, please, like ana@example.org.") from None
