"""Does the log name anybody, or let anybody write a line into it?"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import sentry_sdk
from setting import make_settings

from reminders.bootstrap import set_up_logging
from reminders.config import BadSettings

STORY = Path(__file__).with_name("log_story.py")
# Shorter ones, a pain number or "en", are in every log and say nothing.
SHORTEST = 5


@dataclass(frozen=True)
class Log:
    """What a day has written and told a tracker, and the words that must not be in it."""

    lines: tuple[str, ...]
    told: tuple[str, ...]
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
    told, words = (json.loads((folder / name).read_text()) for name in ("told.json", "words.json"))
    return Log(lines, tuple(told), tuple(words))


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


def test_an_error_tracker_is_told_types_and_places_and_no_more(log: Log) -> None:
    told = [json.loads(line) for body in log.told for line in body.splitlines()]
    events = [one for one in told if "exception" in one]
    faults = [fault for event in events for fault in event["exception"]["values"]]

    assert {"LookupError", "IntegrityError", "OperationalError"} <= {one["type"] for one in faults}
    assert all(one["stacktrace"]["frames"] for one in faults if one["type"] == "LookupError")
    words = {word for word in log.words if len(word) >= SHORTEST}
    assert {word for word in words if word in "\n".join(log.told)} == set()
    assert {name for event in events for name in event} <= {
        *("event_id", "timestamp", "platform", "level", "environment", "release", "tags"),
        "exception",
    }
    assert {name for one in faults for name in one} <= {"type", "stacktrace"}
    places = [frame for one in faults for frame in one["stacktrace"]["frames"]]
    assert {name for frame in places for name in frame} <= {"module", "function", "lineno"}


@pytest.mark.parametrize("address", ["nowhere", "https://tracker.example/1"])
def test_an_address_that_is_no_trackers_is_refused_by_name(address: str) -> None:
    with pytest.raises(BadSettings, match="SENTRY_DSN must be"):
        set_up_logging(make_settings(sentry_dsn=address))


def test_without_an_address_nobody_is_told() -> None:
    assert not sentry_sdk.get_client().is_active()
