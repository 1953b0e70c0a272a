"""Does the reading measure tell a kind note from a hard one?"""

import pytest

from reminders.core.reading import hard_to_read


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Stop if your back hurts more. Rest, then try again with less."),
        ("en", "Slowly, please."),
        ("en", ""),
        ("es", "Pare si le duele más. Descanse y pruebe otra vez con menos."),
    ],
    ids=["plain", "too short to measure", "nothing", "plain Spanish"],
)
def test_a_plain_text_is_easy(lang: str, text: str) -> None:
    assert not hard_to_read(text, lang)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Maintain lumbar neutrality throughout the concentric component of repetition."),
        ("en", " ".join(["go"] * 25) + "."),
        (
            "es",
            "Mantenga la neutralidad lumbar durante el componente concéntrico de la repetición.",
        ),
    ],
    ids=["long words", "a long sentence", "long Spanish words"],
)
def test_a_text_for_professors_is_hard(lang: str, text: str) -> None:
    assert hard_to_read(text, lang)
