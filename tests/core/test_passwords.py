"""Which passwords are too easy to guess, and what is said of them?"""

import pytest

from reminders.core.passwords import weakness

KNOWN = ("Ada Berg", "ada@maplept.example", "Maple Physical Therapy", "Maple PT")


@pytest.mark.parametrize(
    "password",
    [
        "three green herons at noon",
        "tres garzas verdes al mediodía",
        "correcthorsebatterystaple",
        "Z7#kq!9vLw2@xPe4",
        "three green herons at noon " * 4,
        "三羽の緑の鷺が正午に川辺で待つ",
    ],
    ids=["words", "Spanish", "no spaces", "signs", "long", "other letters"],
)
def test_long_and_unlikely_is_all_that_is_asked(password: str) -> None:
    assert weakness(password, KNOWN) == ""


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("seven apples", "At least 15"),
        ("x" * 129, "at most 128"),
        ("Ada Berg Ada Berg", "Not your name"),
        ("ada@maplept.example", "Not your name"),
        ("maple physical therapy 26", "Not your name"),
        ("passwordpassword", "one of the first"),
        ("qwertyuiopasdfghjkl", "one of the first"),
        ("123456789012345", "one of the first"),
        ("Summer2026Summer2026", "one of the first"),
        ("aaaaaaaaaaaaaaaaaaaa", "one of the first"),
    ],
)
def test_what_would_be_guessed_early_is_told(password: str, said: str) -> None:
    assert said in weakness(password, KNOWN)
