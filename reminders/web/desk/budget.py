"""What may texts cost a month?"""

from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import DecimalField  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import (  # type: ignore[import-untyped]  # ships no types
    InputRequired,
    NumberRange,
    Optional,
)

from reminders.web.desk.access import bp, clinic, done, may_release, note
from reminders.web.desk.forms import Sheet

MOST_DOLLARS: Final = 1_000_000


class BudgetForm(Sheet):
    """A limit a month, and what texts are paid for."""

    budget = DecimalField(
        "Limit a month, in dollars",
        [Optional(), NumberRange(0, MOST_DOLLARS, "Dollars, please, like 50 or 49.90.")],
    )
    price = DecimalField(
        "Price of 1,000 texts, in dollars",
        [
            InputRequired("A price, please, like 11.00."),
            NumberRange(0.01, 1_000, "Between 0.01 and 1,000, please."),
        ],
    )


@bp.get("/clinic/budget")
def budget() -> str:
    """Show the limit and the price as they stand."""
    mine, form = clinic(), BudgetForm()
    form.budget.data = mine.budget_cents / 100 if mine.budget_cents is not None else None
    form.price.data = mine.thousand_texts_cents / 100
    return _page(form)


@bp.post("/clinic/budget")
def set_budget() -> tuple[str, int] | Response:
    """Keep a new limit."""
    form = BudgetForm(request.form)
    if not may_release():
        return done("A therapist or an admin can change this.", ".delivery")
    if not form.validate():
        return _page(form), 422
    mine = clinic()
    mine.budget_cents = round(form.budget.data * 100) if form.budget.data is not None else None
    mine.thousand_texts_cents = round(form.price.data * 100)
    note("clinic.budget", f"clinic:{mine.id}")
    return done("Kept.", ".delivery")


def _page(form: BudgetForm) -> str:
    return render_template("desk/budget.html", place="clinic", form=form, may_change=may_release())
