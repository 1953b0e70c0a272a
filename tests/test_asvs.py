"""Is every test that the table of ASVS points names really there?"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "asvs.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE)


def test_every_test_that_the_table_names_is_there() -> None:
    assert len(NAMED) > 45

    missing = [
        f"{file}::{test}"
        for file, test in NAMED
        if not re.search(rf"^def {test}\(", _read(file), re.MULTILINE)
    ]
    assert missing == []


def test_every_point_of_the_table_has_a_test_or_is_said_not_to_be_met() -> None:
    met, _, _ = TABLE.partition("## Not met")
    rows = [row for row in re.findall(r"^\| (.+) \|$", met, re.MULTILINE) if "---" not in row]
    points = [row for row in rows if not row.startswith("point |")]

    assert [row for row in points if "::test_" not in row] == []


def _read(file: str) -> str:
    return (ROOT / file).read_text() if (ROOT / file).exists() else ""
