"""Red flags: every line of the lists, its denial, what people write, idioms, exercises."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.core.safety import Danger, Strength, screen

DATA = {
    lang: tomllib.loads(
        resources.files("reminders.core.safety").joinpath(f"{lang}.toml").read_text("utf-8")
    )
    for lang in ("en", "es")
}
NO = {"en": "no", "es": "sin"}
HERE = Path(__file__).parent
EXERCISES = ("Heel slides", "Quad sets", "Straight leg raise", "Mini squats")


def spoken(phrase: str, sets: Mapping[str, Sequence[str]]) -> str:
    """Say a phrase with the first choice of every slot."""
    slots = [slot for slot in phrase.split() if slot not in {"^", "$", "..", "...."}]
    kept = [slot for slot in slots if not (slot.endswith("?") and len(slot) > 1)]
    return " ".join(_first(slot, sets) for slot in kept)


def _first(slot: str, sets: Mapping[str, Sequence[str]]) -> str:
    word = slot.partition("/")[0]
    while word.startswith("{"):
        word = sets[word.strip("{}")][0]
    return "5" if word == "#" else word.removesuffix("*").replace("_", " ")


def lines() -> Iterator[Any]:
    """Yield every phrase of every sign, and every group of ideas in its first words."""
    for lang, data in DATA.items():
        for sign in data["sign"]:
            for phrase in sign["phrases"]:
                text = spoken(phrase, data["sets"])
                yield pytest.param(lang, sign["danger"], text, id=f"{lang}: {phrase}")


@pytest.mark.parametrize(("lang", "danger", "text"), list(lines()))
def test_every_phrase_of_the_red_flag_list_is_found_and_no_denial_of_it(
    lang: str, danger: str, text: str
) -> None:
    flag = screen(text)

    assert flag is not None
    denials = DATA[lang]["denials"]
    answers = text.split(maxsplit=1)[0] in denials["answers"]
    deniable = danger != Danger.CRISIS and not set(text.split()) & set(denials["words"])
    if deniable and not answers:
        assert screen(f"{NO[lang]} {text}") is None


def groups() -> Iterator[Any]:
    """Yield every group of ideas, each said in its first words, in both orders."""
    for lang, data in DATA.items():
        ideas = {**data["trouble"], **data["parts"], **data["about"]}
        for sign in data["sign"]:
            for group in sign["together"]:
                names = group.partition(" within ")[0].split(" + ")
                said = [spoken(ideas[name][0], data["sets"]) for name in names]
                yield pytest.param(" ".join(said), id=f"{lang}: {group}")
                yield pytest.param(" ".join(reversed(said)), id=f"{lang}: {group}, turned round")


@pytest.mark.parametrize("text", list(groups()))
def test_ideas_that_are_a_danger_together_are_found_in_either_order(text: str) -> None:
    assert screen(text) is not None


def people_write(part: str) -> Iterator[Any]:
    """Yield the texts of one part of red_flags_en.toml and red_flags_es.toml, family by family."""
    for lang in DATA:
        texts = tomllib.loads((HERE / f"red_flags_{lang}.toml").read_text("utf-8"))
        for family, written in texts[part].items():
            yield pytest.param(written, id=f"{lang}: {family}")


@pytest.mark.parametrize("texts", list(people_write("urgent")))
def test_a_danger_told_in_peoples_own_words_is_found(texts: list[str]) -> None:
    flags = {text: screen(text, EXERCISES) for text in texts}

    missed = [text for text, flag in flags.items() if flag is None or flag.danger is Danger.DEATH]
    assert missed == []


@pytest.mark.parametrize("texts", list(people_write("calm")))
def test_what_only_sounds_like_danger_is_let_go(texts: list[str]) -> None:
    flags = {text: screen(text, EXERCISES) for text in texts}

    assert {text: flag.words for text, flag in flags.items() if flag is not None} == {}


@pytest.mark.parametrize(
    "text",
    [
        "no leg weakness",
        "no fever, no chills, no numbness",
        "never felt dizzy or faint",
        "my foot is not numb",
        "no hormigueo en los pies",
        "I have not had any trouble breathing",
    ],
)
def test_a_denial_reaches_over_parts_of_the_body_and_lists(text: str) -> None:
    assert screen(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "no my leg is numb",
        "not today I fell down the stairs",
        "no pain in my leg but it is numb",
        "could not sleep, legs numb",
        "no manches, no siento nada de la cintura para abajo",
        "never had chest pain like this",
    ],
)
def test_a_no_that_speaks_of_something_else_denies_no_danger(text: str) -> None:
    assert screen(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "My foot.\nIt is numb.",
        "numb all over my whole left foot",
        "mi brazo is numb y se me cae todo, started today",
        "the hiospital kept me",
        "my baldder lets go by itself",
    ],
)
def test_a_danger_is_found_over_two_lines_in_two_languages_and_misspelt(text: str) -> None:
    assert screen(text) is not None


def test_ideas_far_apart_are_no_danger_together() -> None:
    text = "my foot is in the boot for the three hour drive to see my sister, and the gum is numb"

    assert screen(text) is None


@pytest.mark.parametrize("lang", DATA)
def test_every_sign_names_its_danger_and_the_file_says_who_reviewed_it(lang: str) -> None:
    data = DATA[lang]

    assert {"reviewer", "reviewed_on"} <= data.keys()
    assert {sign["danger"] for sign in data["sign"]} == set(Danger)
    assert {sign["strength"] for sign in data["sign"]} == set(Strength)


def test_both_languages_list_the_same_dangers() -> None:
    english = [(sign["danger"], sign["strength"]) for sign in DATA["en"]["sign"]]
    spanish = [(sign["danger"], sign["strength"]) for sign in DATA["es"]["sign"]]

    assert english == spanish


@pytest.mark.parametrize(
    "text",
    [
        "these bridges are killing me",
        "fell asleep on the couch",
        "almost had a heart attack when I saw the bill",
        "my phone died",
        "no numbness, no fever and no weakness",
        "no chest pain or shortness of breath",
        "never had any numbness between my legs",
        "kids start fall soccer",
        "I fell two years ago",
        "me muero de risa",
        "me caigo de sueño",
        "sin fiebre ni adormecimiento",
        "esas elevaciones me matan",
        "I am not suicidal",
        "no pienso suicidarme",
        "Liked “I fell in the shower”",
        "",
    ],
)
def test_what_people_do_not_mean_is_no_red_flag(text: str) -> None:
    assert screen(text) is None


@pytest.mark.parametrize(
    ("text", "exercises"),
    [
        ("did the bent knee fall-outs", ("Bent knee fall-outs",)),
        ("dead bug is the death of me", ("Dead bug",)),
        ("doorway chest stretch done", ("Doorway chest stretch",)),
        ("did the chest pressure thing", ("Chest pressure",)),
    ],
)
def test_the_name_of_an_exercise_is_no_red_flag(text: str, exercises: tuple[str, ...]) -> None:
    assert screen(text, exercises) is None


@pytest.mark.parametrize("text", ["no I fell", "No, I fell", "no, me caí", "no yo me caí"])
def test_a_no_that_answers_denies_no_danger(text: str) -> None:
    assert screen(text) is not None


def test_a_danger_beside_the_name_of_an_exercise_is_still_one() -> None:
    flag = screen("did the chest stretch and now my chest hurts", ("Doorway chest stretch",))

    assert flag is not None


@pytest.mark.parametrize(
    ("text", "danger", "strength"),
    [
        ("I fell and I want to die", Danger.CRISIS, Strength.STRONG),
        ("I fell and now I have chest pain", Danger.EMERGENCY, Strength.STRONG),
        ("I fell this morning", Danger.EMERGENCY, Strength.WEAK),
        ("Ana passed away", Danger.DEATH, Strength.STRONG),
        ("me tomé todas las pastillas", Danger.CRISIS, Strength.STRONG),
        ("numb between my lgs, nubmness down there", Danger.EMERGENCY, Strength.STRONG),
    ],
)
def test_the_worst_danger_of_a_text_is_told(text: str, danger: Danger, strength: Strength) -> None:
    flag = screen(text)

    assert flag is not None
    assert (flag.danger, flag.strength) == (danger, strength)


def test_a_flag_cites_the_words_as_they_were_written() -> None:
    flag = screen("Hello!! I CAN’T   BREATHE well")

    assert flag is not None
    assert flag.words == "CAN’T   BREATHE"


@settings(max_examples=400)
@given(text=st.text(max_size=300), names=st.lists(st.text(max_size=15), max_size=4))
def test_any_text_whatever_can_be_screened(text: str, names: list[str]) -> None:
    flag = screen(text, names)

    assert flag is None or flag.words in text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("done 3 but my legs went numb and I wet myself", "en"),
        ("my leg is numb", "en"),
        ("can't feel my feet", "en"),
        ("tengo la pierna dormida desde ayer", "es"),
        ("hecho 3 pero no siento los pies", "es"),
        ("me duele el pecho", "es"),
        ("chest pain", "en"),
    ],
)
def test_the_answer_is_in_the_language_of_the_text(text: str, language: str) -> None:
    flag = screen(text)

    assert flag is not None
    assert flag.lang == language
