"""The labelled replies, our own table of replies, and ordinary texts, by the scorer's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from reply_scorer import Verdict, judge

from reminders.core.replies.__main__ import prediction

HERE = Path(__file__).parent
LANGUAGES = ("en", "es")
LEAST_RIGHT = {"replies_en": 0.97, "replies_es": 0.96, "own_en": 0.99, "own_es": 0.99}
DANGEROUS = ("false_log", "missed_stop", "false_stop", "missed_urgent", "false_urgent")
LOGGED = {"done", "partial", "skip"}


def rows_of(name: str) -> list[Mapping[str, Any]]:
    """Read one file of texts."""
    lines = (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


@cache
def judged(name: str) -> list[tuple[str, Verdict]]:
    """Read every text of a file and judge it."""
    return [(row["text"], judge(prediction(row), row)) for row in rows_of(name)]


@pytest.mark.parametrize("name", LEAST_RIGHT)
def test_nearly_every_labelled_reply_is_read_right_in_all_fields(name: str) -> None:
    results = judged(name)

    wrong = [text for text, verdict in results if not verdict.full]

    assert 1 - len(wrong) / len(results) >= LEAST_RIGHT[name], wrong


@pytest.mark.parametrize("name", LEAST_RIGHT)
@pytest.mark.parametrize("error", DANGEROUS)
def test_no_labelled_reply_is_misread_in_a_dangerous_way(name: str, error: str) -> None:
    assert [text for text, verdict in judged(name) if getattr(verdict, error)] == []


def test_the_scorer_tells_a_wrong_reading_from_a_right_one() -> None:
    [row] = [row for row in rows_of("replies_en") if row["text"] == "DONE 4"]

    assert judge(row["expect"], row).full
    assert judge({**row["expect"], "pain": 5}, row).false_log
    assert judge({"intent": "stop"}, row).false_stop


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ordinary_texts_log_nothing_whatever_exercises_the_patient_has(lang: str) -> None:
    lists = sorted({tuple(row["context"]["exercises"]) for row in rows_of(f"replies_{lang}")})
    logged = []

    for place, row in enumerate(rows_of(f"ordinary_{lang}")):
        names = lists[place % len(lists)]
        said = prediction({**row, "context": {"lang": lang, "exercises": names}})
        if said["intent"] in LOGGED or said["pain"] is not None:
            logged.append((row["text"], names))

    assert logged == []


def test_few_ordinary_texts_raise_an_alarm() -> None:
    # The table is full of words like "fell" and "dying": real inboxes raise far fewer alarms.
    rows = [row for lang in LANGUAGES for row in rows_of(f"ordinary_{lang}")]

    alarms = [row["text"] for row in rows if prediction(row)["urgent"]]

    assert len(alarms) <= len(rows) * 0.01, alarms
