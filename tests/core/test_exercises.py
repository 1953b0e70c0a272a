"""Is the built-in library complete, linked and easy to read in both languages?"""

import re
from dataclasses import fields
from itertools import pairwise

import pytest

from reminders.core.exercises import (
    LANGUAGES,
    Condition,
    Entry,
    Equipment,
    Position,
    Words,
    drawing,
    library,
)

ENTRIES = list(library().values())
TEXTS = [
    pytest.param(lang, entry.texts[lang], id=f"{entry.key}-{lang}")
    for entry in ENTRIES
    for lang in LANGUAGES
]
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=[entry.key for entry in ENTRIES])
each_text = pytest.mark.parametrize(("lang", "words"), TEXTS)

DOSE_FIELDS = {"sets", "reps", "seconds", "hold_seconds", "rest_seconds", "side"}
# Said of the reader, these would make a man or a woman of them.
GENDERED = r"\b(acostad|sentad|parad|cansad|maread|erguid)[oa]\b"
COMMON = {"en": r"\b(the|your|with|and|slowly)\b", "es": r"\b(las?|los|con|despacio|usted|una?)\b"}
# One action a step: a second verb behind one of these is a second step.
SECOND_ACTION = {"en": r"[.;]\s+\w| and then |, then ", "es": r"[.;]\s+\w| y luego |, luego "}


def sentences(words: Words) -> list[str]:
    whole = [words.purpose, words.start, *words.steps, words.feel]
    whole += [words.mistake, words.stop, words.breathing]
    return [part for text in whole for part in re.split(r"(?<=[.!?])\s+", text) if part]


def counted(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)


def syllables(word: str, lang: str) -> int:
    word = word.lower()
    if lang == "es":
        strong = re.sub(r"qu|gu(?=[eiéí])", "q", word)
        return len(re.findall(r"[iu]?[aeoáéó][iuy]?|[íú]|[iuüy]+", strong)) or 1
    silent = re.sub(r"(?:[^laeiouy]e|es|[^td]ed)$", "", word)
    return len(re.findall(r"[aeiouy]+", silent)) or 1


def too_hard(words: Words, lang: str) -> bool:
    """Flesch-Kincaid above grade 4, or Fernández Huerta under “very easy, primary school”."""
    said = sentences(words)
    all_words = [word for sentence in said for word in counted(sentence)]
    a_sentence = len(all_words) / len(said)
    a_word = sum(syllables(word, lang) for word in all_words) / len(all_words)
    if lang == "en":
        return 0.39 * a_sentence + 11.8 * a_word - 15.59 > 4
    return 206.84 - 60 * a_word - 1.02 * a_sentence < 80


def test_the_library_holds_the_exercises_of_the_first_programme() -> None:
    keys = set(library())

    assert len(keys) >= 60
    assert {"bridge", "bird-dog", "cat-camel", "knee-to-chest", "pelvic-tilt"} <= keys


@each_entry
def test_every_exercise_speaks_both_languages_without_an_empty_field(entry: Entry) -> None:
    assert set(entry.texts) == set(LANGUAGES)

    for words in entry.texts.values():
        for field in fields(words):
            assert getattr(words, field.name), field.name
        assert len(words.steps) >= 3
        assert all(step.strip() == step and step.endswith(".") for step in words.steps)


@each_entry
def test_both_languages_have_the_same_number_of_steps(entry: Entry) -> None:
    assert len({len(words.steps) for words in entry.texts.values()}) == 1


@each_text
def test_a_name_is_short_enough_for_a_button(lang: str, words: Words) -> None:
    assert len(words.name) <= 28


@each_text
def test_a_step_is_one_short_action(lang: str, words: Words) -> None:
    for step in words.steps:
        assert len(counted(step)) <= 16, step
        assert not re.search(SECOND_ACTION[lang], step), step


@each_text
def test_no_sentence_is_long(lang: str, words: Words) -> None:
    assert max(len(counted(sentence)) for sentence in sentences(words)) <= 18


@each_text
def test_a_child_in_primary_school_can_read_it(lang: str, words: Words) -> None:
    assert not too_hard(words, lang)


