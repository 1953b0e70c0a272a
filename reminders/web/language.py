"""Which language does somebody read whom we do not know?"""

from flask import request

from reminders.core.wording import LANGUAGES
from reminders.web.words import DEFAULT, Words, words


def reader_words() -> Words:
    """The language chosen on the page, else the browser's, else English."""
    chosen = request.args.get("lang", "")
    if chosen in LANGUAGES:
        return words(chosen)
    return words(request.accept_languages.best_match(LANGUAGES) or DEFAULT)
