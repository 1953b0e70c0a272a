"""Does the guide's own counting stand where it should after what happened, and when?"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from town import served

from reminders.config import Settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("guide"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

STEPS = """async (bouts) => {
  const { stepsOf } = await import("/static/guide-count.js");
  return stepsOf(bouts).map((one) =>
    [one.kind, one.seconds, one.n, one.of, one.side, one.round].join(" "));
}"""
PLAYED = """async ([plan, events]) => {
  const { FIRST, leftOf, play } = await import("/static/guide-count.js");
  let state = FIRST;
  for (const [event, now] of events) state = play(plan, state, event, now);
  const { at, step, paused, done } = state;
  return { at, step, paused, done, left: leftOf(state, events.at(-1)[1]) };
}"""


@pytest.fixture
def counter(browser: Browser, app: Flask, settings: Settings) -> Iterator[Page]:
    """Any page of ours: the script asks nothing of it."""
    with served(app, int(settings.public_base_url.rpartition(":")[2])) as base:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{base}/login")
        yield page
        context.close()


def test_bouts_become_steps_one_after_another(counter: Page) -> None:
    rest = {"steps": [["rest", 30]], "of": 2, "first": 2, "times": 1, "side": "", "round": 1}
    two = {"steps": [["rep", 3], ["hold", 5]], "of": 2, "first": 1, "times": 2, "side": "one"}

    assert counter.evaluate(STEPS, [two | {"round": 1}, rest, two | {"round": 2}]) == [
        "rep 3 1 2 one 1",
        "hold 5 1 2 one 1",
        "rep 3 2 2 one 1",
        "hold 5 2 2 one 1",
        "rest 30 2 2  1",
        "rep 3 1 2 one 2",
        "hold 5 1 2 one 2",
        "rep 3 2 2 one 2",
        "hold 5 2 2 one 2",
    ]


def one(kind: str, seconds: int) -> dict[str, Any]:
    return {"kind": kind, "seconds": seconds, "n": 1, "of": 1}


PLAN = [[one("ready", 5), one("time", 20)], [one("rep", 3), one("hold", 5)]]
BEGUN = [("go", 0), ("tick", 5000)]
COUNTED = [("skip", 0), ("go", 0), ("tap", 1000)]


@pytest.mark.parametrize(
    ("events", "stands"),
    [
        ([("tick", 9000)], {"at": 0, "step": -1, "left": None}),
        ([("go", 0), ("tick", 4999)], {"at": 0, "step": 0, "left": 1}),
        (BEGUN, {"at": 0, "step": 1, "left": 20_000}),
        ([("go", 0), ("tick", 60_000)], {"at": 0, "step": 1, "left": 20_000}),
        ([("go", 0), ("tap", 1000)], {"at": 0, "step": 1, "left": 20_000}),
        ([*BEGUN, ("tap", 6000)], {"at": 0, "step": 1, "left": 19_000}),
        ([*BEGUN, ("tick", 25_000)], {"at": 1, "step": -1, "done": [0]}),
        ([*BEGUN, ("pause", 9000)], {"step": 1, "paused": True, "left": 16_000}),
        ([*BEGUN, ("pause", 9000), ("pause", 9500)], {"paused": True, "left": 16_000}),
        ([*BEGUN, ("pause", 9000), ("tick", 99_000)], {"step": 1, "left": 16_000}),
        ([*BEGUN, ("pause", 9000), ("go", 50_000)], {"paused": False, "left": 16_000}),
        ([*BEGUN, ("pause", 9000), ("skip", 9500)], {"at": 1, "step": -1, "paused": False}),
        ([("go", 0), ("pause", 1000), ("tap", 2000)], {"at": 0, "step": 0, "paused": True}),
        ([("pause", 0)], {"step": -1, "paused": False}),
        ([*BEGUN, ("skip", 9000)], {"at": 1, "step": -1, "done": []}),
        ([*BEGUN, ("back", 9000)], {"at": 0, "step": -1, "left": None}),
        ([("back", 0)], {"at": 0, "step": -1}),
        ([("skip", 0), ("back", 0)], {"at": 0, "step": -1}),
        ([("skip", 0), ("go", 0), ("tick", 90_000)], {"at": 1, "step": 0, "left": None}),
        (COUNTED, {"at": 1, "step": 1, "left": 5000}),
        ([*COUNTED, ("tick", 6000)], {"at": 2, "done": [1]}),
        ([*COUNTED, ("back", 2000), ("go", 2000)], {"at": 1, "step": 0}),
        ([("count", 0), ("skip", 0), ("go", 0)], {"at": 1, "step": 0, "left": 3000}),
        ([("skip", 0), ("skip", 0), ("go", 0)], {"at": 2, "step": -1}),
        (
            [*BEGUN, ("tick", 25_000), ("back", 0), *BEGUN, ("tick", 25_000)],
            {"at": 1, "done": [0]},
        ),
    ],
    ids=[
        "nothing begins by itself",
        "a step lasts its time",
        "then the next one begins",
        "a phone that slept goes on with one step only",
        "a pause is cut short by a tap",
        "work is not",
        "the last step is the exercise done",
        "a pause keeps what is left",
        "and a second pause too",
        "time goes by outside it",
        "it goes on with what was left",
        "a skip ends it",
        "a tap does not",
        "before the start there is nothing to pause",
        "skipped is not done",
        "back begins again",
        "back at the start stays there",
        "back goes to the one before",
        "a repetition waits for its tap",
        "its hold does not",
        "and ends by itself",
        "back in the middle begins again",
        "unless the guide counts",
        "after the end nothing begins",
        "done twice is done once",
    ],
)
def test_what_happens_and_when_says_where_it_stands(
    counter: Page, events: list[tuple[str, int]], stands: dict[str, object]
) -> None:
    state = counter.evaluate(PLAYED, [PLAN, events])

    assert {name: state[name] for name in stands} == stands
