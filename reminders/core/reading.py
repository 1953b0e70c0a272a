"""How hard is a text to read?"""

import re
from typing import Final

FEWEST_WORDS: Final = 5  # a measure of fewer words says nothing
LONGEST_SENTENCE: Final = 20

# English: Flesch-Kincaid grade, about age 11. Spanish: Fernández Huerta, below "fairly easy".
HIGHEST_GRADE: Final = 6
LOWEST_EASE: Final = 70


def hard_to_read(text: str, lang: str) -> bool:
    """Whether a patient of eleven would stumble: long sentences, or long words on the whole."""
    sentences = [found for part in re.split(r"(?<=[.!?;:])\s+", text) if (found := _words(part))]
    words = [word for sentence in sentences for word in sentence]
    if len(words) < FEWEST_WORDS:
        return False
    a_sentence = len(words) / len(sentences)
    a_word = sum(_syllables(word, lang) for word in words) / len(words)
    long = max(len(sentence) for sentence in sentences) > LONGEST_SENTENCE
    if lang == "es":
        return long or 206.84 - 60 * a_word - 1.02 * a_sentence < LOWEST_EASE
    return long or 0.39 * a_sentence + 11.8 * a_word - 15.59 > HIGHEST_GRADE


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)


def _syllables(word: str, lang: str) -> int:
    word = word.lower()
    if lang == "es":
        sounded = re.sub(r"qu|gu(?=[eiéí])", "q", word)
        return len(re.findall(r"[iu]?[aeoáéó][iuy]?|[íú]|[iuüy]+", sounded)) or 1
    sounded = re.sub(r"(?:[^laeiouy]e|es|[^td]ed)$", "", word)
    return len(re.findall(r"[aeiouy]+", sounded)) or 1
