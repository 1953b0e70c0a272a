"""Which doors look beyond a single clinic? A new one needs a line here."""

import ast
import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "reminders" / "web"
# Who finds out whose a request is, and by what.
FINDS = {
    "forgotten.py": {"by_address"},
    "joining.py": {"by_invitation"},
    "patient/calendar.py": {"by_link"},
    "patient/holding.py": {"by_link"},
    "patient/keep.py": {"by_link"},
    "photos.py": {"by_photo"},
    "second_factor.py": {"by_cookie"},
    "signing_in.py": {"by_address", "by_cookie", "by_demo"},
    "unsubscribe.py": {"by_link"},
}
# Who works as the owner does, with the rows of every clinic: what the provider brings, what is
# read beside a request, and what is counted for a monitor.
OWNERS = {
    "health.py": 2,
    "hooks.py": 6,
    "house.py": 3,
    "lookout.py": 1,
    "metrics.py": 1,
    "patient/__init__.py": 1,
}
# Here a session is one of exercise.
EXERCISE = {"desk/draft/checking.py", "desk/draft/values.py", "desk/visit_note.py"}


def test_only_these_doors_look_for_whose_a_request_is() -> None:
    assert dict(imported("reminders.web.whose")) == FINDS


def test_only_these_doors_work_as_the_owner_does() -> None:
    places = {str(file.relative_to(WEB)): file.read_text() for file in WEB.rglob("*.py")}
    # Every way to a session but the request's own goes through the house.
    ours = re.compile(r"(?<!flask)\.sessions\b")
    used = {place: len(ours.findall(text)) for place, text in places.items()}
    others = used.keys() - EXERCISE

    assert {place: used[place] for place in others if used[place]} == OWNERS
    assert {place for place, _ in imported("reminders.store.wall")} == {"house.py", "whose.py"}


def imported(module: str) -> list[tuple[str, set[str]]]:
    found = []
    for file in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == module:
                found.append((str(file.relative_to(WEB)), {one.name for one in node.names}))
    return found
