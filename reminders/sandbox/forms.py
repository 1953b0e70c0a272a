"""What can be sent from the pages of the demo? Each form knows the page that it came from."""

from typing import Final

from flask_wtf import FlaskForm  # type: ignore[import-untyped,unused-ignore]
from wtforms import (  # type: ignore[import-untyped,unused-ignore]
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (  # type: ignore[import-untyped,unused-ignore]
    AnyOf,
    Length,
)

from reminders.sandbox.stage import Network

PLACES: Final = ("phone", "mailbox", "clinic")
LONGEST_TEXT: Final = 480
LONGEST_ADDRESS: Final = 254


class StageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Where the page stood when its button was pressed."""

    place = HiddenField(validators=[AnyOf(PLACES)])
    number = HiddenField(validators=[Length(max=LONGEST_ADDRESS)])
    mail = HiddenField(validators=[Length(max=LONGEST_ADDRESS)])
    letter = HiddenField(validators=[Length(max=LONGEST_ADDRESS)])


class TextForm(StageForm):
    """A text from the chosen phone, typed or one of the quick ones."""

    text = StringField("Text message", validators=[Length(max=LONGEST_TEXT)])
    quick = HiddenField(validators=[Length(max=LONGEST_TEXT)])

    @property
    def words(self) -> str:
        return str(self.quick.data or self.text.data or "").strip()


class MailForm(StageForm):
    """An answer to the open letter."""

    words = TextAreaField("Your answer", validators=[Length(max=LONGEST_TEXT)])


class NetworkForm(StageForm):
    """What the network is to be like."""

    network = HiddenField(validators=[AnyOf([network.value for network in Network])])
