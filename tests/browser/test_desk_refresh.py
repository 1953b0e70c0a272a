"""Do the desk's lists refresh under somebody's hands without taking anything out of them?"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
ALL = "/desk/?show=all"
IN_ROW = "document.activeElement.closest('[data-row]')?.dataset.row"


@pytest.fixture
def today(desk: Page, demo: str) -> Page:
    """Today's list of everybody, with a clock that a test moves."""
    desk.clock.install()
    desk.goto(demo + ALL)
    return desk


def rows(page: Page) -> list[str]:
    found = page.locator("[data-row]").evaluate_all("all => all.map(row => row.dataset.row)")
    return [str(one) for one in found]


def asked(page: Page) -> list[str]:
    """The addresses that the page asks for by itself from now on."""
    heard: list[str] = []

    def hear(request: Request) -> None:
        if "x-part" in request.headers:
            heard.append(request.url)

    page.on("request", hear)
    return heard


def half_a_minute(page: Page) -> None:
    page.clock.run_for(31_000)


def someone_else_closes(page: Page, demo: str, row: str) -> None:
    other = page.context.new_page()
    other.goto(demo + ALL)
    own = other.locator(f'[data-row="{row}"]')
    own.get_by_role("button", name="Seen", exact=True).click()
    other.wait_for_load_state()
    other.close()


def test_a_row_that_is_done_elsewhere_goes_and_the_focus_stays(today: Page, demo: str) -> None:
    first, *_, last = rows(today)
    today.locator(f'[data-row="{first}"] a').first.focus()

    someone_else_closes(today, demo, last)
    half_a_minute(today)

    expect(today.locator(f'[data-row="{last}"]')).to_have_count(0)
    assert today.evaluate(IN_ROW) == first


def test_what_is_looked_at_stays_where_it_is(today: Page, demo: str) -> None:
    *_, gone, kept = rows(today)
    today.set_viewport_size({"width": 1280, "height": 420})  # a page that fits has no place to keep
    row = today.locator(f'[data-row="{kept}"]')
    row.scroll_into_view_if_needed()
    row.locator("a").first.focus()
    row.hover()
    before = row.bounding_box()

    someone_else_closes(today, demo, gone)
    half_a_minute(today)

    expect(today.locator(f'[data-row="{gone}"]')).to_have_count(0)
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    # The page cannot scroll further than its end; the row is still under the pointer.
    assert abs(after["y"] - before["y"]) < before["height"]


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (
            lambda page: page.locator("summary", has_text="More").first.click(),
            lambda page: page.locator("summary", has_text="More").first.click(),
        ),
        (
            lambda page: page.keyboard.press("?"),
            lambda page: page.keyboard.press("Escape"),
        ),
    ],
    ids=["a menu", "a dialog"],
)
def test_nothing_is_asked_while_something_is_open(
    today: Page, begin: Callable[[Page], None], end: Callable[[Page], None]
) -> None:
    heard = asked(today)

    begin(today)
    half_a_minute(today)
    while_open = list(heard)
    end(today)
    with today.expect_request(lambda request: "x-part" in request.headers):
        half_a_minute(today)

    assert while_open == []


def test_without_a_connection_the_list_says_since_when_it_is_old(today: Page) -> None:
    today.context.set_offline(True)
    half_a_minute(today)
    expect(today.locator("[data-stale]")).to_contain_text("This list is as it was at")

    today.context.set_offline(False)
    half_a_minute(today)

    expect(today.locator("[data-stale]")).to_be_hidden()


def test_keys_go_through_the_rows_and_find_a_patient(today: Page, demo: str) -> None:
    first, second, *_ = rows(today)

    today.keyboard.press("j")
    at_first = today.evaluate(IN_ROW)
    today.keyboard.press("j")
    at_second = today.evaluate(IN_ROW)
    today.keyboard.press("k")
    back = today.evaluate(IN_ROW)
    today.keyboard.press("/")
    today.keyboard.type("jane k")

    assert [at_first, at_second, back] == [first, second, first]
    assert today.get_by_role("searchbox", name="Find a patient").input_value() == "jane k"


def test_keys_can_be_switched_off(today: Page, demo: str) -> None:
    today.keyboard.press("?")
    today.get_by_label("Use these keys on this computer").uncheck()
    today.get_by_role("button", name="Close").click()

    today.reload()
    today.keyboard.press("j")
    moved = today.evaluate(IN_ROW)
    today.goto(f"{demo}/desk/me")
    today.get_by_role("button", name="Look and change").click()
    today.get_by_label("Use these keys on this computer").check()
    today.get_by_role("button", name="Close").click()
    today.goto(demo + ALL)
    today.keyboard.press("j")

    assert moved is None
    assert today.evaluate(IN_ROW) == rows(today)[0]
