"""For how long does a clinic keep what was written, and what would go if it were less?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField  # type: ignore[import-untyped]  # ships no types

from reminders import watch
from reminders.watch.retention import Cleared, Periods, Stock
from reminders.web.desk.access import May, bp, clinic, done, need, note
from reminders.web.desk.forms import Sheet, offered
from reminders.web.desk.words import counted
from reminders.web.house import house, now, session

# Not less than a year: what was reported, and who took a consent back, must still be shown then.
_YEARS: Final = (1, 2, 3, 5, 6, 7, 10)
_STRANGERS_DAYS: Final = (30, 90, 180, 365)
_LOSE: Final = {
    Stock.STRANGERS: ("text from an unknown number", "texts from unknown numbers"),
    Stock.REPLIES: ("answer", "answers"),
    Stock.MESSAGES: ("message", "messages"),
}


class KeepingForm(Sheet):
    """Two periods; nothing chosen leaves one to the installation."""

    words = SelectField("Texts, emails and answers of patients", coerce=int)
    strangers = SelectField("Texts from numbers that are no patient’s", coerce=int)
    seen = HiddenField(default="")

    def offer(self) -> None:
        """The periods, and what the installation does by itself."""
        usual = house().settings
        self.words.choices = offered(
            [(0, f"As usual here: {_long(usual.keep_words_days)}")]
            + [(years * 365, counted(years, "year")) for years in _YEARS]
        )
        self.strangers.choices = offered(
            [(0, f"As usual here: {_long(usual.keep_strangers_days)}")]
            + [(days, _long(days)) for days in _STRANGERS_DAYS]
        )

    def periods(self) -> Periods:
        """What the choice comes to."""
        usual = Periods.usual(house().settings)
        return replace(
            usual,
            words=self.words.data or usual.words,
            strangers=self.strangers.data or usual.strangers,
        )


@bp.get("/clinic/keeping")
def keeping() -> str:
    """Show for how long words are kept."""
    need(May.SET_UP)
    form, mine = _form(), clinic()
    form.words.data = mine.keep_words_days or 0
    form.strangers.data = mine.keep_strangers_days or 0
    return _page(form, ())


@bp.post("/clinic/keeping")
def set_keeping() -> str | tuple[str, int] | Response:
    """Keep the choice; what would lose its words at once is shown first."""
    need(May.SET_UP)
    form, mine = _form(), clinic()
    if not form.validate():
        return _page(form, ()), 422
    going = watch.too_old_in(session(), mine.id, form.periods(), now())
    said = tuple(_loses(one) for one in going if one.stock in _LOSE)
    if said and form.seen.data != "; ".join(said):
        return _page(form, said)
    mine.keep_words_days = form.words.data or None
    mine.keep_strangers_days = form.strangers.data or None
    note("clinic.keeping", f"clinic:{mine.id}")
    return done("Kept.", ".clinic")


def _form() -> KeepingForm:
    form = KeepingForm(request.form)
    form.offer()
    return form


def _page(form: KeepingForm, going: Sequence[str]) -> str:
    form.seen.data = "; ".join(going)
    return render_template("desk/keeping.html", place="clinic", form=form, going=going)


def _loses(one: Cleared) -> str:
    return counted(one.rows, *_LOSE[one.stock])


def _long(days: int) -> str:
    """Say a period in the largest unit that it fills."""
    return counted(days // 365, "year") if days % 365 == 0 else counted(days, "day")
