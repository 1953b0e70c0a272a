"""What is typed of an exercise, and how does it become a sheet?"""

from typing import Any, Final

from pydantic import ValidationError
from wtforms import (  # type: ignore[import-untyped]  # ships no types
    BooleanField,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types

from reminders.core.dose import Side
from reminders.core.exercises import Category, Condition, Equipment, Layer, Position, Region
from reminders.core.exercises.sheet import Sheet, faults
from reminders.web.desk.forms import offered
from reminders.web.desk.library.sheets import said

LANGUAGES: Final = ("en", "es")
WORDS: Final = ("name", "purpose", "start", "feel", "mistake", "stop", "breathing", "picture")
COUNTS: Final = ("sets", "reps", "seconds", "hold_seconds", "rest_seconds")
LONGEST_COUNT: Final = 6  # digits
_LAYERS: Final = {
    Layer.LOCAL.value: "Small muscles that hold the spine",
    Layer.GLOBAL.value: "Large muscles that move the trunk",
    Layer.NONE.value: "Neither",
}
_LEVELS: Final = ((1, "1, easy"), (2, "2"), (3, "3, hard"))


class WordsForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """The exercise in one language."""

    name = StringField("Name")
    purpose = TextAreaField("What it is good for")
    start = TextAreaField("How to begin")
    steps = TextAreaField("Steps")
    feel = TextAreaField("What you feel")
    mistake = TextAreaField("Common mistake")
    stop = TextAreaField("When to stop")
    breathing = TextAreaField("Breathing")
    picture = TextAreaField("The picture in words")

    @property
    def fields(self) -> dict[str, Any]:
        """What was typed, as a sheet takes it; nothing where nothing was typed."""
        typed = {name: self[name].data or "" for name in WORDS}
        lines = (self.steps.data or "").splitlines()
        steps = [line.strip() for line in lines if line.strip()]
        return {**typed, "steps": steps} if steps or any(map(str.strip, typed.values())) else {}


class CautionsForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """What staff should mind, by condition."""


for _condition in Condition:
    setattr(CautionsForm, _condition.value, StringField(said(_condition)))


class ExerciseForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """One of the clinic's own exercises. What is sound and what is not is the sheet's to say."""

    category = SelectField("Kind", choices=offered((one.value, said(one)) for one in Category))
    layer = SelectField("Trains", choices=offered(_LAYERS.items()))
    region = SelectField("For", choices=offered((one.value, said(one)) for one in Region))
    position = SelectField("Position", choices=offered((one.value, said(one)) for one in Position))
    level = SelectField("Level", choices=offered(_LEVELS), coerce=int)
    equipment = SelectMultipleField(
        "Needs", choices=offered((one.value, said(one)) for one in Equipment)
    )
    en = FormField(WordsForm)
    es = FormField(WordsForm)
    cautions = FormField(CautionsForm)
    sets = StringField("Sets")
    reps = StringField("Repetitions")
    seconds = StringField("Or seconds")
    hold_seconds = StringField("Hold, seconds")
    rest_seconds = StringField("Rest, seconds")
    side = SelectField("Side", choices=offered((one.value, said(one)) for one in Side))
    video = StringField("Link to a video")
    author = StringField("Author")
    licence = StringField("Licence")
    photo_id = HiddenField()
    no_photo = BooleanField("Take the photo away")
    drawn_as = HiddenField()

    @classmethod
    def of(cls, sheet: Sheet, **more: Any) -> "ExerciseForm":
        """The form filled with a sheet."""
        texts = {
            lang: {**words.model_dump(), "steps": "\n".join(words.steps)}
            for lang, words in sheet.texts.items()
        }
        dose = {name: sheet.dose.get(name, "") for name in (*COUNTS, "side")}
        return cls(
            data={
                **sheet.model_dump(mode="json", exclude={"texts", "dose", "credit", "cautions"}),
                **texts,
                **dose,
                "cautions": {which.value: text for which, text in sheet.cautions.items()},
                "author": sheet.credit.author,
                "licence": sheet.credit.licence,
                **more,
            }
        )

    def sheet(self) -> Sheet | None:
        """The sheet that was typed, or None with the messages beside the fields."""
        try:
            return Sheet.model_validate(self._typed())
        except ValidationError as error:
            for place, message in faults(error).items():
                self._at(place).errors = [message]
            return None

    def _typed(self) -> dict[str, Any]:
        texts = {lang: words for lang in LANGUAGES if (words := self[lang].form.fields)}
        cautions = {one.name.partition("-")[2]: one.data for one in self.cautions if one.data}
        return {
            "key": "own",
            "category": self.category.data,
            "layer": self.layer.data,
            "region": self.region.data,
            "position": self.position.data,
            "level": self.level.data,
            "equipment": self.equipment.data or [],
            "cautions": cautions,
            "dose": self._dose(),
            "texts": texts,
            "video": (self.video.data or "").strip(),
            "credit": {"author": self.author.data or "", "licence": self.licence.data or ""},
        }

    def _dose(self) -> dict[str, Any]:
        counts = {name: (self[name].data or "").strip() for name in COUNTS}
        said_counts = {
            # Thousands of digits are no number of anything, and int() refuses them.
            name: int(text) if text.isdecimal() and len(text) <= LONGEST_COUNT else -1
            for name, text in counts.items()
            if text
        }
        return {**said_counts, "side": self.side.data} if said_counts else {}

    def _at(self, place: str) -> Field:
        """The field that a message of the sheet belongs to."""
        first, *rest = place.split(".")
        if first == "texts":
            return self._words_at(rest)
        if first == "cautions" and rest:
            return self.cautions.form[rest[0]]
        places = {"": self.sets, "dose": self.sets, "credit": self.author}
        return places.get(first) or self[first]

    def _words_at(self, rest: list[str]) -> Field:
        if len(rest) < 2:
            return self.en.form.name
        return self[rest[0]].form[rest[1]]
