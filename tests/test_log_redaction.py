"""Does the log name anybody, or let anybody write a line into it?"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

STORY = Path(__file__).with_name("log_story.py")
# Shorter ones, a pain number or "en", are in every log and say nothing.
SHORTEST = 5


@dataclass(frozen=True)
class Log:
    """What a day has written, and the words that must not be in it."""

    lines: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """The log of a process of its own: what it logs by is set once for good."""
    folder = tmp_path_factory.mktemp("day")
    played = subprocess.run(
        [sys.executable, "-W", "ignore", str(STORY), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=STORY.parents[1],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(STORY.parents[1])},
    )
    assert played.returncode == 0, played.stderr[-3000:]
    lines = tuple((played.stdout + played.stderr).splitlines())
    return Log(lines, tuple(json.loads((folder / "words.json").read_text())))


def test_no_line_of_the_log_names_anybody_or_repeats_a_word(log: Log) -> None:
    words = {word for word in log.words if len(word) >= SHORTEST}
    assert {"Morales", "+12075550118", "ana@example.org", "chest pain since noon"} <= words
    assert len(words) > 40

    said = "\n".join(log.lines)

    assert {word for word in words if word in said} == set()
    assert not any(word.casefold() in said.casefold() for word in ("morales", "okafor", "555011"))


def test_every_line_is_one_event(log: Log) -> None:
    assert len(log.lines) > 40

    for line in log.lines:
        event = json.loads(line)
        assert event["event"] and event["level"] and event["timestamp"]


def test_nobody_writes_a_line_of_their_own_into_the_log(log: Log) -> None:
    assert not any("forged" in line or "\x1b" in line for line in log.lines)


def test_what_went_wrong_is_told_all_the_same(log: Log) -> None:
    told = {str(event["event"]) for event in log.events}

    assert {"bad_signature", "text_to_unknown_sender", "unexpected", "library"} <= told
    faults = {event.get("fault") for event in log.events}
    assert {"LookupError", "IntegrityError", "OperationalError", "ValueError"} <= faults
