"""Is a wish to be rung heard, and nothing else taken for one?"""

import pytest

from reminders.core.callback import asks_for_call


@pytest.mark.parametrize(
    "text",
    [
        "Call me please",
        "can you CALL me when you get a chance",
        "Could somebody please phone?",
        "please ring, it is about Friday",
        "Give us a call",
        "need a call back",
        "I’d like to talk to Lena about the new one",
        "Llámeme por favor",
        "¿Me puede llamar mañana?",
        "pueden llamarme a las 5",
        "Quisiera hablar con Lena",
        "márqueme",
    ],
)
def test_a_wish_to_be_rung_is_heard(text: str) -> None:
    assert asks_for_call(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please don’t call me",
        "do not phone me at work",
        "no me llame",
        "no need to call me",
        "I called the office already",
        "done, pain 4",
        "my calf hurts when I ring the bell",
        "I will call you tomorrow",
        "Ya llamé a la clínica",
        "ok to walk?",
        "",
    ],
)
def test_other_words_are_no_wish_to_be_rung(text: str) -> None:
    assert not asks_for_call(text)
