"""Who has guessed too often, at which door?

Only what goes wrong counts in the end: a try is counted before it is looked at, and taken back
when it was right, so that a whole clinic behind one address can sign in at eight.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Final

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue, RouteCallable
from werkzeug.wrappers import Response

from reminders.store.guesses import Limit, guess, guessed_right
from reminders.web.house import now, session

AT_THE_DOOR: Final = Limit("sign-in", 5, timedelta(minutes=1))
# From many addresses at once. Whoever is kept out by somebody's tries comes in by the mail for a
# forgotten password, which does not pass this door.
ONE_ACCOUNT: Final = Limit("account", 30, timedelta(hours=1))
CODE: Final = Limit("code", 5, timedelta(minutes=5))
PASSWORD: Final = Limit("password", 5, timedelta(minutes=5))

Guessed = tuple[Limit, str]


def may_try(*guesses: Guessed) -> bool:
    """Count a try for each; False if one of them is one too many. Kept whatever comes after."""
    left = [guess(session(), limit, whose, now()) for limit, whose in guesses]
    session().commit()
    return all(left)


def was_right(*guesses: Guessed) -> None:
    """Take the tries back: they were no guesses."""
    for limit, whose in guesses:
        guessed_right(session(), limit, whose)
    session().commit()


def slowed(view: RouteCallable, guesses: Callable[[], tuple[Guessed, ...]]) -> RouteCallable:
    """A view of the library whose wrong answers are counted: it shows its form again."""

    @wraps(view)
    def counted(*given: object, **named: object) -> ResponseReturnValue:
        if request.method != "POST":
            return view(*given, **named)  # type: ignore[return-value]  # ours are not async
        trying = guesses()
        if not may_try(*trying):
            return say_wait()
        answer = make_response(view(*given, **named))
        if answer.status_code != 200:
            was_right(*trying)
        return answer

    return counted


def say_wait() -> Response:
    """Too often: wait, nothing is locked."""
    answer = make_response(render_template("security/too_many.html"), 429)
    answer.headers["Retry-After"] = "60"
    return answer