@pytest.mark.parametrize(
    ("lang", "hard"),
    [
        ("en", "Facilitate neuromuscular stabilisation of the lumbar musculature continuously."),
        ("es", "Facilite continuamente la estabilización neuromuscular de la musculatura lumbar."),
    ],
)
def test_the_reading_measure_refuses_a_text_for_professors(lang: str, hard: str) -> None:
    words = Words("Hard", hard, hard, (hard,), hard, hard, hard, hard, hard)

    assert too_hard(words, lang)


@each_text
def test_every_exercise_says_when_to_stop(lang: str, words: Words) -> None:
    assert words.stop.startswith({"en": "Stop if", "es": "Pare si"}[lang])


@each_text
def test_spanish_addresses_the_patient_as_usted(lang: str, words: Words) -> None:
    spoken = " ".join(sentences(words)).lower()

    if lang == "es":
        assert not re.search(r"\b(tú|tus?|ti|contigo|te|puedes|debes|tienes)\b", spoken)


@each_text
def test_spanish_does_not_take_the_reader_for_a_man_or_a_woman(lang: str, words: Words) -> None:
    addressed = [words.start, *words.steps, words.mistake, words.stop, words.breathing]

    if lang == "es":
        assert not [text for text in addressed if re.search(GENDERED, text.lower())]


@each_entry
def test_nothing_of_one_language_was_left_in_the_other(entry: Entry) -> None:
    english, spanish = (" ".join(sentences(entry.texts[lang])).lower() for lang in LANGUAGES)

    assert not re.search(COMMON["en"], spanish)
    assert not re.search(COMMON["es"], english)


@each_entry
def test_who_lies_or_kneels_has_a_mat(entry: Entry) -> None:
    low = entry.position in {Position.LYING, Position.FOUR_POINT}

    assert (Equipment.MAT in entry.equipment) == low


@each_entry
def test_lying_on_back_or_belly_minds_a_pregnancy(entry: Entry) -> None:
    if re.search(r"on your (back|belly)", entry.texts["en"].start):
        assert Condition.PREGNANCY in entry.cautions


@each_entry
def test_easier_and_harder_lead_to_real_exercises_and_back(entry: Entry) -> None:
    shelf = library()

    for key in entry.easier:
        assert entry.key in shelf[key].harder, key
    for key in entry.harder:
        assert entry.key in shelf[key].easier, key


@each_entry
def test_no_exercise_is_a_dead_end(entry: Entry) -> None:
    assert entry.easier or entry.harder


@each_entry
def test_stepping_up_never_leads_back_to_where_one_was(entry: Entry) -> None:
    seen: list[str] = []
    ahead = list(entry.harder)

    while ahead:
        key = ahead.pop()
        seen.append(key)
        ahead += [further for further in library()[key].harder if further not in seen]

    assert entry.key not in seen


@each_entry
def test_a_harder_neighbour_is_not_of_a_lower_level(entry: Entry) -> None:
    levels = {entry.level} | {library()[key].level for key in entry.harder}

    assert min(levels) == entry.level
    assert levels <= {1, 2, 3}


@each_entry
def test_the_starting_dose_is_work_by_count_or_by_time(entry: Entry) -> None:
    assert set(entry.dose) <= DOSE_FIELDS
    assert ("reps" in entry.dose) != ("seconds" in entry.dose)
    assert entry.dose["sets"]
    assert entry.dose.get("side", "both") in {"both", "each", "alternate"}


@each_entry
def test_cautions_name_a_condition_and_what_to_mind(entry: Entry) -> None:
    for condition, mind in entry.cautions.items():
        assert isinstance(condition, Condition)
        assert mind.endswith(".")


@each_entry
def test_nothing_counts_as_reviewed_without_a_name_and_a_day(entry: Entry) -> None:
    assert (entry.reviewer is None) == (entry.reviewed_on is None)
    assert entry.reviewed == (entry.reviewer is not None)


def test_the_small_muscles_come_before_the_big_ones() -> None:
    local_first = ["abdominal-brace", "heel-slide", "dead-bug"]

    assert all(harder in library()[easier].harder for easier, harder in pairwise(local_first))
    assert {library()[key].layer for key in local_first} == {"local"}


@each_entry
def test_every_exercise_has_a_drawing(entry: Entry) -> None:
    assert drawing(entry.key, "en", instance="1") is not None


def test_an_unknown_exercise_has_no_drawing() -> None:
    assert drawing("no-such-exercise", "en", instance="1") is None
