"""Does Lighthouse find anything in the way of people on the pages of the desk?"""

import json
import os

import pytest
from playwright.sync_api import Page

from bench.lighthouse import DESK, Missing, judge

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
PAGES = ("/desk/", "/desk/patients?show=everyone", "/desk/patients/1", "/desk/clinic/figures")


@pytest.mark.parametrize("place", PAGES)
def test_nothing_stands_in_anybodys_way(demo: str, desk: Page, place: str) -> None:
    kept = "; ".join(f"{one['name']}={one['value']}" for one in desk.context.cookies(demo))
    signed_in = f"--extra-headers={json.dumps({'Cookie': kept})}"

    try:
        found = judge(demo + place, ["accessibility"], DESK, signed_in)
    except Missing as missing:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(f"no {missing}")
        pytest.skip(f"no {missing}")

    assert found.scores == {"accessibility": 100}, found.faults
