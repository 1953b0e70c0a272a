"""The bench of the patient's page compares like with like, and minds what is too slow."""

import pytest
from jinja2 import Template

from bench.lighthouse import HERE, PINNED
from bench.page import Pace, as_much
from bench.page_web import FRAME


@pytest.mark.parametrize("size", [30_000, 60_000])
def test_the_bare_page_is_as_large_as_ours(size: int) -> None:
    page = "<p class='dose'>3 times 10, hold 5 seconds, and rest.</p>\n" * (size // 55)

    values = as_much(page)

    bare = Template(FRAME, autoescape=True).render(**values)
    assert bare.count("<svg") == 6
    assert len(bare) == pytest.approx(len(page), rel=0.02)


def test_a_row_says_how_many_times_the_bare_pages_ours_takes() -> None:
    bare, rows = Pace("bare", 1000, 500, 0.002, 0.004), Pace("rows", 1000, 250, 0.004, 0.008)

    row = Pace("ours", 33_400, 100, 0.008, 0.016).row(bare, rows)

    assert row == ("ours", "33.4", "100", "8.0", "16.0", "4.0", "2.0")


def test_lighthouse_is_pinned_whole_and_names_no_registry() -> None:
    manifest, lock = ((HERE / name).read_text() for name in PINNED)

    assert '"lighthouse": "12.8.2"' in manifest
    assert '"integrity"' in lock
    assert '"resolved"' not in lock
